"""Who answers whom: the network of replies of a discussion."""

from __future__ import annotations

from typing import Annotated, Self

from synth.analytics.group.communities import Comparison, Verdict
from synth.analytics.group.voices import VoiceRow
from synth.analytics.periods import Unit
from synth.permissions import Permission
from web.api.answers import Answer, Count, RowId, Share, about
from web.api.openapi import operation
from web.api.parameters import Parameter
from web.http.answer_cache import do_not_cache
from web.http.permission import may
from web.http.store import find_snapshot
from web.services.group import GroupView, group_report, view_of, voices_of
from web.ui.query import asked_choice

REPLIES = Parameter(
    name="replies",
    schema={"type": "string", "enum": ["stated", "all"], "default": "stated"},
    description="`all` also counts replies that were inferred from quotes, subjects or mentions.",
)
MaybeCount = Annotated[
    Count | None, about("People; null where one or two could be told apart by it.")
]
GroupNumber = Annotated[int, about("Groups are numbered from 1, the largest first.")]


class Compared(Answer):
    """Modularity beside that of shuffled networks."""

    modularity: float
    mean: Annotated[float, about("Of the shuffled networks.")]
    deviation: float
    highest: float
    n_draws: Count

    @classmethod
    def of_comparison(cls, comparison: Comparison | None) -> Self | None:
        return None if comparison is None else cls.of(comparison)


class NetworkMeasures(Answer):
    n_replies: Count
    density: Share
    mean_degree: Annotated[float, about("Others with whom a voice exchanges replies.")]
    mutual_share: Annotated[Share, about("Of the pairs, those in which both answered.")]
    largest_share: Annotated[
        Share | None, about("Of the voices, those in the largest connected piece.")
    ]
    distance: Annotated[float | None, about("Mean steps between voices of the largest piece.")]
    crossing_share: Annotated[Share, about("Of the replies, those from one group to another.")]
    expected_crossing_share: Annotated[Share, about("The same if everybody answered anybody.")]


class VoiceGroup(Answer):
    number: GroupNumber
    n_voices: Count
    inside: Annotated[Share | None, about("Of the replies of its voices, those that stay inside.")]
    idea_ids: Annotated[list[RowId], about("What it speaks about more than others.")]


class CornerIdea(Answer):
    """An idea whose voices nearly all belong to one group."""

    idea_id: RowId
    group: GroupNumber
    n_all: Count
    n_voices: MaybeCount


class TimeWindow(Answer):
    start: Annotated[str, about("First day.")]
    n_replies: Annotated[Count | None, about("Null where fewer than three people wrote them.")]
    n_voices: MaybeCount
    n_new: MaybeCount
    crossing_share: Share | None
    answered_share: Share | None


class StudiedVoice(Answer):
    """A voice as facilitators see it."""

    author: str
    group: GroupNumber | None
    n_messages: Count
    n_sent: Annotated[Count, about("Replies to others.")]
    n_received: Count
    n_partners: Annotated[Count, about("Others with whom they exchange replies.")]
    is_connector: bool
    is_unanswered: Annotated[bool, about("Nobody answered them, though a week went by.")]
    linked_groups: list[int]

    @classmethod
    def of_row(cls, row: VoiceRow) -> Self:
        return cls.of(row, author=row.name, n_messages=row.n_written, linked_groups=list(row.links))


class Group(Answer):
    """The network of replies. No figure stands for fewer than three people."""

    verdict: Annotated[
        Verdict | None,
        about(
            "`several`: groups that last beyond a thread; `by thread`: people who met in one; "
            "`scattered`: small exchanges that do not touch. Null where nobody is known to answer "
            "anybody, or while the figures are being worked out."
        ),
    ]
    is_worked_out: Annotated[bool, about("False while the figures are being worked out.")]
    n_messages: Count
    n_stated: Annotated[Count, about("Messages of which the source says what they answer.")]
    n_inferred: Annotated[Count, about("Messages for which it can only be inferred.")]
    n_voices: MaybeCount
    n_connectors: MaybeCount
    n_unanswered: MaybeCount
    n_apart: MaybeCount
    measures: Annotated[
        NetworkMeasures | None, about("Null where they would tell of one or two people.")
    ]
    same_ties: Annotated[Compared | None, about("Shuffled, with as many ties for everybody.")]
    same_threads: Annotated[Compared | None, about("The same threads with other people in them.")]
    groups: list[VoiceGroup]
    corners: list[CornerIdea]
    unit: Annotated[Unit | None, about("How long a window is.")]
    windows: Annotated[list[TimeWindow], about("The latest first.")]
    voices: Annotated[
        list[StudiedVoice] | None,
        about("By group and name, no ranking; null for who may not see single voices."),
    ]

    @classmethod
    def in_the_making(cls, n_messages: int) -> Self:
        """While the figures of a large discussion are being worked out."""
        nothing: dict[str, object] = dict.fromkeys(cls.__struct_fields__)
        nothing |= {"groups": [], "corners": [], "windows": [], "n_stated": 0, "n_inferred": 0}
        return cls.of(**nothing | {"is_worked_out": False, "n_messages": n_messages})

    @classmethod
    def of_view(cls, view: GroupView, voices: list[StudiedVoice] | None) -> Self:
        report = view.report
        has_replies = bool(report.ledger.n_counted)
        return cls.of(
            view,
            report.ledger,
            verdict=report.verdict if has_replies else None,
            is_worked_out=True,
            measures=_measures(view) if has_replies and report.may_be_measured else None,
            same_ties=Compared.of_comparison(report.communities.rewired),
            same_threads=Compared.of_comparison(report.communities.reassigned),
            groups=[
                VoiceGroup.of(row, idea_ids=[branch.idea.id for branch in row.ideas])
                for row in view.groups
            ],
            corners=[
                CornerIdea.of(one, idea_id=one.branch.idea.id, group=one.number)
                for one in view.corners
            ],
            unit=None if report.windows is None else report.windows.unit,
            windows=[
                TimeWindow.of(
                    one,
                    start=one.window.start.isoformat(),
                    n_replies=None if one.n_voices is None else one.window.n_replies,
                    crossing_share=one.crossing,
                    answered_share=one.answered,
                )
                for one in view.windows
            ],
            voices=voices,
        )


@operation("/d/<slug>/group", "Who answers whom, and in which groups", query=(REPLIES,))
def group(slug: str) -> Group:
    snapshot = find_snapshot(slug)
    with_inferred = asked_choice("replies", {"stated": 1, "all": 2}) == "all"
    report = group_report(snapshot, with_inferred=with_inferred)
    if report is None:
        do_not_cache()
        return Group.in_the_making(len(snapshot.activity.messages))
    view = view_of(snapshot, report, with_inferred=with_inferred)
    voices = None
    if may(Permission.STUDY, snapshot.discussion):
        voices = [StudiedVoice.of_row(row) for row in voices_of(snapshot, report)]
    return Group.of_view(view, voices)


def _measures(view: GroupView) -> NetworkMeasures | None:
    """None where how many exchange replies may not be told: the measures tell it."""
    if view.n_voices is None:
        return None
    crossing = view.report.crossing
    return NetworkMeasures.of(
        view.report.measures,
        largest_share=view.largest_share,
        crossing_share=crossing.share,
        expected_crossing_share=crossing.expected,
    )
