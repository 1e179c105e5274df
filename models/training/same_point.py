"""Trains the adapter: ``python -m models.training.same_point --data FOLDER --out FILE``.

Batches hold texts of a few topics, several points of each and several texts of a point, so that
what is drawn apart is alike: the same topic, another point. Every step reads arguments,
perspectives and parallel points, and in turn one of the other sources. Beside that, texts of a
pool keep the likeness to each other that the original model found. What is written is a moving
average of the low-rank matrices. ``--start`` goes on from adapters, from their mean if several.
"""

from __future__ import annotations

import argparse
import logging
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.adapter import mean_of, read_adapter, write_adapter
from models.e5 import E5Embedder, Window, packaged_weights
from models.training import sources as read
from models.training.encoder import TrainedEncoder
from models.training.reference import Reference, pools, references
from models.training.sources import Block, Source, kept_apart
from models.training.validation import report
from models.weights import read_model

MAX_TOKENS = 48
"""Longer texts are cut: what they say stands at their beginning often enough to learn from."""
TEMPERATURE, TOPIC_TEMPERATURE = 0.06, 0.12
TOPIC_WEIGHT = 0.2
"""Of drawing texts of one topic together, beside 1 for those of one point."""
LIKENESS_WEIGHT = 1.5
N_REFERENCE = 24
AVERAGING = 0.98
"""Share of a step's average that the step before has: about fifty steps."""
WARM_UP = 30
_ALWAYS = ("argkp", "perspectrum", "parallel")

_log = logging.getLogger(__name__)


def same_point_loss(
    vectors: torch.Tensor, labels: Sequence[str], temperature: float
) -> torch.Tensor:
    """Supervised contrastive loss (Khosla et al. 2020, arXiv:2004.11362, L_out).

    ``vectors`` (n, dim) unit rows; texts with one label are drawn together, all others of the
    call apart. Labels that only one text has are nothing but others.
    """
    itself = torch.eye(len(vectors), dtype=torch.bool)
    _, numbers = np.unique(np.asarray(labels), return_inverse=True)
    number = torch.from_numpy(numbers)
    same = (number[:, None] == number[None, :]) & ~itself
    likeness = (vectors @ vectors.T / temperature).masked_fill(itself, -1e9)
    share = likeness - torch.logsumexp(likeness, dim=1, keepdim=True)
    n_same = same.sum(dim=1)
    counted = n_same > 0
    per_text = -(share * same).sum(dim=1)[counted] / n_same[counted]
    return per_text.mean()


