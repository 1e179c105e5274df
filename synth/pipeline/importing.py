"""Bring exports into a discussion: read, clean, store, thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from synth.clean import clean
from synth.errors import InputProblem
from synth.importers import Reading, ReadOptions, read
from synth.parallel import in_order
from synth.pipeline.id_reconciliation import FileKeys, Key, KnownMessages
from synth.records import CleanText, Problem, RawMessage
from synth.settings import QUIET, Progress
from synth.store import Imported, Linked, MessageEvidence, Store
from synth.store.messages import fingerprint
from synth.store.participants import author_hash
from synth.threads import ThreadItem, link

T = TypeVar("T")

BATCH = 500
N_ALONE = 2_000
"""Messages before it is worth starting processes."""
SAMPLE = 200
"""Records looked at to tell an updated export from another file that uses the same ids."""
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


def import_files(  # noqa: PLR0913 - the public interface
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


@dataclass(slots=True, kw_only=True)
class _File:
    """A file that is being read, and what came of it so far."""

    reading: Reading
    source_file: int
    n_added: int = 0
    n_updated: int = 0
    n_unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Messages of a file that are being cleaned; the last of a file is empty."""

    file: _File
    new: Mapping[Key, RawMessage] = field(default_factory=dict)
    edited: Mapping[Key, RawMessage] = field(default_factory=dict)
    hashes: Mapping[Key, str] = field(default_factory=dict)
    """Fingerprints of both."""
    n_read: int = 0
    is_last: bool = False


