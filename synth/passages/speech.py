"""Find what a person says, apart from code, logs, tables, addresses and courtesies around it.

A text is cut into paragraphs of speech; code blocks and tables separate them.
"""

from __future__ import annotations

import math
import re
import string
from itertools import chain, islice

from models.wordlists import read_toml, words
from synth.records import Span

_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*|\d+(?:[.,:]\d+)*")
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_URL = re.compile(r"<?(?:https?://|www\.)[^\s<>]+>?")
_LETTERS = re.compile(r"[^\W\d_]+")

# Each alternative needs a sign that prose does not have: "make room for cyclists", "let me
# say this," and "* building more schools" are what people write.
_CODE_LINE = re.compile(
    # prompts
    r"\s*(?:>\s+(?:[\w.:$]+\(|[\w.$]+\s*(?:<-|=)|[\w.$]+$)|\$\s+[a-z]|>>>\s|[A-Z]{1,3}>\s"
    r"|[\w.-]+@[\w.-]+[:~]\S*[$#]|\+\s{2,}\S|\.\.\.\s\s"
    r"|#include\b|#!|@@\s|diff --git|[+-]{3}\s[ab]/|index [0-9a-f]{7}"  # directives, diffs
    r"|\[\d+\]\s+[\"\d.TFNA-]+(?:\s|$)|\[\[\d+\]\]$"  # printed vectors
    r"|\*\s(?:checking|installing|creating|building|preparing)\b.*(?:\.\.\.|['‘?])|\* DONE"
    r"|\* using (?:R|session|log|option|platform)\b|\*\*\s(?:R|libs|data|help|byte|inst)\b"
    r"|Error in |Error: |Warning message|Execution halted|Caused by: |Calls: |Traceback \("
    r"|\w*(?:Error|Exception): |at\s[\w.$<>]+\(.*\)$|File \".*\", line \d+"  # stack traces
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d|\[?\d\d:\d\d:\d\d[\].,]|\w{3} +\d+ \d\d:\d\d:\d\d\s"
    r"|(?:import|from) [\w.]+\.[\w.]+(?: import .*)?$|from [\w.]+ import |import \w+$"
    r"|(?:def|class) \w+.*:$|(?:if|for|while|elif)\b.*[=<>()\[\]].*:$|.*\)\s*\{$|\}?\s*else\s*[{:]$"
    r"|(?:public|private|static|const|let|var|void|int|double|char|float|struct|template|typedef)"
    r"\s+[\w<*&\[].*(?:\{|=.*;|\(.*\)?;)$"
    r"|(?:sudo|git|npm|pip3?|cd|docker|apt|apt-get|brew|curl|wget|Rscript|R CMD)\s"
    r"(?=.*(?:\s-|/|install|commit|push|clone|check|build))[-\w./]+(?:\s+[-\w./=:@]+)*$"
    r"|\\(?:begin|end|item|usage|code|section|alias|name)\{"
    r"|</?[a-zA-Z][\w-]*(?:\s[^<>]*)?>.*</?[a-zA-Z][\w-]*>$|<[?/!]?[a-zA-Z][^<>]*>$"
    r"|[\w.$@\"'\[\]]+\s*(?:<-|<<-|:=|\|>|%>%)"
    r"|[\w.$:]+\([^)]*\)?[;,{]?\s*(?:#.*)?$|[\w.$]+\s=\s\S+[;,]?$"
    r"|[{}()\[\];]+$|(?:[^\s/]+/){2,}[^\s/]*$"
    r"|[\w.-]+\.(?:[ch]|cpp|hpp|py|R|Rd|js|log|o|so|dll):\d+)"
)
_JUDGED_CHARS = 500
"""Of a line, the characters looked at: bounds the time for megabyte lines."""
_SYMBOLS = rb"{}[]<>=;$@#\|^~"
_ASCII_LETTERS = string.ascii_letters.encode()
# Some type two blanks after a sentence.
_COLUMNS = re.compile(r"[^\s.!?:;](?:\s{2,}|\t|\s\|\s)\S")

_PHRASES = read_toml(__package__, "courtesies.toml")
_GREETINGS, _COURTESIES = (
    "|".join(chain.from_iterable(_PHRASES[kind].values())) for kind in ("greetings", "courtesies")
)
_GREETING = re.compile(rf"\s*(?:{_GREETINGS})\b(?P<rest>[^\n]{{0,60}})$", re.IGNORECASE)
_COURTESY = re.compile(rf"\W*(?:{_COURTESIES})\b(?P<rest>.{{0,80}})$", re.IGNORECASE | re.DOTALL)
_COURTEOUS_REST = words(" ".join(_PHRASES["further_words"].values()))
_BARE_ANSWERS = frozenset({"yes", "no", "ok", "okay", "same", "lol", "oui", "non", "nein", "doch"})
_LIST_MARK = re.compile(r"\s*(?:[-*+•·–—▪◦‣]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|#{1,6})\s+")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")


def n_words(text: str) -> int:
    """Words of a text; of scripts written without spaces, two characters count as one."""
    n_ideographs = 0 if text.isascii() else len(_IDEOGRAPH.findall(text))
    if not n_ideographs:
        return len(_WORD.findall(text))
    return len(_WORD.findall(_IDEOGRAPH.sub(" ", text))) + math.ceil(n_ideographs / 2)


