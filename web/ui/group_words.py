"""What pages say of the network of replies: plain words first, then what each figure means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import LazyString, lazy_gettext, ngettext
from flask_babel import gettext as _

from synth.analytics.group.communities import LEAST_TIES, LEAST_VOICES, Verdict
from synth.analytics.group.connectors import MOST_OF_IT
from synth.analytics.group.replies import Ledger
from synth.analytics.group.report import GroupReport
from synth.analytics.group.windows import Change, Windows
from synth.analytics.periods import Unit
from web.services.group import GroupView
from web.services.trends import period_name
from web.ui.i18n import decimal, number, percent
from web.ui.words import counted

_ADVICE: dict[Verdict, LazyString] = {
    Verdict.SEVERAL: lazy_gettext(
        "A word said in one group does not reach the others by itself. To reach everybody, speak "
        "in each group, and with those who connect them."
    ),
    Verdict.BY_THREAD: lazy_gettext(
        "Each thread is a room of its own. To bring people together, lead them to other threads, "
        "and sum up what was said in each for all."
    ),
    Verdict.SCATTERED: lazy_gettext(
        "Most answer once and go. A question to all, or a synthesis that everybody can answer, "
        "brings them together."
    ),
}
_CHANGES: dict[Change, LazyString] = {
    Change.CLOSER: lazy_gettext("More passes between the groups than before."),
    Change.FARTHER: lazy_gettext("Less passes between the groups than before."),
    Change.MORE_ANSWERED: lazy_gettext("More messages were answered than before."),
    Change.FEWER_ANSWERED: lazy_gettext(
        "Fewer messages were answered than before; answers may still come."
    ),
}
_SPANS: dict[Unit, LazyString] = {
    Unit.DAY: lazy_gettext("From day to day"),
    Unit.WEEK: lazy_gettext("From week to week"),
    Unit.MONTH: lazy_gettext("From month to month"),
    Unit.QUARTER: lazy_gettext("From quarter to quarter"),
    Unit.YEAR: lazy_gettext("From year to year"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measure, its value, and what it means."""

    name: str
    value: str
    meaning: str


def headline(view: GroupView) -> Sequence[str]:
    """What the network is as a whole, in one or two sentences; the first is the answer."""
    report = view.report
    if not report.ledger.n_counted:
        return (_no_replies(report.ledger),)
    match report.verdict:
        case Verdict.SEVERAL:
            n = report.communities.n_groups
            return (_("%(n)s groups talk among themselves.", n=number(n)), _passing(view))
        case Verdict.BY_THREAD:
            return (
                _("Each thread has its own people."),
                _(
                    "Who answers each other in one thread seldom meets in another, but no more "
                    "seldom than chance would have it: groups that last beyond a thread do not "
                    "show."
                ),
                _passing(view),
            )
        case Verdict.ONE:
            return (_("This is one conversation."), _holding(view))
        case Verdict.SCATTERED:
            return (_("These are many small exchanges that do not touch each other."),)
        case Verdict.FEW:
            return (
                _("Too few people answer each other to tell groups apart."),
                _(
                    "It takes %(voices)s voices, and %(pairs)s pairs of them that answer each "
                    "other.",
                    voices=number(LEAST_VOICES),
                    pairs=number(LEAST_TIES),
                ),
            )


def advice(view: GroupView) -> str | None:
    """What a facilitator can do with it; None where nothing follows."""
    verdict = view.report.verdict
    if verdict is Verdict.ONE and view.report.ledger.n_counted:
        if view.connectors_are_few:
            return _(
                "Word gets round, but through few people; were they silent, much would fall "
                "apart. Bring others into contact with each other."
            )
        return _("Word gets round by itself, from one to the next.")
    return str(_ADVICE[verdict]) if verdict in _ADVICE else None


def basis(report: GroupReport, *, with_inferred: bool) -> Sequence[str]:
    """What was counted and what was left out; nothing where that would tell of one or two."""
    ledger = report.ledger
    if not ledger.n_stated and not ledger.n_counted:
        return ()
    if ledger.n_counted and not report.may_be_measured:
        return ()
    counted_here = ngettext(
        "Counted: %(n)s reply of one participant to another.",
        "Counted: %(n)s replies of one participant to another.",
        ledger.n_counted,
        n=number(ledger.n_counted),
    )
    found = [counted_here, _known(ledger, with_inferred=with_inferred)]
    if ledger.n_to_self:
        found.append(_("Answers to oneself are left out: %(n)s.", n=number(ledger.n_to_self)))
    if ledger.n_anonymous:
        found.append(
            _(
                "So are those where one of the two is hidden or has no name in the source: %(n)s.",
                n=number(ledger.n_anonymous),
            )
        )
    return found


