"""Make or renew the map of a discussion: passages, ideas, titles, layout, suggestions."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from synth.ideas import find_ideas
from synth.identity import NOTHING, Lineage
from synth.layout import lay_out
from synth.neighbours import centred, similarity_graph
from synth.pipeline.cutting import Cuts, cut_messages
from synth.pipeline.embedding import embed_passages
from synth.pipeline.mapping import name_tree
from synth.pipeline.suggesting import suggest_extracts
from synth.placement import place
from synth.records import IdeaName, IdeaTree, Message, Origin, Passage
from synth.settings import QUIET, Progress, Settings
from synth.store import Store
from synth.store.values import json_text
from synth.titles import name_ideas

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Encode = Callable[[Sequence[str]], NDArray[np.float32]]

DEFAULT_MODELS: Mapping[str, str] = {"full": "e5-small", "draft": "draft"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much a quality spends on what only polishes the map."""

    n_resamplings: int
    """Draws behind each idea's stability."""
    read_words: int
    """Words parsed for titles."""
    layout: float
    """Share of the layout's steps."""


EFFORTS: Mapping[str, Effort] = {
    "full": Effort(n_resamplings=8, read_words=40_000, layout=1.0),
    "draft": Effort(n_resamplings=2, read_words=10_000, layout=0.25),
}
LIBRARIES = ("numpy", "scipy", "scikit-learn", "scikit-network", "faiss-cpu", "openTSNE", "spacy")


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
    messages = list(store.messages.all(discussion_id))
    versions = _versions()
    inputs = _input_hash(store, discussion_id, settings, versions)
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
    work = _Build(store, discussion_id, run_id, settings, progress)
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
        timings=work.timings,
    )
    return _report(run_id, outcome, work.timings, is_unchanged=False)


