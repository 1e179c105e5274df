"""The map as it is stored, and what every correction of it asks, opens and shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from synth.clustering.tree import MAX_CHILDREN, MAX_LEVELS
from synth.duplicates.voices import count_voices
from synth.errors import N_, CorrectionRefused
from synth.permissions import Permission
from synth.records import Idea, Origin, Placement
from synth.store import Change, Correction, Store

N_REPRESENTATIVES = 5
OF_ALL = frozenset({"signed_off", "reopened"})
"""Corrections that are about all ideas: a sign-off, and its taking back."""
CORE_SHARE = 0.5
"""Share of its passages, the best fit first, that carries an idea from map to map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledIdea:
    """An idea as a refusal names it."""

    id: int
    title: str

    def __str__(self) -> str:
        return f"idea {self.id} ({self.title})"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledPassage:
    """A passage as a refusal names it."""

    message_id: int
    start: int

    def __str__(self) -> str:
        return f"message {self.message_id} at {self.start}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMap:
    """Ideas, placements and links of a discussion, looked up by id."""

    discussion_id: int
    ideas: dict[int, Idea]
    """In reading order."""
    children: dict[int | None, list[int]]
    placements: dict[int, Placement]
    """By passage, in order of message and place."""
    under: dict[int, list[int]]
    """Leaf idea → its passages, the best fit first."""
    together: dict[int, set[int]] = field(default_factory=dict)
    """Passage → those that it is linked to."""
    apart: dict[int, set[int]] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)
    """Passage → why a person's placement is a person's."""

    def idea(self, idea_id: int) -> Idea:
        found = self.ideas.get(idea_id)
        if found is None:
            raise CorrectionRefused(
                N_("no idea %(idea)s on this map; idea_id in ideas.csv says which there are"),
                idea=idea_id,
            )
        return found

    def called(self, idea_id: int) -> CalledIdea:
        """The idea as messages name it."""
        return CalledIdea(id=idea_id, title=self.ideas[idea_id].title)

    def is_leaf(self, idea_id: int) -> bool:
        return not self.children.get(idea_id)

    def subtree(self, idea_id: int) -> list[int]:
        """The idea and all below it, parents first."""
        found = [idea_id]
        for each in found:
            found += self.children.get(each, [])
        return found

    def height(self, idea_id: int) -> int:
        """Levels that the idea and all below it take."""
        return 1 + max((self.height(child) for child in self.children.get(idea_id, ())), default=0)

    def path(self, idea_id: int | None) -> list[int]:
        """The idea and those above it, upwards."""
        found: list[int] = []
        while idea_id is not None:
            found.append(idea_id)
            idea_id = self.ideas[idea_id].parent_id
        return found

    def passages_below(self, idea_id: int) -> list[int]:
        return [p for each in self.subtree(idea_id) for p in self.under.get(each, ())]

    def leaf_of(self, passage_id: int) -> int | None:
        return self.placements[passage_id].idea_id

    def is_persons(self, passage_id: int) -> bool:
        return self.placements[passage_id].origin is Origin.PERSON

    def with_linked(self, passage_ids: Iterable[int]) -> list[int]:
        """The passages and all that people linked to them, in order of message and place."""
        waiting = list(passage_ids)
        found: set[int] = set()
        while waiting:
            passage_id = waiting.pop()
            if passage_id not in found:
                found.add(passage_id)
                waiting += self.together.get(passage_id, ())
        return [passage_id for passage_id in self.placements if passage_id in found]

    def replace(self, passage_id: int, idea_id: int | None) -> None:
        """Note that a passage was moved while the correction is being made."""
        was = self.leaf_of(passage_id)
        if was is not None:
            self.under[was].remove(passage_id)
        if idea_id is not None:
            self.under.setdefault(idea_id, []).append(passage_id)
        self.placements[passage_id] = replace(self.placements[passage_id], idea_id=idea_id)

    # -- refusals --------------------------------------------------------------------------

    def require_leaf(self, idea_id: int) -> None:
        self.idea(idea_id)
        if not self.is_leaf(idea_id):
            inside = ", ".join(str(child) for child in self.children[idea_id])
            raise CorrectionRefused(
                N_(
                    "%(idea)s has ideas under it, and passages stand under the lowest "
                    "ideas only; choose one of %(ideas)s"
                ),
                idea=self.called(idea_id),
                ideas=inside,
            )

    def require_passages(self, passage_ids: Collection[int]) -> None:
        if not passage_ids:
            raise CorrectionRefused(N_("no passage was chosen; name at least one message"))
        for passage_id in passage_ids:
            if passage_id not in self.placements:
                raise CorrectionRefused(
                    N_("no passage %(passage)s on this map"), passage=passage_id
                )

    def require_none_apart(self, passage_ids: Collection[int]) -> None:
        """Refuse to put passages under one idea that people set apart."""
        together = set(passage_ids)
        for one in passage_ids:
            apart = self.apart.get(one, set()) & together
            if apart:
                raise CorrectionRefused(
                    N_("%(passage)s and %(other_passage)s must stay apart; undo that first"),
                    passage=self.where(one),
                    other_passage=self.where(min(apart)),
                )

    def require_not_emptied(self, passage_ids: Collection[int], *, keep: int | None = None) -> None:
        """Refuse to take the last passages from an idea; ``keep`` is the one they go to."""
        leaves = map(self.leaf_of, passage_ids)
        leaving = Counter(leaf for leaf in leaves if leaf is not None and leaf != keep)
        for leaf, n in leaving.items():
            if n == len(self.under[leaf]):
                raise CorrectionRefused(
                    N_(
                        "%(idea)s would be left without a passage; merge it into another idea "
                        "or hide it"
                    ),
                    idea=self.called(leaf),
                )

    def require_room(self, parent: int | None, *, n_more: int = 1) -> None:
        """Refuse more ideas side by side than one reads; people fill all places but one at the
        top, which the machine needs for what is new."""
        beside = self.children.get(parent, [])
        place = N_("the top") if parent is None else self.called(parent)
        if len(beside) + n_more > MAX_CHILDREN:
            raise CorrectionRefused(
                N_(
                    "%(place)s has %(n)s ideas already, and a map shows %(most)s side by "
                    "side at most; merge or move some first"
                ),
                place=place,
                n=len(beside),
                most=MAX_CHILDREN,
            )
        chosen = sum(self.ideas[i].parent_origin is Origin.PERSON for i in beside)
        if parent is None and chosen + 1 >= MAX_CHILDREN:
            raise CorrectionRefused(
                N_(
                    "people put %(n)s ideas at the top already, and new ones need a place "
                    "there; move one under another first"
                ),
                n=chosen,
            )

    def require_depth(self, idea_id: int, parent: int | None) -> None:
        level = 0 if parent is None else self.idea(parent).level
        if level + self.height(idea_id) > MAX_LEVELS:
            raise CorrectionRefused(
                N_(
                    "%(idea)s would reach below level %(most)s there, and a map has no "
                    "more; choose a higher place"
                ),
                idea=self.called(idea_id),
                most=MAX_LEVELS,
            )

    def where(self, passage_id: int) -> CalledPassage:
        """The passage as messages name it."""
        placement = self.placements[passage_id]
        return CalledPassage(message_id=placement.message_id, start=placement.start)