def _known(ledger: Ledger, *, with_inferred: bool) -> str:
    stated, inferred = number(ledger.n_stated), number(ledger.n_inferred)
    if not ledger.n_inferred:
        return _("Of %(stated)s messages the source says what they answer.", stated=stated)
    if with_inferred:
        return _(
            "Of %(stated)s messages the source says what they answer; for %(inferred)s it was "
            "inferred from quotes, subjects or mentions, and may be wrong.",
            stated=stated,
            inferred=inferred,
        )
    return _(
        "Of %(stated)s messages the source says what they answer; %(inferred)s links that were "
        "only inferred are left out.",
        stated=stated,
        inferred=inferred,
    )


def figures(view: GroupView) -> Sequence[Figure]:
    """The measures of the field, each with what it says."""
    found = view.report.measures
    shown = [
        Figure(
            name=_("Degree"),
            value=decimal(round(found.mean_degree, 1)),
            meaning=_("others with whom a voice exchanges replies, on average"),
        ),
        Figure(
            name=_("Reciprocity"),
            value=percent(found.mutual_share),
            meaning=_("of these pairs, both answered the other"),
        ),
    ]
    if view.n_voices is not None:  # else density and degree would tell it
        density = Figure(
            name=_("Density"),
            value=_("%(n)s in 100", n=decimal(100 * found.density)),
            meaning=_("of all pairs of voices that could answer each other, so many do"),
        )
        shown.insert(0, density)
    if view.largest_share is not None:
        shown.append(
            Figure(
                name=_("Largest piece"),
                value=percent(view.largest_share),
                meaning=_("of the voices are joined by replies, directly or through others"),
            )
        )
    if found.distance is not None:
        shown.append(
            Figure(
                name=_("Average distance"),
                value=decimal(round(found.distance, 1)),
                meaning=_("steps from one voice to another within the largest piece"),
            )
        )
    shown.append(_betweenness(view))
    return (*shown, *_modularity(view))


def span_words(windows: Windows) -> str:
    """``From month to month``."""
    return str(_SPANS[windows.unit])


def changes(windows: Windows) -> Sequence[str]:
    """How the last window differs from the one before."""
    if windows.compared is None:
        return (_("No two of these times have enough replies to be compared."),)
    before, last = (_name(windows, one) for one in windows.compared)
    head = _("Compared: %(last)s with %(before)s.", last=last, before=before)
    if not windows.changes:
        return (head, _("Nothing changed that chance would not explain."))
    return (head, *(str(_CHANGES[one]) for one in windows.changes))


def _name(windows: Windows, start: date) -> str:
    return period_name(windows.unit, start)


def _no_replies(ledger: Ledger) -> str:
    if ledger.n_stated:
        return _("The source says which messages are answers, but not who wrote them.")
    if ledger.n_inferred:
        return _(
            "This source does not say who answers whom. It can only be inferred from quotes, "
            "subjects or mentions."
        )
    return _("This source does not say who answers whom.")


def _passing(view: GroupView) -> str:
    """Who carries what passes between groups."""
    crossing = view.report.crossing
    if not crossing.n_replies:
        return _("Nothing passes between them.")
    if not view.connectors_are_few:
        return _("What passes between them passes through many.")
    if view.n_connectors is None:
        return _("Very few voices carry nearly all that passes between them.")
    return _(
        "%(voices)s have a hand in %(share)s of the replies that pass between them.",
        voices=counted(view.n_connectors, "voice"),
        share=percent(MOST_OF_IT),
    )


def _holding(view: GroupView) -> str:
    """Who holds a conversation together."""
    if not view.connectors_are_few:
        return _("It rests on many: nobody has to pass word on for all.")
    if view.n_connectors is None:
        return _("Very few voices hold it together.")
    return _(
        "%(voices)s hold it together: half of the shortest ways from one voice to another lead "
        "through them.",
        voices=counted(view.n_connectors, "voice"),
    )


def _betweenness(view: GroupView) -> Figure:
    if view.report.communities.are_told_apart:
        meaning = _("voices, the fewest of whom one has a hand in most replies between groups")
    else:
        meaning = _("voices, the fewest through whom half of the shortest ways lead")
    few = _("fewer than three")
    value = few if view.n_connectors is None else number(view.n_connectors)
    return Figure(name=_("Betweenness"), value=value, meaning=meaning)


def _modularity(view: GroupView) -> Sequence[Figure]:
    communities = view.report.communities
    ties, threads = communities.rewired, communities.reassigned
    if ties is None or threads is None:
        return ()
    compared = Figure(
        name=_("Modularity"),
        value=decimal(round(ties.modularity, 2)),
        meaning=_(
            "how much more is answered within groups than across; by chance, with the same number "
            "of ties for everybody %(ties)s, with the same threads and other people in them "
            "%(threads)s",
            ties=decimal(round(ties.mean, 2)),
            threads=decimal(round(threads.mean, 2)),
        ),
    )
    if not communities.are_told_apart:
        return (compared,)
    crossing = view.report.crossing
    return (
        compared,
        Figure(
            name=_("Between groups"),
            value=percent(crossing.share),
            meaning=_(
                "of the replies pass from one group to another; %(share)s would if everybody "
                "answered anybody",
                share=percent(crossing.expected),
            ),
        ),
    )
