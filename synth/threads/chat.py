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
        channel = _Channel(items)
        for place, i in enumerate(lines):
            parent = channel.hear(i, place)
            if parent is not None and parents[i] is None:
                found[i] = parent
    return found


@dataclass(slots=True)
class _Speaker:
    last: int
    """Index of their last line."""
    place: int
    addressed: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Whom they addressed -> (index, place) of the last line that did."""
    heard: tuple[int, int] | None = None
    """(index, place) of the last line that addressed them since their own last one."""


@dataclass(slots=True)
class _Channel:
    """What has been said so far in one channel."""

    items: Sequence[ThreadItem]
    speakers: dict[str, _Speaker] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Name, casefolded -> author key."""

    def hear(self, i: int, place: int) -> int | None:
        """The line that line ``i`` answers; remembers line ``i``."""
        item = self.items[i]
        author = item.author_key or ""
        addressed = self._addressed(item, author)
        speaker = self.speakers.get(author)
        parent = self._mentioned(addressed, author, i, place)
        if parent is None and speaker is not None and not addressed:
            parent = self._turn(speaker, i, place)
        self._remember(item, author, addressed, i, place)
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

    def _mentioned(self, addressed: list[str], author: str, i: int, place: int) -> int | None:
        for name in addressed:
            other = self.speakers[name]
            back = other.addressed.get(author)
            for index, at in ((back,) if back else ()) + ((other.last, other.place),):
                if self._is_near(i, place, (index, at), MENTION_SECONDS, MENTION_LINES):
                    return index
        return None

    def _turn(self, speaker: _Speaker, i: int, place: int) -> int | None:
        if speaker.heard and self._is_near(i, place, speaker.heard, ANSWER_SECONDS, ANSWER_LINES):
            return speaker.heard[0]
        last = (speaker.last, speaker.place)
        return speaker.last if self._is_near(i, place, last, TURN_SECONDS, TURN_LINES) else None

    def _is_near(
        self, i: int, place: int, line: tuple[int, int], seconds: int, n_lines: int
    ) -> bool:
        now, then = self.items[i].posted_at, self.items[line[0]].posted_at
        if place - line[1] > n_lines:
            return False
        return now is None or then is None or (now - then).total_seconds() <= seconds

    def _remember(
        self, item: ThreadItem, author: str, addressed: list[str], i: int, place: int
    ) -> None:
        speaker = self.speakers.get(author)
        if speaker is None:
            speaker = self.speakers[author] = _Speaker(i, place)
            for name in (author, *item.author_names):
                self.names.setdefault(name.casefold(), author)
        speaker.last, speaker.place, speaker.heard = i, place, None
        for name in addressed:
            speaker.addressed[name] = (i, place)
            self.speakers[name].heard = (i, place)