def stored_map(store: Store, discussion_id: int) -> StoredMap:
    """Read the map; it has no ideas before the first build."""
    outline = store.ideas.outline(discussion_id)
    children: dict[int | None, list[int]] = {}
    for idea in outline:
        children.setdefault(idea.parent_id, []).append(idea.id)
    placements = {p.passage_id: p for p in store.ideas.placements(discussion_id)}
    under: dict[int, list[int]] = {}
    for placement in sorted(placements.values(), key=lambda p: (-p.weight, p.passage_id)):
        if placement.idea_id is not None:
            under.setdefault(placement.idea_id, []).append(placement.passage_id)
    found = StoredMap(
        discussion_id=discussion_id,
        reasons=store.corrections.reasons(discussion_id),
        ideas={idea.id: idea for idea in outline},
        children=children,
        placements=placements,
        under=under,
    )
    for link in store.corrections.links(discussion_id):
        kind = found.together if link.is_together else found.apart
        kind.setdefault(link.one_id, set()).add(link.other_id)
        kind.setdefault(link.other_id, set()).add(link.one_id)
    return found


def core_of(passage_ids: Sequence[int]) -> list[int]:
    """Of an idea's passages, the best fit first, those that carry it from map to map."""
    return list(passage_ids[: max(1, round(CORE_SHARE * len(passage_ids)))])


