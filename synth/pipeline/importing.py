"""Bring exports into a discussion: read, clean, store, thread."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from synth.clean import clean
from synth.errors import InputProblem
from synth.importers import Reading, ReadOptions, read
from synth.pipeline.threading import link_threads
from synth.records import Problem, RawMessage
from synth.settings import QUIET, Progress, Stage
from synth.store import Imported, Store
from synth.store.messages import fingerprint
from synth.store.participants import author_hash

BATCH = 500
SAMPLE = 200
"""Records looked at to tell an updated export from another file that uses the same ids."""
MIN_LIKENESS = 0.2
"""Least share of common words for two texts with one id to be versions of one message."""
MIN_TELLING = 4
"""Words that a text must have for its return under the same id to say something."""
CHATS = frozenset({"chatlog"})
"""Formats whose messages carry no reply ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What came of one file."""

    name: str
    format: str
    n_added: int
    n_updated: int
    n_unchanged: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What came of an import. ``problems`` are files that could not be used at all."""

    files: tuple[FileReport, ...]
    problems: tuple[Problem, ...]
    n_threads: int
    evidence: Mapping[str, int]
    """Reply evidence → number of messages in the discussion that rest on it."""

    @property
    def n_added(self) -> int:
        return sum(file.n_added for file in self.files)

    @property
    def n_updated(self) -> int:
        return sum(file.n_updated for file in self.files)

    @property
    def n_unchanged(self) -> int:
        return sum(file.n_unchanged for file in self.files)

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        return (*self.problems, *chain.from_iterable(file.problems for file in self.files))


class _DryRunError(Exception):
    """Takes back what a dry run wrote."""


def import_files(
    store: Store,
    discussion_id: int,
    inputs: Sequence[str | Path],
    *,
    format: str | None = None,  # noqa: A002 - the word of the command line
    columns: Mapping[str, str] | None = None,
    dry_run: bool = False,
    progress: Progress = QUIET,
) -> ImportReport:
    """Import every file behind ``inputs`` and link the discussion's threads anew.

    A message that is there already is left alone, or updated when it was edited. Bad records
    and files become problems of the report; what is good is kept. With ``dry_run`` nothing is.
    Raises InputProblem for a format that does not exist.
    """
    work = _Import(store, discussion_id, progress)
    options = ReadOptions(columns=dict(columns or {}))
    report: ImportReport | None = None
    with suppress(_DryRunError):
        if not dry_run:
            return work.files(inputs, format, options)
        with store.atomic():
            report = work.files(inputs, format, options)
            raise _DryRunError
    assert report is not None
    return report


@dataclass(slots=True)
class _Counts:
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    repeated: int = 0
    problems: list[Problem] = field(default_factory=list)


