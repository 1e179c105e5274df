"""Each alert where its rule says, and nowhere else; and what the data cannot tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synth.analytics.activity import messages_under
from synth.analytics.alerts import Alert, AlertInputs, Kind, Missing, alerts_of
from synth.analytics.participation import participation_of
from synth.store.activity import Activity
from tests.synth.made_up_activity import DAY, Said, activity

CHILDREN: Mapping[int, Sequence[int]] = {1: [2, 3, 4], 2: [], 3: [], 4: [], 9: []}
UNDER = {1: [1, 2, 3, 4], 2: [2], 3: [3], 4: [4], 9: [9]}


def alerts(spoken: Activity, *, argued: Sequence[int] = (), day: int = 100) -> dict[Kind, Alert]:
    inputs = AlertInputs(
        activity=spoken,
        tops=[1, 9],
        children=CHILDREN,
        messages_under=messages_under(spoken, UNDER),
        argued=frozenset(argued),
        proactive=participation_of(spoken).proactive,
        reference=day * DAY,
    )
    return {alert.kind: alert for alert in alerts_of(inputs)}


def test_a_thread_that_nobody_else_wrote_in_is_ignored() -> None:
    spoken = activity(
        Said(voice=1, day=1, thread=1),
        Said(voice=1, day=2, thread=1, answers=0),
        Said(voice=1, day=3, thread=3),
        Said(voice=2, day=4, thread=3, answers=2),
        Said(voice=1, day=97, thread=5),
        Said(voice=3, day=50, thread=6),
    )
    found = alerts(spoken)[Kind.IGNORED_POST]
    assert found.messages == (6, 1), "the newest first; the fifth has not waited for a week"
    assert found.n == 2


def test_a_message_that_five_others_answer_is_hot() -> None:
    replies = [Said(voice=v, answers=0) for v in (2, 3, 4, 5, 6)]
    assert alerts(activity(Said(voice=1), *replies))[Kind.HOT_POST].messages == (1,)
    own = [Said(voice=v, answers=0) for v in (1, 2, 2, 3, 4, 5)]
    assert alerts(activity(Said(voice=1), *own))[Kind.HOT_POST].n == 0


def test_an_idea_without_an_answer_is_orphaned() -> None:
    spoken = activity(
        Said(voice=1, ideas=(2,)),
        Said(voice=2, ideas=(3,), answers=0),
        Said(voice=2, ideas=(3,), answers=1),
        Said(voice=3, ideas=(9,)),
    )
    assert alerts(spoken)[Kind.ORPHANED_IDEA].ideas == (3, 9), "an answer of one's own is none"


def test_an_idea_with_most_of_the_messages_is_dominant() -> None:
    many = [Said(voice=n, ideas=(2,)) for n in range(1, 5)]
    assert alerts(activity(*many, Said(voice=9, ideas=(9,))))[Kind.DOMINANT_IDEA].ideas == (1,)
    even = [Said(voice=n, ideas=(9,)) for n in range(1, 4)]
    assert alerts(activity(*many, *even))[Kind.DOMINANT_IDEA].n == 0


def test_an_issue_with_three_argued_ideas_is_mature() -> None:
    spoken = [Said(voice=n, ideas=(n,), side=1) for n in (2, 3)]
    ripe = alerts(activity(*spoken, Said(voice=4, ideas=(4,))), argued=[2])
    assert ripe[Kind.MATURE_ISSUE].ideas == (1,)
    assert ripe[Kind.IMMATURE_ISSUE].n == 0
    unripe = alerts(activity(*spoken, Said(voice=4, ideas=(4,))))
    assert unripe[Kind.MATURE_ISSUE].n == 0
    assert unripe[Kind.IMMATURE_ISSUE].ideas == (1,)


def test_opinion_is_divided_where_neither_side_is_small() -> None:
    sides = [Said(voice=n, ideas=(2,), side=1) for n in (1, 2, 3)]
    sides += [Said(voice=n, ideas=(2,), side=-1) for n in (4, 5)]
    found = alerts(activity(*sides))
    assert found[Kind.CONTENTIOUS_ISSUE].ideas == (1,)
    assert found[Kind.CONTROVERSIAL_IDEA].ideas == (2,)
    one_sided = alerts(activity(*sides[:3], *sides[:3], sides[3]))
    assert one_sided[Kind.CONTENTIOUS_ISSUE].n == 0
    again = alerts(activity(*sides[:2], *[sides[3]] * 4))
    assert again[Kind.CONTENTIOUS_ISSUE].n == 0, "one voice counts once"


def test_no_alarm_is_raised_by_what_was_only_read_from_the_words() -> None:
    sides = [Said(voice=n, ideas=(2,), read_side=1 if n < 4 else -1) for n in range(1, 6)]
    assert alerts(activity(*sides))[Kind.CONTENTIOUS_ISSUE].n == 0


def test_an_active_voice_that_fell_silent_is_told() -> None:
    spoken = [Said(voice=1, day=n) for n in (0, 10, 60)]
    others = [Said(voice=n, day=100) for n in (2, 3)]
    assert alerts(activity(*spoken, *others))[Kind.INACTIVE_VOICE].voices == (1,)
    late = [*spoken, Said(voice=1, day=90)]
    assert alerts(activity(*late, *others))[Kind.INACTIVE_VOICE].n == 0
    short = alerts(activity(*spoken[:2], *others), day=20)
    assert short[Kind.INACTIVE_VOICE].n == 0, "nobody is inactive in three weeks"


def test_what_the_data_cannot_tell_says_why() -> None:
    found = alerts(activity(Said(voice=1, day=None, ideas=(2,))))
    told = {kind: alert.missing for kind, alert in found.items() if alert.missing}
    assert told == {
        Kind.IGNORED_POST: Missing.REPLIES,
        Kind.HOT_POST: Missing.REPLIES,
        Kind.ORPHANED_IDEA: Missing.REPLIES,
        Kind.MATURE_ISSUE: Missing.ARGUMENTS,
        Kind.IMMATURE_ISSUE: Missing.ARGUMENTS,
        Kind.CONTENTIOUS_ISSUE: Missing.SIDES,
        Kind.CONTROVERSIAL_IDEA: Missing.SIDES,
        Kind.INACTIVE_VOICE: Missing.DATES,
    }
    assert [*found] == list(Kind)


def test_long_lists_are_cut_and_counted() -> None:
    many = [Said(voice=1, thread=n, day=n) for n in range(1, 30)]
    spoken = activity(*many, Said(voice=2, thread=1, answers=0))
    found = alerts(spoken)[Kind.IGNORED_POST]
    assert found.n == 28
    assert len(found.messages) == 12
