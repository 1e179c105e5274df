"""Let a map grow: what is new finds its place on it, and the rest stays as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from synth.clustering.assignment import place_new, why_not
from synth.duplicates.voices import count_voices
from synth.embedding.space import Landmarks, Space
from synth.passages import n_words
from synth.pipeline.arriving import Arrivals, Located
from synth.pipeline.budding import Bud, find_buds, name_buds
from synth.pipeline.changing import Changes
from synth.pipeline.ground import Ground, ground_of, places_of
from synth.pipeline.harvest import suggestions_in
from synth.pipeline.watch import Watch
from synth.records import Extract, Idea, IdeaName, Unplaced
from synth.settings import Settings
from synth.store import IdeaRow, Store

if TYPE_CHECKING:
    from models import Embedder

BESIDE = 150
"""Passages of other ideas beside which a new one is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """What growth adds to a map, before it is stored. New ideas are numbered -1, -2, …"""

    located: Located
    """The passages that came."""
    idea_of: Mapping[int, int | None]
    """Passage id → leaf idea, for those that came and those that a new idea takes in."""
    weight: Mapping[int, float]
    """Passage id → how well it fits, 0..1, for the same."""
    reason: Mapping[int, Unplaced | None]
    """Passage id → why it came under no idea."""
    buds: Sequence[Bud]
    names: Sequence[IdeaName]
    places: Mapping[int, tuple[float, float]]
    """Passage id → where it stands on the map, for those that came."""
    extracts: Sequence[Extract] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Growing:
    """One growth: what is read from the store, and what is written to it."""

    store: Store
    discussion_id: int
    run_id: int
    settings: Settings
    embedder: Embedder
    space: Space
    landmarks: Landmarks
    changes: Changes
    watch: Watch

    def walk(self, fingerprints: Mapping[int, str]) -> dict[str, object]:
        """All steps in order; what came of them.

        Passages and vectors are kept at once, what is new on the map at the end. Raises
        StoreProblem where people corrected the map meanwhile.
        """
        store, watch, came = self.store, self.watch, self.changes.to_map
        arrivals = Arrivals(
            store=store, embedder=self.embedder, space=self.space, progress=watch.progress
        )
        with watch.timed("passages"):
            arrivals.cut(came, run_id=self.run_id)
        with watch.timed("embed"):
            located = arrivals.locate(came, new=frozenset(came))
            located = located.without(store.growth.mapped(came))
        with watch.timed("place"):
            ground = ground_of(store, self.discussion_id, self.landmarks, arrivals)
            grown = self._grown(located, ground, arrivals)
        with watch.timed("suggest"):
            grown = replace(grown, extracts=self._key_passages(grown, ground))
        with watch.timed("write"), store.atomic():
            ground.refuse_if_stale(store, self.discussion_id)
            ids = self._write(grown, ground)
            store.repetitions.join([passage.id for passage in located.passages])
            count_voices(store, self.discussion_id)
            standing = {i: c.idea_id for i, c in ground.carried.items()}
            standing |= {i: ids.get(idea, idea) for i, idea in grown.idea_of.items()}
            self._count(standing, ground)
            self._keep(grown, ground, standing, fingerprints, ids)
        return self._outcome(grown, ground, standing, ids)

    def _grown(self, located: Located, ground: Ground, arrivals: Arrivals) -> Grown:
        store, seed = self.store, self.settings.seed
        leaf, fit = place_new(located.middle, ground.centroids)
        idea_of: dict[int, int | None] = {}
        weight: dict[int, float] = {}
        for passage, row, how_well in zip(
            located.passages, leaf.tolist(), fit.tolist(), strict=True
        ):
            idea_of[passage.id] = None if row < 0 else ground.leaf_ids[row]
            weight[passage.id] = round(how_well, 4)
        reasons = why_not(
            located.middle,
            leaf,
            ground.centroids[[ground.leaf_ids.index(i) for i in sorted(set(ground.leaf_ids))]],
            [n_words(p.text) for p in located.passages],
        )
        links = store.corrections.links(self.discussion_id)
        kept_out = store.growth.of_people(ground.sign_ids)
        kept_out |= {i for link in links for i in (link.one_id, link.other_id)}
        buds = find_buds(located, ground, kept_out=kept_out, seed=seed)
        for number, bud in enumerate(buds, start=1):
            idea_of |= dict.fromkeys(bud.weight, -number)
            weight |= bud.weight
        positions = store.growth.places(ground.sign_ids)
        return Grown(
            located=located,
            idea_of=idea_of,
            weight=weight,
            reason={
                passage.id: reason if idea_of[passage.id] is None else None
                for passage, reason in zip(located.passages, reasons, strict=True)
            },
            buds=buds,
            names=self._names(buds, ground, arrivals),
            places=places_of(located, idea_of, ground, positions, seed=seed),
        )

    def _names(self, buds: Sequence[Bud], ground: Ground, arrivals: Arrivals) -> list[IdeaName]:
        if not buds:
            return []
        placed = [i for i in ground.sign_ids if ground.carried[i].idea_id is not None]
        others = placed[:: max(1, len(placed) // BESIDE)]
        speaking = {i for bud in buds for i in bud.weight} | set(others)
        messages = {ground.carried[i].message_id for i in speaking}
        return name_buds(
            buds,
            arrivals.locate(messages).of(speaking),
            taken=[idea.title for idea in ground.outline],
            avoid=list(self.store.participants.names(self.discussion_id).values()),
            encode=None if self.embedder.is_fitted_per_discussion else self.embedder.encode,
        )

    def _key_passages(self, grown: Grown, ground: Ground) -> list[Extract]:
        return suggestions_in(
            self.store,
            self.discussion_id,
            self.changes.to_map,
            idea_of={i: c.idea_id for i, c in ground.carried.items()} | dict(grown.idea_of),
            limit=self.settings.suggest,
        )

    def _write(self, grown: Grown, ground: Ground) -> dict[int | None, int]:
        """Put what is new beside what is there; returns number → id of the new ideas."""
        store, run_id = self.store, self.run_id
        level = {idea.id: idea.level for idea in ground.outline}
        places = dict(grown.places) | store.growth.places([i for b in grown.buds for i in b.weight])
        rows = [
            _row(-number, bud, name, places, level=1 + level.get(bud.parent_id or 0, 0))
            for number, (bud, name) in enumerate(zip(grown.buds, grown.names, strict=True), start=1)
        ]
        added = store.ideas.add(self.discussion_id, rows, run_id=run_id)
        ids: dict[int | None, int] = dict(added.items())
        store.growth.place(
            (
                (i, ids.get(idea, idea), grown.weight[i], grown.reason.get(i))
                for i, idea in grown.idea_of.items()
            ),
            run_id=run_id,
        )
        store.passages.set_positions((i, x, y) for i, (x, y) in grown.places.items())
        store.extracts.drop_stale_suggestions(self.changes.edited)
        extracts = [
            replace(e, idea_ids=tuple(ids.get(idea, idea) for idea in e.idea_ids))
            for e in grown.extracts
        ]
        store.extracts.add_suggestions(extracts, run_id=run_id)
        return ids

    def _count(self, standing: Mapping[int, int | None], ground: Ground) -> None:
        """Bring messages and voices of every idea up to date, and the reading order."""
        outline = self.store.ideas.outline(self.discussion_id)
        above = {idea.id: idea.parent_id for idea in outline}
        messages: dict[int, set[int]] = {idea.id: set() for idea in outline}
        voices: dict[int, set[int]] = {idea.id: set() for idea in outline}
        for passage_id, leaf in standing.items():
            one, idea = ground.carried[passage_id], leaf
            while idea is not None:
                messages[idea].add(one.message_id)
                voices[idea].add(one.voice)
                idea = above[idea]
        self.store.growth.count({i: (len(messages[i]), len(voices[i])) for i in above})
        # As after a correction: the most voices, then messages, first; equals as they were.
        outline.sort(key=lambda idea: (-len(voices[idea.id]), -len(messages[idea.id])))
        self.store.growth.order(_reading_order(outline))

    def _keep(
        self,
        grown: Grown,
        ground: Ground,
        standing: Mapping[int, int | None],
        fingerprints: Mapping[int, str],
        ids: Mapping[int | None, int],
    ) -> None:
        """Keep the landmarks, with what came since."""
        landmarks = self.landmarks.grown(
            ground_ids=ground.known_ids,
            ground_centroids=ground.centroids,
            new={ids[-n]: bud.centroid for n, bud in enumerate(grown.buds, start=1)},
            signs=(ground.sign_ids, ground.signs),
            came=([p.id for p in grown.located.passages], grown.located.middle),
            standing=standing,
            fingerprints=fingerprints,
            n_changed=self.changes.n_words,
        )
        key = self.store.spaces.key(self.discussion_id) or ""
        self.store.spaces.keep(
            self.discussion_id, "landmarks", landmarks.arrays(), key=key, run_id=self.run_id
        )

    def _outcome(
        self,
        grown: Grown,
        ground: Ground,
        standing: Mapping[int, int | None],
        ids: Mapping[int | None, int],
    ) -> dict[str, object]:
        """What a run tells of a growth, beside what every build tells."""
        store, here = self.store, self.discussion_id
        came = [standing[passage.id] for passage in grown.located.passages]
        more = Counter(idea for idea in came if idea is not None)
        old = [idea.id for idea in ground.outline]
        born = sorted(ids.values())
        outline = store.ideas.outline(here)
        n_placed = sum(idea is not None for idea in standing.values())
        return {
            "n_messages": store.messages.count(here),
            "n_passages": len(standing),
            "n_ideas": len(outline),
            "n_top": sum(idea.level == 1 for idea in outline),
            "share_placed": round(n_placed / len(standing), 4) if standing else 0.0,
            "n_suggestions": store.extracts.count(here),
            "n_read_by_model": grown.located.n_read,
            "lineage": {"kept": len(old), "split": 0, "merged": 0, "born": len(born), "gone": 0},
            "became": {"kept": old, "split": [], "merged": [], "born": born, "gone": []},
            "repetition": store.repetitions.summary(here),
            "growth": {
                "n_new": len(self.changes.new),
                "n_edited": len(self.changes.edited),
                "n_placed": sum(idea is not None for idea in came),
                "n_unplaced": sum(idea is None for idea in came),
                "n_suggested": len(grown.extracts),
                "born": born,
                "grew": [[i, n] for i, n in more.most_common() if i not in born],
            },
        }


def _row(
    key: int,
    bud: Bud,
    name: IdeaName,
    places: Mapping[int, tuple[float, float]],
    *,
    level: int,
) -> IdeaRow:
    standing = [places[i] for i in bud.weight if i in places] or [(0.5, 0.5)]
    return IdeaRow(
        key=key,
        parent_key=bud.parent_id,
        level=level,
        title=name.title,
        keyphrases=name.keyphrases,
        summary=name.summary,
        language=name.language,
        n_messages=0,
        n_authors=0,
        stability=None,
        x=sum(x for x, _ in standing) / len(standing),
        y=sum(y for _, y in standing) / len(standing),
        representatives=name.representatives,
    )


def _reading_order(outline: Sequence[Idea]) -> list[int]:
    """Depth first; siblings in the order they are given."""
    children: dict[int | None, list[int]] = {}
    for idea in outline:
        children.setdefault(idea.parent_id, []).append(idea.id)
    order: list[int] = []
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        idea_id = waiting.pop()
        order.append(idea_id)
        waiting += reversed(children.get(idea_id, []))
    return order
