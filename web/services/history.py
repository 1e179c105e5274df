"""What people corrected, in sentences: who, what, when, and whether it can be taken back alone."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from synth.corrections.stored_map import OF_ALL
from synth.records import LinkKind, Stance, Unplaced
from synth.store import Correction, Store, built_on
from web.services.actors import ActorNames
from web.services.quotes import shortened
from web.ui import words
from web.ui.correction_words import LINKED_FROM, LINKS
from web.ui.i18n import number

LETTERS = 90
"""Of a passage that a sentence names."""
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One correction as the history tells it."""

    id: int
    at: datetime
    actor: str
    name: str
    """How the actor is called."""
    sentence: str
    proposed_by: Sequence[str]
    """The names of those who had asked for it."""
    ideas: Sequence[int]
    """The ideas that it is about."""
    is_undone: bool
    stands_on_it: str
    """The later step that must be taken back first, in words; empty for none."""
    stands_on_it_id: int | None
    is_of_all: bool
    """Whether it is a sign-off or its taking back, which need another permission."""

    @property
    def can_be_undone(self) -> bool:
        return not self.is_undone and self.stands_on_it_id is None


class Teller:
    """Tells corrections in the language of the page."""

    def __init__(
        self,
        store: Store,
        discussion_id: int,
        history: Sequence[Correction],
        *,
        names: ActorNames,
    ) -> None:
        self._names = names
        self._history = {one.id: one for one in history}
        self._titles = _titles(store, discussion_id, history)
        passages = {p for one in history for p in _passages(one)}
        self._texts = store.passages.texts(sorted(passages))

    def sentence(self, one: Correction) -> str:
        """``Ana renamed “Stalls” to “Market stalls”.``"""
        tell: Callable[[Correction, str], str] | None = getattr(self, f"_{one.verb}", None)
        who = self._names.of(one.actor)
        if tell is not None:
            return tell(one, who)
        verb = words.VERBS.get(one.verb, one.verb)
        return _("%(who)s: %(idea)s, %(verb)s.", who=who, idea=self._named(one), verb=verb)

    # -- what sentences name -----------------------------------------------------------------

    def title(self, idea_id: int | None) -> str:
        if idea_id is None:
            return _("no idea")
        found = self._titles.get(idea_id)
        return _("“%(title)s”", title=found) if found else _("an idea that is gone")

    def _named(self, one: Correction) -> str:
        """The idea or the passages that it is about."""
        return self._words(one) if one.noun == "passage" else self.title(one.noun_id)

    def _words(self, one: Correction) -> str:
        """The passage, and how many more there are."""
        ids = _passages(one) or ([one.noun_id] if one.noun_id else [])
        text = next((self._texts[i] for i in ids if i in self._texts), None)
        if text is None:
            return _("a passage that is gone")
        quoted = _("the passage “%(words)s”", words=shortened(text, LETTERS))
        if len(ids) < 2:
            return quoted
        n = len(ids) - 1
        return ngettext(
            "%(passage)s and %(n)s more",
            "%(passage)s and %(n)s more",
            n,
            passage=quoted,
            n=number(n),
        )

    # -- one sentence for each verb ----------------------------------------------------------

    def _renamed(self, one: Correction, who: str) -> str:
        before, after = _first(one, "ideas", "title")
        if before is None or after is None:
            return _("%(who)s kept the title %(idea)s.", who=who, idea=self.title(one.noun_id))
        return _(
            "%(who)s renamed “%(before)s” to “%(after)s”.", who=who, before=before, after=after
        )

    def _described(self, one: Correction, who: str) -> str:
        _before, after = _first(one, "ideas", "summary")
        idea = self.title(one.noun_id)
        if not after:
            return _("%(who)s took the description of %(idea)s away.", who=who, idea=idea)
        text = shortened(str(after), 2 * LETTERS)
        return _("%(who)s described %(idea)s: “%(text)s”", who=who, idea=idea, text=text)

    def _merged(self, one: Correction, who: str) -> str:
        gone = [key[0] for key, _before, after in one.rows("ideas") if after is None]
        others = ", ".join(self.title(i) for i in gone)
        return _(
            "%(who)s merged %(others)s into %(idea)s.",
            who=who, others=others, idea=self.title(one.noun_id),
        )  # fmt: skip

    def _split(self, one: Correction, who: str) -> str:
        made = [key[0] for key, before, _after in one.rows("ideas") if before is None]
        new = ", ".join(self.title(i) for i in made)
        return _(
            "%(who)s split %(new)s off %(idea)s.",
            who=who, new=new, idea=self.title(one.noun_id),
        )  # fmt: skip

    def _moved(self, one: Correction, who: str) -> str:
        before, after = _first(one, "ideas", "parent_id", key=one.noun_id)
        idea = self.title(one.noun_id)
        if before is None and after is None:
            return _("%(who)s kept %(idea)s where it stands.", who=who, idea=idea)
        if after is None:
            return _("%(who)s moved %(idea)s to the top.", who=who, idea=idea)
        return _(
            "%(who)s moved %(idea)s under %(other)s.",
            who=who, idea=idea, other=self.title(_number(after)),
        )  # fmt: skip

    def _pinned(self, one: Correction, who: str) -> str:
        before, after = _first(one, "placements", "idea_id", key=one.noun_id)
        passage = self._words(one)
        if after is None:
            return _("%(who)s kept %(passage)s where it stands.", who=who, passage=passage)
        return _(
            "%(who)s moved %(passage)s from %(before)s to %(after)s.",
            who=who, passage=passage,
            before=self.title(_number(before)), after=self.title(_number(after)),
        )  # fmt: skip

    def _unplaced(self, one: Correction, who: str) -> str:
        before, _after = _first(one, "placements", "idea_id", key=one.noun_id)
        return _(
            "%(who)s took %(passage)s from %(before)s; it stands under no idea.",
            who=who, passage=self._words(one), before=self.title(_number(before)),
        )  # fmt: skip

    def _set_aside(self, one: Correction, who: str) -> str:
        _before, after = _first(one, "placements", "reason", key=one.noun_id)
        reason = words.UNPLACED[Unplaced(str(after))] if after else ""
        return _(
            "%(who)s said that %(passage)s is not about the question (%(reason)s).",
            who=who, passage=self._words(one), reason=reason,
        )  # fmt: skip

    def _released(self, one: Correction, who: str) -> str:
        return _(
            "%(who)s left the place of %(passage)s to the machine.",
            who=who, passage=self._words(one),
        )  # fmt: skip

    def _linked(self, one: Correction, who: str) -> str:
        return _("%(who)s keeps together: %(passages)s.", who=who, passages=self._pair(one))

    def _parted(self, one: Correction, who: str) -> str:
        return _("%(who)s keeps apart: %(passages)s.", who=who, passages=self._pair(one))

    def _pair(self, one: Correction) -> str:
        ids = dict.fromkeys(i for key, _before, _after in one.rows("passage_links") for i in key)
        texts = [shortened(self._texts[i], LETTERS) for i in ids if i in self._texts]
        return " / ".join(_("“%(title)s”", title=text) for text in texts) or self._words(one)

    def _related(self, one: Correction, who: str) -> str:
        (first, other), kind = _link(one)
        is_from_here = first == one.noun_id
        return _(
            "%(who)s linked two ideas: %(idea)s %(link)s %(other)s.",
            who=who, idea=self.title(first if is_from_here else other),
            link=(LINKS if is_from_here else LINKED_FROM)[kind],
            other=self.title(other if is_from_here else first),
        )  # fmt: skip

    def _unrelated(self, one: Correction, who: str) -> str:
        (first, other), _kind = _link(one)
        return _(
            "%(who)s took the link between %(idea)s and %(other)s away.",
            who=who, idea=self.title(first), other=self.title(other),
        )  # fmt: skip

    def _confirmed(self, one: Correction, who: str) -> str:
        return _("%(who)s confirmed %(idea)s.", who=who, idea=self.title(one.noun_id))

    def _unconfirmed(self, one: Correction, who: str) -> str:
        return _(
            "%(who)s took back that %(idea)s is confirmed.", who=who, idea=self.title(one.noun_id)
        )

    def _hidden(self, one: Correction, who: str) -> str:
        return _("%(who)s hid %(idea)s.", who=who, idea=self.title(one.noun_id))

    def _shown(self, one: Correction, who: str) -> str:
        return _("%(who)s showed %(idea)s again.", who=who, idea=self.title(one.noun_id))

    def _locked(self, one: Correction, who: str) -> str:
        return _("%(who)s locked %(idea)s.", who=who, idea=self.title(one.noun_id))

    def _unlocked(self, one: Correction, who: str) -> str:
        return _("%(who)s unlocked %(idea)s.", who=who, idea=self.title(one.noun_id))

    def _sided(self, one: Correction, who: str) -> str:
        _before, after = _first(one, "sides", "side")
        side = words.STANCES[Stance(str(after))] if after else _("neither for nor against")
        return _(
            "%(who)s said that message %(id)s is %(side)s.", who=who, id=one.noun_id, side=side
        )

    def _signed_off(self, _one: Correction, who: str) -> str:
        return _("%(who)s signed off all ideas.", who=who)

    def _reopened(self, _one: Correction, who: str) -> str:
        return _("%(who)s took the sign-off back.", who=who)

    def _undid(self, one: Correction, who: str) -> str:
        undone = self._history.get(one.noun_id or 0)
        told = self.sentence(undone) if undone else _("a correction")
        return _("%(who)s took back: %(step)s", who=who, step=told)