@contextmanager
def open_correction(
    store: Store, discussion_id: int, actor: str, verb: str, idea_id: int | None
) -> Iterator[tuple[Change, StoredMap]]:
    """A correction about an idea, or about passages or all ideas where ``idea_id`` is None: all or
    nothing."""
    is_about_passages = idea_id is None or verb == "pinned"
    noun = "map" if verb in OF_ALL else "passage" if is_about_passages else "idea"
    actor = require_words(actor, N_("the actor is empty; say one"))
    with store.atomic():
        with store.corrections.change(
            discussion_id, actor=actor, verb=verb, noun=noun, noun_id=idea_id
        ) as change:
            map_ = stored_map(store, discussion_id)
            if not map_.ideas:
                raise CorrectionRefused(
                    N_("there is no map yet to correct; make one with `synth build`")
                )
            if idea_id is not None:
                map_.idea(idea_id)
            yield change, map_
        if change.is_reshaped:
            count_voices(store, discussion_id)


def undo_correction(
    store: Store, discussion_id: int, event_id: int | None = None, *, actor: str
) -> Correction:
    """Take back the last correction, or the one with that id; returns what was taken back.

    Raises CorrectionRefused when there is none, or when a later one builds on it.
    """
    actor = require_words(actor, N_("the actor is empty; say one"))
    with store.atomic():
        correction = store.corrections.undo(discussion_id, event_id, actor=actor)
        count_voices(store, discussion_id)
    return correction


def permission_to_undo(store: Store, discussion_id: int, event_id: int | None = None) -> Permission:
    """What one needs to take back the last correction, or the one with that id: as much as to make
    it."""
    history = store.corrections.history(discussion_id)
    wanted = (
        one for one in history if (not one.is_undone if event_id is None else one.id == event_id)
    )
    found = next(wanted, None)
    is_of_all = found is not None and found.verb in OF_ALL
    return Permission.SIGN_OFF if is_of_all else Permission.CORRECT


def require_words(text: str, refusal: str) -> str:
    """One line of words. Raises CorrectionRefused with ``refusal`` where there are none."""
    words = " ".join(text.split())
    if not words:
        raise CorrectionRefused(refusal)
    return words


def ensure_core(store: Store, change: Change, map_: StoredMap, idea_id: int) -> None:
    """Note the passages that carry a leaf idea to the next map, unless there are some."""
    if map_.is_leaf(idea_id):
        passages = map_.under.get(idea_id, [])
        if not store.corrections.cores(map_.discussion_id).get(idea_id):
            change.set_core(idea_id, core_of(passages))


def keep_place(change: Change, map_: StoredMap, passage_id: int, *, because: str) -> None:
    """Keep a passage where it is, unless a person did that already."""
    if not map_.is_persons(passage_id):
        placement = map_.placements[passage_id]
        change.place(passage_id, placement.idea_id, weight=placement.weight, because=because)


def move_passages(
    change: Change, map_: StoredMap, passage_ids: Sequence[int], idea_id: int, *, because: str
) -> None:
    """Put passages under an idea, each with the weight it had."""
    for passage_id in passage_ids:
        weight = map_.placements[passage_id].weight
        change.place(passage_id, idea_id, weight=weight, because=because)


def best_fitting(map_: StoredMap, passage_ids: Sequence[int]) -> list[int]:
    """The passages that speak for an idea."""
    order = sorted(passage_ids, key=lambda p: (-map_.placements[p].weight, p))
    return order[:N_REPRESENTATIVES]
