"""Plain text chat logs: IRC clients, WhatsApp exports, Zoom, and ``TIME name: text`` lines.

One way of writing is chosen for a whole file, the one that most of its first lines follow.
Ids are line numbers. What stands between two messages belongs to the first, as a text over
several lines does in a WhatsApp export.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.wordlists import read_toml
from synth.errors import InputProblem
from synth.importers.input_file import HEAD_BYTES, Fit, InputFile, ReadOptions
from synth.importers.record_reader import stem_of
from synth.importers.times import DayOrder, day_order, likely_day_order, parse_time
from synth.records import Problem, RawMessage

NAME = "chatlog"
LABEL = "Chat log (IRC, WhatsApp, plain text)"

_ONE_LINE_SHARE = 0.6
_SHARE = 0.2
"""Of the lines that are not empty, how many must begin as those of a chat do."""
_WORDS = read_toml(__package__, "chatlog.toml")
LONGEST_LINE = 2**20
LONGEST_MESSAGE = 4 * 2**20

_CLOCK = r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:[.,]\d{1,6})?(?:\s?[AaPp]\.?\s?[Mm]\.?)?"
_ISO = r"\d{4}[-/.]\d\d[-/.]\d\d"
_DATE = rf"(?:{_ISO}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}})"
_STAMP = rf"{_DATE}(?:T|,?\s(?:à\s|um\s|at\s)?){_CLOCK}(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d))?"
_TIMED = rf"(?:\[(?P<b>{_STAMP}|{_CLOCK})\]|(?P<p>{_STAMP}|{_CLOCK}))"
_NAME = r"[^\s:<>\[\]][^:<>\[\]\n]{0,59}?"


@dataclass(frozen=True, slots=True)
class _Style:
    """A way of writing logs. ``is_line`` tells its lines, ``message`` those that say something."""

    is_line: re.Pattern[str]
    message: re.Pattern[str]
    is_one_line: bool = False
    """A text never goes on in the next line: what does not match is the system's."""


def _style(line: str, message: str, *, is_one_line: bool = False) -> _Style:
    return _Style(re.compile(line), re.compile(message, re.DOTALL), is_one_line)


# Each pattern gives the time (group b in brackets, or p), ``who`` and ``text``.
_STYLES = (
    _style(
        rf"{_TIMED}\s+(?:<|\*|-!-|-->|<--|--|===|\u2192|\u2190)|===\s|\*\*\*\s|---\s",
        rf"{_TIMED}\s+(?:<[ @+%&~!]?(?P<who>[^<>\s][^<>\n]{{0,60}})>(?:\s(?P<text>.*))?"
        r"|\*\s+(?P<actor>[^\s*]{1,60})\s(?P<action>.*))$",
        is_one_line=True,
    ),
    _style(  # WeeChat: time, nick and text with tabs between
        rf"{_TIMED}\t",
        rf"{_TIMED}\t[@+%&~!]?(?P<who>[^\t\n]{{1,60}}?):?\t(?P<text>.*)$",
    ),
    _style(  # WhatsApp on Android
        rf"(?P<p>{_STAMP})\s[-–]\s",
        rf"(?P<b>)(?P<p>{_STAMP})\s[-–]\s(?P<who>{_NAME}):\s(?P<text>.*)$",
    ),
    _style(  # WhatsApp on an iPhone, and bots that imitate it
        rf"\[(?P<b>{_STAMP})\]\s",
        rf"\[(?P<b>{_STAMP})\](?P<p>)\s(?P<who>{_NAME}):\s(?P<text>.*)$",
    ),
    _style(  # Zoom
        rf"(?P<p>{_CLOCK})\s+[Ff]rom\s",
        rf"(?P<b>)(?P<p>{_CLOCK})\s+[Ff]rom\s+(?P<who>{_NAME})(?:\s+to\s+{_NAME})?\s*:"
        r"\s*(?P<text>.*)$",
    ),
    _style(
        rf"{_TIMED}\s+[-–]?\s*{_NAME}:\s",
        rf"{_TIMED}\s+[-–]?\s*(?P<who>{_NAME}):\s(?P<text>.*)$",
    ),
)
# Clients write comings and goings like actions (``* ann has joined #room``).
_COMING_OR_GOING = re.compile(
    rf"^(?:\([^)]*\)\s*)?(?:{'|'.join(_WORDS['comings_and_goings'])})", re.IGNORECASE
)
_DAY_CHANGE = re.compile(
    rf"^(?:---|\*\*\*\*|--)\s*(?:{'|'.join(_WORDS['day_changes'])})\s+(?P<day>.+)$", re.IGNORECASE
)
_DAY_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?([0-3]\d)(?!\d)")
_MEDIA = re.compile(rf"^(?:{'|'.join(_WORDS['media'])})$", re.IGNORECASE)
_INVISIBLE = {ord(char): None for char in "\u200e\u200f\u202a\u202b\u202c\ufeff\0"} | {
    ord(char): " " for char in "\u202f\u00a0"
}


