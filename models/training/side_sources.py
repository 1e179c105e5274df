"""The pairs that the classifier of sides learns from: what is answered, an answer, its side.

Data sets of others are read from a folder; the claims of the parallel points and the openers of
replies stand beside this module. Never drawn, because sides are tested on it: ArgKP's split
``dev``, Perspectrum's split ``dev``, every third section of République numérique, and the
alignments of Lille's grand débat, which is not read at all.
"""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.sides import Side
from models.training.sources import LANGUAGES, PARALLEL, plain_text

_T = TypeVar("_T")

CLAIMS = Path(__file__).resolve().parent / "parallel_claims.csv"
OPENERS = Path(__file__).resolve().parent / "reply_openers.toml"
_SHARE_ASKED = 0.15
"""Of the claims that are put as a question."""
_SHARE_DENIED = 0.3
"""Of the English claims that are turned into their contrary."""
_SHARE_ALONE = 0.35
"""Of the openers that no argument follows."""
_ELSEWHERE = {"1": Side.FOR, "-1": Side.AGAINST, "support": Side.FOR, "undermine": Side.AGAINST}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What is answered, the answer and its side."""

    target: str
    text: str
    side: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument on a claim, its side, and what it says more exactly."""

    text: str
    side: Side
    point: str = ""


class PairSource(Protocol):
    """Draws pairs."""

    def draw(self, rng: np.random.Generator, n: int) -> list[Pair]: ...


Claims = Mapping[str, Sequence[Argument]]
"""Claim → the arguments on it."""


def argkp(folder: Path, part: str = "train") -> dict[str, list[Argument]]:
    """The arguments of each topic."""
    found: dict[str, list[Argument]] = defaultdict(list)
    for row in _csv(folder / f"arguments_{part}.csv"):
        found[row["topic"]].append(
            Argument(text=row["argument"].strip("` "), side=_ELSEWHERE[row["stance"]])
        )
    return dict(found)


def perspectrum(folder: Path, part: str = "train") -> dict[str, list[Argument]]:
    """The perspectives on each claim; a claim that stands in both parts is of ``train``."""
    found: dict[str, list[Argument]] = defaultdict(list)
    rows = list(_csv(folder / "perspectives.csv"))
    part_of = {row["claim"]: row["split"] for row in rows if row["split"] != "train"}
    part_of |= {row["claim"]: "train" for row in rows if row["split"] == "train"}
    for row in rows:
        if row["split"] == part == part_of[row["claim"]]:
            side, text = _ELSEWHERE[row["stance"]], row["text"].strip()
            found[row["claim"]].append(Argument(text=text, side=side, point=row["same"]))
    return dict(found)


def republique(folder: Path) -> dict[str, dict[str, list[Argument]]]:
    """Section → opinion (title and beginning of the body) → the arguments under it (French)."""
    found: dict[str, dict[str, list[Argument]]] = defaultdict(dict)
    for path in sorted((folder / "opinions").glob("*.json"), key=lambda path: int(path.stem)):
        read = json.loads(path.read_text(encoding="utf-8"))
        opinion = read.get("opinion", read)
        said = f"{opinion['title']}. {plain_text(opinion['body'])[:400]}"
        arguments = [
            Argument(text=plain_text(one["body"]), side=_SIDES_OF_TYPES[one["type"]])
            for one in opinion["arguments"]
        ]
        found[str(opinion["type"]["id"])][said] = [one for one in arguments if one.text]
    return {section: found[section] for section in sorted(found)}


_SIDES_OF_TYPES = {1: Side.FOR, 0: Side.AGAINST}


