"""Names of the participants of a discussion, as their texts mention them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from synth.masks import Finding, MaskKind
from synth.privacy.stretches import Stretches

MIN_LETTERS = 4
"""Shorter names (``Al``) are also ordinary words."""
_WORD = re.compile(r"\w+")
_BETWEEN = r"(?:[^\S\n]+|[^\S\n]*\n[^\S\n]*)"
"""Blanks, or the end of a line, but not of a paragraph."""


class KnownNames:
    """Finds whole names in any language, and handles, and says who they are."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """``names``: pseudonym → real name."""
        self._names: dict[str, list[tuple[str, str]]] = {}
        """First word, folded → (name, pseudonym)."""
        self._handles: dict[str, str] = {}
        for pseudonym, real in names.items():
            name = re.sub(r"^\W+", "", real).strip()
            first = _WORD.match(name)
            if first is None:
                continue
            self._handles.setdefault(_handle(name), pseudonym)
            if len(name) >= MIN_LETTERS and (" " in name or name[:1].isupper()):
                self._names.setdefault(first[0].casefold(), []).append((name, pseudonym))

    def called(self, handle: str) -> str | None:
        """The pseudonym of whom ``@handle`` means; None where the discussion knows nobody."""
        return self._handles.get(_handle(handle))

    def in_text(self, text: str, taken: Sequence[Finding]) -> list[Finding]:
        """Findings with names beside those ``taken`` already, all in order of place.

        A name that is taken already is shown as the pseudonym where it is known, and makes way
        for a known one that holds it.
        """
        fixed = Stretches((one.start, one.end) for one in taken if one.kind is not MaskKind.NAME)
        known = [
            Finding(start=start, end=end, kind=MaskKind.NAME, shown=pseudonym)
            for start, end, pseudonym in self._stretches(text)
            if not fixed.overlap(start, end)
        ]
        named = Stretches((one.start, one.end) for one in known)
        found = [
            self._known(text, one)
            for one in taken
            if one.kind is not MaskKind.NAME or not named.overlap(one.start, one.end)
        ]
        return sorted((*found, *known), key=lambda one: one.start)

    def handles(self, text: str, taken: Sequence[Finding]) -> list[Finding]:
        """The same findings, with the pseudonyms of those whom handles mean."""
        return [self._known(text, one) for one in taken]

    def _known(self, text: str, one: Finding) -> Finding:
        if one.kind not in {MaskKind.HANDLE, MaskKind.NAME}:
            return one
        words = text[one.start : one.end]
        called = self.called(words.removeprefix("@"))
        if called is None:
            return one
        shown = f"@{called}" if one.kind is MaskKind.HANDLE else called
        return Finding(start=one.start, end=one.end, kind=one.kind, shown=shown)

    def _stretches(self, text: str) -> Iterator[tuple[int, int, str]]:
        # An alternation of all names takes as long as there are names: only those at hand are
        # looked for.
        at_hand = self._names.keys() & set(_WORD.findall(text.casefold()))
        pairs = sorted(
            (pair for key in at_hand for pair in self._names[key]),
            key=lambda pair: (-len(pair[0]), pair),
        )
        if not pairs:
            return
        who = {_spelled(name): pseudonym for name, pseudonym in reversed(pairs)}
        # One word alone may be another word in small letters.
        several = "|".join(_as_typed(name) for name, _ in pairs if " " in name)
        single = "|".join(_as_typed(name) for name, _ in pairs if " " not in name)
        either = "|".join(filter(None, (f"(?i:{several})" if several else "", single)))
        for found in re.finditer(rf"(?<![\w@])(?:{either})(?!\w)", text):
            yield found.start(), found.end(), who[_spelled(found[0])]


def _as_typed(name: str) -> str:
    """A pattern for a name in a mail, whose lines end between words, with either apostrophe."""
    words = (re.escape(word).replace("’", "'").replace("'", "['’]") for word in name.split())
    return _BETWEEN.join(words)


def _spelled(name: str) -> str:
    return " ".join(name.split()).replace("’", "'").casefold()


def _handle(name: str) -> str:
    return re.sub(r"\s+", "", name).casefold()
