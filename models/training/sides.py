"""Trains the classifier of sides: ``python -m models.training.sides --data FOLDER --out FILE``.

Every step reads pairs of all sources. What is written is a moving average of the low-rank
matrices and of the head. Topics kept apart say how well it holds on others.
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
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray

from models.adapter import read_adapter
from models.e5 import E5Embedder, Window, packaged_weights
from models.sides import SIDES, Head, Side, join, read_head, write_classifier
from models.training import side_sources as read
from models.training.encoder import Places, TrainedEncoder
from models.training.side_sources import Claims, Pair
from models.training.sources import LANGUAGES, kept_apart
from models.weights import read_model

AVERAGING = 0.98
WARM_UP = 30
N_HIDDEN = 96
SMOOTHING = 0.05
_AT_LEAST_ANSWERED = 0.5

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a run is told."""

    data: Path
    out: Path
    start: Path | None = None
    """A classifier to go on from."""
    steps: int = 500
    rank: int = 16
    rate: float = 6e-4
    dropout: float = 0.1
    seed: int = 0
    every: int = 100
    threads: int = 1


@dataclass(slots=True)
class Reader:
    """Pairs as tokens of the product's tokenizer; texts are kept once read."""

    embedder: E5Embedder = field(default_factory=E5Embedder)
    kept: dict[str, Window] = field(default_factory=dict)

    def windows(self, pairs: Sequence[Pair]) -> list[Window]:
        texts = dict.fromkeys(text for pair in pairs for text in (pair.target, pair.text))
        new = [text for text in texts if text not in self.kept]
        for window in reversed(self.embedder.windows(new)):
            self.kept[new[window.row]] = window
        return [
            join(row, self.kept[pair.target], self.kept[pair.text])
            for row, pair in enumerate(pairs)
        ]


