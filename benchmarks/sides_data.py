"""Pairs with the side that people gave them, none of which training has read."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.sides import Side
from models.training import side_sources as read
from models.training.sources import LANGUAGES, kept_apart
from synth.pipeline.sides import asks_openly

REPLIES = Path(__file__).resolve().parent / "reply_sides.csv"
"""What one of us coded: which side the replies in Lille's grand débat take of what they answer."""
SAMPLE = Path(__file__).resolve().parent.parent / "sample_threads" / "velo_ecole.csv"
_POSITIONS = {"pour": Side.FOR, "contre": Side.AGAINST}
_ALIGNED = {"1": Side.FOR, "-1": Side.AGAINST}


@dataclass(frozen=True, slots=True, kw_only=True)
class SideSet:
    """Pairs of one kind."""

    name: str
    language: str
    pairs: Sequence[read.Pair]

    def asked(self) -> list[read.Pair]:
        """Those that are read at all: an open question has no sides."""
        return [one for one in self.pairs if not asks_openly(one.target, self.language)]


def tested(data: Path) -> Iterator[SideSet]:
    """The sets that say how good it is."""
    yield SideSet(
        name="ArgKP dev: arguments on 4 topics",
        language="en",
        pairs=read.pairs_of(read.argkp(data / "argkp", "dev")),
    )
    yield SideSet(
        name="Perspectrum dev: perspectives on 139 claims",
        language="en",
        pairs=read.pairs_of(read.perspectrum(data / "perspectrum", "dev")),
    )
    sections = read.republique(data / "republique-numerique-fr")
    opinions = {s: f for n in read.tested_sections(list(sections)) for s, f in sections[n].items()}
    yield SideSet(
        name="République numérique: arguments in 6 sections",
        language="fr",
        pairs=read.pairs_of(opinions),
    )
    lille = Lille(data / "decidim-lille-fr")
    yield SideSet(
        name="Lille, alignments under debates and proposals", language="fr", pairs=lille.aligned()
    )
    yield SideSet(name="Lille, replies to comments", language="fr", pairs=lille.replies())
    yield SideSet(name="Our own consultation on school streets", language="fr", pairs=sample())
    parallel = read.parallel_claims()
    topics = {name: parallel[name] for name in kept_apart(parallel, 5)}
    for number, language in enumerate(LANGUAGES):
        yield SideSet(
            name=f"Our own points on {len(topics)} topics, {language}",
            language=language,
            pairs=read.pairs_of(read.claims_of(topics, number)),
        )


def sample() -> list[read.Pair]:
    """Answers to what opens a thread, in the sample whose made-up platform says their sides."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    found = []
    for row in rows.values():
        side, above = _POSITIONS.get(row["position"]), rows.get(row["parent_id"])
        if side and above and not above["parent_id"]:
            target = f"{above['titre']}. {above['contenu']}"
            found.append(read.Pair(target=target, text=row["contenu"], side=side))
    return found


class Lille:
    """Comments of the grand débat on the platform of Lille (Decidim)."""

    def __init__(self, folder: Path) -> None:
        self._kinds = {
            name: {row["id"]: row for row in _rows(folder / f"{name}.csv")}
            for name in ("commentaires_debats", "commentaires_propositions_libres")
        }
        self._above = {
            "Debate": {r["id"]: r["title/fr"] for r in _rows(folder / "debats.csv")},
            "Proposal": {
                r["id"]: f"{r['title']}. {r['body']}"
                for r in _rows(folder / "propositions-libres.csv")
            },
        }

    def aligned(self) -> list[read.Pair]:
        """Comments whose authors said that they are for or against."""
        found = []
        for comments in self._kinds.values():
            for row in comments.values():
                side = _ALIGNED.get(row["alignment"])
                above = self._above.get(row["commentable_type"].split("::")[-1], {})
                target = above.get(row["commentable_id"])
                if side and target:
                    found.append(read.Pair(target=target, text=row["body"], side=side))
        return found

    def replies(self) -> list[read.Pair]:
        """Replies to other comments, as ``reply_sides.csv`` has their sides."""
        found = []
        with REPLIES.open(encoding="utf-8", newline="") as file:
            for coded in csv.DictReader(file):
                comments = self._kinds[coded["file"]]
                row = comments[coded["id"]]
                target = comments[row["commentable_id"]]["body"]
                found.append(read.Pair(target=target, text=row["body"], side=Side(coded["side"])))
        return found


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")