class _Import:
    """One import: what is known of the discussion while files stream in."""

    def __init__(self, store: Store, discussion_id: int, progress: Progress) -> None:
        self._store = store
        self._discussion_id = discussion_id
        self._progress = progress
        self._known = store.messages.fingerprints(discussion_id)
        self._space_of = {(i, sha): space for (space, i), sha in self._known.items()}
        self._participants = store.participants.known(discussion_id)
        self._read: dict[tuple[str, str], int] = {}
        self._erased = store.participants.erased_keys(discussion_id)
        store.sources.close_interrupted(discussion_id)

    def files(
        self,
        inputs: Sequence[str | Path],
        format: str | None,  # noqa: A002
        options: ReadOptions,
    ) -> ImportReport:
        reports: list[FileReport] = []
        problems: list[Problem] = []
        with self._progress.stage("Import", total=None, unit="messages") as stage:
            for found in read(inputs, format=format, options=options):
                if isinstance(found, Problem):
                    problems.append(found)
                else:
                    reports.append(self._file(found, stage))
        n_threads = link_threads(self._store, self._discussion_id, progress=self._progress)
        return ImportReport(
            files=tuple(reports),
            problems=tuple(problems),
            n_threads=n_threads,
            evidence=self._store.evidence.counts(self._discussion_id),
        )

    def _file(self, reading: Reading, stage: Stage) -> FileReport:
        sources = self._store.sources
        source_file = sources.begin(self._discussion_id, name=reading.name, format=reading.format)
        counts = _Counts()
        state = "interrupted"
        try:
            self._messages(reading, source_file, counts, stage)
            state = "done"
        finally:
            sources.finish(
                source_file,
                state=state,
                sha256=reading.sha256,
                n_bytes=reading.n_bytes,
                n_added=counts.added,
                n_updated=counts.updated,
                n_unchanged=counts.unchanged,
                problems=counts.problems,
            )
        sources.forget_repeat(source_file)
        return FileReport(
            name=reading.name,
            format=reading.format,
            n_added=counts.added,
            n_updated=counts.updated,
            n_unchanged=counts.unchanged,
            problems=tuple(counts.problems),
        )

    def _messages(self, reading: Reading, source_file: int, counts: _Counts, stage: Stage) -> None:
        """Stream one file into the store, batch by batch."""
        is_chat = reading.format in CHATS
        messages = _without_problems(reading.records, counts.problems)
        sample = list(islice(messages, SAMPLE))
        spaces = self._spaces(sample, Path(reading.file.path).stem)
        seen: dict[tuple[str, str], int] = {}
        for batch in _batches(chain(sample, messages)):
            placed = [
                (_renamed(raw, spaces), self._key(raw, spaces, seen, counts)) for raw in batch
            ]
            self._batch(placed, source_file, is_chat=is_chat, counts=counts)
            stage.advance(len(batch))
        if counts.repeated:
            counts.problems.append(_repeated(reading.name, counts.repeated))

    def _key(
        self,
        raw: RawMessage,
        spaces: Mapping[str, str],
        seen: dict[tuple[str, str], int],
        counts: _Counts,
    ) -> tuple[str, str]:
        """Where the message is kept; an id used again for other words gets a place of its own."""
        space = base = spaces.get(raw.namespace, raw.namespace)
        words = hash(raw.text)
        n = 1
        while seen.setdefault((space, raw.source_id), words) != words:
            n += 1
            space = f"{base}#{n}"
        counts.repeated += n > 1
        return space, raw.source_id

    def _batch(
        self,
        batch: Sequence[tuple[RawMessage, tuple[str, str]]],
        source_file: int,
        *,
        is_chat: bool,
        counts: _Counts,
    ) -> None:
        new: dict[tuple[str, str], RawMessage] = {}
        edited: dict[tuple[str, str], RawMessage] = {}
        for raw, key in batch:
            before = self._known.get(key)
            if before == "erased" or self._is_erased(raw):
                continue
            sha, words = fingerprint(raw), hash(raw.text)
            # A message that stands on two pages of an export may know less on one of them.
            is_repeated = self._read.get(key) == words
            self._read[key] = words
            if before == sha or is_repeated:
                counts.unchanged += 1
                continue
            if before is None:
                new[key] = raw
                counts.added += 1
            else:
                edited[key] = raw
                counts.updated += 1
            self._known[key] = sha
            self._space_of.setdefault((raw.source_id, sha), key[0])
        with self._store.atomic():
            self._store.messages.add(
                self._discussion_id, source_file, self._prepared(new, is_chat=is_chat)
            )
            self._store.messages.update(
                self._discussion_id, self._prepared(edited, is_chat=is_chat)
            )

    def _prepared(
        self, raws: Mapping[tuple[str, str], RawMessage], *, is_chat: bool
    ) -> list[Imported]:
        from models.languages import identify_together

        cleaned = [clean(raw) for raw in raws.values()]
        texts = [c.text for c in cleaned]
        # Short messages are read in the language of those around them.
        found = identify_together(texts)
        return [
            Imported(
                raw=raw,
                clean=text,
                language=_declared(raw) or language,
                namespace=namespace,
                participant_id=self._participant(raw),
                is_chat=is_chat,
            )
            for ((namespace, _), raw), text, language in zip(
                raws.items(), cleaned, found, strict=True
            )
        ]

    def _participant(self, raw: RawMessage) -> int | None:
        key = raw.author_key or raw.author_name
        if key is None:
            return None
        if key not in self._participants:
            self._participants[key] = self._store.participants.add(
                self._discussion_id, author_key=key, name=raw.author_name or key
            )
        return self._participants[key]

    def _is_erased(self, raw: RawMessage) -> bool:
        key = raw.author_key or raw.author_name
        return bool(self._erased) and key is not None and author_hash(key) in self._erased

    def _spaces(self, sample: Sequence[RawMessage], stem: str) -> dict[str, str]:
        """Which namespace the file's ids live in: an earlier one it continues, or its own.

        Two unrelated CSV files may both count from 1. When the words behind common ids have
        little in common, the file gets a namespace named after it.
        """
        spaces: dict[str, str] = {}
        for space in dict.fromkeys(raw.namespace for raw in sample):
            own = f"{space}|{stem}" if space else stem
            there = {known for known, _ in self._known if known == space or known.startswith(own)}
            raws = [raw for raw in sample if raw.namespace == space]
            found = self._renamed_export(raws) if space not in there else None
            for candidate in [*([found] if found else ()), space, *sorted(there - {space}), own]:
                if self._continues(raws, candidate):
                    spaces[space] = candidate
                    break
            else:
                spaces[space] = own
        return spaces

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
        n_alike = sum(
            self._known[key] == fingerprint(keys[key])
            or _likeness(clean(keys[key]).text, texts.get(key, "")) >= MIN_LIKENESS
            for key in common
        )
        return n_alike * 2 >= len(common)


