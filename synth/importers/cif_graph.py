"""The nodes of a CATALYST Interchange Format document (JSON-LD), whoever exported it.

Exporters differ: node types come plain (``SPost``), prefixed (``catalyst:Conversation``), as
full addresses or as lists; nodes stand in nested ``@graph``s; one node may be described in
several places; ids are written with prefixes that the ``@context`` declares. Here they become
one mapping from the expanded id to a node with plain names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from synth.importers.fields import id_of, mapping

_LOCAL_NAME = re.compile(r"^(?:.*[#/:])?([^#/:]+)$", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One thing described in the document."""

    id: str
    """Expanded: the same thing has the same id however it is abbreviated."""
    written_id: str
    """As the document writes it."""
    position: str
    types: set[str] = field(default_factory=set)
    """Plain names: ``SPost``, ``Issue``."""
    properties: dict[str, list[object]] = field(default_factory=dict)
    """By plain name: ``dcterms:title`` is ``title``."""

    def value(self, *names: str) -> object:
        """The first value of the first of these properties that the node has."""
        return next((v for name in names for v in self.properties.get(name, ())), None)

    def said(self, *names: str) -> tuple[object, str | None]:
        """A literal and its language tag; ``{"@value": …, "@language": …}`` or plain."""
        for name in names:
            for value in self.properties.get(name, ()):
                literal = mapping(value).get("@value") if isinstance(value, dict) else value
                if literal is not None and literal != "":
                    return literal, id_of(mapping(value).get("@language"))
        return None, None


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """All nodes of a document in document order, by expanded id."""

    nodes: Mapping[str, Node]
    prefixes: Mapping[str, str]

    def of_type(self, *types: str) -> list[Node]:
        return [node for node in self.nodes.values() if not node.types.isdisjoint(types)]

    def target_id(self, value: object) -> str | None:
        """The expanded id that a property points at: a string, or ``{"@id": …}``."""
        pointed = id_of(mapping(value).get("@id")) if isinstance(value, dict) else id_of(value)
        return _expand(pointed, self.prefixes) if pointed else None

    def target(self, value: object) -> Node | None:
        return self.nodes.get(self.target_id(value) or "")


def read_graph(document: object) -> Graph:
    """Collect the nodes; what is not JSON-LD is passed over."""
    prefixes = _prefixes(mapping(document).get("@context"))
    nodes: dict[str, Node] = {}
    for position, record in _records(document):
        written = id_of(record.get("@id"))
        # A vote or a history event may have no id of its own.
        key = _expand(written, prefixes) if written else f"_:{position}"
        node = nodes.setdefault(key, Node(id=key, written_id=written or key, position=position))
        node.types.update(_types(record.get("@type")))
        for name, value in record.items():
            if not name.startswith("@"):
                values = value if isinstance(value, list) else [value]
                node.properties.setdefault(_local_name(name), []).extend(values)
    return Graph(nodes=nodes, prefixes=prefixes)


def _records(document: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Every described object with its place; iterative, as depth is the document's choice."""
    stack: list[tuple[str, object]] = [("", document)]
    while stack:
        position, value = stack.pop()
        if isinstance(value, list):
            stack.extend((f"{position}[{i}]", item) for i, item in _backwards(value))
        elif isinstance(value, dict):
            if len(value.keys() - {"@context", "@graph"}) > 1 and "@value" not in value:
                yield position or "@graph", value
            inner = [(name, item) for name, item in value.items() if name != "@context"]
            stack.extend(
                (f"{position}.{name}" if position else name, item)
                for name, item in reversed(inner)
                if isinstance(item, list | dict)
            )


def _backwards(items: Sequence[object]) -> Iterator[tuple[int, object]]:
    return ((i, items[i]) for i in range(len(items) - 1, -1, -1))


def _prefixes(context: object) -> Mapping[str, str]:
    """``{"conv": "http://…/conversation/"}`` from a context that is an object or a list."""
    parts = context if isinstance(context, list) else [context]
    return {
        prefix: address
        for part in parts
        for prefix, address in mapping(part).items()
        if isinstance(address, str) and "/" in address and not prefix.startswith("@")
    }


def _expand(written: str, prefixes: Mapping[str, str]) -> str:
    prefix, colon, rest = written.partition(":")
    if colon and not rest.startswith("//") and prefix in prefixes:
        return prefixes[prefix] + rest
    return written


def _types(value: object) -> set[str]:
    names = value if isinstance(value, list) else [value]
    return {_local_name(name) for name in names if isinstance(name, str)}


def _local_name(name: str) -> str:
    found = _LOCAL_NAME.match(name)
    return found[1] if found else name
