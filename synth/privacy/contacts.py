"""Contacts in a text: e-mail addresses, telephone numbers, IBANs, handles, personal links.

Prices, dates, numbers of articles and links that lead to no person stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from synth.masks import Finding, MaskKind, shown_for
from synth.privacy.phones import find_phones
from synth.privacy.stretches import Stretches
from synth.privacy.words import nobodys_handles

Stretch = tuple[int, int, MaskKind]

_LINK = re.compile(r"(?:https?://|www\.|mailto:|tel:)[^\s<>\"»]+", re.IGNORECASE)
_PERSONAL = re.compile(
    r"mailto:[^\s@]+(?:@|%40)|tel:\+?\d|(?:https?://)?(?:www\.|\w\w\.|m\.)?"
    r"(?:linkedin\.com/in/|facebook\.com/(?:profile\.php|people/)|wa\.me/\d"
    r"|api\.whatsapp\.com/send)",
    re.IGNORECASE,
)
_HOST = r"(?:[^\W_](?:[\w-]{0,62}))(?:\.[^\W_][\w-]{0,62}){0,8}\.[^\W\d_]{2,24}"
_AFTER_AT = re.compile(
    rf"@{_HOST}|\s?[(\[{{<]\s?(?:at|arobase|@|ät)\s?[)\]}}>]\s?[\w-]+"
    r"(?:(?:\.|\s?[(\[{<]?\s?\b(?:dot|point|punkt)\b\s?[)\]}>]?\s?)[\w-]+){1,5}",
    re.IGNORECASE,
)
"""The search for an address begins at its ``@``: any word may be the part before it."""
_SPOKEN_AT = re.compile(
    rf"(?P<at>\s(?:at|arobase)\s)(?P<host>{_HOST}|[\w-]+(?:\sdot\s[\w-]+){{1,4}}\b)",
    re.IGNORECASE,
)
_BEFORE_AT = re.compile(r"[\w.+%-]+\Z")
MOST_BEFORE_AT = 64
"""The longest part before the ``@`` (RFC 5321)."""
_MAILERS = re.compile(
    r"(?:gmail|googlemail|hotmail|outlook|yahoo|orange|wanadoo|free|laposte|icloud|gmx|web|aol|live"
    r"|protonmail|proton)\.\w{2,4}\b",
    re.IGNORECASE,
)
_NO_PERSON = frozenset({"git", "hg", "svn"})
"""Before the ``@`` of the address of a repository."""
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}\b")
_HANDLE = re.compile(r"(?<![\w@/.&=:+-])@(?P<name>\d{8,15}(?!\w)|[^\W\d_][\w.-]{1,38})", re.UNICODE)
_GOES_ON_IN_CODE = frozenset("@/#(=[{")
"""What follows no handle: ``@VARIABLE@``, ``@host/path``, ``@call(``."""
_DOMAIN = re.compile(r"\.(?:com|org|net|edu|gov|info|io|eu|fr|de|ch|be|ca|uk|us|it|es|nl)\Z", re.I)
"""Where a name ends so, it is the second half of an address: a place, not a person."""
LEAST_OF_HANDLE = 3
"""Letters of a handle; shorter ones are marks of code."""
MOST_SPOKEN = 40
"""Letters of the part before a spoken "at"; what is longer is the name of a file."""
_HINT = re.compile(
    r"@|\d[\d\s().\u2010\u2011\-/]{5}|arobase| at | dot |\[at|\(at|www|http|[A-Z]{2}\d\d"
)
"""What every contact has something of."""


def find_contacts(text: str, language: str | None) -> list[Finding]:
    """The contacts in a text, in order of place."""
    if _HINT.search(text) is None:
        return []
    links = find_links(text)
    inside = Stretches(links)
    phones = ((start, end, MaskKind.PHONE) for start, end in find_phones(text, language))
    taken = Stretches()
    # An earlier finder goes before a later one. In a link a number or an @ says where it leads.
    found = [
        one
        for some in (
            _emails(text, inside),
            _personal_links(text, links),
            _ibans(text),
            (one for one in phones if not inside.overlap(one[0], one[1])),
            (one for one in _handles(text) if not inside.overlap(one[0], one[1])),
        )
        for one in some
        if taken.add(one[0], one[1])
    ]
    return [
        Finding(start=start, end=end, kind=kind, shown=shown_for(kind, language))
        for start, end, kind in sorted(found)
    ]


def find_links(text: str) -> list[tuple[int, int]]:
    """Where links to the web stand, and those that write or call."""
    return [(found.start(), found.end()) for found in _LINK.finditer(text)]


def _emails(text: str, links: Stretches) -> Iterator[Stretch]:
    done = 0
    for at in _AFTER_AT.finditer(text):
        name = _BEFORE_AT.search(text, max(done, at.start() - MOST_BEFORE_AT), at.start())
        if name is None or name[0].strip(".-%+") == "" or name[0].lower() in _NO_PERSON:
            continue
        # In the path of a link it names an archive, a message or a package.
        is_path = text[max(0, name.start() - 1)] == "/" and links.overlap(name.start(), at.end())
        if not is_path:
            yield _with_scheme(text, name.start(), at.end())
            done = at.end()
    for at in _SPOKEN_AT.finditer(text):
        name = _BEFORE_AT.search(text, max(0, at.start() - MOST_BEFORE_AT), at.start())
        if name is not None and _is_spoken(text, name, at):
            yield name.start(), at.end(), MaskKind.EMAIL


def _with_scheme(text: str, start: int, end: int) -> Stretch:
    scheme = text[max(0, start - 7) : start].lower()
    return start - 7 if scheme == "mailto:" else start, end, MaskKind.EMAIL


def _is_spoken(text: str, name: re.Match[str], at: re.Match[str]) -> bool:
    """Whether ``jane.roe at example.org`` is an address, and not somebody at a place."""
    host = at["host"]
    before = text[max(0, name.start() - 1) : name.start()]
    if len(name[0]) > MOST_SPOKEN or before in {"/", "\\"}:
        return False
    if " " in host:  # at … dot …
        return True
    is_marked = before in {"<", "("}
    return bool(_MAILERS.match(host)) or is_marked or bool(re.search(r"\w[.\d_]\w", name[0]))


def _personal_links(text: str, links: Sequence[tuple[int, int]]) -> Iterator[Stretch]:
    for start, end in links:
        if _PERSONAL.match(text, start, end):
            link = text[start:end].rstrip(".,;:!?)]}'")
            yield start, start + len(link), MaskKind.PROFILE


def _ibans(text: str) -> Iterator[Stretch]:
    if not (candidates := list(_IBAN.finditer(text))):
        return
    from stdnum import iban

    for found in candidates:
        # Words after the number may look like a part of it.
        words = found[0]
        while len(words) >= 15 and not iban.is_valid(words):
            words = words[:-1].rstrip(" -")
        if len(words) >= 15:
            yield found.start(), found.start() + len(words), MaskKind.IBAN


def _handles(text: str) -> Iterator[Stretch]:
    for found in _HANDLE.finditer(text):
        name = found["name"].rstrip(".-_")
        end = found.start() + 1 + len(name)
        is_code = end < len(text) and text[end] in _GOES_ON_IN_CODE
        is_nobody = is_code or len(name) < LEAST_OF_HANDLE or _DOMAIN.search(name) is not None
        if not is_nobody and name.lower() not in nobodys_handles():
            yield found.start(), end, MaskKind.HANDLE
