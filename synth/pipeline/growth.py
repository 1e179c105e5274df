"""Growth: later messages are placed on a map that stays as it is."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from synth.clustering.assignment import place_new, why_not
from synth.corpus import Corpus
from synth.embedding.landmarks import Directions, Landmarks, prints
from synth.embedding.space import Space
from synth.passages import n_words
from synth.pipeline.corpus_reader import CorpusReader
from synth.pipeline.map_rows import MapRows, named_row
from synth.pipeline.new_ideas import NewIdea, find_new_ideas, name_new_ideas
from synth.pipeline.standing_map import StandingMap, places_of
from synth.records import Unplaced
from synth.settings import Settings
from synth.store import IdeaRow, PlacementRow, Store
from synth.store.rows import json_text

SMALL = 200
"""Passages up to which a discussion is always built whole: that takes seconds."""
CHANGED_AT_MOST = 0.25
"""Share of the messages that may be new, edited or gone before a map is built afresh: the words
and means that the space was fitted on are then no longer those of the discussion."""
BESIDE = 150
"""Passages of other ideas beside which a new one is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Messages whose words the map does not hold yet, by id."""

    new: tuple[int, ...]
    edited: tuple[int, ...]
    n_gone: int
    n_same: int
    """Messages with the same words and other votes, authors or addresses."""

    @property
    def to_map(self) -> tuple[int, ...]:
        return tuple(sorted((*self.new, *self.edited)))

    @property
    def n_words(self) -> int:
        """How many messages' words are new, other or gone."""
        return len(self.new) + len(self.edited) + self.n_gone

    def __bool__(self) -> bool:
        return bool(self.n_words or self.n_same)


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What a map was made with, and what has changed since."""

    space: Space
    landmarks: Landmarks
    changes: Changes


def space_key(settings: Settings, versions: Mapping[str, str], model: str) -> str:
    """What a space depends on beside the messages; another key asks for a whole build."""
    # Sides are read beside the map, not on it.
    chosen = {name: value for name, value in asdict(settings).items() if name != "sides"}
    facts = [chosen, dict(versions), model]
    return hashlib.sha256(json_text(facts).encode()).hexdigest()


def growth_of(
    store: Store, discussion_id: int, fingerprints: Mapping[int, str], key: str
) -> tuple[Growth | None, str]:
    """The growth that will do; else None, and why an earlier map is built afresh, in words.

    ``fingerprints``: message id → hash of what it is now; ``key``: as :func:`space_key` gives it.
    """
    arrays = store.spaces.get(discussion_id, "landmarks")
    fitted = store.spaces.get(discussion_id, "fitted")
    if arrays is None or fitted is None:
        return None, ""
    landmarks = Landmarks.from_arrays(arrays)
    changes = _changes_since(store, landmarks, fingerprints)
    if store.spaces.key(discussion_id) != key:
        return None, "its settings, model or program version are not those of the last map"
    n_changed = landmarks.n_changed + changes.n_words
    if n_changed > CHANGED_AT_MOST * landmarks.n_built:
        why = (
            f"{n_changed} messages have come or changed since it was last built afresh, "
            f"then there were {landmarks.n_built}"
        )
        return None, why
    if not changes:
        return None, ""
    return Growth(space=Space.from_arrays(fitted), landmarks=landmarks, changes=changes), ""


def _changes_since(store: Store, landmarks: Landmarks, fingerprints: Mapping[int, str]) -> Changes:
    """Which messages are new, edited or gone since the map was made or grew."""
    ids, starts = prints(fingerprints)
    before = dict(zip(landmarks.message_ids.tolist(), landmarks.fingerprints.tolist(), strict=True))
    now = dict(zip(ids.tolist(), starts.tolist(), strict=True))
    other = [i for i, start in now.items() if i in before and before[i] != start]
    # New words are cut before they are mapped: after a build that was interrupted in between,
    # an edited message has passages, and no map has dealt with them.
    passages = store.passages.of_messages(other)
    mapped = store.growth.mapped(other)
    same_words = {p.message_id for p in passages} - {
        p.message_id for p in passages if p.id not in mapped
    }
    edited = tuple(i for i in other if i not in same_words)
    return Changes(
        new=tuple(i for i in now if i not in before),
        edited=edited,
        n_gone=len(before.keys() - now.keys()),
        n_same=len(other) - len(edited),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Under which ideas the later passages go. New ideas are numbered -1, -2, …"""

    idea_of: Mapping[int, int | None]
    """Passage id → leaf idea, of later passages and of those that a new idea takes in."""
    weight: Mapping[int, float]
    """Passage id → how well it fits, 0..1, for the same."""
    reason: Mapping[int, Unplaced | None]
    """Passage id → why it stands under no idea."""
    new_ideas: Sequence[NewIdea]

    def and_aside(self, aside: Mapping[int, Unplaced]) -> Placed:
        """The same with later passages that are not about the question: passage id → why."""
        return replace(
            self,
            idea_of={**self.idea_of, **dict.fromkeys(aside)},
            weight={**self.weight, **dict.fromkeys(aside, 0.0)},
            reason={**self.reason, **aside},
        )

    def idea_after(self, standing: StandingMap) -> dict[int, int | None]:
        """Passage id → leaf idea, for all passages of the discussion."""
        return {i: c.idea_id for i, c in standing.passages.items()} | dict(self.idea_of)


