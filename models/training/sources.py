"""The texts that the encoder learns from, as blocks: topics, several points, several texts each.

Everything is read from a folder of data sets that others publish, except the parallel points,
which stand beside this module. What is kept for testing is never drawn: ArgKP's split ``dev``,
Perspectrum's split ``dev``, half the sections of République numérique, a fifth of the topics of
the parallel points. CIMT Ottensen, the mailing list after 2019 and the sample threads are not
read at all.
"""

from __future__ import annotations

import csv
import html
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.sentences import split

PARALLEL = Path(__file__).resolve().parent / "parallel_points.csv"
LANGUAGES = ("en", "fr", "de", "es", "ca")
_LEAST_WORDS = 3

Points = Mapping[str, Sequence[str]]
"""Point → texts that say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Texts of a few topics; those with one point say the same."""

    texts: list[str]
    points: list[str]
    topics: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind of text: topics with their points, and how a block is drawn from them."""

    name: str
    topics: Mapping[str, Points]
    n_topics: int
    n_points: int
    """Per topic, at most."""
    n_texts: int
    """Per point, at most."""
    weight: float = 1.0
    """Of the block's loss."""

    def draw(self, rng: np.random.Generator) -> Block:
        names = sorted(self.topics)
        texts, points, topics = [], [], []
        for topic in rng.choice(len(names), min(self.n_topics, len(names)), replace=False):
            said = self.topics[names[topic]]
            chosen = sorted(said)
            for point in rng.permutation(len(chosen))[: self.n_points]:
                own = said[chosen[point]]
                for number in rng.permutation(len(own))[: self.n_texts]:
                    texts.append(own[number])
                    points.append(f"{names[topic]}\t{chosen[point]}")
                    topics.append(names[topic])
        return Block(texts=texts, points=points, topics=topics)

    def without(self, kept_apart: Sequence[str]) -> Source:
        """The same without some topics."""
        return self._of(name for name in self.topics if name not in set(kept_apart))

    def only(self, topics: Sequence[str]) -> Source:
        return self._of(topics)

    def _of(self, names: Iterator[str] | Sequence[str]) -> Source:
        return Source(
            name=self.name,
            topics={name: self.topics[name] for name in names},
            n_topics=self.n_topics,
            n_points=self.n_points,
            n_texts=self.n_texts,
            weight=self.weight,
        )


def argkp(folder: Path, part: str = "train") -> dict[str, Points]:
    """Topic → key point → its arguments, those that match it alone, and the key point's words."""
    matched = defaultdict(list)
    for row in _csv(folder / f"labels_{part}.csv"):
        if row["label"] == "1":
            matched[row["arg_id"]].append(row["key_point_id"])
    topics: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in _csv(folder / f"arguments_{part}.csv"):
        points = matched[row["arg_id"]]
        if len(points) == 1:
            topics[row["topic"]][points[0]].append(row["argument"])
    for row in _csv(folder / f"key_points_{part}.csv"):
        if row["key_point_id"] in topics[row["topic"]]:
            topics[row["topic"]][row["key_point_id"]].append(row["key_point"])
    return {name: _several(points) for name, points in topics.items()}


def perspectrum(folder: Path, part: str = "train") -> dict[str, Points]:
    """Claim → perspectives that annotators found to say the same."""
    claims: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in _csv(folder / "perspectives.csv"):
        if row["split"] == part:
            claims[row["claim"]][row["same"]].append(row["text"].strip())
    return {name: _several(points) for name, points in claims.items()}


def parallel_points(path: Path = PARALLEL) -> dict[str, Points]:
    """Topic → point → the same said in five languages, in the order of ``LANGUAGES``."""
    topics: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for number, row in enumerate(_csv(path)):
        topics[row["topic"]][f"{number:03d}"] = [row[language] for language in LANGUAGES]
    return dict(topics)


def kept_apart(topics: Mapping[str, object], one_in: int) -> list[str]:
    """Every n-th topic in alphabetical order: for testing."""
    return sorted(topics)[::one_in]


