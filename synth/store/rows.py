"""Rows of the file: how they are read and written, and how times, JSON and hashes stand in them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from sqlite_utils import Database

Record = TypeVar("Record")
Row = dict[str, Any]
Values = Sequence[object] | Mapping[str, object]

NO_WORDS = "…"
"""Stands where a title was that people's words are taken out of."""
IN = "IN (SELECT value FROM json_each(?))"
"""For a list among the bound values: a statement takes so many marks only."""

VOCABULARY = """CREATE VIRTUAL TABLE IF NOT EXISTS temp.words
    USING fts5vocab('main', 'messages_fts', 'row')"""
"""Makes ``temp.words``: each word of the messages, folded, and how many hold it."""
SHOWN_IDEAS = """shown(id) AS (
    SELECT id FROM ideas WHERE discussion_id = ?1 AND parent_id IS NULL AND status <> 'hidden'
    UNION ALL SELECT i.id FROM ideas i JOIN shown ON i.parent_id = shown.id
    WHERE i.status <> 'hidden')"""
"""The ideas that are neither hidden nor under a hidden one; goes after ``WITH RECURSIVE``."""


def now() -> datetime:
    return datetime.now(UTC)


def time_text(at: datetime | None) -> str | None:
    """ISO 8601 in UTC with seconds, so that text order is time order."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")


def read_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def sha256_text(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def record(kind: type[Record], row: Mapping[str, Any], /, **more: object) -> Record:
    """A record made of the columns that are called like its fields, and of what is given besides.

    A column is read as the type of its field says: flags, times, words of a list, JSON.
    """
    fields: type = kind
    read: dict[str, Any] = {
        name: value if (value := row[name]) is None or reader is None else reader(value)
        for name, reader in _readers(fields).items()
        if name in row and name not in more
    }
    return kind(**read, **more)


@cache
def _readers(kind: type) -> dict[str, Callable[[Any], object] | None]:
    """Field → how its column is read; None where the value stands in it as it is."""
    return {name: _reader(hint) for name, hint in get_type_hints(kind).items()}


def _reader(hint: Any) -> Callable[[Any], object] | None:
    for option in get_args(hint) if isinstance(hint, UnionType) else (hint,):
        whole: type = get_origin(option) or option
        if whole is datetime:
            return datetime.fromisoformat
        if whole is tuple:
            return lambda text: tuple(json.loads(text))
        if issubclass(whole, Mapping):
            return json.loads
        if whole is bool or issubclass(whole, Enum):
            return whole
    return None


class Collection:
    """Reads and writes rows of a file; each list among the values is bound as JSON, see ``IN``."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def _rows(self, sql: str, *values: object) -> list[Row]:
        return list(self._db.query(sql, _bound(sql, values)))

    def _row(self, sql: str, *values: object) -> Row | None:
        return next(self._db.query(sql, _bound(sql, values)), None)

    def _tuples(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._db.execute(sql, _bound(sql, values)).fetchall()

    def _column(self, sql: str, *values: object) -> list[Any]:
        return [value for (value,) in self._tuples(sql, *values)]

    def _value(self, sql: str, *values: object) -> Any:
        """The first column of the first row; None where there is none."""
        found = self._db.execute(sql, _bound(sql, values)).fetchone()
        return None if found is None else found[0]

    def _id(self, sql: str, *values: object) -> int | None:
        """The same for a whole number."""
        found: int | None = self._value(sql, *values)
        return found

    def _text(self, sql: str, *values: object) -> str | None:
        """The same for a text."""
        found: str | None = self._value(sql, *values)
        return found

    def _count(self, sql: str, *values: object) -> int:
        """The same for a number that is always there."""
        return int(self._value(sql, *values))

    def _mapping(self, sql: str, *values: object) -> dict[Any, Any]:
        """First column → second column."""
        return dict(self._tuples(sql, *values))

    def _groups(self, sql: str, *values: object) -> dict[Any, list[Any]]:
        """First column → all second columns that stand beside it."""
        found: dict[Any, list[Any]] = {}
        for key, value in self._tuples(sql, *values):
            found.setdefault(key, []).append(value)
        return found

    def _write(self, sql: str, *values: object) -> int:
        """Change rows; returns how many."""
        return self._db.execute(sql, _bound(sql, values)).rowcount

    def _write_many(self, sql: str, rows: Iterable[Values]) -> None:
        """The same statement for each of many rows of values."""
        if "?1" in sql:
            rows = (row if isinstance(row, Mapping) else _by_number(row) for row in rows)
        self._db.conn.executemany(sql, rows)

    def _insert(self, table: str, values: Mapping[str, object]) -> int:
        """Add a row; returns its id."""
        sql = f"INSERT INTO {table} ({_names(values)}) VALUES ({', '.join('?' * len(values))})"
        cursor = self._db.execute(sql, list(values.values()))
        assert cursor.lastrowid is not None
        return cursor.lastrowid


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _bound(sql: str, values: Sequence[object]) -> list[object] | dict[str, object]:
    """Values as they are bound to a statement; by number where its marks are ``?1``, ``?2``.

    Python 3.12 takes a mark with a number for a name, and wants a mapping for names.
    """
    lists = (list, tuple, set, frozenset)
    bound = [json_text(list(value)) if isinstance(value, lists) else value for value in values]
    return _by_number(bound) if "?1" in sql else bound


def _by_number(values: Sequence[object]) -> dict[str, object]:
    return {str(n): value for n, value in enumerate(values, start=1)}
