"""Which column means what, and what its cells say: in the words of ``columns.toml``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from models.text import without_accents
from models.wordlists import read_toml
from synth.errors import InputProblem
from synth.importers.times import parse_time
from synth.records import Stance

_WORDS = read_toml(__package__, "columns.toml")
_ALIASES: Mapping[str, Sequence[str]] = {
    field: names.split() for field, names in _WORDS["columns"].items()
}
FIELDS = tuple(_ALIASES)
"""Our names, as ``--columns`` accepts them."""

_LANGUAGE_SUFFIX = re.compile(r"[/_.\- (\[](?:fr|en|de|es|it|nl|pt|ca)[)\]]?$", re.IGNORECASE)
_STANCES: Mapping[str, Stance | None] = {
    **dict.fromkeys(_WORDS["stances"]["for"].split(), Stance.FOR),
    **dict.fromkeys(_WORDS["stances"]["against"].split(), Stance.AGAINST),
    **dict.fromkeys(_WORDS["stances"]["neutral"].split()),
}
_LANGUAGES: Mapping[str, str] = {
    name: code for code, names in _WORDS["languages"].items() for name in names.split()
}
_LANGUAGE_CODE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]+)*", re.IGNORECASE)
_FEWEST_WORDS = 3
# Names that say "id" outright; ``no``, ``key`` or ``reference`` may well mean something else.
_SURE_IDS = frozenset(name for name in _ALIASES["id"] if "id" in name)

Samples = Mapping[str, Sequence[str]]
"""Column name -> what it holds in the first records, empty cells left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Field -> column. ``others`` are the columns that mean nothing to us, in their order."""

    of: Mapping[str, str]
    others: tuple[str, ...]
    is_topic_thread: bool = False
    """The thread column is a topic, and so the category as well."""
    refused_id: str | None = None
    """A column called an id whose first values repeat, so that it cannot be one."""


def column_key(name: str) -> str:
    """A column name without accents, case and punctuation."""
    return "".join(char for char in without_accents(name).lower() if char.isalnum())


def has_known_text(names: Sequence[str]) -> bool:
    """Whether one of the column names is one for texts."""
    known = set(_ALIASES["text"])
    return any(key in known for name in names for key in _keys(name))


def id_name(names: Sequence[str]) -> str | None:
    """The column that is an id by its name."""
    return _known("id", names, {})


def n_known(names: Sequence[str]) -> int:
    """How many of the names are known for any field."""
    known = {alias for aliases in _ALIASES.values() for alias in aliases}
    return sum(any(key in known for key in _keys(name)) for name in names)


def recognise(
    names: Sequence[str], samples: Samples, given: Mapping[str, str], *, source: str
) -> Columns:
    """What each column means, from its name, checked against what it holds.

    ``given`` (our name -> column) overrides. Raises InputProblem where it names something
    that is not there, and where no column can be taken for the text.
    """
    chosen = _given(names, given, source=source)
    taken = set(chosen.values())
    if not any(samples.values()):
        samples = {}
    for field in FIELDS:
        if field in chosen:
            continue
        column = _known(field, [name for name in names if name not in taken], samples)
        if column is not None:
            chosen[field] = column
            taken.add(column)
    if "text" not in chosen:
        chosen["text"] = _by_content(names, samples, chosen, source=source)
        taken.add(chosen["text"])
    chosen = {
        field: column
        for field, column in chosen.items()
        if field == "text" or column != chosen["text"]
    }
    others = tuple(name for name in names if name not in set(chosen.values()))
    is_topic = (
        "category" not in chosen and column_key(chosen.get("thread", "")) in _ALIASES["category"]
    )
    return Columns(
        of=chosen,
        others=others,
        is_topic_thread=is_topic,
        refused_id=None if "id" in chosen else _repeating_id(others, samples),
    )


def _repeating_id(names: Sequence[str], samples: Samples) -> str | None:
    for name in names:
        values = samples.get(name, ())
        if not _SURE_IDS.isdisjoint(_keys(name)) and len(set(values)) < len(values):
            return name
    return None


def _given(names: Sequence[str], given: Mapping[str, str], *, source: str) -> dict[str, str]:
    by_key = {column_key(name): name for name in reversed(names)}
    chosen: dict[str, str] = {}
    for field, wanted in given.items():
        if field not in FIELDS:
            raise InputProblem(
                source, f"--columns {field}= is no field", remedy=f"use {', '.join(FIELDS)}"
            )
        column = wanted if wanted in names else by_key.get(column_key(wanted))
        if column is None:
            raise InputProblem(
                source,
                f"there is no column {wanted!r} for {field}",
                remedy=f"the columns are: {_listed(names)}",
            )
        chosen[field] = column
    return chosen


def _known(field: str, names: Sequence[str], samples: Samples) -> str | None:
    """The first column, best alias first, whose content does not speak against it."""
    fits = _CHECKS.get(field, bool) if samples else lambda _: True
    for alias in _ALIASES[field]:
        for name in names:
            if alias in _keys(name) and fits(samples.get(name, ())):
                return name
    return None


def _keys(name: str) -> tuple[str, ...]:
    """What a name may be known as: as it is, without its language, as the last of a path."""
    bare = _LANGUAGE_SUFFIX.sub("", name)
    return tuple(dict.fromkeys((column_key(name), column_key(bare))))


def _by_content(
    names: Sequence[str], samples: Samples, chosen: Mapping[str, str], *, source: str
) -> str:
    """The column with texts where no name says so: clearly the longest, and in words."""
    taken = {column for field, column in chosen.items() if field != "title"}
    lengths = sorted(
        (
            (sum(map(len, values)) / len(values), name)
            for name in names
            if name not in taken and _is_prose(values := samples.get(name, ()))
            if not all(parse_time(value) for value in values[:20])
        ),
        reverse=True,
    )
    if lengths and (len(lengths) == 1 or lengths[0][0] > 2 * lengths[1][0]):
        return lengths[0][1]
    named = _known("text", [name for name in names if name not in taken], {})
    if named is not None and not samples.get(named):
        return named  # empty so far: what there is to say is said of the whole column
    what = "has no column known for its texts"
    if named is not None:
        what = f"its column {named!r} holds numbers, not texts"
    raise InputProblem(
        source,
        f"{what}; its columns are: {_listed(names)}",
        remedy="name the right one with --columns text=NAME",
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name[:60] for name in names[:30])
    return shown + (f", … ({len(names)} in all)" if len(names) > 30 else "")


def _is_number(value: str) -> bool:
    try:
        float(value.replace(",", "."))
    except ValueError:
        return False
    return True


def _has_no_numbers(values: Sequence[str]) -> bool:
    return bool(values) and sum(map(_is_number, values)) < len(values) / 2


def _has_numbers(values: Sequence[str]) -> bool:
    return bool(values) and all(map(_is_number, values))


def _is_prose(values: Sequence[str]) -> bool:
    words = [len(value.split()) for value in values]
    return bool(words) and sum(words) / len(words) >= _FEWEST_WORDS


def _is_unique(values: Sequence[str]) -> bool:
    """An id is short, in one piece, and each but a stray one is there once."""
    if not values:
        return False
    is_short = max(map(len, values)) <= 200 and not _is_prose(values)
    return is_short and len(set(values)) >= 0.9 * len(values)


def _is_stance(values: Sequence[str]) -> bool:
    return bool(values) and all(_stance_key(value) in _STANCES for value in values)


def stance_of(value: str) -> Stance | None:
    """The side that a cell of a stance column takes; None for a neutral or unknown one."""
    return _STANCES.get(_stance_key(value))


def language_of(value: str) -> str | None:
    """The two-letter code in a cell of a language column, which may hold a name or ``en-GB``."""
    code = _LANGUAGE_CODE.fullmatch(value)
    coded = code[1].lower() if code and len(code[1]) == 2 else None
    return _LANGUAGES.get(column_key(value), coded)


def _stance_key(value: str) -> str:
    return value.strip() if _is_number(value) else column_key(value)


_CHECKS: Mapping[str, Callable[[Sequence[str]], bool]] = {
    "text": _has_no_numbers,
    "id": _is_unique,
    "likes": _has_numbers,
    "votes_for": _has_numbers,
    "votes_against": _has_numbers,
    "stance": _is_stance,
}