def told(
    store: Store,
    discussion_id: int,
    history: Sequence[Correction],
    some: Sequence[Correction],
    *,
    names: ActorNames,
    asker: str | None = None,
) -> list[Step]:
    """Some corrections of the whole ``history`` (the newest first), in words.

    Of those who had asked for them only ``asker`` is named, where one is given.
    """
    above = built_on(history)
    shown = {one.id: one for one in some}
    shown |= {above[i].id: above[i] for i in list(shown) if i in above}
    teller = Teller(store, discussion_id, list(shown.values()), names=names)
    proposers = store.correction_proposals.proposers([one.id for one in some])
    return [
        Step(
            id=one.id,
            at=one.at,
            actor=one.actor,
            name=names.of(one.actor),
            sentence=teller.sentence(one),
            proposed_by=[
                names.of(actor)
                for actor in proposers.get(one.id, ())
                if asker is None or actor == asker
            ],
            ideas=sorted(ideas_of(one)),
            is_undone=one.is_undone,
            stands_on_it=teller.sentence(above[one.id]) if one.id in above else "",
            stands_on_it_id=above[one.id].id if one.id in above else None,
            is_of_all=one.verb in OF_ALL,
        )
        for one in some
    ]


def sentences(
    store: Store, discussion_id: int, some: Sequence[Correction], *, names: ActorNames
) -> list[str]:
    """Some corrections and undoings in words."""
    if not some:
        return []
    known = store.corrections.history(discussion_id)
    wanted = {one.noun_id for one in some if one.verb == "undid"}
    undone = [one for one in known if one.id in wanted]
    teller = Teller(store, discussion_id, [*some, *undone], names=names)
    return [teller.sentence(one) for one in some]