def tested_sections(sections: Sequence[str]) -> list[str]:
    """The sections of République numérique that training never sees: every third one."""
    return sorted(sections)[::3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallel:
    """A claim and the points made about it, each in the languages of ``LANGUAGES``."""

    claim: Sequence[str]
    points: Sequence[tuple[Side, Sequence[str]]]


def parallel_claims() -> dict[str, Parallel]:
    """Topic → its claim and points in five languages, our own texts."""
    points: dict[str, list[tuple[Side, Sequence[str]]]] = defaultdict(list)
    for row in _csv(PARALLEL):
        side = {"for": Side.FOR, "against": Side.AGAINST}.get(row["stance"], Side.NEITHER)
        points[row["topic"]].append((side, [row[language] for language in LANGUAGES]))
    return {
        row["topic"]: Parallel(
            claim=[row[language] for language in LANGUAGES], points=points[row["topic"]]
        )
        for row in _csv(CLAIMS)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """Arguments on claims; some claims are asked, and English ones may be denied."""

    claims: Claims
    is_english: bool = False

    def draw(self, rng: np.random.Generator, n: int) -> list[Pair]:
        names, weights = _by_size(self.claims)
        found = []
        for name in rng.choice(len(names), n, p=weights):
            claim = names[name]
            argument = _one(rng, self.claims[claim])
            side = argument.side
            denied = denial(claim) if self.is_english else None
            if denied and rng.random() < _SHARE_DENIED:
                claim, side = denied, opposite(side)
            if self.is_english and rng.random() < _SHARE_ASKED:
                claim = question(claim, "en")
            found.append(Pair(target=claim, text=argument.text, side=side))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentPairs:
    """Two arguments on one claim: of one side they agree, of both sides they do not.

    Where one takes no side of the claim, the other takes none of it.
    """

    claims: Claims

    def draw(self, rng: np.random.Generator, n: int) -> list[Pair]:
        names, weights = _by_size(self.claims)
        found: list[Pair] = []
        while len(found) < n:
            said = self.claims[names[rng.choice(len(names), p=weights)]]
            one, other = _one(rng, said), _one(rng, said)
            if one is other:
                continue
            side = Side.FOR if one.side is other.side else Side.AGAINST
            if Side.NEITHER in (one.side, other.side):
                side = Side.NEITHER
            found.append(Pair(target=one.text, text=other.text, side=side))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelPairs:
    """Our own points under their claims, mostly in the claim's language."""

    topics: Mapping[str, Parallel]

    def draw(self, rng: np.random.Generator, n: int) -> list[Pair]:
        names = sorted(self.topics)
        found = []
        for name in rng.integers(len(names), size=n):
            topic = self.topics[names[name]]
            side, said = _one(rng, topic.points)
            language = int(rng.integers(len(LANGUAGES)))
            other = language if rng.random() < 0.8 else int(rng.integers(len(LANGUAGES)))
            claim = topic.claim[language]
            if rng.random() < 2 * _SHARE_ASKED:
                claim = question(claim, LANGUAGES[language])
            found.append(Pair(target=claim, text=said[other], side=side))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """Replies made of an opener, alone or before an argument of the side that it takes."""

    claims: Mapping[str, Sequence[Claims]]
    """Language → claims with arguments in it."""

    def draw(self, rng: np.random.Generator, n: int) -> list[Pair]:
        openers = tomllib.loads(OPENERS.read_text(encoding="utf-8"))
        languages = sorted(self.claims)
        found: list[Pair] = []
        while len(found) < n:
            language = languages[rng.integers(len(languages))]
            side = Side(_one(rng, ("for", "for", "against", "against", "neither")))
            claims = _one(rng, self.claims[language])
            names = sorted(claims)
            claim = names[rng.integers(len(names))]
            pair = _reply(rng, (claim, claims[claim]), side, openers[language][side.value])
            found += [pair] if pair else []
        return found


def _reply(
    rng: np.random.Generator,
    topic: tuple[str, Sequence[Argument]],
    side: Side,
    openers: Sequence[str],
) -> Pair | None:
    claim, arguments = topic
    target = Argument(text=claim, side=Side.FOR) if rng.random() < 0.4 else _one(rng, arguments)
    opener = _one(rng, openers)
    if rng.random() < _SHARE_ALONE or side is Side.NEITHER:
        return Pair(target=target.text, text=opener, side=side)
    if target.side is Side.NEITHER:
        return None
    wanted = target.side if side is Side.FOR else opposite(target.side)
    fitting = [one for one in arguments if one.side is wanted and one is not target]
    if not fitting:
        return None
    return Pair(target=target.text, text=f"{opener} {_one(rng, fitting).text}", side=side)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrelated:
    """An argument beside the claim of another topic: no side can be told."""

    claims: Sequence[Claims]

    def draw(self, rng: np.random.Generator, n: int) -> list[Pair]:
        found: list[Pair] = []
        while len(found) < n:
            claims = _one(rng, self.claims)
            names = sorted(claims)
            one, other = rng.integers(len(names), size=2)
            if one != other:
                text = _one(rng, claims[names[other]]).text
                found.append(Pair(target=names[one], text=text, side=Side.NEITHER))
        return found


def opposite(side: Side) -> Side:
    return {Side.FOR: Side.AGAINST, Side.AGAINST: Side.FOR}.get(side, side)


def denial(claim: str) -> str | None:
    """The contrary of an English claim with one "should" or "must"; None where there is none."""
    if len(re.findall(r"\b(should|must)\b", claim)) != 1 or re.search(r"\bnot?\b|n't", claim):
        return None
    return re.sub(r"\b(should|must)\b", r"\1 not", claim)


def question(claim: str, language: str) -> str:
    """The claim as a question, as well as it can be done by rule."""
    plain = claim.rstrip(". ")
    small = plain[:1].lower() + plain[1:]
    if language == "en" and (found := re.match(r"(.{2,60}?) should (not )?(.+)", plain)):
        subject = found[1][:1].lower() + found[1][1:]
        return f"Should {subject} {found[2] or ''}{found[3]}?"
    if language == "fr" and small.startswith("il faut "):
        return f"Faut-il {small.removeprefix('il faut ')} ?"
    if language == "fr" and re.match(r"\w+(er|ir|re)\b", small):
        return f"Faut-il {small} ?"
    return {"fr": f"{plain} ?", "es": f"¿{plain}?"}.get(language, f"{plain}?")


def claims_of(topics: Mapping[str, Parallel], language: int) -> dict[str, list[Argument]]:
    """The claims and points of one language as arguments."""
    return {
        topic.claim[language]: [Argument(text=t[language], side=s) for s, t in topic.points]
        for topic in topics.values()
    }


def pairs_of(claims: Claims) -> list[Pair]:
    """Every argument beside its claim, in order of claims."""
    return [
        Pair(target=claim, text=one.text, side=one.side)
        for claim in sorted(claims)
        for one in claims[claim]
    ]


def _by_size(claims: Claims) -> tuple[list[str], NDArray[np.float64]]:
    """Claims with arguments, drawn by the root of how many they have."""
    names = [name for name in sorted(claims) if claims[name]]
    weights = np.sqrt([len(claims[name]) for name in names])
    return names, weights / weights.sum()


def _one(rng: np.random.Generator, values: Sequence[_T]) -> _T:
    return values[int(rng.integers(len(values)))]


def _csv(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
