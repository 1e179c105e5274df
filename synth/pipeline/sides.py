"""Which side answers take of what they answer, read from the words where no platform says it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.sides import SideClassifier, told
from models.wordlists import INTERROGATIVES
from synth.records import Stance
from synth.settings import Progress
from synth.store import Answer, SideRow, Store
from synth.store.rows import sha256_text

MOST_READ = 1_500
"""Answers read of one discussion: about 30 processor seconds. Those to what most people answer come
first, because there it matters how many are on either side."""
CONSULTATIONS = frozenset({"capcollectif", "cif", "decidim", "json", "polis", "table"})
"""Formats whose threads begin with what one can be for or against: a proposal, a claim, a question.

Mail, chats and forums begin with anything, and there the classifier is wrong too often.
"""
LANGUAGES = frozenset({"en", "fr"})
"""Of what is answered: those in which enough was measured to say that it is right often enough."""
N_LETTERS = 600
"""Of a text: more than the classifier reads of it."""
_SENTENCE = re.compile(r"[^.!?…\n]*[.!?…]?")
_FIRST_WORDS = 2
"""Among these stands the word that makes a question an open one ("in which", "à quel")."""


class PairReader(Protocol):
    """What tells shares of for, against and neither: a ``SideClassifier``, or a test's."""

    @property
    def fingerprint(self) -> str: ...

    def shares(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What was read of a discussion's answers."""

    rows: Sequence[SideRow] = ()
    n_answers: int = 0
    """Answers whose side no platform gave."""
    n_sided: int = 0
    """Those of a kind that is read; see ``has_sides``."""
    n_new: int = 0
    """Those that were read in this run; the others were read before."""

    def facts(self) -> dict[str, object]:
        """What a run tells."""
        sides = Counter(row.side for row in self.rows)
        return {
            "n_answers": self.n_answers,
            "n_sided": self.n_sided,
            "n_read": len(self.rows),
            "n_new": self.n_new,
            "n_for": sides[Stance.FOR],
            "n_against": sides[Stance.AGAINST],
        }


def read_sides(
    store: Store,
    discussion_id: int,
    progress: Progress,
    *,
    reader: PairReader | None = None,
) -> Readings:
    """Read the sides of at most ``MOST_READ`` answers; what was read before is kept."""
    reader = reader or SideClassifier()
    found = store.sides.answers(discussion_id, n_letters=N_LETTERS)
    sided = [one for one in found if has_sides(one)]
    chosen = most_answered(sided)[:MOST_READ]
    before = store.sides.kept(discussion_id)
    keys = {one.message_id: _key(reader, one) for one in chosen}
    kept = {i: row for i, row in before.items() if keys.get(i) == row.read_sha256}
    new = [one for one in chosen if one.message_id not in kept]
    rows = dict(kept)
    with progress.stage("Read sides", total=len(new), unit="answers") as stage:
        for start in range(0, len(new), 256):
            some = new[start : start + 256]
            shares = reader.shares([(target_of(one), one.text) for one in some])
            for one, own in zip(some, shares, strict=True):
                rows[one.message_id] = _row(one, own, keys[one.message_id])
            stage.advance(len(some))
    return Readings(
        rows=[rows[i] for i in sorted(rows)],
        n_answers=len(found),
        n_sided=len(sided),
        n_new=len(new),
    )


def _row(answer: Answer, shares: NDArray[np.float64], key: str) -> SideRow:
    side, share = told(shares)
    return SideRow(
        message_id=answer.message_id,
        side=None if side is None else Stance(side.value),
        confidence=share,
        read_sha256=key,
    )


def most_answered(answers: Sequence[Answer]) -> list[Answer]:
    """The answers, those to what most others answer first, then in order of message."""
    n_answers = Counter(one.parent_id for one in answers)
    return sorted(answers, key=lambda one: (-n_answers[one.parent_id], one.message_id))


def target_of(answer: Answer) -> str:
    """What is answered as the classifier reads it: subject and beginning."""
    subject, text = (answer.subject or "").strip(), answer.target.strip()
    if not subject or text.startswith(subject):
        return text
    return f"{subject}. {text}" if subject[-1].isalnum() else f"{subject} {text}"


def has_sides(answer: Answer) -> bool:
    """Whether it is of the kind for which the classifier is right often enough.

    That is an answer, in words, to what opens a thread of a consultation and is no open question:
    "How shall we pay for it?" has no side that an answer could take. How good it is for others is
    in ``docs/quality.md``.
    """
    target = target_of(answer)
    if not (answer.is_to_first and answer.format in CONSULTATIONS and answer.language in LANGUAGES):
        return False
    return bool(answer.text.strip() and target) and not asks_openly(target, answer.language)


def asks_openly(text: str, language: str | None) -> bool:
    """Whether a text begins with a question that yes and no do not answer."""
    first = _SENTENCE.match(text.lstrip(" ¿¡«\"'-"))
    sentence = "" if first is None else first[0]
    words = re.findall(r"\w+", sentence.casefold())[:_FIRST_WORDS]
    asking = INTERROGATIVES.get(language or "", frozenset())
    return sentence.endswith("?") and not asking.isdisjoint(words)


def _key(reader: PairReader, answer: Answer) -> str:
    return sha256_text("\0".join((reader.fingerprint, target_of(answer), answer.text)))