def has_words(text: str, n: int) -> bool:
    """``n_words(text) >= n``, without counting on; ``n`` is at least 1."""
    if not text.isascii():
        return n_words(text) >= n
    return next(islice(_WORD.finditer(text), n - 1, None), None) is not None


def is_speech(text: str) -> bool:
    """Whether a stretch says something: words, and not only a greeting, thanks, code,
    an address or figures.

    Made for stretches of a sentence or more in languages of any script; the courtesies
    known are English, French and German, with the commonest of their neighbours.
    """
    bare = _without_urls(text, " ").strip()
    letters = _n_letters(bare)
    if letters < 3 or (letters < 5 and bare.casefold().strip(" .,!?") in _BARE_ANSWERS):
        return False
    # Combining vowel signs (Hindi, Thai) are no letters to the pattern.
    n_needed = (0.55 if bare.isascii() else 0.4) * _n_filled(bare)
    if letters < n_needed:
        return False
    if is_courtesy(bare):
        return False
    lines = [line for line in bare.split("\n") if line.strip()]
    return sum(1 for line in lines if is_code_line(line)) * 2 <= len(lines)


def _n_filled(text: str) -> int:
    """Characters that are no white space."""
    return sum(map(len, text.split()))


def _n_letters(text: str) -> int:
    if text.isascii():
        return _n_of(_ASCII_LETTERS, text)
    return sum(map(len, _LETTERS.findall(text)))


def _n_of(characters: bytes, text: str) -> int:
    """How many characters of a text are among some of ASCII; faster than any pattern."""
    encoded = text.encode("ascii", "replace")
    return len(encoded) - len(encoded.translate(None, characters))


def _without_urls(text: str, put: str) -> str:
    return _URL.sub(put, text) if "://" in text or "www." in text else text


def is_courtesy(text: str) -> bool:
    """Whether a stretch only greets, thanks or takes leave."""
    if len(text) > 120:
        return False
    if found := _GREETING.match(text):
        rest = found.group("rest").strip()
        if n_words(rest) <= 3 or (n_words(rest) <= 5 and rest[-1] in ",!:"):
            return not rest.endswith("?")
    if found := _COURTESY.match(text):
        rest = _LETTERS.findall(found.group("rest").casefold())
        n_other = sum(1 for word in rest if word not in _COURTEOUS_REST)
        return n_other <= 1 and len(rest) <= 12
    return False


def is_code_line(line: str) -> bool:
    """Whether a line is code, a command, program output, a table row or a mere address."""
    line = line[:_JUDGED_CHARS]
    bare = line.strip()
    if not bare:
        return False
    if _CODE_LINE.match(line):
        return True
    if not (without := _without_urls(bare, "").strip(" -*•<>().,:;")):
        return True
    n_symbols = _n_of(_SYMBOLS, without) + without.count("()")
    if n_symbols >= 3 and n_symbols > 0.1 * len(without):
        return True
    return is_table_line(without)


def is_table_line(line: str) -> bool:
    """Whether a line is a row of columns, or mostly figures, or a rule."""
    words = line.split()
    filled = sum(map(len, words))
    letters = _n_letters(line)
    if filled >= 3 and letters < (0.5 if line.isascii() else 0.35) * filled:
        return True
    is_spaced_once = len(line) - filled < len(words)
    if is_spaced_once and "\t" not in line and "|" not in line:
        return False
    return len(_COLUMNS.findall(line)) >= 2 and n_words(line) <= 14


def runs_of_speech(text: str) -> list[list[Span]]:
    """Runs of neighbouring paragraphs; between two runs stands what is not speech.

    A paragraph is a block between blank lines, or one list item without its marker.
    """
    runs: list[list[Span]] = [[]]
    open_lines: list[tuple[int, str]] = []  # with their places in the text
    raw = text.split("\n")
    at = 0
    for line, is_code in zip(raw, _are_code(raw), strict=True):
        is_blank = not line or line.isspace()
        if open_lines and (is_code or is_blank or _LIST_MARK.match(line)):
            runs[-1].append(_paragraph(open_lines))
            open_lines.clear()
        if is_code and runs[-1]:
            runs.append([])
        elif not is_code and not is_blank:
            open_lines.append((at, line))
        at += len(line) + 1
    if open_lines:
        runs[-1].append(_paragraph(open_lines))
    return [run for run in runs if run]


def _paragraph(lines: list[tuple[int, str]]) -> Span:
    (first_at, first), (last_at, last) = lines[0], lines[-1]
    mark = _LIST_MARK.match(first)
    start = first_at + (mark.end() if mark else len(first) - len(first.lstrip()))
    end = last_at + len(last.rstrip())
    return Span(start=min(start, end), end=end)


def _are_code(lines: list[str]) -> list[bool]:
    """Each line judged; one between two lines of code is code when it is short."""
    verdicts: list[bool] = []
    is_fenced = False
    for line in lines:
        fence = ("```" in line or "~~~" in line) and _FENCE.match(line) is not None
        verdicts.append(fence or is_fenced or is_code_line(line))
        is_fenced ^= fence
    for i in range(1, len(lines) - 1):
        if not verdicts[i] and verdicts[i - 1] and verdicts[i + 1] and lines[i].strip():
            verdicts[i] = n_words(lines[i]) <= 6 or is_table_line(lines[i])
    return verdicts