class _Import:
    """One import: what is known of the discussion while files stream in.

    Reading runs a few batches ahead of storing, so that messages can be cleaned in other
    processes meanwhile; batches are stored in the order in which they were read.
    """

    def __init__(self, store: Store, discussion_id: int, progress: Progress) -> None:
        self._store = store
        self._discussion_id = discussion_id
        self._progress = progress
        self._known = KnownMessages(store, discussion_id)
        self._participants = store.participants.known(discussion_id)
        self._read: dict[Key, int] = {}
        self._open: list[_File] = []
        self._erased = store.participants.erased_keys(discussion_id)
        store.sources.close_interrupted(discussion_id)

    def files(
        self,
        inputs: Sequence[str | Path],
        format: str | None,  # noqa: A002 - the word of the command line
        options: ReadOptions,
    ) -> ImportReport:
        reports: list[FileReport] = []
        problems: list[Problem] = []
        readings = _without_problems(read(inputs, format=format, options=options), problems)
        with self._progress.stage("Import", total=None, unit="messages") as stage:
            try:
                for batch, cleaned in in_order(
                    _cleaned, self._all_batches(readings), n_alone=N_ALONE
                ):
                    self._keep(batch, cleaned)
                    stage.advance(batch.n_read)
                    if batch.is_last:
                        reports.append(self._close(batch.file))
            finally:
                for file in self._open:
                    self._finish(file, "interrupted")
        n_threads = link_threads(self._store, self._discussion_id, progress=self._progress)
        return ImportReport(
            files=tuple(reports),
            problems=tuple(problems),
            n_threads=n_threads,
            evidence=self._store.evidence.counts(self._discussion_id),
        )

    def _close(self, file: _File) -> FileReport:
        self._open.remove(file)
        self._finish(file, "done")
        self._store.sources.forget_repeat(file.source_file)
        return FileReport(
            name=file.reading.name,
            format=file.reading.format,
            n_added=file.n_added,
            n_updated=file.n_updated,
            n_unchanged=file.n_unchanged,
            problems=tuple(file.problems),
        )

    def _finish(self, file: _File, state: str) -> None:
        self._store.sources.finish(
            file.source_file,
            state=state,
            sha256=file.reading.sha256,
            n_bytes=file.reading.n_bytes,
            counts=(file.n_added, file.n_updated, file.n_unchanged),
            problems=file.problems,
        )

    def _all_batches(
        self, readings: Iterable[Reading]
    ) -> Iterator[tuple[_Batch, list[RawMessage]]]:
        """The batches of all files, each with what another process needs of it."""
        for reading in readings:
            source_file = self._store.sources.begin(
                self._discussion_id, name=reading.name, format=reading.format
            )
            file = _File(reading=reading, source_file=source_file)
            self._open.append(file)
            for batch in self._batches(file):
                yield batch, [*batch.new.values(), *batch.edited.values()]

    def _batches(self, file: _File) -> Iterator[_Batch]:
        """One file, batch by batch."""
        messages = _without_problems(file.reading.records, file.problems)
        sample = list(islice(messages, SAMPLE))
        keys = FileKeys(self._known.spaces(sample, Path(file.reading.file.path).stem))
        messages = chain(sample, messages)
        while portion := list(islice(messages, BATCH)):
            yield self._sorted(file, [keys.assign(raw) for raw in portion])
        if keys.n_repeated:
            file.problems.append(
                file.reading.file.problem(
                    f"{keys.n_repeated} messages have an id that stands earlier in the file with "
                    "other words",
                    "each was kept as a message of its own; check which column holds the id",
                )
            )
        yield _Batch(file=file, is_last=True)

    def _sorted(self, file: _File, keyed: Sequence[tuple[Key, RawMessage]]) -> _Batch:
        """What of these messages is new, what was edited; the rest is there already."""
        new: dict[Key, RawMessage] = {}
        edited: dict[Key, RawMessage] = {}
        hashes: dict[Key, str] = {}
        for key, raw in keyed:
            before = self._known.get(key)
            if before == "erased" or self._is_erased(raw):
                continue
            sha, words = fingerprint(raw), hash(raw.text)
            # A message that stands on two pages of an export may know less on one of them.
            is_repeated = self._read.get(key) == words
            self._read[key] = words
            if before == sha or is_repeated:
                file.n_unchanged += 1
                continue
            (new if before is None else edited)[key] = raw
            hashes[key] = sha
            self._known.add(key, raw, sha)
        return _Batch(file=file, new=new, edited=edited, hashes=hashes, n_read=len(keyed))

    def _keep(self, batch: _Batch, cleaned: Sequence[tuple[CleanText, str | None]]) -> None:
        """Store a batch; ``cleaned`` holds first its new messages, then its edited ones."""
        if not (batch.new or batch.edited):
            return
        found = iter(cleaned)
        source = batch.file.source_file
        with self._store.atomic():
            self._store.messages.add(
                self._discussion_id, source, self._imported(batch, batch.new, found)
            )
            self._store.messages.update(
                self._discussion_id, self._imported(batch, batch.edited, found)
            )
        batch.file.n_added += len(batch.new)
        batch.file.n_updated += len(batch.edited)
        self._known.stored(chain(batch.new, batch.edited))

    def _imported(
        self,
        batch: _Batch,
        raws: Mapping[Key, RawMessage],
        cleaned: Iterator[tuple[CleanText, str | None]],
    ) -> list[Imported]:
        is_chat = batch.file.reading.format in CHATS
        return [
            Imported(
                raw=raw,
                clean=text,
                language=_declared(raw) or language,
                namespace=namespace,
                participant_id=self._participant(raw),
                is_chat=is_chat,
                sha256=batch.hashes[namespace, source_id],
            )
            for ((namespace, source_id), raw), (text, language) in zip(
                raws.items(), islice(cleaned, len(raws)), strict=True
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


def _declared(raw: RawMessage) -> str | None:
    """The platform's two-letter language, if it says one."""
    code = (raw.language or "").strip().lower().replace("_", "-").split("-")[0]
    return code if len(code) == 2 and code.isalpha() else None


def _without_problems(records: Iterable[T | Problem], problems: list[Problem]) -> Iterator[T]:
    for record in records:
        if isinstance(record, Problem):
            problems.append(record)
        else:
            yield record


def _cleaned(raws: Sequence[RawMessage]) -> list[tuple[CleanText, str | None]]:
    """Clean text and language of each; short messages are read as those around them."""
    from models.languages import identify_together

    texts = [clean(raw) for raw in raws]
    return list(zip(texts, identify_together([text.text for text in texts]), strict=True))


def link_threads(store: Store, discussion_id: int, *, progress: Progress = QUIET) -> int:
    """Find parents, depth and reading order anew from all evidence; returns the threads' number."""
    with progress.stage("Thread", total=None, unit="messages") as stage:
        evidence = store.evidence.all(discussion_id)
        links = link([_item(e) for e in evidence])
        ids = [e.message_id for e in evidence]
        store.messages.link(
            Linked(
                message_id=message_id,
                parent_id=None if found.parent is None else ids[found.parent],
                evidence=found.evidence,
                thread_id=ids[found.thread],
                depth=found.depth,
                rank=found.rank,
            )
            for message_id, found in zip(ids, links, strict=True)
        )
        stage.advance(len(ids))
    return len({found.thread for found in links})


def _item(evidence: MessageEvidence) -> ThreadItem:
    namespace, _ = evidence.key
    thread = evidence.thread_source_id
    return ThreadItem(
        key=evidence.key,
        parent_key=evidence.parent_key,
        reference_keys=evidence.ancestor_keys,
        thread_key=None if thread is None else (namespace, thread),
        author_key=None if evidence.participant_id is None else str(evidence.participant_id),
        author_names=() if evidence.author_name is None else (evidence.author_name,),
        posted_at=evidence.posted_at,
        subject=evidence.subject,
        text=evidence.text,
        quotes=evidence.quoted,
        is_chat=evidence.is_chat,
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
