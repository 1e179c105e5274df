"""How a title is written: sentence case, no loose ends, nobody's name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from models.keyphrases import stop_words
from models.languages import UNSPACED, primary
from models.text import fold
from models.wordlists import CUT_OFF, INTERROGATIVES, VAGUE, words
from synth.masks import holds_mask

MAX_CHARS = 70
LONGEST_QUESTION = 100
"""A heading that asks is understood only when it is whole."""
LEAST_CHARS = 15
"""A heading is not cut shorter than this at a pause."""
BETWEEN = " · "
"""Between the names of two sub-ideas."""
MARKS = {
    "fr": "«\u00a0{}\u00a0»", "de": "„{}“", "it": "«{}»", "es": "«{}»", "ca": "«{}»", "pt": "«{}»",
    "ru": "«{}»",
}  # fmt: skip
"""Quote marks by language; the other languages use :data:`PLAIN_MARKS`."""
PLAIN_MARKS = "“{}”"

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
_EDGES = " \t\n-–—•*·.,;:!…\"'`«»“”„‚‘&+/=~|"
_QUOTES = tuple(
    (re.compile(opening), re.compile(closing))
    for opening, closing in (
        ("«", "»"),
        ("[“„]", "[”“]"),
        (r"(?<![\w.])['‘](?=\w)", r"(?<=[\w.])['’](?!\w)"),
    )
)
"""What opens a quote, and what closes it."""
_PAUSE = re.compile(r"\s[-–—(/|]|[:;,.](?=\s)|\s\(")
_COLON = re.compile(r"\s+[:;]")
_QUESTION = re.compile(r"(?P<body>[^?]{15,}?)(?P<mark>\s*\?+)")
_SUCH_AS = (
    r"dont|par exemple|notamment|y compris|comme|including|such as|for example|zum Beispiel|etwa"
    r"|por ejemplo|como|incluidos?|per exemple|com|per esempio|come"
)
_INSERTED = re.compile(rf",\s+(?:{_SUCH_AS}|et|and|und|y|i|e)\s[^,]*,", re.IGNORECASE)
_WANTS_MORE = re.compile(rf",\s+(?:{_SUCH_AS}|dass|daß|that|que)\b", re.IGNORECASE)
"""What stands behind a beginning that is not whole: "our town halls, such as", "so well, that"."""
_ASKING = re.compile(
    rf"(?:{'|'.join(sorted(word for some in INTERROGATIVES.values() for word in some))})\b"
    r"|(?:should|shall|can|could|would|will|do|does|did|is|are|was|were|has|have|may|must)\s"
    r"|.*\w-(?:t-)?(?:je|tu|il|elle|on|nous|vous|ils|elles|ce)\b",
    re.IGNORECASE,
)
"""The beginning of a question in which it is asked already."""
_FULL_PAUSE = re.compile("[、，。！？；,;!?]")


def titled(surface: str) -> str:
    """Sentence case without marks at the edges: " school uniforms cost too much. " → "School …".

    Acronyms and names keep their letters; a shouted text is lowered.
    """
    text = _unmarked(re.sub(r"\s+", " ", surface))
    letters = [c for c in text if c.isalpha()]
    is_long = len(text.split()) > 2 or (" " in text and len(letters) > 11)
    if is_long and letters and sum(map(str.isupper, letters)) > 0.7 * len(letters):
        text = text.lower()
    first = text.split(" ", 1)[0]
    # devtools.R, iPhone, x86: spelt their own way
    own_way = any(c.isupper() or c.isdigit() or c in "._" for c in first[1:])
    return text if own_way or not text else text[0].upper() + text[1:]


def _unmarked(text: str) -> str:
    """Without marks at the edges, but for one that closes a quote within; no quote left open."""
    bare = text.strip(_EDGES)
    before, behind = text[: text.index(bare)], text[text.index(bare) + len(bare) :]
    for opening, closing in _QUOTES:
        opened, closed = len(opening.findall(bare)), len(closing.findall(bare))
        if closed > opened and (ahead := opening.search(before + bare[:1])):
            bare = before[ahead.start() :] + bare
        if closed >= opened:
            continue
        closes = closing.search(bare[-1:] + behind)
        if closes is None:
            bare = opening.sub("", bare)
        else:
            bare += (bare[-1:] + behind)[1 : closes.end()]
    return bare.replace('"', "") if bare.count('"') % 2 else bare


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


LINKING = frozenset(fold(word) for word in CUT_OFF)
"""Function words that join a phrase to what is before it."""
ARTICLES = words("the le la les los el las un une der die das")
AND = words("and et und y e i en ou or oder o")
_OF = r"of|de|du|des|der|del|di|do|da|d['’].*"
_CLOSE = re.compile(_OF)
_RELATIVE = re.compile("qui|que|dont|which|who|whose|that")
_LOOSE = re.compile(rf"(?!(?:{_OF})$)(?:{'|'.join(sorted(LINKING - ARTICLES))}|\w{{3,}}ant)")
_VAGUE = frozenset(fold(word) for some in VAGUE.values() for word in some)
_NOT_NAMES = words("all everyone everybody list team folks again tous toutes alle allerseits")


def names_someone(title: str, people: frozenset[str]) -> bool:
    """Whether one of the people is named in the title, or anybody by a form of address, or
    something is masked in it."""
    return (
        bool(_HONORIFIC.search(title))
        or holds_mask(title)
        or any(fold(word) in people for word in re.findall(r"[^\W\d_]+", title))
    )


def clipped(text: str, language: str | None) -> str:
    """The beginning of a text that fits a title, cut at a word, not ending in a function word.

    In a language without blanks between words it is cut where it pauses.
    """
    flat = re.sub(r"\s+", " ", text).strip()
    if len(flat) > MAX_CHARS:
        if primary(language) in UNSPACED and (end := _last_pause(flat[: MAX_CHARS + 1])):
            return titled(flat[:end])
        flat = flat[: MAX_CHARS + 1].rsplit(" ", 1)[0][:MAX_CHARS]
        stops = stop_words(primary(language))
        kept = flat.split(" ")
        while len(kept) > 2 and fold(kept[-1].strip(",;:")) in stops:
            kept.pop()
        flat = " ".join(kept)
    return titled(flat)


def _last_pause(head: str) -> int:
    """Where a text without blanks pauses last, far enough from its beginning; else 0."""
    return max(
        (m.start() for m in _FULL_PAUSE.finditer(head) if m.start() >= LEAST_CHARS), default=0
    )


def shortened(text: str) -> str:
    """A heading that fits a title: cut where it pauses, else before its last preposition.

    A question may be longer. Empty where no beginning of it is whole.
    """
    if len(text) > MAX_CHARS:
        asked = _QUESTION.match(text)
        text = _shorter_question(asked) if asked else _up_to_a_pause(text)
    for opening, closing in ("«»", "“”", "()", "[]"):
        if text.count(opening) > text.count(closing):
            text = text[: text.rindex(opening)]
    return text.strip()


def _up_to_a_pause(text: str) -> str:
    """The beginning of a long heading, up to its last pause."""
    pauses = [m.start() for m in _PAUSE.finditer(text, LEAST_CHARS, MAX_CHARS + 1)]
    return text[: pauses[-1]] if pauses else _before_a_link(text, MAX_CHARS)


def _shorter_question(asked: re.Match[str]) -> str:
    """The first question without what is inserted; of a long one the beginning, if it asks."""
    body, mark = asked["body"], asked["mark"]
    if body.count(",") == 2:
        body = _INSERTED.sub("", body)
    if len(body) <= LONGEST_QUESTION - len(mark):
        return body + mark
    longest = LONGEST_QUESTION - len(mark)
    pause = _PAUSE.search(body, LEAST_CHARS, longest) or _COLON.search(body, LEAST_CHARS, longest)
    start = body[: pause.start()] if pause else _before_a_link(body, longest)
    is_whole = not _WANTS_MORE.match(body, len(start))
    return start + mark if _ASKING.match(start) and is_whole else ""


def _before_a_link(text: str, longest: int) -> str:
    """The beginning of a long heading, up to something it can do without: "a plan [for …]".

    What "of" adds is needed, and goes last: "the size [of …]". Empty where there is none.
    """
    words = text.split(" ")
    ends = [n for n in range(len(words) - 1, 0, -1) if len(" ".join(words[:n])) <= longest]
    for links in (_RELATIVE, _LOOSE, _CLOSE):
        for end in ends:
            if not links.fullmatch(fold(words[end])):
                continue
            before = _without_lone_member(_closed(words[:end]))
            if len(before) >= LEAST_CHARS:
                return before
    return ""


def _closed(words: Sequence[str]) -> Sequence[str]:
    """Without words at the end that want another behind them."""
    end = len(words)
    while end > 1 and _is_open(words[end - 1]):
        end -= 1
    return words[:end]


def _is_open(word: str) -> bool:
    """Whether a word wants another behind it: "in the case [of]", "adossée [à]"."""
    plain = fold(word)
    is_part = (len(word) == 1 and word.isalpha()) or word.endswith(("é", "ée", "és", "ées"))
    return is_part or plain in LINKING or plain.removesuffix("s") in _VAGUE


def _without_lone_member(words: Sequence[str]) -> str:
    """Without what follows an "and" near the end: it was probably longer."""
    for back in range(2, min(5, len(words))):
        if fold(words[-back]) in AND and len(" ".join(words[:-back])) >= LEAST_CHARS:
            return " ".join(words[:-back])
    return " ".join(words)


def side_by_side(names: Sequence[str]) -> str:
    """Two short names as one title: "Public toilets · Trees"."""
    return BETWEEN.join(map(titled, names))