@dataclass(slots=True)
class _Open:
    """A message whose last line may be still to come."""

    line: int
    who: str
    text: list[str]
    posted_at: datetime | None
    n_chars: int = 0


def sniff(file: InputFile) -> Fit:
    lines = _first_lines(file)
    return Fit.NO if _style_of(lines) is None else Fit.MESSAGES


def read(file: InputFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    """Raises InputProblem when too few lines look like those of a chat."""
    lines = _first_lines(file)
    style = _style_of(lines)
    if style is None:
        raise InputProblem(
            file.name,
            "is no chat log in a way of writing known here",
            remedy="write its lines as 'YYYY-MM-DD HH:MM name: text', or give another --format",
        )
    log = _Log(style, _clock_of(style, lines, file.path), namespace=stem_of(file.path))
    with file.open_text(options.encoding) as text:
        number = 0
        while line := text.readline(LONGEST_LINE):
            number += 1
            yield from log.add(number, line.rstrip("\r\n"))
    yield from log.close()
    if log.n_system or log.n_empty:
        yield file.problem(
            f"{log.n_system} lines by the system (comings and goings, notices) "
            f"and {log.n_empty} messages without text (pictures and the like)",
            "left out; nothing to do",
            f"first at line {log.first_system}" if log.n_system else "",
            n_left_out=log.n_system + log.n_empty,
        )


class _Log:
    """Puts lines together to messages."""

    def __init__(self, style: _Style, clock: _Clock, *, namespace: str) -> None:
        self.n_system = 0
        self.first_system = 0
        self.n_empty = 0
        self._style = style
        self._clock = clock
        self._namespace = namespace
        self._open: _Open | None = None

    def add(self, number: int, raw: str) -> Iterator[RawMessage]:
        line = raw.translate(_INVISIBLE)
        match = self._style.message.match(line)
        if match is not None and not _is_coming_or_going(match) and not _is_notice(raw, match):
            yield from self.close()
            who, text = _said(match)
            posted_at = self._clock.read(match["b"] or match["p"])
            self._open = _Open(number, who, [text], posted_at, len(text))
        elif match is not None or self._is_system(line):
            yield from self.close()
            self._drop(number, line)
        elif self._open is not None and self._open.n_chars < LONGEST_MESSAGE:
            self._open.text.append(line)
            self._open.n_chars += len(line) + 1
        elif line.strip():
            self._drop(number, line)

    def close(self) -> Iterator[RawMessage]:
        """The message that was open, if it says anything."""
        if self._open is None:
            return
        message, self._open = self._open, None
        lines = [line for line in message.text if not _MEDIA.match(line.strip())]
        n_attachments = len(message.text) - len(lines)
        text = "\n".join(lines).strip()
        if not text:
            self.n_empty += 1
            return
        yield RawMessage(
            source_id=str(message.line),
            text=text,
            position=f"line {message.line}",
            namespace=self._namespace,
            author_key=message.who,
            author_name=message.who,
            posted_at=message.posted_at,
            n_attachments=n_attachments,
        )

    def _is_system(self, line: str) -> bool:
        is_line = self._style.is_line.match(line) is not None
        return is_line or (self._style.is_one_line and bool(line.strip()))

    def _drop(self, number: int, line: str) -> None:
        self.n_system += 1
        self.first_system = self.first_system or number
        change = _DAY_CHANGE.match(line)
        if change is not None:
            self._clock.turn_to(change["day"])


class _Clock:
    """Times of a log, in UTC; they often leave out the day, and sometimes AM and PM."""

    def __init__(self, order: DayOrder, day: datetime | None, *, has_half_days: bool) -> None:
        self._order = order
        self._day = day
        self._step = timedelta(hours=12 if has_half_days else 24)
        self._last = timedelta()

    def turn_to(self, text: str) -> None:
        day = parse_time(text, self._order)
        if day is not None:
            self._day = _midnight(day)
            self._last = timedelta()

    def read(self, text: str) -> datetime | None:
        if re.fullmatch(_CLOCK, text) is None:
            return parse_time(text, self._order)
        moment = parse_time(f"2000-01-01 {text}")
        if self._day is None or moment is None:
            return None
        time = moment - _midnight(moment)
        # A log goes forward: a clock that falls back has gone past midnight, or past noon
        # where it shows twelve hours only. Less than an hour may be two clocks at odds.
        while time < self._last - timedelta(hours=1):
            time += self._step
        self._last = time
        return self._day + time


def _clock_of(style: _Style, lines: Sequence[str], path: str) -> _Clock:
    stamps = [m["b"] or m["p"] for line in lines if (m := style.message.match(line))]
    hours = [int(re.split("[:.]", stamp)[0]) for stamp in stamps if re.fullmatch(_CLOCK, stamp)]
    is_marked = any("m" in stamp.lower() for stamp in stamps)
    named = _DAY_IN_NAME.search(stem_of(path))
    return _Clock(
        day_order(stamps) or likely_day_order(stamps),
        parse_time("-".join(named.groups())) if named else None,
        has_half_days=not is_marked and all(1 <= hour <= 12 for hour in hours),
    )


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _first_lines(file: InputFile) -> list[str]:
    lines = file.head_text().translate(_INVISIBLE).splitlines()
    return lines[:-1] if len(file.head) >= HEAD_BYTES else lines


def _style_of(lines: Sequence[str]) -> _Style | None:
    """The way of writing that most lines follow; None where none is convincing."""
    n_filled = sum(bool(line.strip()) for line in lines)
    best, most = None, 1
    for style in _STYLES:
        matches = [match for line in lines if (match := style.message.match(line))]
        n_lines = sum(style.is_line.match(line) is not None for line in lines)
        # A text over several lines leaves only a part of the lines to judge by.
        n_needed = n_filled * (_ONE_LINE_SHARE if style.is_one_line else _SHARE)
        if len(matches) > most and n_lines >= n_needed and not _is_program(matches):
            best, most = style, len(matches)
    return best


def _is_program(matches: Sequence[re.Match[str]]) -> bool:
    """Whether the names are those under which programs keep logs."""
    return all(_said(match)[0].upper().strip("[]") in _WORDS["program_levels"] for match in matches)


def _said(match: re.Match[str]) -> tuple[str, str]:
    """Who says what; an action (``* ann waves``) reads as a sentence."""
    found = match.groupdict()
    if found.get("actor"):
        return found["actor"], f"{found['actor']} {found['action']}"
    return found["who"].strip(), found["text"] or ""


def _is_coming_or_going(match: re.Match[str]) -> bool:
    action = match.groupdict().get("action")
    return action is not None and _COMING_OR_GOING.match(action) is not None


def _is_notice(raw: str, match: re.Match[str]) -> bool:
    """WhatsApp on an iPhone writes its notices as said by the group, behind a hidden mark."""
    return ": \u200e" in raw and not _MEDIA.match(_said(match)[1].strip())