def place_later(
    reader: CorpusReader, corpus: Corpus, standing: StandingMap, *, seed: int
) -> Placed:
    """Assign later passages to the ideas of the map, and open new ones."""
    store, leaves = reader.store, standing.leaves
    leaf, fit = place_new(corpus.centred, leaves.rows)
    ids = [passage.id for passage in corpus.passages]
    idea_of = {
        i: None if row < 0 else standing.leaf_ids[row]
        for i, row in zip(ids, leaf.tolist(), strict=True)
    }
    weight = {i: round(how_well, 4) for i, how_well in zip(ids, fit.tolist(), strict=True)}
    first = [standing.leaf_ids.index(i) for i in sorted(set(standing.leaf_ids))]
    words = [n_words(passage.text) for passage in corpus.passages]
    reasons = why_not(corpus.centred, leaf, leaves.rows[first], words)
    links = store.corrections.links(reader.discussion_id)
    kept_out = store.growth.of_people(standing.landmarks.ids)
    kept_out |= {i for link in links for i in (link.one_id, link.other_id)}
    new_ideas = find_new_ideas(corpus, standing, kept_out=kept_out, seed=seed)
    for number, new in enumerate(new_ideas, start=1):
        idea_of |= dict.fromkeys(new.weight, -number)
        weight |= new.weight
    return Placed(
        idea_of=idea_of,
        weight=weight,
        reason={
            i: reason if idea_of[i] is None else None
            for i, reason in zip(ids, reasons, strict=True)
        },
        new_ideas=new_ideas,
    )


def rows_of_growth(
    reader: CorpusReader,
    space: Space,
    corpus: Corpus,
    standing: StandingMap,
    placed: Placed,
    *,
    seed: int,
) -> MapRows:
    """The rows of what is new on the map: ideas, placements and places."""
    marked = reader.store.growth.places(standing.landmarks.ids)
    places = places_of(corpus, placed.idea_of, standing, marked, seed=seed)
    return MapRows(
        ideas=_idea_rows(reader, space, standing, placed.new_ideas, places),
        placements=[
            PlacementRow(
                passage_id=i,
                idea_key=idea,
                weight=placed.weight[i],
                reason=placed.reason.get(i),
            )
            for i, idea in placed.idea_of.items()
        ],
        positions=[(i, x, y) for i, (x, y) in places.items()],
    )


def _idea_rows(
    reader: CorpusReader,
    space: Space,
    standing: StandingMap,
    new_ideas: Sequence[NewIdea],
    places: Mapping[int, tuple[float, float]],
) -> list[IdeaRow]:
    """The new ideas with their names, told apart from passages of the other ideas."""
    if not new_ideas:
        return []
    store, passages = reader.store, standing.passages
    spoken = [i for i in standing.landmarks.ids if passages[i].idea_id is not None]
    beside = spoken[:: max(1, len(spoken) // BESIDE)]
    speaking = {i for new in new_ideas for i in new.weight} | set(beside)
    corpus, _ = reader.transform({passages[i].message_id for i in speaking}, space)
    corpus = corpus.of_passages(speaking)
    embedder = reader.embedder
    names = name_new_ideas(
        new_ideas,
        corpus,
        taken=[idea.title for idea in standing.outline],
        avoid=list(store.participants.names(reader.discussion_id).values()),
        encode=None if embedder.is_fitted_per_discussion else embedder.encode,
    )
    level = {idea.id: idea.level for idea in standing.outline}
    known = dict(places) | store.growth.places([i for new in new_ideas for i in new.weight])
    rows = []
    for number, (new, name) in enumerate(zip(new_ideas, names, strict=True), start=1):
        own = [known[i] for i in new.weight if i in known] or [(0.5, 0.5)]
        row = replace(
            named_row(-number, name, corpus.passages),
            parent_key=new.parent_id,
            level=1 + level.get(new.parent_id or 0, 0),
            x=sum(x for x, _ in own) / len(own),
            y=sum(y for _, y in own) / len(own),
        )
        rows.append(row)
    return rows


def landmarks_after(
    growth: Growth,
    corpus: Corpus,
    standing: StandingMap,
    *,
    centroids: Mapping[int, NDArray[np.float32]],
    idea_of: Mapping[int, int | None],
    fingerprints: Mapping[int, str],
) -> Landmarks:
    """The landmarks of the map that has grown.

    ``centroids``: id → mean direction of each new idea; ``idea_of``: passage id → leaf idea, of all
    passages.
    """
    leaves = standing.leaves
    if centroids:
        leaves = leaves.and_then(Directions(list(centroids), np.vstack(list(centroids.values()))))
    later = Directions([passage.id for passage in corpus.passages], corpus.centred)
    before = growth.landmarks
    return Landmarks.of(
        leaves,
        standing.landmarks.and_then(later),
        idea_of=idea_of,
        fingerprints=fingerprints,
        n_built=before.n_built,
        n_changed=before.n_changed + growth.changes.n_words,
    )


def growth_facts(
    changes: Changes, under: Sequence[int | None], born: Sequence[int], *, n_suggested: int
) -> dict[str, object]:
    """What a run tells of growth; ``under``: the leaf idea of each later passage that is about the
    question."""
    more = Counter(idea for idea in under if idea is not None)
    return {
        "n_new": len(changes.new),
        "n_edited": len(changes.edited),
        "n_placed": sum(idea is not None for idea in under),
        "n_unplaced": sum(idea is None for idea in under),
        "n_suggested": n_suggested,
        "born": list(born),
        "grew": [[i, n] for i, n in more.most_common() if i not in born],
    }