def opinions(folder: Path) -> dict[str, Points]:
    """Section → opinion → its title, stretches of its body and the arguments that answer it.

    Every second section; the others are kept for testing.
    """
    sections: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for path in sorted((folder / "opinions").glob("*.json"), key=lambda path: int(path.stem)):
        read = json.loads(path.read_text(encoding="utf-8"))
        opinion = read.get("opinion", read)
        said = [opinion["title"], *_stretches(plain_text(opinion["body"]), "fr")[:4]]
        said += [plain_text(argument["body"]) for argument in opinion["arguments"]]
        sections[str(opinion["type"]["id"])][path.stem] = [s for s in said if _says_much(s)]
    return {name: _several(sections[name]) for name in sorted(sections)[1::2]}


def titled_contributions(folder: Path) -> dict[str, Points]:
    """Consultation → contribution → its title and stretches of its text (German)."""
    found: dict[str, Points] = {}
    for path in sorted((folder / "cimt-argument-mining-dataset").glob("*/*.tsv")):
        titles: dict[str, str] = {}
        bodies: dict[str, list[str]] = defaultdict(list)
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                if row["title/text"] == "title":
                    titles[row["document_id"]] = row["content"]
                else:
                    bodies[row["document_id"]].append(row["content"])
        points = {name: [title, *_packed(bodies[name])[:3]] for name, title in titles.items()}
        if points:
            found[path.stem] = _several(
                {n: [s for s in p if _says_much(s)] for n, p in points.items()}
            )
    return found


def answers(folder: Path) -> dict[str, Points]:
    """One topic: debate → its question and the comments under it (French)."""
    debates: dict[str, list[str]] = {}
    for row in _csv(folder / "debats.csv", delimiter=";"):
        debates[row["id"]] = [row["title/fr"]]
    for row in _csv(folder / "commentaires_debats.csv", delimiter=";"):
        if row["commentable_id"] in debates and row["commentable_type"].endswith("Debate"):
            debates[row["commentable_id"]] += _stretches(row["body"], "fr")[:1]
    points = {name: [s for s in said if _says_much(s)] for name, said in debates.items()}
    return {"lille": _several(points)}


def threads(messages: Path) -> dict[str, Points]:
    """One topic: thread → stretches of its messages, from the ``messages.csv`` of an export.

    Threads of at least three messages; stretches that are words rather than code.
    """
    csv.field_size_limit(1 << 30)
    said: dict[str, list[str]] = defaultdict(list)
    n_messages: dict[str, int] = defaultdict(int)
    for row in _csv(messages):
        stretches = _stretches(row["text"], row["language"] or None)
        words = [s for s in stretches if _says_much(s) and _is_prose(s)]
        said[row["thread_id"]] += words[:3]
        n_messages[row["thread_id"]] += 1
    return {"threads": _several({n: s for n, s in said.items() if n_messages[n] >= 3})}


def _is_prose(text: str) -> bool:
    plain = sum(c.isalpha() or c.isspace() or c in ".,;'" for c in text)
    return len(text) < 600 and plain >= 0.9 * len(text)


def _stretches(text: str, language: str | None) -> list[str]:
    return _packed([text[start:end] for start, end in split(text, language)])


def _packed(sentences: Sequence[str], *, n_words: int = 14) -> list[str]:
    """Consecutive sentences together until a stretch has some words."""
    found: list[str] = []
    for sentence in sentences:
        if found and len(found[-1].split()) < n_words:
            found[-1] += " " + sentence.strip()
        else:
            found.append(sentence.strip())
    return found


def _says_much(text: str) -> bool:
    return len(text.split()) >= _LEAST_WORDS


def _several(points: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Points that at least two different texts say."""
    distinct = {name: sorted(set(texts)) for name, texts in points.items()}
    return {name: texts for name, texts in distinct.items() if len(texts) >= 2}


def plain_text(body: str | None) -> str:
    text = re.sub(r"</(p|li|h\d|div)>|<br[^>]*>", "\n", body or "")
    return html.unescape(re.sub(r"<[^>]+>", "", text)).strip()


def _csv(path: Path, *, delimiter: str = ",") -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=delimiter)