class PairClassifier(torch.nn.Module):
    """The encoder and the head on top."""

    def __init__(self, encoder: TrainedEncoder, *, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = dropout
        self.hidden = torch.nn.Linear(2 * encoder.positions.shape[1], N_HIDDEN)
        self.out = torch.nn.Linear(N_HIDDEN, len(SIDES))

    def forward(self, pairs: Sequence[Window]) -> torch.Tensor:
        """(n, 3) scores."""
        places = Places([pair.ids for pair in pairs])
        states = self.encoder.states([pair.ids for pair in pairs], places)
        is_text = torch.from_numpy(np.concatenate([pair.weights == 0 for pair in pairs]))
        part = 2 * places.text + is_text
        sums = states.new_zeros(2 * len(pairs), states.shape[1]).index_add(0, part, states)
        means = sums / torch.bincount(part, minlength=2 * len(pairs))[:, None]
        read = F.dropout(means.view(len(pairs), -1), self.dropout, self.training)
        scores: torch.Tensor = self.out(torch.tanh(self.hidden(read)))
        return scores

    def trained(self) -> dict[str, torch.nn.Parameter]:
        return {
            **dict(self.encoder.trained()),
            **dict(self.hidden.named_parameters(prefix="hidden")),
            **dict(self.out.named_parameters(prefix="out")),
        }

    def put(self, head: Head) -> None:
        """Start from a head."""
        with torch.no_grad():
            self.hidden.weight.copy_(torch.from_numpy(head.hidden_w.T))
            self.hidden.bias.copy_(torch.from_numpy(head.hidden_b))
            self.out.weight.copy_(torch.from_numpy(head.out_w.T))
            self.out.bias.copy_(torch.from_numpy(head.out_b))

    def head(self) -> Head:
        def values(tensor: torch.Tensor) -> NDArray[np.float32]:
            return np.ascontiguousarray(tensor.detach().numpy(), np.float32)

        return Head(
            hidden_w=values(self.hidden.weight.t()),
            hidden_b=values(self.hidden.bias),
            out_w=values(self.out.weight.t()),
            out_b=values(self.out.bias),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """All claims with arguments, by data set."""

    argkp: Claims
    perspectrum: Claims
    republique: Mapping[str, Claims]
    parallel: Mapping[str, read.Parallel]

    def parted(self) -> tuple[Texts, Texts]:
        """What is trained on, and the topics kept apart."""
        apart = {
            "argkp": kept_apart(self.argkp, 6),
            "perspectrum": kept_apart(self.perspectrum, 9),
            "republique": kept_apart(self.republique, 6),
            "parallel": kept_apart(self.parallel, 5),
        }
        return self._of(apart, inside=False), self._of(apart, inside=True)

    def _of(self, names: Mapping[str, Sequence[str]], *, inside: bool) -> Texts:
        def some(kind: str) -> dict[str, object]:
            return {n: v for n, v in getattr(self, kind).items() if (n in names[kind]) == inside}

        return Texts(**{kind: some(kind) for kind in names})  # type: ignore[arg-type]


def all_texts(data: Path) -> Texts:
    """What may be learned from."""
    sections = read.republique(data / "republique-numerique-fr")
    tested = read.tested_sections(list(sections))
    return Texts(
        argkp=read.argkp(data / "argkp"),
        perspectrum=read.perspectrum(data / "perspectrum"),
        republique={name: said for name, said in sections.items() if name not in tested},
        parallel=read.parallel_claims(),
    )


def sources_of(texts: Texts) -> dict[str, tuple[read.PairSource, int]]:
    """The sources with how many pairs each gives to a step."""
    opinions = {said: found for one in texts.republique.values() for said, found in one.items()}
    spoken = {name: read.claims_of(texts.parallel, number) for number, name in enumerate(LANGUAGES)}
    replies: dict[str, list[Claims]] = {name: [claims] for name, claims in spoken.items()}
    replies["en"] += [texts.argkp, texts.perspectrum]
    replies["fr"] += [{k: v for k, v in opinions.items() if v}] * 2
    disputed: list[Claims] = [texts.argkp, texts.perspectrum, *spoken.values()]
    return {
        "argkp": (read.Arguments(claims=texts.argkp, is_english=True), 8),
        "perspectrum": (read.Arguments(claims=texts.perspectrum, is_english=True), 13),
        "republique": (read.Arguments(claims=opinions), 10),
        "parallel": (read.ParallelPairs(topics=texts.parallel), 8),
        "replies": (read.Replies(claims=replies), 4),
        "pairs": (read.ArgumentPairs(claims={**texts.argkp, **texts.perspectrum}), 3),
        "own pairs": (
            read.ArgumentPairs(claims={k: v for c in spoken.values() for k, v in c.items()}),
            4,
        ),
        "unrelated": (read.Unrelated(claims=disputed), 4),
    }


class Training:
    """A classifier on its way, with the average of its matrices."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.reader = Reader()
        self.rng = np.random.default_rng(options.seed)
        encoder = TrainedEncoder(
            read_model(packaged_weights()), rank=options.rank, dropout=options.dropout
        )
        self.model = PairClassifier(encoder, dropout=options.dropout)
        if options.start:
            encoder.put(read_adapter(options.start))
            self.model.put(read_head(options.start))
        trained, self.apart = all_texts(options.data).parted()
        self.sources = sources_of(trained)
        self.trained = self.model.trained()
        self.average = {name: value.detach().clone() for name, value in self.trained.items()}
        self.optimiser = torch.optim.AdamW(self.trained.values(), lr=options.rate, weight_decay=0.0)
        self.losses: dict[str, float] = {}

    def run(self) -> None:
        """All steps; every ``options.every`` steps the average is validated and written."""
        began = time.monotonic()
        for step in range(1, self.options.steps + 1):
            self._step(step)
            if step % 10 == 0:
                losses = ", ".join(f"{name} {loss:.2f}" for name, loss in self.losses.items())
                _log.info("%d, %.0f s: %s", step, time.monotonic() - began, losses)
            if step % self.options.every == 0 or step == self.options.steps:
                self._write(step)

    def shares(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """(n, 3) probabilities, by the model as it is."""
        self.model.eval()
        windows = self.reader.windows(pairs)
        order = np.argsort([len(pair.ids) for pair in windows], kind="stable")
        found = np.zeros((len(pairs), len(SIDES)), np.float32)
        with torch.no_grad():
            for rows in np.array_split(order, max(1, math.ceil(len(order) / 64))):
                scores = self.model([windows[row] for row in rows])
                found[rows] = torch.softmax(scores, dim=-1).numpy()
        self.model.train()
        return found

    def _step(self, step: int) -> None:
        falling = 0.1 + 0.45 * (1 + math.cos(math.pi * step / self.options.steps))
        for group in self.optimiser.param_groups:
            group["lr"] = self.options.rate * min(1.0, step / WARM_UP) * falling
        drawn = {name: source.draw(self.rng, n) for name, (source, n) in self.sources.items()}
        pairs = [pair for some in drawn.values() for pair in some]
        gold = torch.tensor([SIDES.index(pair.side) for pair in pairs])
        scores = self.model(self.reader.windows(pairs))
        losses = F.cross_entropy(scores, gold, label_smoothing=SMOOTHING, reduction="none")
        parts = torch.split(losses.detach(), [len(some) for some in drawn.values()])
        for name, part in zip(drawn, parts, strict=True):
            now = float(part.mean())
            self.losses[name] = 0.95 * self.losses.get(name, now) + 0.05 * now
        self.optimiser.zero_grad()
        torch.autograd.backward(losses.mean())
        torch.nn.utils.clip_grad_norm_(self.trained.values(), 1.0)
        self.optimiser.step()
        kept = min(AVERAGING, step / (step + 10))
        with torch.no_grad():
            for name, value in self.trained.items():
                self.average[name].mul_(kept).add_(value, alpha=1 - kept)

    def _write(self, step: int) -> None:
        own = {name: value.detach().clone() for name, value in self.trained.items()}
        self._set(self.average)
        for name, pairs in validation_pairs(self.apart).items():
            _log.info("after %d: %s %s", step, name, report(pairs, self.shares(pairs)))
        write_classifier(self.options.out, self.model.encoder.adapter(), self.model.head())
        self._set(own)

    def _set(self, values: Mapping[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, value in self.trained.items():
                value.copy_(values[name])


def validation_pairs(apart: Texts) -> dict[str, list[Pair]]:
    """Arguments under the claims that were kept apart, at most 1,200 of a data set."""
    opinions = {said: found for one in apart.republique.values() for said, found in one.items()}
    found = {
        "argkp": _pairs(apart.argkp),
        "perspectrum": _pairs(apart.perspectrum),
        "republique": _pairs(opinions),
    }
    for number, name in enumerate(LANGUAGES):
        found[f"parallel {name}"] = _pairs(read.claims_of(apart.parallel, number))
    rng = np.random.default_rng(0)
    replies = sources_of(apart)["replies"][0]
    return {**found, "replies": replies.draw(rng, 400)}


def _pairs(claims: Claims) -> list[Pair]:
    found = read.pairs_of(claims)
    order = np.random.default_rng(0).permutation(len(found))[:1200]
    return [found[row] for row in sorted(order)]


def report(pairs: Sequence[Pair], shares: NDArray[np.float32]) -> str:
    """Accuracy between for and against, and precision of each side where half are answered."""
    gold = np.array([SIDES.index(pair.side) for pair in pairs])
    sided = gold < SIDES.index(Side.NEITHER)
    pro, con = shares[:, 0], shares[:, 1]
    told = (pro < con).astype(int)
    sure = np.maximum(pro, con)
    answered = sure >= np.quantile(sure, 1 - _AT_LEAST_ANSWERED)
    parts = [f"n {len(gold)} accuracy {(told == gold)[sided].mean():.3f}; half answered:"]
    for number, side in enumerate((Side.FOR, Side.AGAINST)):
        chosen = answered & (told == number)
        right = (gold[chosen] == number).mean() if chosen.any() else math.nan
        parts.append(f"{side} {right:.3f} of {chosen.sum()}")
    return " ".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, required=True, help="the classifier, .safetensors")
    parser.add_argument("--start", type=Path, help="a classifier to go on from")
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