def _declared(raw: RawMessage) -> str | None:
    """The platform's two-letter language, if it says one."""
    code = (raw.language or "").strip().lower().replace("_", "-").split("-")[0]
    return code if len(code) == 2 and code.isalpha() else None


def _renamed(raw: RawMessage, spaces: Mapping[str, str]) -> RawMessage:
    """The message with its parent's namespace renamed like its own."""
    from dataclasses import replace

    if raw.parent_namespace is None or raw.parent_namespace not in spaces:
        return raw
    return replace(raw, parent_namespace=spaces[raw.parent_namespace])


def _likeness(a: str, b: str) -> float:
    """Jaccard overlap of the words; two empty texts are alike."""
    left, right = set(re.findall(r"\w+", a.lower())), set(re.findall(r"\w+", b.lower()))
    return len(left & right) / len(left | right) if left or right else 1.0


def _without_problems(
    records: Iterable[RawMessage | Problem], problems: list[Problem]
) -> Iterator[RawMessage]:
    for record in records:
        if isinstance(record, Problem):
            problems.append(record)
        else:
            yield record


def _batches(messages: Iterator[RawMessage]) -> Iterator[list[RawMessage]]:
    while batch := list(islice(messages, BATCH)):
        yield batch


def _repeated(name: str, n: int) -> Problem:
    return Problem(
        source=name,
        position="",
        what=f"{n} messages have an id that stands earlier in the file with other words",
        remedy="each was kept as a message of its own; check which column holds the id",
    )


def require_messages(report: ImportReport, inputs: Sequence[str | Path]) -> None:
    """Raise InputProblem, with the first trouble found, when nothing at all could be read."""
    if any(file.n_added + file.n_updated + file.n_unchanged for file in report.files):
        return
    if report.all_problems:
        first = report.all_problems[0]
        raise InputProblem(first.source, first.what, remedy=first.remedy, position=first.position)
    where = ", ".join(str(path) for path in inputs)
    raise InputProblem(where, "holds no messages", remedy="check that the export is complete")
