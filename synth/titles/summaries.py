"""What several voices say in an idea: verbatim sentences, each with who said it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from models import wordlists
from models.clauses import is_aside, opens_loosely, self_contained
from models.keyphrases import key_of
from models.languages import n_words, primary
from synth.titles.exemplars import readability
from synth.titles.wording import MARKS, PLAIN_MARKS, names_someone

SUMMARY_WORDS = (6, 40)
SUMMARY_CHARS = 1_000
"""A sentence is looked for in so many first characters of a representative."""
SUMMARY_SENTENCES = 3
LONGEST_SUMMARY = 420
"""Characters from which no further sentence is added."""
SAYS_THE_SAME = 0.4
"""A sentence that shares so much of its content words with another adds nothing."""
STANDS = (0.6, 0.85)
"""How well the first sentence, and any further one, must stand alone."""
_CALLED = re.compile(r"[^\W\d_]+,\s")
"""A sentence that opens by calling somebody, or with a word for what was said before."""
_SENTENCE = re.compile(
    r"[^\s.!?…。！？](?:[^.!?…。！？\n]|\n(?!\s*\n)|\.(?=\S))*(?:[.!?…。！？]+|(?=\s*$))"
)


def telling_sentences(
    quotes: Sequence[tuple[str, str | None, str | None]],
    *,
    about: Collection[str] = (),
    people: Collection[str] = (),
) -> str:
    """One to three verbatim sentences that stand alone, one a line, each by another author.

    A line has its sentence in quote marks and then who said it: several people speak, and none of
    them for the others. quotes: (text, language, author) of the representatives, best first. Of
    each the sentence is taken that has most of the words ``about``, unless it says what is there
    already; none is taken that has none of them, or names one of the ``people``. Empty when no
    sentence can be read on its own: no summary is better than one that nobody understands.
    """
    chosen: list[str] = []
    lines: list[str] = []
    contents: list[frozenset[str]] = []
    authors: set[str | None] = set()
    for text, language, author in quotes:
        if len(chosen) == SUMMARY_SENTENCES or (author is not None and author in authors):
            continue
        speaking = _Speaking(language=language, alone=STANDS[bool(chosen)], people=people)
        sentence = speaking.telling_sentence(text, about)
        words = frozenset(key_of(sentence, primary(language)).split())
        is_same = any(
            len(words & other) >= SAYS_THE_SAME * min(len(words), len(other)) for other in contents
        )
        is_long = bool(chosen) and sum(map(len, chosen)) + len(sentence) > LONGEST_SUMMARY
        if sentence and not is_same and not is_long:
            chosen.append(sentence)
            lines.append(attributed(sentence, author, language))
            contents.append(words)
            authors.add(author)
    return "\n".join(lines)


def attributed(sentence: str, author: str | None, language: str | None) -> str:
    """A sentence in the quote marks of its language, and who said it: "“…” — Participant 3"."""
    quoted = MARKS.get(primary(language), PLAIN_MARKS).format(sentence)
    return f"{quoted} — {author}" if author else quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class _Speaking:
    """What a sentence must be to speak for an idea."""

    language: str | None
    alone: float
    """How well it stands alone."""
    people: Collection[str]

    def telling_sentence(self, text: str, about: Collection[str]) -> str:
        """The sentence of a text with most of the words ``about``, on one line; else nothing."""
        found = [
            (len(set(about) & set(key_of(sentence, primary(self.language)).split())), sentence)
            for match in _SENTENCE.finditer(text[:SUMMARY_CHARS])
            if self._is_fit(sentence := " ".join(match.group().split()))
        ]
        n_shared, best = max(found, key=lambda pair: pair[0], default=(0, ""))
        return best if n_shared or not about else ""

    def _is_fit(self, sentence: str) -> bool:
        shortest, longest = SUMMARY_WORDS
        words = sentence.split()
        is_of_length = shortest <= n_words(sentence, self.language) <= longest
        if not is_of_length or sentence.endswith(("?", "？")):
            return False
        last = words[-1].rstrip(".").casefold()
        is_cut = "." in last or last in wordlists.ABBREVIATIONS  # "e.g."
        opens = words[0].strip(",:").casefold() in wordlists.OPENERS or _CALLED.match(sentence)
        loose = opens or is_aside(sentence) or opens_loosely(sentence, primary(self.language))
        if is_cut or loose or not sentence[0].isalnum() or sentence[0].islower():
            return False
        if names_someone(sentence, frozenset(self.people)):
            return False
        stands = self_contained(sentence, self.language)
        return min(readability(sentence, self.language), stands) >= self.alone
