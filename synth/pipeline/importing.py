"""Bring exports into a discussion: read, clean, store, thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from synth.clean import clean
from synth.errors import InputProblem
from synth.importers import Reading, ReadOptions, read
from synth.masks import Findings, Masking
from synth.parallel import in_order
from synth.pipeline.id_reconciliation import FileKeys, KnownMessages
from synth.pipeline.masking import mask_known_names, mask_messages
from synth.pipeline.moderation import everything_shown
from synth.pipeline.staging import Key, StagedBatch, Staging
from synth.pipeline.thread_links import link_threads
from synth.privacy import find_all
from synth.records import CleanText, Problem, RawMessage
from synth.settings import QUIET, Progress
from synth.store import Imported, Store
from synth.store.imported import fingerprint
from synth.store.participants import author_hash

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
    and files become problems of the report; what is good is kept. All of it is stored in one
    transaction at the end, so an import that is cut off leaves nothing behind. ``dry_run`` tries it
    on a copy. The discussion file itself is no input, wherever it lies. Raises InputProblem for
    a format that does not exist.
    """
    if dry_run:
        with store.scratch_copy() as scratch:
            return import_files(
                scratch, discussion_id, inputs, format=format, columns=columns, progress=progress
            )
    options = ReadOptions(columns=dict(columns or {}), store=store.path)
    masking = store.discussions.masking(discussion_id)
    mask_messages(store, discussion_id, masking, progress=progress)
    with Staging() as staging:
        work = _Import(store, discussion_id, staging, progress)
        return work.files(inputs, format, options)


