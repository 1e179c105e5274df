"""Records with named values (rows of a table, JSON objects) -> messages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath

from synth.importers.columns import Columns, language_of, recognise, stance_of
from synth.importers.input_file import InputFile, ReadOptions
from synth.importers.times import DayOrder, day_order, likely_day_order, parse_time
from synth.importers.values import has_markup, plain_text, rounded, serialisable, text_of, web_url
from synth.records import BodyFormat, Problem, RawMessage

SAMPLE_RECORDS = 500
"""Records looked at before the first is read."""
MOST_PROBLEMS = 100
"""Of one kind told one by one; the rest is summed up."""

Record = Mapping[str, object]

_NO_ID = frozenset({"", "none", "null", "nan", "na", "nil", "-1", "undefined"})
# What tells two exports of the same table apart: a date, or the mark of a second download.
_EXPORT_MARK = re.compile(r"[ _.-]*(?:\d{4}[-_.]?\d{2}[-_.]?\d{2}(?:[T_ -]*\d{2,6})?|\(\d{1,3}\))$")


class RecordReader:
    """Turns the records of one file into messages, and keeps count of what is wrong."""

    def __init__(
        self,
        file: InputFile,
        options: ReadOptions,
        *,
        names: Sequence[str],
        sample: Sequence[Record],
        values_of: Callable[[str], Iterable[str]] | None = None,
    ) -> None:
        """``sample`` are the first records; ``values_of`` all values of a column, if need be.

        Raises InputProblem when no column can be taken for the text.
        """
        self._file = file
        held = {name: _held(name, sample) for name in names}
        self.columns: Columns = recognise(names, held, options.columns, source=file.name)
        self._of = self.columns.of
        self._orders = {
            field: _order_of(column, held[column], values_of)
            for field, column in self._of.items()
            if field in ("created_at", "edited_at")
        }
        ids = held.get(self._of.get("id", ""), ())
        self._has_zero_id = "0" in ids
        self._namespace = _namespace(file.path, ids)
        self._seen: dict[str, int] = {}
        self._refused_ids: set[int] = set()
        """Hashes of what stood in the column that was not taken for the id."""
        self._n_records = self._n_empty = self._n_repeated_ids = 0
        self._first_empty = ""
        self._n_problems: Counter[tuple[str, bool]] = Counter()
        """By remedy."""

    def read(self, record: Record, number: int) -> Iterator[RawMessage | Problem]:
        """The message in a record, or why there is none."""
        position = f"record {number}"
        self._n_records += 1
        self._note_refused_id(record)
        text = text_of(plain_text(record.get(self._of["text"])))
        if text is None:
            self._n_empty += 1
            self._first_empty = self._first_empty or position
            return
        source_id = self._plain(record, "id") or str(number)
        if self._seen.setdefault(source_id, number) != number:
            yield from self.problem(
                f"has the id {source_id!r} of record {self._seen[source_id]} again",
                remedy="kept under an id of its own; check the id column",
                position=position,
                is_kept=True,
            )
            source_id = f"{source_id}~{number}"
            self._seen[source_id] = number
        yield self._message(record, source_id=source_id, text=text, position=position)

    def problem(
        self, what: str, *, remedy: str, position: str, is_kept: bool = False
    ) -> Iterator[Problem]:
        """A Problem with one record, unless there were many of its kind before."""
        self._n_problems[remedy, is_kept] += 1
        if self._n_problems[remedy, is_kept] <= MOST_PROBLEMS:
            yield self._file.problem(what, remedy, position, n_left_out=0 if is_kept else 1)

    def finish(self) -> Iterator[Problem]:
        """What there is to say about the file as a whole, after its last record."""
        if self._n_repeated_ids:
            yield self._about_ids()
        if self._n_empty:
            yield self._about_empty()
        for (remedy, is_kept), n_times in self._n_problems.items():
            if n_times > MOST_PROBLEMS:
                n_more = n_times - MOST_PROBLEMS
                what = f"{n_more} more records have the same trouble"
                yield self._file.problem(what, remedy, n_left_out=0 if is_kept else n_more)

    def _about_empty(self) -> Problem:
        n_empty, column = self._n_empty, self._of["text"]
        remedy = "left out; if the texts are elsewhere, use --columns text=NAME"
        if n_empty == self._n_records:
            what = f"none of its {n_empty} records has a text in column {column!r}"
            return self._file.problem(what, remedy, n_left_out=n_empty)
        what = f"{n_empty} without text in column {column!r}"
        first = f"first at {self._first_empty}"
        return self._file.problem(what, remedy, first, n_left_out=n_empty)

    def _note_refused_id(self, record: Record) -> None:
        column = self.columns.refused_id
        value = None if column is None else plain_text(record.get(column))
        if value is not None:
            self._n_repeated_ids += hash(value) in self._refused_ids
            self._refused_ids.add(hash(value))

    def _about_ids(self) -> Problem:
        column = self.columns.refused_id
        nor = f", nor {self._of['parent_id']!r} for replies" if "parent_id" in self._of else ""
        return self._file.problem(
            f"{self._n_repeated_ids} of {self._n_records} records repeat an id that stands above "
            f"in column {column!r}: it was not used{nor}",
            "all kept under their numbers in the file; correct the ids, or name their "
            "column with --columns id=NAME",
        )

    def _plain(self, record: Record, field: str) -> str | None:
        column = self._of.get(field)
        return plain_text(record.get(column)) if column is not None else None

    def _message(self, record: Record, *, source_id: str, text: str, position: str) -> RawMessage:
        author, author_id = self._plain(record, "author"), self._plain(record, "author_id")
        thread = self._plain(record, "thread")
        category = self._plain(record, "category")
        parent, thread_of_parent = self._parent(record, source_id)
        return RawMessage(
            source_id=source_id,
            text=text,
            position=position,
            namespace=self._namespace,
            body_format=BodyFormat.HTML if has_markup(text) else BodyFormat.PLAIN,
            parent_source_id=parent,
            thread_source_id=thread or thread_of_parent,
            author_key=author_id or author,
            author_name=author,
            posted_at=self._time(record, "created_at"),
            edited_at=self._time(record, "edited_at"),
            subject=self._plain(record, "title"),
            language=language_of(self._plain(record, "language") or ""),
            url=web_url(self._plain(record, "url")),
            category=thread if self.columns.is_topic_thread else category,
            stance=stance_of(self._plain(record, "stance") or ""),
            n_likes=rounded(self._plain(record, "likes")),
            n_for=rounded(self._plain(record, "votes_for")),
            n_against=rounded(self._plain(record, "votes_against")),
            extra=self._extra(record),
        )

    def _parent(self, record: Record, source_id: str) -> tuple[str | None, str | None]:
        """The id of the parent; or of the thread, where the parent is its opening post."""
        if self.columns.refused_id is not None:
            return None, None  # it names an id that was not used, not a number in the file
        parent = self._plain(record, "parent_id") or ""
        is_none = parent.lower() in _NO_ID or (parent == "0" and not self._has_zero_id)
        if is_none or parent == source_id:
            return None, None
        # Reddit writes the kind before an id: t1_ for comments, t3_ for what they are about.
        kind, bare = parent[:3], parent[3:]
        if kind in ("t1_", "t3_") and not source_id.startswith(("t1_", "t3_")):
            return (bare, None) if kind == "t1_" or bare in self._seen else (None, parent)
        return parent, None

    def _time(self, record: Record, field: str) -> datetime | None:
        column = self._of.get(field)
        return parse_time(record.get(column), self._orders[field]) if column is not None else None

    def _extra(self, record: Record) -> Mapping[str, object]:
        return {
            name: serialisable(value)
            for name in self.columns.others
            if (value := record.get(name)) not in (None, "", [], {})
        }


def stem_of(path: str) -> str:
    """A file's name without its folder and last suffix."""
    return PurePosixPath(path).stem


def _namespace(path: str, ids: Sequence[str]) -> str:
    """Numbers, or no ids at all, mean something inside their table only."""
    if ids and not all(value.isdigit() for value in ids):
        return ""
    return _EXPORT_MARK.sub("", stem_of(path)) or stem_of(path)


def _held(name: str, sample: Sequence[Record]) -> list[str]:
    values = (plain_text(record.get(name)) for record in sample)
    return [value for value in values if value is not None]


def _order_of(
    column: str, sample: Sequence[str], values_of: Callable[[str], Iterable[str]] | None
) -> DayOrder:
    order = day_order(sample)
    if order is None and values_of is not None and _is_ambiguous(sample):
        order = day_order(values_of(column))
    return order or likely_day_order(sample)


def _is_ambiguous(sample: Sequence[str]) -> bool:
    """Whether the dates would be others the other way round."""
    return any(
        parse_time(value, DayOrder.DAY_FIRST) != parse_time(value, DayOrder.MONTH_FIRST)
        for value in sample
    )
