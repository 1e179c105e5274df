"""How a title is written: sentence case, no loose ends, nobody's name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from models.keyphrases import stop_words
from models.languages import primary
from models.text import fold
from models.wordlists import words

MAX_CHARS = 70
AND = {"en": "and", "fr": "et", "de": "und", "es": "y", "it": "e", "pt": "e", "nl": "en"}

_ADDRESSED = re.compile(
    r"(?:^|[\n.!?])\s*(?:hi|hello|hey|dear|thanks|thank you|bonjour|cher|chère|merci|salut|hallo"
    r"|liebe|lieber|hola|querido|ciao|caro|olá)\s+([A-ZÀ-Ý][\w'’-]+)(?:\s+([A-ZÀ-Ý][\w'’-]+))?\s*"
    r"(?:[,!.:\n]|$)",
    re.IGNORECASE,
)
_HONORIFIC = re.compile(
    r"\b(?:Frau|Herrn?|Mr|Mrs|Ms|Mme|Mlle|Madame|Monsieur|Señora?|Sra?|Signora?|Mevrouw|Meneer)"
    r"\b\.?\s+(?:von |van |de |du )?[A-ZÀ-Ý]"
)
_WROTE = re.compile(
    r"([A-ZÀ-Ý][\w'’-]+)(?:\s+([A-ZÀ-Ý][\w'’-]+))?\s+(?:wrote|writes|a écrit|schrieb)\b"
)
_REPLY = re.compile(
    r"^(?:\s*(?:re|fwd?|aw|wg|tr|rv|sv|antw)\s*(?:\[\d+\])?\s*:|\s*\[[^\]]{1,40}\])+", re.I
)
_TOKEN = re.compile(r"\S+")


def titled(surface: str) -> str:
    """Sentence case without marks at the edges: " school uniforms cost too much. " → "School …".

    Acronyms and names keep their letters; a shouted text is lowered.
    """
    text = re.sub(r"\s+", " ", surface).strip(" \t\n-–—•*·.,;:!…\"'`«»“”„‚‘")
    letters = [c for c in text if c.isalpha()]
    if len(text.split()) > 2 and letters and sum(map(str.isupper, letters)) > 0.7 * len(letters):
        text = text.lower()
    first = text.split(" ", 1)[0]
    # devtools.R, iPhone, x86: spelt their own way
    own_way = any(c.isupper() or c.isdigit() or c in "._" for c in first[1:])
    return text if own_way or not text else text[0].upper() + text[1:]


def without_reply_marks(subject: str) -> str:
    """A subject line without ``Re:`` and ``[list-tag]``."""
    return _REPLY.sub("", subject).strip()


def people_named(texts: Iterable[str], avoid: Iterable[str]) -> frozenset[str]:
    """Folded names that no title may carry: those given, and those the texts address or quote."""
    names = {fold(part) for name in avoid for part in re.findall(r"[^\W\d_]{3,}", name)}
    found: Counter[str] = Counter()
    for text in texts:
        for match in (*_ADDRESSED.finditer(text), *_WROTE.finditer(text)):
            found.update(fold(part) for part in match.groups() if part and part[0].isupper())
    names.update(name for name, n in found.items() if n >= 2 and len(name) > 2)
    return frozenset(names - _NOT_NAMES)


_NOT_NAMES = words("all everyone everybody list team folks again tous toutes alle allerseits")


def names_someone(title: str, people: frozenset[str]) -> bool:
    """Whether one of the people is named in the title, or anybody by a form of address."""
    return bool(_HONORIFIC.search(title)) or any(
        fold(word) in people for word in re.findall(r"[^\W\d_]+", title)
    )


def clipped(text: str, language: str | None) -> str:
    """The beginning of a text that fits a title, cut at a word, not ending in a function word."""
    flat = re.sub(r"\s+", " ", text).strip()
    if len(flat) > MAX_CHARS:
        flat = flat[: MAX_CHARS + 1].rsplit(" ", 1)[0][:MAX_CHARS]
        stops = stop_words(primary(language))
        kept = flat.split(" ")
        while len(kept) > 2 and fold(kept[-1].strip(",;:")) in stops:
            kept.pop()
        flat = " ".join(kept)
    return titled(flat)


def joined(surfaces: Sequence[str], language: str | None) -> str:
    """Noun phrases as one title: "Cost of uniforms, discipline and dress codes"."""
    *first, last = surfaces
    link = AND.get(primary(language))
    if not link or not first:
        return titled(", ".join(surfaces))
    return titled(f"{', '.join(first)} {link} {last}")