@dataclass(slots=True, kw_only=True)
class _File:
    """A file that is being read, and what came of it so far."""

    number: int
    reading: Reading
    n_added: int = 0
    n_updated: int = 0
    n_unchanged: int = 0
    n_erased: int = 0
    """Records of people whose words were erased, which are not stored."""
    problems: list[Problem] = field(default_factory=list)

    def report(self) -> FileReport:
        return FileReport(
            name=self.reading.name,
            format=self.reading.format,
            n_added=self.n_added,
            n_updated=self.n_updated,
            n_unchanged=self.n_unchanged,
            problems=tuple(self.problems),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Messages of a file that are being cleaned."""

    file: _File
    new: Mapping[Key, RawMessage] = field(default_factory=dict)
    edited: Mapping[Key, RawMessage] = field(default_factory=dict)
    hashes: Mapping[Key, str] = field(default_factory=dict)
    """Fingerprints of both."""
    n_read: int = 0


class _Import:
    """One import: what is known of the discussion while files stream in.

    Reading runs a few batches ahead of cleaning, which is done in other processes meanwhile;
    batches are stored in the order in which they were read.
    """

    def __init__(
        self, store: Store, discussion_id: int, staging: Staging, progress: Progress
    ) -> None:
        self._store = store
        self._discussion_id = discussion_id
        self._staging = staging
        self._progress = progress
        self._known = KnownMessages(store, discussion_id, staging)
        self._participants: dict[str, int] = {}
        self._kept_as = store.participants.kept_as(discussion_id)
        self._erased = store.participants.erased_keys(discussion_id)
        self._masking = store.discussions.masking(discussion_id)
        self._read: dict[Key, int] = {}
        self._files: list[_File] = []

    def files(
        self,
        inputs: Sequence[str | Path],
        format: str | None,  # noqa: A002 - the word of the command line
        options: ReadOptions,
    ) -> ImportReport:
        problems: list[Problem] = []
        readings = _without_problems(read(inputs, format=format, options=options), problems)
        with self._progress.stage("Import", total=None, unit="messages") as stage:
            work = partial(_cleaned, masking=self._masking)
            for batch, cleaned in in_order(work, self._all_batches(readings), n_alone=N_ALONE):
                self._stage(batch, cleaned)
                stage.advance(batch.n_read)
        with everything_shown(self._store, self._discussion_id):
            self._keep()
            mask_known_names(self._store, self._discussion_id, self._masking)
            n_threads = link_threads(self._store, self._discussion_id, progress=self._progress)
            evidence = self._store.evidence.counts(self._discussion_id)
        return ImportReport(
            files=tuple(file.report() for file in self._files),
            problems=tuple(problems),
            n_threads=n_threads,
            evidence=evidence,
        )

    # -- reading ---------------------------------------------------------------------------

    def _all_batches(
        self, readings: Iterable[Reading]
    ) -> Iterator[tuple[_Batch, list[RawMessage]]]:
        """The batches of all files, each with what another process needs of it."""
        for reading in readings:
            file = _File(number=len(self._files), reading=reading)
            self._files.append(file)
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
        if file.n_erased:
            file.problems.append(
                file.reading.file.problem(
                    f"{file.n_erased} records of people whose words were erased",
                    "left out, as they asked",
                    n_left_out=file.n_erased,
                )
            )
        if keys.n_repeated:
            file.problems.append(
                file.reading.file.problem(
                    f"{keys.n_repeated} messages have an id that stands earlier in the file with "
                    "other words",
                    "each was kept as a message of its own; check which column holds the id",
                )
            )

    def _sorted(self, file: _File, keyed: Sequence[tuple[Key, RawMessage]]) -> _Batch:
        """What of these messages is new, what was edited; the rest is there already."""
        new: dict[Key, RawMessage] = {}
        edited: dict[Key, RawMessage] = {}
        hashes: dict[Key, str] = {}
        for key, raw in keyed:
            before = self._known.get(key)
            if before == "erased" or self._is_erased(raw):
                file.n_erased += before is None
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

    def _stage(self, batch: _Batch, cleaned: Sequence[_Cleaned]) -> None:
        """Put a batch aside; ``cleaned`` holds first its new messages, then its edited ones."""
        found = iter(cleaned)
        staged = StagedBatch(
            file=batch.file.number,
            new=_imported(batch, batch.new, found, self._masking),
            edited=_imported(batch, batch.edited, found, self._masking),
        )
        if staged.new or staged.edited:
            self._staging.add(staged)
            self._known.staged(chain(batch.new, batch.edited))

    # -- storing ---------------------------------------------------------------------------

    def _keep(self) -> None:
        """Store all that was put aside, and what came of each file."""
        # Others may have written since the reading began.
        self._erased = self._store.participants.erased_keys(self._discussion_id)
        self._participants = self._store.participants.known(self._discussion_id)
        there = self._store.messages.fingerprints(self._discussion_id)
        sources = [
            self._store.sources.begin(
                self._discussion_id, name=file.reading.name, format=file.reading.format
            )
            for file in self._files
        ]
        with self._progress.stage(
            "Store", total=self._staging.n_messages, unit="messages"
        ) as stage:
            for batch in self._staging:
                self._keep_batch(batch, sources[batch.file], there)
                stage.advance(len(batch.new) + len(batch.edited))
        for file, source_file in zip(self._files, sources, strict=True):
            self._finish(file, source_file)

    def _keep_batch(self, batch: StagedBatch, source_file: int, there: dict[Key, str]) -> None:
        """``there``: the fingerprints of the messages that are stored already."""
        file = self._files[batch.file]
        new: list[Imported] = []
        edited: list[Imported] = []
        for item in (*batch.new, *batch.edited):
            key = (item.namespace, item.raw.source_id)
            before = there.get(key)
            if before == "erased" or self._is_erased(item.raw):
                continue
            if before == item.sha256:
                file.n_unchanged += 1
                continue
            assert item.sha256 is not None
            there[key] = item.sha256
            known = replace(item, participant_id=self._participant(item.raw))
            (new if before is None else edited).append(known)
        self._store.messages.add(self._discussion_id, source_file, new)
        self._store.messages.update(self._discussion_id, edited)
        file.n_added += len(new)
        file.n_updated += len(edited)

    def _finish(self, file: _File, source_file: int) -> None:
        self._store.sources.finish(
            source_file,
            state="done",
            sha256=file.reading.sha256,
            n_bytes=file.reading.n_bytes,
            counts=(file.n_added, file.n_updated, file.n_unchanged),
            problems=file.problems,
        )
        self._store.sources.forget_repeat(source_file)

    def _participant(self, raw: RawMessage) -> int | None:
        key = raw.author_key or raw.author_name
        if key is None:
            return None
        if key not in self._participants:
            # Somebody whose name was erased is known by a hash, and gets no name again.
            known = self._participants.get(self._kept_as(key))
            self._participants[key] = known or self._store.participants.add(
                self._discussion_id, author_key=key, name=raw.author_name or key
            )
        return self._participants[key]

    def _is_erased(self, raw: RawMessage) -> bool:
        key = raw.author_key or raw.author_name
        if not self._erased or key is None:
            return False
        return not self._erased.isdisjoint((author_hash(key), author_hash(self._kept_as(key))))


def _imported(
    batch: _Batch,
    raws: Mapping[Key, RawMessage],
    cleaned: Iterator[_Cleaned],
    masking: Masking,
) -> list[Imported]:
    is_chat = batch.file.reading.format in CHATS
    return [
        Imported(
            raw=raw,
            clean=one.text,
            language=one.language,
            namespace=namespace,
            participant_id=None,
            is_chat=is_chat,
            sha256=batch.hashes[namespace, source_id],
            findings=one.findings,
            masking=masking,
        )
        for ((namespace, source_id), raw), one in zip(
            raws.items(), islice(cleaned, len(raws)), strict=True
        )
    ]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cleaned:
    """A message's own words, what language they are in, and what is to be masked in them."""

    text: CleanText
    language: str | None
    findings: Findings


def _cleaned(raws: Sequence[RawMessage], masking: Masking) -> list[_Cleaned]:
    """Each message cleaned; the language of short ones is that of those around them."""
    from models.languages import identify_together

    texts = [clean(raw) for raw in raws]
    read = identify_together([text.text for text in texts])
    languages = [_declared(raw) or found for raw, found in zip(raws, read, strict=True)]
    words = [
        (text.text, raw.subject, language)
        for text, raw, language in zip(texts, raws, languages, strict=True)
    ]
    return [
        _Cleaned(text=text, language=language, findings=findings)
        for text, language, findings in zip(texts, languages, find_all(words, masking), strict=True)
    ]


def require_messages(report: ImportReport, inputs: Sequence[str | Path]) -> None:
    """Raise InputProblem, with the first trouble found, when nothing at all could be read."""
    if any(file.n_added + file.n_updated + file.n_unchanged for file in report.files):
        return
    if report.all_problems:
        first = report.all_problems[0]
        raise InputProblem(first.source, first.what, remedy=first.remedy, position=first.position)
    where = ", ".join(str(path) for path in inputs)
    raise InputProblem(where, "holds no messages", remedy="check that the export is complete")