def ideas_of(one: Correction) -> set[int]:
    """The ideas that a correction is about, or moved something into or out of."""
    found = {one.noun_id} if one.noun == "idea" and one.noun_id is not None else set()
    for (idea_id,), before, after in one.rows("ideas"):
        if before is None or after is None or _SAID & before.keys():
            found.add(idea_id)
    for _key, before, after in one.rows("placements"):
        found |= {row["idea_id"] for row in (before, after) if row and row.get("idea_id")}
    found |= {i for key, _before, _after in one.rows("idea_links") for i in key}
    return found


def named_in(one: Correction) -> set[int]:
    """The ideas whose titles or words its sentence tells."""
    rows = (row for _key, *both in one.rows("ideas") for row in both if row)
    return ideas_of(one) | {row["parent_id"] for row in rows if row.get("parent_id")}


def without_hidden(
    store: Store, discussion_id: int, some: Sequence[Correction], shown: Container[int]
) -> list[Correction]:
    """Those that tell nothing of a hidden idea: one on the map, and not among those ``shown``."""
    hidden = {idea.id for idea in store.ideas.outline(discussion_id) if idea.id not in shown}
    return [one for one in some if not hidden & named_in(one)] if hidden else list(some)


_SAID = frozenset({"title", "summary", "status", "parent_id", "locked_by"})
"""Columns of an idea that people decide; counts and places follow."""


def _titles(store: Store, discussion_id: int, history: Sequence[Correction]) -> dict[int, str]:
    """Idea id → its title, or the last one of an idea that is gone."""
    found: dict[int, str] = {}
    for one in history:
        for (idea_id,), before, after in one.rows("ideas"):
            for row in (after, before):
                if row and "title" in row:
                    found.setdefault(idea_id, row["title"])
    return found | {idea.id: idea.title for idea in store.ideas.outline(discussion_id)}


def _passages(one: Correction) -> list[int]:
    """The passages that it is about, that which it names first."""
    if one.noun != "passage":
        return []
    moved = [key[0] for key, _before, _after in one.rows("placements")]
    tied = [i for key, _before, _after in one.rows("passage_links") for i in key]
    first = [one.noun_id] if one.noun_id is not None else []
    return list(dict.fromkeys([*first, *moved, *tied]))


def _first(
    one: Correction, table: str, column: str, *, key: int | None = None
) -> tuple[object, object]:
    """What a column held before and after, in the first row that changed it (that of ``key``)."""
    for row_key, before, after in one.rows(table):
        is_wanted = key is None or row_key[0] == key
        if is_wanted and column in (before or {}).keys() | (after or {}).keys():
            return (before or {}).get(column), (after or {}).get(column)
    return None, None


def _link(one: Correction) -> tuple[tuple[int, int], Any]:
    """The two ideas of a link, and its kind."""
    for key, before, after in one.rows("idea_links"):
        row = after or before or {}
        return (key[0], key[1]), LinkKind(row.get("kind", LinkKind.RELATED))
    return (one.noun_id or 0, 0), LinkKind.RELATED


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
