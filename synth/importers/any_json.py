"""JSON in no known platform's shape: a list of objects, one inside an object, or JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice

from synth.errors import InputProblem
from synth.importers import json_reader
from synth.importers.columns import has_known_text, id_name, n_known
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.importers.record_reader import SAMPLE_RECORDS, RecordReader
from synth.records import Problem, RawMessage

NAME = "json"
LABEL = "JSON records (list of objects, or one object per line)"

_DEEPEST_REPLIES = 100
_REPLIES = frozenset(
    ("replies", "children", "comments", "responses", "answers", "reponses", "commentaires")
)
Flat = dict[str, object]


# A layout: one object per line, or else the path of a list, as ``json_reader.members`` names it.
_LINES = "\n"


def sniff(file: InputFile) -> Fit:
    return Fit.NO if _layout(file) is None else Fit.MESSAGES


def read(file: InputFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    """Raises InputProblem when it is no JSON, or no member can be taken for the text."""
    layout = _layout(file)
    if layout is None:
        raise InputProblem(
            file.name, "holds no list of objects", remedy="check the file, or give another --format"
        )
    found = _flat_records(_values(file, options, layout))
    top = list(islice(found, SAMPLE_RECORDS))
    sample = [each for each in top if not isinstance(each, Problem)]
    names = list(dict.fromkeys(name for each in sample for name in each))
    if not names:
        yield from (each for each in top if isinstance(each, Problem))
        return
    reader = RecordReader(file, options, names=names, sample=sample)
    number = 0
    for each in chain(top, found):
        if isinstance(each, Problem):
            yield each
        else:
            number += 1
            yield from reader.read(each, number)
    yield from reader.finish()


def _layout(file: InputFile) -> str | None:
    """How the records are laid out, judged from the beginning of the file."""
    lines = file.head_text().lstrip("\ufeff \t\r\n").splitlines()[:2]
    if lines and lines[0].startswith("{") and _is_object(lines[0]):
        second = lines[1].lstrip() if len(lines) > 1 else ""
        if second.startswith("{") or (not second and _is_record(json.loads(lines[0]))):
            return _LINES
    value = json_reader.peek(file)
    if isinstance(value, list):
        return "" if _holds(value, dict) or _holds(value, str) else None
    return _list_inside(value) if isinstance(value, dict) else None


def _list_inside(value: Mapping[str, object], depth: int = 3) -> str | None:
    """The list of records inside an object: the one that knows the most of our fields."""
    lists = [
        (n_known(_names(member)), name)
        for name, member in value.items()
        if isinstance(member, list) and _holds(member, dict) and has_known_text(_names(member))
    ]
    if lists:
        return max(lists, key=lambda each: each[0])[1]
    for name, member in value.items():
        if depth and isinstance(member, dict):
            inside = _list_inside(member, depth - 1)
            if inside is not None:
                return f"{name}/{inside}"
    return None


def _names(values: Sequence[object]) -> list[str]:
    first = [_flat(value) for value in values[:20] if isinstance(value, dict)]
    return list(dict.fromkeys(name for each in first for name in each))


def _holds(values: Sequence[object], kind: type) -> bool:
    return bool(values) and all(isinstance(value, kind) for value in values[:20])


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _is_record(value: object) -> bool:
    return isinstance(value, dict) and has_known_text(list(_flat(value)))


def _values(file: InputFile, options: ReadOptions, layout: str) -> Iterator[object | Problem]:
    if layout == _LINES:
        yield from json_reader.lines(file, options)
        return
    for member in json_reader.members(file, options, lists={layout}):
        if isinstance(member, Problem):
            yield member
        elif member[0] == layout:
            yield member[1]


def _flat_records(values: Iterator[object | Problem]) -> Iterator[Flat | Problem]:
    for value in values:
        if isinstance(value, Problem):
            yield value
        elif isinstance(value, str):
            yield {"text": value}
        elif isinstance(value, dict):
            yield from _with_replies(value, parent=None, depth=0)


def _with_replies(record: Mapping[str, object], *, parent: object, depth: int) -> Iterator[Flat]:
    """The record, and those nested in it as answers to it."""
    record = _unwrapped(record)
    flat = _flat(record)
    if parent is not None:
        flat.setdefault("parent_id", parent)
    yield flat
    name = id_name([key for key, value in flat.items() if isinstance(value, str | int)])
    for key, value in record.items():
        if key.lower() not in _REPLIES or depth > _DEEPEST_REPLIES:
            continue
        if isinstance(value, list) and _holds(value, dict):
            for reply in value:
                if isinstance(reply, dict):
                    own = flat.get(name) if name is not None else None
                    yield from _with_replies(reply, parent=own, depth=depth + 1)


def _unwrapped(record: Mapping[str, object]) -> Mapping[str, object]:
    """The object that holds the text, out of the one around it (``{"kind": …, "data": {…}}``)."""
    if has_known_text([name for name, value in record.items() if isinstance(value, str)]):
        return record
    for name, value in record.items():
        if isinstance(value, dict) and has_known_text(list(value)):
            return {**{key: other for key, other in record.items() if key != name}, **value}
    return record


def _flat(record: Mapping[str, object], *, prefix: str = "", depth: int = 2) -> Flat:
    """Nested objects as ``author/name``; lists of objects are not values of a record."""
    flat: Flat = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            if depth:
                flat.update(_flat(value, prefix=f"{name}/", depth=depth - 1))
        elif not (isinstance(value, list) and any(isinstance(item, dict) for item in value)):
            flat[name] = value
    return flat
