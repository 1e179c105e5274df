"""Find the stored message that an id in a file means.

Two unrelated CSV files may both count from 1, one export may come again under another name, and
a file may use an id twice for different words. A message is therefore kept under a namespace and
its id, and the namespaces of a file are settled by what its first messages say.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from synth.clean import clean
from synth.pipeline.staging import Key, Staging
from synth.records import RawMessage
from synth.store import Store
from synth.store.imported import fingerprint

MIN_LIKENESS = 0.2
"""Least share of common words for two texts with one id to be versions of one message."""
MIN_TELLING = 4
"""Words that a text must have for its return under the same id to say something."""


class FileKeys:
    """Where the messages of one file are kept."""

    def __init__(self, spaces: Mapping[str, str]) -> None:
        """``spaces``: namespace as the importer read it -> namespace in the discussion."""
        self.n_repeated = 0
        """Messages whose id stands earlier in the file with other words."""
        self._spaces = spaces
        self._seen: dict[Key, int] = {}

    def assign(self, raw: RawMessage) -> tuple[Key, RawMessage]:
        """The message's key, and the message with its parent's namespace renamed like its own.

        An id that is used again for other words gets a namespace of its own.
        """
        space = base = self._spaces.get(raw.namespace, raw.namespace)
        words = hash(raw.text)
        n = 1
        while self._seen.setdefault((space, raw.source_id), words) != words:
            n += 1
            space = f"{base}#{n}"
        self.n_repeated += n > 1
        parent = None
        if raw.parent_namespace is not None:
            parent = self._spaces.get(raw.parent_namespace)
        key = (space, raw.source_id)
        return key, raw if parent is None else replace(raw, parent_namespace=parent)


class KnownMessages:
    """The messages that are there, and those that were read and wait to be stored."""

    def __init__(self, store: Store, discussion_id: int, staging: Staging) -> None:
        self._store = store
        self._discussion_id = discussion_id
        self._staging = staging
        self._known = store.messages.fingerprints(discussion_id)
        self._space_of = {(i, sha): space for (space, i), sha in self._known.items()}
        self._waiting: dict[Key, RawMessage] = {}
        self._spaces: set[str] = set()
        self._numbered: dict[str, list[str]] = defaultdict(list)
        """``posts`` → ``posts#2``, ``posts#3``: where its ids that were used again are kept."""
        for space, _ in self._known:
            self._note(space)

    def get(self, key: Key) -> str | None:
        """The fingerprint of the message at ``key``; ``erased`` where its author left."""
        return self._known.get(key)

    def add(self, key: Key, raw: RawMessage, sha: str) -> None:
        """A message was read and is going to be cleaned."""
        self._waiting[key] = raw
        self._known[key] = sha
        self._note(key[0])
        self._space_of.setdefault((raw.source_id, sha), key[0])

    def staged(self, keys: Iterable[Key]) -> None:
        """These messages are in the staging now."""
        for key in keys:
            self._waiting.pop(key, None)

    def spaces(self, sample: Sequence[RawMessage], stem: str) -> dict[str, str]:
        """Which namespace the file's ids live in: an earlier one it continues, or its own.

        ``sample``: its first messages; ``stem``: its name. When the words behind common ids have
        little in common with what is there, the file gets a namespace named after it.
        """
        spaces: dict[str, str] = {}
        for space in dict.fromkeys(raw.namespace for raw in sample):
            own = f"{space}|{stem}" if space else stem
            there = ({own, *self._numbered.get(own, ())} & self._spaces) - {space}
            raws = [raw for raw in sample if raw.namespace == space]
            found = None if space in self._spaces else self._renamed_export(raws)
            candidates = [*([found] if found else ()), space, *sorted(there)]
            continued = (each for each in candidates if self._continues(raws, each))
            spaces[space] = next(continued, own)
        return spaces

    def _note(self, space: str) -> None:
        if space in self._spaces:
            return
        self._spaces.add(space)
        for mark in re.finditer("#", space):
            self._numbered[space[: mark.start()]].append(space)

    def _renamed_export(self, raws: Sequence[RawMessage]) -> str | None:
        """The namespace that holds the same ids with the same words, if most of them do.

        Tables without ids of their own kind live in a namespace named after their file; an
        updated export under another file name has to be recognised by what it holds.
        """
        telling = [raw for raw in raws if len(raw.text.split()) >= MIN_TELLING]
        spaces = [self._space_of.get((raw.source_id, fingerprint(raw))) for raw in telling]
        found = Counter(space for space in spaces if space is not None).most_common(1)
        if not found:
            return None
        space, n_same = found[0]
        n_common = sum((space, raw.source_id) in self._known for raw in raws)
        return space if n_same * 2 >= n_common else None

    def _continues(self, raws: Sequence[RawMessage], space: str) -> bool:
        keys = {(space, raw.source_id): raw for raw in raws}
        common = [key for key in keys if key in self._known]
        texts = self._store.messages.texts(self._discussion_id, common)
        texts |= self._staging.texts(common)
        texts |= {key: clean(self._waiting[key]).text for key in common if key in self._waiting}
        n_alike = sum(
            self._known[key] == fingerprint(keys[key])
            or _likeness(clean(keys[key]).text, texts.get(key, "")) >= MIN_LIKENESS
            for key in common
        )
        return n_alike * 2 >= len(common)


def _likeness(a: str, b: str) -> float:
    """Jaccard overlap of the words; two empty texts are alike."""
    left, right = set(re.findall(r"\w+", a.lower())), set(re.findall(r"\w+", b.lower()))
    return len(left & right) / len(left | right) if left or right else 1.0