class _Build:
    """One walk through the steps."""

    def __init__(
        self,
        store: Store,
        discussion_id: int,
        run_id: int,
        settings: Settings,
        progress: Progress,
    ) -> None:
        self._store = store
        self._discussion_id = discussion_id
        self._run_id = run_id
        self._settings = settings
        self._progress = progress
        self.timings: dict[str, float] = {}

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.timings[stage] = self.timings.get(stage, 0.0) + time.perf_counter() - begun

    def walk(self, messages: list[Message]) -> tuple[dict[str, object], Mapping[str, object]]:
        """All steps in order. Passages and vectors are kept at once, the map at the end."""
        import models

        with self._timed("load model"):
            embedder = models.load(self._settings.model or DEFAULT_MODELS[self._settings.quality])
        with self._timed("passages"):
            cuts, passages = self._cut(messages)
        with self._timed("embed"):
            vectors, is_read = embed_passages(
                self._store,
                embedder,
                passages,
                self._store.passages.hashes(self._discussion_id),
                progress=self._progress,
            )
            blended, encode = vectors, None
            if not embedder.is_fitted_per_discussion and passages:
                texts = [passage.text for passage in passages]
                vectors, blended = models.complete(vectors, texts, is_known=is_read)
                encode = embedder.encode
        found = self._find(vectors, blended, passages, messages, encode)
        with self._timed("write"), self._store.atomic():
            self._write(found, passages)
            with self._timed("suggest"):
                n_suggestions = self._suggest(messages, cuts, vectors)
        outcome = self._outcome(found, passages, n_suggestions)
        outcome["n_read_by_model"] = int(is_read.sum())
        return outcome, asdict(embedder.card)

    def _cut(self, messages: list[Message]) -> tuple[Cuts, list[Passage]]:
        cuts = cut_messages(messages, progress=self._progress)
        self._store.passages.replace(
            self._discussion_id,
            cuts.passages,
            texts={message.id: message.text for message in messages},
            run_id=self._run_id,
        )
        return cuts, self._store.passages.all(self._discussion_id)

    def _find(
        self,
        vectors: NDArray[np.float32],
        blended: NDArray[np.float32],
        passages: list[Passage],
        messages: list[Message],
        encode: Encode | None,
    ) -> Found:
        """Ideas, their names and their places, as arrays."""
        import numpy as np

        by_id = {message.id: message for message in messages}
        authors = [by_id[passage.message_id].participant_id for passage in passages]
        texts = [passage.text for passage in passages]
        seed, effort = self._settings.seed, EFFORTS[self._settings.quality]
        with self._stage("Find ideas", passages):
            middle = centred(blended, [by_id[p.message_id].language for p in passages])
            graph = similarity_graph(middle, seed=seed)
            tree = find_ideas(
                middle,
                graph,
                voices=_voices(passages, authors),
                groups=np.array([passage.message_id for passage in passages], dtype=np.intp),
                seed=seed,
                n_resamplings=effort.n_resamplings,
            )
            placed = place(middle, tree)
        # Places need nothing from the titles: both are made at once.
        with self._stage("Title and lay out", passages), ThreadPoolExecutor(1) as aside:
            laid_out = aside.submit(
                lay_out,
                middle,
                graph,
                placed,
                seed=seed,
                initial=self._positions(),
                effort=effort.layout,
            )
            names = name_ideas(
                texts,
                placed,
                vectors,
                languages=[by_id[passage.message_id].language for passage in passages],
                authors=[by_id[passage.message_id].author for passage in passages],
                subjects=[by_id[passage.message_id].subject for passage in passages],
                avoid=list(self._store.participants.names(self._discussion_id).values()),
                encode=encode,
                read_words=effort.read_words,
            )
            places = laid_out.result()
        return Found(tree=placed, names=names, places=places, by_id=by_id)

    def _positions(self) -> NDArray[np.float32] | None:
        """Where the passages stood on the last map; NaN for new ones."""
        import numpy as np

        places = self._store.passages.positions(self._discussion_id)
        if all(x is None for x, _ in places):
            return None
        return np.array(places, dtype=np.float32)

    def _write(self, found: Found, passages: list[Passage]) -> None:
        store = self._store
        named = name_tree(
            found.tree,
            found.names,
            passages=passages,
            messages=found.by_id,
            positions=found.places,
            before=(
                store.ideas.outline(self._discussion_id),
                store.ideas.placements(self._discussion_id),
            ),
        )
        found.lineage = named.lineage
        store.ideas.replace_machine(
            self._discussion_id, named.ideas, named.placements, run_id=self._run_id
        )
        store.passages.set_positions(
            (passage.id, float(x), float(y))
            for passage, (x, y) in zip(passages, found.places.tolist(), strict=True)
        )

    def _suggest(self, messages: list[Message], cuts: Cuts, vectors: NDArray[np.float32]) -> int:
        with self._progress.stage("Suggest", total=len(messages), unit="messages") as stage:
            extracts = suggest_extracts(
                self._store,
                self._discussion_id,
                messages,
                self._settings,
                sentences=cuts.sentences,
                vectors=vectors,
            )
            stage.advance(len(messages))
        self._store.extracts.replace_suggestions(self._discussion_id, extracts, run_id=self._run_id)
        return len(extracts)

    @contextmanager
    def _stage(self, name: str, passages: list[Passage]) -> Iterator[None]:
        """A step over all passages, shown and timed."""
        with (
            self._timed(name.lower()),
            self._progress.stage(name, total=len(passages), unit="passages") as stage,
        ):
            yield
            stage.advance(len(passages))

    def _outcome(
        self, found: Found, passages: list[Passage], n_suggestions: int
    ) -> dict[str, object]:
        tree, lineage = found.tree, found.lineage
        n_placed = int((tree.leaf >= 0).sum())
        return {
            "n_messages": len(found.by_id),
            "n_passages": len(passages),
            "n_ideas": len(tree.parent),
            "n_top": int((tree.level == 1).sum()),
            "share_placed": round(n_placed / len(passages), 4) if passages else 0.0,
            "n_suggestions": n_suggestions,
            "lineage": {
                "kept": len(lineage.kept),
                "split": len(lineage.split),
                "merged": len(lineage.merged),
                "born": lineage.n_born,
                "gone": len(lineage.gone),
            },
        }


@dataclass(slots=True, kw_only=True)
class Found:
    """A map before it is stored."""

    tree: IdeaTree
    names: list[IdeaName]
    places: NDArray[np.float32]
    by_id: Mapping[int, Message]
    lineage: Lineage = NOTHING


def _voices(passages: list[Passage], authors: list[int | None]) -> NDArray[np.intp]:
    """Author per passage; an anonymous message is a voice of its own, numbered below zero."""
    import numpy as np

    return np.array(
        [-p.message_id if a is None else a for p, a in zip(passages, authors, strict=True)],
        dtype=np.intp,
    )


def _input_hash(
    store: Store, discussion_id: int, settings: Settings, versions: Mapping[str, str]
) -> str:
    """Hash of all that a map depends on, people's decisions on extracts included."""
    fingerprints = sorted(store.messages.fingerprints(discussion_id).items())
    decided = [
        (e.message_id, e.start, e.end)
        for e in store.extracts.all(discussion_id)
        if e.origin is Origin.PERSON
    ]
    facts = [fingerprints, decided, asdict(settings), dict(versions)]
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
