"""Chats without reply ids: who a line answers, by mentions and turns.

Within a channel a line answers, first that applies:

1. the person it addresses (``ann: …``, ``@ann``): the last line of theirs that addressed
   the speaker, else their last line;
2. a line that addressed the speaker after the speaker's own last one;
3. the speaker's own last line, when it is recent: a turn goes on;
4. nothing: somebody opens a conversation.

The cues are those of Elsner & Charniak (*Disentangling Chat*, 2010); the windows were set
on the development files of Kummerfeld et al. (*Conversation Disentanglement*, 2019).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from synth.threads.forest import ThreadItem

MENTION_SECONDS, MENTION_LINES = 12 * 3600, 100
TURN_SECONDS, TURN_LINES = 5 * 60, 40
ANSWER_SECONDS, ANSWER_LINES = 30 * 60, 120

_TOKEN = re.compile(r"@?[^\s,:;!?()<>\"]+")
_MIN_NAME = 3


def chat_parents(
    items: Sequence[ThreadItem], parents: Sequence[int | None], order: Sequence[int]
) -> dict[int, int]:
    """Message -> the line it answers, for the chat lines that state no parent."""
    channels: dict[str, list[int]] = {}
    for i, item in enumerate(items):
        if item.is_chat:
            channels.setdefault(item.key[0], []).append(i)
    found: dict[int, int] = {}
    for lines in channels.values():
        lines.sort(key=order.__getitem__)
        channel = _Channel()
        for place, i in enumerate(lines):
            parent = channel.add(items[i], _Line(i, place, items[i].posted_at))
            if parent is not None and parents[i] is None:
                found[i] = parent
    return found


class _Line(NamedTuple):
    row: int
    place: int
    """How many lines of the channel stand before it."""
    at: datetime | None

    def is_near(self, earlier: _Line, seconds: int, n_lines: int) -> bool:
        if self.place - earlier.place > n_lines:
            return False
        if self.at is None or earlier.at is None:
            return True
        return (self.at - earlier.at).total_seconds() <= seconds


@dataclass(slots=True)
class _Speaker:
    last: _Line
    addressed: dict[str, _Line] = field(default_factory=dict)
    """Whom they addressed -> the last line that did."""
    addressed_in: _Line | None = None
    """The last line that addressed them since their own last one."""


@dataclass(slots=True)
class _Channel:
    """What has been said so far in one channel."""

    speakers: dict[str, _Speaker] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Name, casefolded -> author key."""

    def add(self, item: ThreadItem, line: _Line) -> int | None:
        """Remember a line; returns the row of the line that it answers."""
        author = item.author_key or ""
        addressed = self._addressed(item, author)
        speaker = self.speakers.get(author)
        parent = self._mentioned(addressed, author, line)
        if parent is None and speaker is not None and not addressed:
            parent = _turn(speaker, line)
        self._remember(item, author, addressed, line)
        return parent

    def _addressed(self, item: ThreadItem, author: str) -> list[str]:
        """Authors a line names: first word, ``@name`` anywhere, or a long enough name."""
        found: list[str] = []
        for n, token in enumerate(_TOKEN.findall(item.text[:2000])):
            is_marked = token.startswith("@") or n == 0
            name = token.lstrip("@").casefold()
            known = self.names.get(name) or self.names.get(name.rstrip("."))
            if known is None or known == author or known in found:
                continue
            if is_marked or len(name) > _MIN_NAME:
                found.append(known)
        return found

    def _mentioned(self, addressed: list[str], author: str, line: _Line) -> int | None:
        for name in addressed:
            other = self.speakers[name]
            for earlier in (other.addressed.get(author), other.last):
                if earlier and line.is_near(earlier, MENTION_SECONDS, MENTION_LINES):
                    return earlier.row
        return None

    def _remember(self, item: ThreadItem, author: str, addressed: list[str], line: _Line) -> None:
        speaker = self.speakers.get(author)
        if speaker is None:
            speaker = self.speakers[author] = _Speaker(line)
            for name in (author, *item.author_names):
                self.names.setdefault(name.casefold(), author)
        speaker.last, speaker.addressed_in = line, None
        for name in addressed:
            speaker.addressed[name] = line
            self.speakers[name].addressed_in = line


def _turn(speaker: _Speaker, line: _Line) -> int | None:
    asked = speaker.addressed_in
    if asked and line.is_near(asked, ANSWER_SECONDS, ANSWER_LINES):
        return asked.row
    is_turn = line.is_near(speaker.last, TURN_SECONDS, TURN_LINES)
    return speaker.last.row if is_turn else None
