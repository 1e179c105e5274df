"""Make or renew the map of a discussion.

Cut, embed, fit or transform, assign, title, lay out, suggest, store. A whole build fits the map
on all messages; where a map of some size is there, later messages are transformed with what was
fitted, and the rest of the map stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from models.registry import DEFAULT, DRAFT
from models.vectors import in_threads
from synth.clustering.lineage import what_became
from synth.corpus import Corpus
from synth.corrections.constraints import Held, held_ideas, require_same, require_shown
from synth.duplicates import Repetition
from synth.duplicates.voices import count_voices
from synth.embedding.landmarks import landmarks_of
from synth.outline import counts_under, reading_order
from synth.pipeline.corpus_reader import CorpusReader, Cuts, Fitted
from synth.pipeline.growth import (
    SMALL,
    Changes,
    Growth,
    Placed,
    growth_facts,
    growth_of,
    landmarks_after,
    place_later,
    rows_of_growth,
    space_key,
)
from synth.pipeline.harvest import decided_spans, extracts_of, later_key_passages, quote_rows
from synth.pipeline.idea_map import IdeaMap, MapInputs, find_map
from synth.pipeline.inputs import input_hash, versions_of_libraries
from synth.pipeline.map_rows import MapRows, StoredBefore, repetition_rows, rows_of_map
from synth.pipeline.masking import mask_messages
from synth.pipeline.relevance import later_not_about
from synth.pipeline.sides import Readings, read_sides
from synth.pipeline.standing_map import StandingMap, standing_map
from synth.pipeline.thread_links import link_half_imports
from synth.records import Message
from synth.settings import QUIET, Progress, Settings, Stopwatch
from synth.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models import Embedder
    from models.lexical import Arrays
    from synth.store.fitted_map import Part

DEFAULT_MODELS: Mapping[str, str] = {"full": DEFAULT, "draft": DRAFT}


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What a build did. ``is_unchanged``: nothing had changed, so nothing was done."""

    run_id: int
    is_unchanged: bool
    n_passages: int
    n_ideas: int
    n_top: int
    share_placed: float
    """Of the passages that are about the question."""
    n_suggestions: int
    lineage: Mapping[str, int]
    """How many ideas were kept, split, merged, born, gone."""
    timings: Mapping[str, float]
    """Seconds by stage."""
    growth: Mapping[str, Any] | None = None
    """Where the map has grown, by how much: messages, passages, new ideas; None for a whole
    build."""
    n_not_about: int = 0
    """Passages that are not about the question."""
    why_whole: str = ""
    """Why an earlier map was built afresh instead of growing, in words for people."""
    cut_off: tuple[str, ...] = ()
    """Imported files of which a part is missing (``link_half_imports``)."""


def build(
    store: Store,
    discussion_id: int,
    settings: Settings,
    *,
    force: bool = False,
    embedder: Embedder | None = None,
    progress: Progress = QUIET,
) -> BuildReport:
    """Bring the discussion's map up to date; people's decisions stay.

    A map that was built from the same messages, settings and version is left as it is
    unless ``force``. A map of some size grows by later messages: they are placed on it and the
    rest stays (see ``synth.pipeline.growth``). Otherwise it is built anew. Until the last step the
    earlier map stays in place, so an interrupted build loses nothing. ``embedder`` is the model
    of the settings where it is loaded already. Raises ModelMissing when the model cannot be loaded.
    """
    versions = versions_of_libraries()
    embedder = embedder or embedder_of(settings)
    cut_off = link_half_imports(store, discussion_id)
    masking = store.discussions.masking(discussion_id)
    mask_messages(store, discussion_id, masking, progress=progress)
    inputs = input_hash(store, discussion_id, settings, versions, embedder.fingerprint)
    last = store.runs.last(discussion_id)
    if last is not None and not force and last.outcome.get("input_sha256") == inputs:
        report = _report(last.id, last.outcome, last.timings, is_unchanged=True)
        return replace(report, cut_off=cut_off)
    run_id = store.runs.begin(
        discussion_id,
        kind="build",
        seed=settings.seed,
        settings=asdict(settings),
        versions=versions,
    )
    stopwatch = Stopwatch(progress)
    work = _Build(
        reader=CorpusReader(
            store=store, discussion_id=discussion_id, embedder=embedder, progress=progress
        ),
        run_id=run_id,
        settings=settings,
        stopwatch=stopwatch,
        key=space_key(settings, versions, embedder.fingerprint),
    )
    try:
        with in_threads(1):
            outcome = work.renew(is_forced=force)
    except BaseException as error:
        state = "failed" if isinstance(error, Exception) else "interrupted"
        store.runs.finish(run_id, state=state, outcome={"error": str(error)})
        raise
    outcome["input_sha256"] = inputs
    store.runs.finish(
        run_id,
        state="done",
        input_sha256=inputs,
        model=asdict(embedder.card),
        outcome=outcome,
        timings=stopwatch.timings,
    )
    report = _report(run_id, outcome, stopwatch.timings, is_unchanged=False)
    return replace(report, cut_off=cut_off)


