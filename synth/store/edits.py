"""Two people who edit one thing: the version that an edit was begun in, and what changed since."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from synth.records import Extract
from synth.store.rows import Collection, json_text, sha256_text

Facts = Mapping[str, object]
"""What can be edited of a thing, by name."""


def version_of(facts: Facts) -> str:
    """Names one state of a thing. A form carries it, so that an edit of another state is noticed.

    It is made of what stands there, so nobody who writes has to count.
    """
    return sha256_text(json_text(facts))[:16]


def version_of_text(text: str) -> str:
    """Changes with every edit of a message's words."""
    return version_of({"text": text})


def version_of_extract(extract: Extract) -> str:
    """Changes with everything that a person can decide about it; not with the ideas above it."""
    return version_of_facts(extract.message_id, facts_of(extract))


def version_of_facts(message_id: int, facts: Facts) -> str:
    """The same for an extract of that message, whose facts are taken from the history."""
    # Ids of suggestions are given again after a rebuild: the message tells them apart.
    return version_of({"message_id": message_id, **facts})


def facts_of(extract: Extract) -> dict[str, object]:
    """What the history keeps of an extract: places and decisions, not the words."""
    return {
        "start": extract.start,
        "end": extract.end,
        "nature": extract.nature,
        "state": extract.state,
        "tags": list(extract.tags),
        "note": extract.note,
    }


def facts_and_words(extract: Extract) -> dict[str, object]:
    """What people see of an extract."""
    return facts_of(extract) | {"quote": extract.quote}


class Edits(Collection):
    """What the history tells of the edits of one thing."""

    def since(
        self, noun: str, noun_id: int, facts: Facts, *, is_seen: Callable[[Facts], bool]
    ) -> tuple[tuple[str, ...], str]:
        """Names of the facts that changed since the state in which ``is_seen`` holds, and who made
        the last change; ``facts`` as they are now."""
        changed: set[str] = set()
        last = ""
        state = dict(facts)
        for event in self._rows(
            """SELECT actor, before, after FROM events
               WHERE noun = ? AND noun_id = ? AND before IS NOT NULL ORDER BY id DESC""",
            *(noun, noun_id),
        ):
            before, after = json.loads(event["before"]), json.loads(event["after"])
            changed |= {name for name in facts if after.get(name) != before.get(name)}
            last = last or event["actor"]
            state |= {name: value for name, value in before.items() if name in facts}
            if is_seen(state):
                break
        return tuple(sorted(changed)), last

    def text_before(self, message_id: int, version: str) -> str | None:
        """The words that a message had in an earlier version; None where the history lacks it."""
        texts = self._column(
            """SELECT json_extract(before, '$.text') FROM events
               WHERE noun = 'message' AND noun_id = ? AND before IS NOT NULL ORDER BY id DESC""",
            message_id,
        )
        return next((text for text in texts if version_of_text(text or "") == version), None)