def likeness_loss(vectors: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
    """1 - Pearson's r of all pairs' cosines with those of the vectors ``before``.

    Relational distillation (Park et al. 2019, arXiv:1904.05068) by correlation, since cosines
    may take another scale: what was alike stays alike. Both (n, dim), unit rows.
    """
    rows, columns = torch.triu_indices(len(vectors), len(vectors), 1)
    now = (vectors @ vectors.T)[rows, columns]
    then = (before @ before.T)[rows, columns]
    now, then = now - now.mean(), then - then.mean()
    alike: torch.Tensor = (now * then).sum() / (now.norm() * then.norm() + 1e-9)
    return 1 - alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a run is told."""

    data: Path
    out: Path
    mail: Path | None = None
    """``messages.csv`` of an export of a mailing list."""
    start: Sequence[Path] = ()
    steps: int = 360
    rank: int = 32
    rate: float = 5e-4
    dropout: float = 0.1
    seed: int = 0
    every: int = 60
    threads: int = 1


@dataclass(slots=True)
class Reader:
    """Texts as windows of the product's tokenizer, kept once read."""

    embedder: E5Embedder = field(default_factory=E5Embedder)
    kept: dict[str, Window] = field(default_factory=dict)

    def windows(self, texts: Sequence[str]) -> list[Window]:
        """One window a text: its first ``MAX_TOKENS`` tokens."""
        new = [text for text in dict.fromkeys(texts) if text not in self.kept]
        for window in reversed(self.embedder.windows(new)):
            self.kept[new[window.row]] = _first_tokens(window)
        return [self.kept[text] for text in texts]


def _first_tokens(window: Window) -> Window:
    if len(window.ids) <= MAX_TOKENS:
        return window
    ids = np.append(window.ids[: MAX_TOKENS - 1], window.ids[-1])
    weights = np.append(window.weights[: MAX_TOKENS - 1], np.float32(0.0))
    return Window(row=window.row, ids=ids, weights=weights)


def all_sources(options: Options) -> tuple[list[Source], list[Source]]:
    """What is trained on, and what is kept apart for validation."""
    data = options.data
    arguments = Source(
        name="argkp", topics=read.argkp(data / "argkp"), n_topics=2, n_points=8, n_texts=3
    )
    perspectives = Source(
        name="perspectrum",
        topics=read.perspectrum(data / "perspectrum"),
        n_topics=8,
        n_points=4,
        n_texts=2,
    )
    parallel = Source(
        name="parallel", topics=read.parallel_points(), n_topics=4, n_points=5, n_texts=2
    )
    trained, apart = [], []
    for source, one_in in ((arguments, 6), (perspectives, 9), (parallel, 5)):
        names = kept_apart(source.topics, one_in)
        apart.append(source.only(names))
        trained.append(source.without(names))
    return trained + _other_sources(options), apart


def _other_sources(options: Options) -> list[Source]:
    data = options.data
    opinions = read.opinions(data / "republique-numerique-fr")
    titled = read.titled_contributions(data / "cimt-de")
    answers = read.answers(data / "decidim-lille-fr")
    found = [
        Source(name="opinions", topics=opinions, n_topics=2, n_points=4, n_texts=3, weight=0.5),
        Source(name="titled", topics=titled, n_topics=2, n_points=6, n_texts=2, weight=0.5),
        Source(name="answers", topics=answers, n_topics=1, n_points=6, n_texts=3, weight=0.3),
    ]
    if options.mail:
        threads = read.threads(options.mail)
        found.append(
            Source(name="threads", topics=threads, n_topics=1, n_points=9, n_texts=3, weight=0.3)
        )
    return found


class Training:
    """A model on its way, with the average of its matrices."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.reader = Reader()
        self.rng = np.random.default_rng(options.seed)
        model = read_model(packaged_weights())
        self.model = TrainedEncoder(model, rank=options.rank, dropout=options.dropout)
        self.sources, self.apart = all_sources(options)
        self.references = self._references()
        if options.start:
            adapters = [read_adapter(path) for path in options.start]
            self.model.put(mean_of(adapters, rank=options.rank))
        self.trained = dict(self.model.trained())
        self.average = {name: value.detach().clone() for name, value in self.trained.items()}
        self.optimiser = torch.optim.AdamW(self.trained.values(), lr=options.rate, weight_decay=0.0)
        self.losses: dict[str, float] = {}

    def run(self) -> None:
        """All steps; every ``options.every`` steps the average is validated and written."""
        began = time.monotonic()
        _log.info("before: %s", report(self.encode, self.apart))
        for step in range(1, self.options.steps + 1):
            self._step(step)
            if step % 10 == 0:
                losses = ", ".join(f"{name} {loss:.2f}" for name, loss in self.losses.items())
                _log.info("%d, %.0f s: %s", step, time.monotonic() - began, losses)
            if step % self.options.every == 0 or step == self.options.steps:
                self._write(step)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (n, dim) unit rows, by the model as it is."""
        self.model.eval()
        windows = self.reader.windows(texts)
        order = np.argsort([len(window.ids) for window in windows], kind="stable")
        found = np.zeros((len(texts), self.model.positions.shape[1]), np.float32)
        with torch.no_grad():
            for rows in np.array_split(order, math.ceil(len(order) / 64)):
                found[rows] = self.model([windows[row] for row in rows]).numpy()
        self.model.train()
        return found

    def _references(self) -> list[Reference]:
        parallel = next(source for source in self.sources if source.name == "parallel")
        found = references(self.encode, pools(self.options.data, parallel.topics))
        return [*found, found[-1], found[-1]]  # the mixed pool as often as the languages together

    def _step(self, step: int) -> None:
        rate = self._rate(step)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        sources = self._sources_of(step)
        blocks = [source.draw(self.rng) for source in sources]
        reference = self.references[self.rng.integers(len(self.references))]
        rows = self.rng.choice(len(reference.texts), N_REFERENCE, replace=False)
        texts = [text for block in blocks for text in block.texts]
        vectors = self.model(self.reader.windows([*texts, *(reference.texts[row] for row in rows)]))
        before = torch.from_numpy(reference.vectors[rows])
        kept = likeness_loss(vectors[len(texts) :], before)
        self._note("likeness", kept)
        total = LIKENESS_WEIGHT * kept
        parts = torch.split(vectors[: len(texts)], [len(block.texts) for block in blocks])
        for source, block, part in zip(sources, blocks, parts, strict=True):
            total = total + source.weight * self._loss(source.name, block, part)
        self.optimiser.zero_grad()
        torch.autograd.backward(total)
        torch.nn.utils.clip_grad_norm_(self.trained.values(), 1.0)
        self.optimiser.step()
        self._take_average(step)

    def _loss(self, name: str, block: Block, vectors: torch.Tensor) -> torch.Tensor:
        loss = same_point_loss(vectors, block.points, TEMPERATURE)
        self._note(name, loss)
        if len(set(block.topics)) > 1:
            topics = same_point_loss(vectors, block.topics, TOPIC_TEMPERATURE)
            loss = loss + TOPIC_WEIGHT * topics
        return loss

    def _sources_of(self, step: int) -> list[Source]:
        others = [source for source in self.sources if source.name not in _ALWAYS]
        return [*self.sources[: len(_ALWAYS)], others[step % len(others)]]

    def _rate(self, step: int) -> float:
        """Warm-up, then half a cosine down to a tenth."""
        falling = 0.1 + 0.45 * (1 + math.cos(math.pi * step / self.options.steps))
        return self.options.rate * min(1.0, step / WARM_UP) * falling

    def _note(self, name: str, loss: torch.Tensor) -> None:
        now = float(loss.item())
        self.losses[name] = 0.95 * self.losses.get(name, now) + 0.05 * now

    def _take_average(self, step: int) -> None:
        kept = min(AVERAGING, step / (step + 10))
        with torch.no_grad():
            for name, value in self.trained.items():
                self.average[name].mul_(kept).add_(value, alpha=1 - kept)

    def _write(self, step: int) -> None:
        own = {name: value.detach().clone() for name, value in self.trained.items()}
        self._set(self.average)
        _log.info("after %d: %s", step, report(self.encode, self.apart))
        out = self.options.out
        write_adapter(self.model.adapter(), out.with_stem(f"{out.stem}-{step}"))
        write_adapter(self.model.adapter(), out)
        self._set(own)

    def _set(self, values: Mapping[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, value in self.trained.items():
                value.copy_(values[name])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, required=True, help="the adapter, .safetensors")
    parser.add_argument("--mail", type=Path, help="messages.csv of an exported mailing list")
    parser.add_argument("--start", type=Path, nargs="*", default=[], help="adapters to go on from")
    for name in ("steps", "rank", "seed", "every", "threads"):
        parser.add_argument(f"--{name}", type=int)
    for name in ("rate", "dropout"):
        parser.add_argument(f"--{name}", type=float)
    told = {name: value for name, value in vars(parser.parse_args()).items() if value is not None}
    options = Options(**told)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    Training(options).run()


if __name__ == "__main__":
    main()