def embedder_of(settings: Settings) -> Embedder:
    """The model that the settings name, or the default of their quality. Raises ModelMissing."""
    import models

    return models.load(settings.model or DEFAULT_MODELS[settings.quality])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Build:
    """One build of one discussion, step by step."""

    reader: CorpusReader
    run_id: int
    settings: Settings
    stopwatch: Stopwatch
    key: str
    """As :func:`synth.pipeline.growth.space_key` gives it."""

    @property
    def store(self) -> Store:
        return self.reader.store

    @property
    def discussion_id(self) -> int:
        return self.reader.discussion_id

    def renew(self, *, is_forced: bool) -> dict[str, object]:
        """Let the map grow, or build it whole; returns the outcome of the run.

        Passages and vectors are stored at once, the map at the end. Raises StoreProblem where
        people corrected the map meanwhile.
        """
        fingerprints = self.store.messages.fingerprints_by_id(self.discussion_id)
        growth, why = None, ""
        if not is_forced:
            growth, why = growth_of(self.store, self.discussion_id, fingerprints, self.key)
        if growth is not None:
            return self._grow(growth, fingerprints)
        return self._fit(fingerprints) | {"why_whole": why}

    def _fit(self, fingerprints: Mapping[int, str]) -> dict[str, object]:
        """Fit the whole map on all messages."""
        messages = list(self.store.messages.all(self.discussion_id))
        with self.stopwatch.timed("passages"):
            cuts = self.reader.cut(messages, run_id=self.run_id, is_whole=True)
        with self.stopwatch.timed("embed"):
            fitted = self.reader.fit(messages, cuts)
        sides = self._sides()
        held = held_ideas(self.store, self.discussion_id, fitted.corpus.passages)
        inputs = self._inputs(messages, cuts, fitted, held)
        found = find_map(inputs, self.settings, self.stopwatch)
        with self.stopwatch.timed("write"), self.store.atomic():
            require_shown(self.store, self.discussion_id, fingerprints)
            idea_of, became = self._replace(found, inputs, held, fitted.repetition)
            self.store.sides.replace_machine(self.discussion_id, sides.rows, run_id=self.run_id)
            self.store.spaces.forget(self.discussion_id)
            if fitted.space is not None and len(fitted.corpus) > SMALL:
                self._keep("fitted", fitted.space.arrays())
                about = [r for r, why in enumerate(found.reasons) if why is None or why.is_about]
                landmarks = landmarks_of(
                    fitted.corpus.take(about), idea_of, fingerprints=fingerprints
                )
                self._keep("landmarks", landmarks.arrays())
        return self._outcome(idea_of, became) | {
            "n_suggestions": len(found.key_passages),
            "n_read_by_model": fitted.n_read,
            "sides": sides.facts(),
        }

    def _replace(
        self, found: IdeaMap, inputs: MapInputs, held: Held, repetition: Repetition
    ) -> tuple[dict[int, int | None], dict[str, Any]]:
        """Put a whole map in place of the last one; passage id → leaf idea, and what became of
        the ideas."""
        store, discussion_id, run_id = self.store, self.discussion_id, self.run_id
        require_same(store, discussion_id, held.decisions)
        before = StoredBefore(
            ideas=store.ideas.outline(discussion_id),
            placements=store.ideas.placements(discussion_id),
            held=held.ids,
        )
        rows, lineage, keys = rows_of_map(found, inputs.corpus, before)
        ids = store.ideas.replace_machine(discussion_id, rows.ideas, rows.placements, run_id=run_id)
        store.passages.set_positions(rows.positions)
        repeated = repetition_rows(repetition, inputs.corpus.passages, inputs.messages)
        store.repetitions.replace(discussion_id, repeated, run_id=run_id)
        count_voices(store, discussion_id)
        idea_of = {p.passage_id: p.idea_id for p in store.ideas.placements(discussion_id)}
        extracts = extracts_of(found.key_passages, inputs.messages, idea_of)
        store.extracts.replace_suggestions(discussion_id, extracts, run_id=run_id)
        return idea_of, what_became(lineage, [ids[key] for key in keys], before.ideas)

    def _grow(self, growth: Growth, fingerprints: Mapping[int, str]) -> dict[str, object]:
        """Transform the new and edited messages with what the last whole build has fitted."""
        store, space, to_map = self.store, growth.space, growth.changes.to_map
        with self.stopwatch.timed("passages"):
            messages = list(store.messages.many(to_map).values())
            self.reader.cut(messages, run_id=self.run_id, is_whole=False)
        with self.stopwatch.timed("embed"):
            corpus, n_read = self.reader.transform(to_map, space, new=frozenset(to_map))
            mapped = store.growth.mapped(to_map)
            corpus = corpus.of_passages({p.id for p in corpus.passages} - mapped)
        seed = self.settings.seed
        with self.stopwatch.timed("place"):
            aside = later_not_about(
                store, self.reader.embedder, self.discussion_id, corpus.passages
            )
            about = corpus.take([row for row, why in enumerate(aside) if why is None])
            standing = standing_map(self.reader, space, growth.landmarks)
            placed = place_later(self.reader, about, standing, seed=seed).and_aside(
                {p.id: why for p, why in zip(corpus.passages, aside, strict=True) if why}
            )
            rows = rows_of_growth(self.reader, space, about, standing, placed, seed=seed)
        with self.stopwatch.timed("suggest"):
            key_passages = later_key_passages(
                store,
                self.discussion_id,
                to_map,
                idea_of=placed.idea_after(standing),
                not_about={i for i, why in placed.reason.items() if why and not why.is_about},
                limit=self.settings.suggest,
            )
            rows = replace(rows, key_passages=key_passages)
        sides = self._sides()
        with self.stopwatch.timed("write"), store.atomic():
            require_shown(store, self.discussion_id, fingerprints)
            standing.refuse_if_stale(store, self.discussion_id)
            idea_of, ids = self._add(rows, corpus, standing, placed, growth.changes)
            store.sides.replace_machine(self.discussion_id, sides.rows, run_id=self.run_id)
            landmarks = landmarks_after(
                growth,
                about,
                standing,
                centroids={ids[-n]: one.centroid for n, one in enumerate(placed.new_ideas, 1)},
                idea_of=idea_of,
                fingerprints=fingerprints,
            )
            self._keep("landmarks", landmarks.arrays())
        old, born = [idea.id for idea in standing.outline], sorted(ids.values())
        became = {"kept": old, "split": [], "merged": [], "born": born, "gone": []}
        under = [idea_of[passage.id] for passage in about.passages]
        return self._outcome(idea_of, became) | {
            "n_suggestions": store.extracts.count(self.discussion_id),
            "n_read_by_model": n_read,
            "sides": sides.facts(),
            "growth": growth_facts(growth.changes, under, born, n_suggested=len(key_passages))
            | {"n_not_about": len(corpus) - len(about)},
        }

    def _add(
        self,
        rows: MapRows,
        corpus: Corpus,
        standing: StandingMap,
        placed: Placed,
        changes: Changes,
    ) -> tuple[dict[int, int | None], dict[int, int]]:
        """Put what is new beside what is there; passage id → leaf idea, and number → id of the
        new ideas."""
        store, run_id = self.store, self.run_id
        ids = store.ideas.add(self.discussion_id, rows.ideas, run_id=run_id)
        id_of: dict[int | None, int] = dict(ids.items())
        store.growth.place(
            (
                (p.passage_id, id_of.get(p.idea_key, p.idea_key), p.weight, p.reason)
                for p in rows.placements
            ),
            run_id=run_id,
        )
        store.passages.set_positions(rows.positions)
        idea_of = {i: id_of.get(key, key) for i, key in placed.idea_after(standing).items()}
        around = store.messages.many([key.suggestion.message for key in rows.key_passages])
        store.extracts.drop_stale_suggestions(changes.edited)
        store.extracts.add_suggestions(
            extracts_of(rows.key_passages, around, idea_of), run_id=run_id
        )
        store.repetitions.join([passage.id for passage in corpus.passages])
        count_voices(store, self.discussion_id)
        parents = {idea.id: idea.parent_id for idea in store.ideas.outline(self.discussion_id)}
        said = ((idea_of[i], c.message_id, c.voice) for i, c in standing.passages.items())
        counts = counts_under(parents, said)
        store.growth.count(counts)
        store.growth.order([idea_id for idea_id, _ in reading_order(parents, counts)])
        return idea_of, ids

    def _sides(self) -> Readings:
        """The sides of answers; none where the settings or the quality leave them out."""
        if not self.settings.sides or self.settings.quality == "draft":
            return Readings()
        with self.stopwatch.timed("sides"):
            return read_sides(self.store, self.discussion_id, self.stopwatch.progress)

    def _inputs(
        self, messages: Sequence[Message], cuts: Cuts, fitted: Fitted, held: Held
    ) -> MapInputs:
        store, embedder = self.store, self.reader.embedder
        by_id = {message.id: message for message in messages}
        return MapInputs(
            corpus=fitted.corpus,
            parts=fitted.parts,
            messages=by_id,
            sentences=cuts.sentences,
            group=fitted.repetition.passages.group,
            encode=None if embedder.is_fitted_per_discussion else embedder.encode,
            positions=self._positions(),
            people=list(store.participants.names(self.discussion_id).values()),
            quotes=quote_rows(store, by_id),
            decided=decided_spans(store, self.discussion_id),
            constraints=held.constraints,
            chosen=held.chosen,
            not_about=fitted.not_about,
        )

    def _positions(self) -> NDArray[np.float32] | None:
        """Where the passages stood on the last map; NaN for new ones."""
        import numpy as np

        places = self.store.passages.positions(self.discussion_id)
        if all(x is None for x, _ in places):
            return None
        return np.array(places, dtype=np.float32)

    def _keep(self, part: Part, arrays: Arrays) -> None:
        """Keep what later messages need to find their place."""
        self.store.spaces.keep(self.discussion_id, part, arrays, key=self.key, run_id=self.run_id)

    def _outcome(
        self, idea_of: Mapping[int, int | None], became: Mapping[str, Sequence[object]]
    ) -> dict[str, object]:
        """What every build tells; ``idea_of``: passage id → leaf idea, of all passages."""
        outline = self.store.ideas.outline(self.discussion_id)
        n_placed = sum(idea is not None for idea in idea_of.values())
        n_aside = self.store.ideas.count_not_about(self.discussion_id)
        n_about = len(idea_of) - n_aside
        return {
            "n_messages": self.store.messages.count(self.discussion_id),
            "n_passages": len(idea_of),
            "n_ideas": len(outline),
            "n_top": sum(idea.level == 1 for idea in outline),
            "n_not_about": n_aside,
            "share_placed": round(n_placed / n_about, 4) if n_about else 0.0,
            "lineage": {fate: len(ideas) for fate, ideas in became.items()},
            "became": became,
            "repetition": self.store.repetitions.summary(self.discussion_id),
        }


def _report(
    run_id: int, outcome: Mapping[str, object], timings: Mapping[str, float], *, is_unchanged: bool
) -> BuildReport:
    facts: dict[str, Any] = {
        name: outcome[name] for name in BuildReport.__slots__ if name in outcome
    }
    return BuildReport(run_id=run_id, is_unchanged=is_unchanged, timings=timings, **facts)
