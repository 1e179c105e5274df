"""CATALYST Interchange Format (JSON-LD), as Assembl, DebateHub, LiteMap and others export it.

Where the document has posts, they are the messages, and the ideas stay ideas. A map without
posts is itself the discussion: its issues, positions and arguments are what people said, and
the links between them say what answers what, and whether it supports or opposes it.

Exporters differ: node types come plain (``SPost``), prefixed (``catalyst:Conversation``), as
full addresses or as lists; nodes stand in nested ``@graph``s; one node may be described in
several places; ids are written with prefixes that the ``@context`` declares. ``read_graph``
makes one mapping of it, from the expanded id to a node with plain names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from synth.importers import json_reader
from synth.importers.input_file import HEAD_BYTES, Fit, InputFile, ReadOptions
from synth.importers.times import edit_time, parse_time
from synth.importers.values import (
    JsonRecord,
    body_of,
    filled,
    id_of,
    is_true,
    text_of,
    web_url,
    whole,
    with_title,
)
from synth.records import Problem, RawMessage, Stance

NAME = "cif"
LABEL = "CATALYST Interchange Format (JSON-LD)"

_POSTS = ("SPost", "Post", "AssemblPost", "LocalPost", "Email", "ImportedPost")
_STATEMENTS = (
    *("Issue", "Question", "Position", "Argument", "GenericIdea", "GenericIdeaNode"),
    *("Criterion", "Decision", "Reference"),
)
# Rank (the most telling links first), the kinds of link, the stance of the child to its parent.
_LINKS: tuple[tuple[int, tuple[str, ...], Stance | None], ...] = (
    (0, ("ArgumentSupportsIdea", "ArgumentSupportsPosition"), Stance.FOR),
    (0, ("ArgumentOpposesIdea", "ArgumentOpposesPosition"), Stance.AGAINST),
    (0, ("PositionRespondsToIssue", "IssueAppliesTo", "IssueQuestions", "SuggestsIssue"), None),
    (1, ("InclusionRelation", "WholePartRelation"), None),
    (2, ("DirectedIdeaRelation",), None),
)
_CHILD = (
    *("argument_arguing", "argument_supporting", "argument_opposing", "response_position"),
    *("applicable_issue", "issue_suggested", "source_idea"),
)
_PARENT = ("target_idea", "response_issue", "reply_to")
_CREATOR = ("has_creator", "creator", "hasCreator")
_CATALYST = "catalyst"
# Common Lisp counts seconds from 1900; read as Unix time they would lie after 2060.
_LISP_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
_LISP_SECONDS = range(2_900_000_000, 5_100_000_000)
_LOCAL_NAME = re.compile(r"^(?:.*[#/:])?([^#/:]+)$", re.DOTALL)


def sniff(file: InputFile) -> Fit:
    document = JsonRecord(json_reader.peek(file))
    context, graph = document.get("@context"), document.get("@graph")
    is_named = _CATALYST in repr(context)[:HEAD_BYTES] if context is not None else False
    if isinstance(graph, list) and (is_named or _has_known_types(graph)):
        return Fit.MESSAGES
    if not is_named or graph is not None:
        return Fit.NO
    # Cut off inside a long context, or the context alone, without any data.
    return Fit.MESSAGES if len(file.head) >= HEAD_BYTES else Fit.AUXILIARY


def _has_known_types(graph: list[object]) -> bool:
    known = {*_POSTS, *_STATEMENTS, "Conversation"}
    return any(node.types & known for node in read_graph({"@graph": graph[:50]}).nodes.values())


def read(file: InputFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    """The document is taken whole (up to ``json_reader.WHOLE_LIMIT``): its nodes may stand in
    any order, and a message's author, votes and parent are nodes of their own.
    """
    document, cut = json_reader.load(file, options, envelopes=("@graph",))
    graph = read_graph(document)
    if posts := graph.of_type(*_POSTS):
        yield from (_post(node, graph, file) for node in posts)
    elif statements := graph.of_type(*_STATEMENTS):
        links, votes = _links(graph, statements), _tally(graph)
        for node in statements:
            above = links.get(node.id, [])
            yield _statement(node, graph, file, above=above, votes=votes.get(node.id))
    else:
        what = "neither posts nor a map of issues and arguments in it"
        yield file.problem(what, "check the export")
    if cut:
        yield cut


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
                literal = value.get("@value") if isinstance(value, dict) else value
                if literal is not None and literal != "":
                    return literal, JsonRecord(value).id("@language")
        return None, None

    def text(self, *names: str) -> str | None:
        return text_of(self.said(*names)[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """All nodes of a document in document order, by expanded id."""

    nodes: Mapping[str, Node]
    prefixes: Mapping[str, str]
    conversation: str
    """The id of the discussion that all is part of; may be empty."""

    def of_type(self, *types: str) -> list[Node]:
        return [node for node in self.nodes.values() if not node.types.isdisjoint(types)]

    def target_id(self, value: object) -> str | None:
        """The expanded id that a property points at: a string, or ``{"@id": …}``."""
        pointed = JsonRecord(value).id("@id") or id_of(value)
        return _expand(pointed, self.prefixes) if pointed else None

    def target(self, value: object) -> Node | None:
        return self.nodes.get(self.target_id(value) or "")

    def written_id(self, value: object) -> str | None:
        """The id that a property points at, in the spelling of the node it names."""
        node = self.target(value)
        return node.written_id if node else self.target_id(value)

    def author(self, node: Node) -> tuple[str | None, str | None]:
        """The key and name of who made it: the person behind the account, if it says so."""
        creator = node.value(*_CREATOR)
        account = self.target(creator)
        agent = account.value("account_of") if account else None
        key = self.target_id(agent) or self.target_id(creator)
        people = (self.target(agent), account)
        return key, next((name for one in people if one and (name := _name(one))), None)


def read_graph(document: object) -> Graph:
    """Collect the nodes; what is not JSON-LD is passed over."""
    prefixes = _prefixes(JsonRecord(document).get("@context"))
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
    conversations = (node.id for node in nodes.values() if "Conversation" in node.types)
    return Graph(nodes=nodes, prefixes=prefixes, conversation=next(conversations, ""))


def _records(document: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Every described object with its place; iterative, as depth is the document's choice."""
    stack: list[tuple[str, object]] = [("", document)]
    while stack:
        position, value = stack.pop()
        if isinstance(value, list):
            stack.extend((f"{position}[{i}]", item) for i, item in reversed(list(enumerate(value))))
        elif isinstance(value, dict):
            if len(value.keys() - {"@context", "@graph"}) > 1 and "@value" not in value:
                yield position or "@graph", value
            inner = [(name, item) for name, item in value.items() if name != "@context"]
            stack.extend(
                (f"{position}.{name}" if position else name, item)
                for name, item in reversed(inner)
                if isinstance(item, list | dict)
            )


def _prefixes(context: object) -> Mapping[str, str]:
    """``{"conv": "http://…/conversation/"}`` from a context that is an object or a list."""
    parts = context if isinstance(context, list) else [context]
    return {
        prefix: address
        for part in parts
        for prefix, address in JsonRecord(part).members.items()
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


def _name(agent: Node) -> str | None:
    parts = (agent.text("firstName"), agent.text("familyName"))
    return agent.text("fname", "name") or text_of(" ".join(filter(None, parts)))


def _created(node: Node) -> datetime | None:
    """Most write ISO 8601; the Deliberatorium wrote Lisp universal time for some nodes."""
    value = node.said("created", "annotatedAt")[0]
    seconds = whole(value)
    if seconds is not None and seconds in _LISP_SECONDS:
        return _LISP_EPOCH + timedelta(seconds=seconds)
    return parse_time(value)


def _message(node: Node, graph: Graph, *, text: str, subject: str | None) -> RawMessage:
    """What posts and statements have in common."""
    body, body_format = body_of(text)
    key, name = graph.author(node)
    created = _created(node)
    return RawMessage(
        source_id=node.written_id,
        text=body,
        position=node.position,
        namespace=graph.conversation,
        body_format=body_format,
        author_key=key,
        author_name=name,
        posted_at=created,
        edited_at=edit_time(parse_time(node.said("modified")[0]), created),
        subject=subject,
        url=web_url(node.value("homepage", "link")),
    )


def _post(node: Node, graph: Graph, file: InputFile) -> RawMessage | Problem:
    title, title_language = node.said("title")
    content, language = node.said("content", "description")
    subject, body = text_of(title), text_of(content)
    text = body or subject
    if text is None:
        return _unusable(node, file, "post")
    ideas = [graph.written_id(value) for value in node.properties.get("postLinkedToIdea", ())]
    extra = {
        "text_from": None if body else "subject",
        "message_id": id_of(node.value("id")),
        "declared_language": language or title_language,
        "idea_ids": [idea for idea in ideas if idea],
    }
    return replace(
        _message(node, graph, text=text, subject=subject),
        parent_source_id=graph.written_id(node.value("reply_of")),
        n_attachments=len(node.properties.get("attachment", ())),
        extra=filled(extra),
    )


def _unusable(node: Node, file: InputFile, kind: str) -> Problem:
    return file.problem(f"{kind} {node.written_id} has no text", "it was skipped", node.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    """A statement hangs under another one."""

    rank: int
    created: datetime
    parent: Node
    stance: Stance | None


def _links(graph: Graph, statements: list[Node]) -> Mapping[str, list[_Link]]:
    """The links of each statement to what it answers, the most telling and oldest first."""
    known = {node.id for node in statements}
    links: dict[str, list[_Link]] = {}
    for rank, types, stance in _LINKS:
        for relation in graph.of_type(*types):
            child = graph.target(relation.value(*_CHILD))
            parent = graph.target(relation.value(*_PARENT))
            if child and parent and child.id != parent.id and {child.id, parent.id} <= known:
                created = _created(relation) or datetime.max.replace(tzinfo=UTC)
                link = _Link(rank=rank, created=created, parent=parent, stance=stance)
                links.setdefault(child.id, []).append(link)
    for found in links.values():
        found.sort(key=lambda link: (link.rank, link.created))
    return links


@dataclass(slots=True, kw_only=True)
class _Votes:
    """The votes on one statement."""

    n_for: int = 0
    n_against: int = 0
    scores: list[int] = field(default_factory=list)
    """On a Lickert scale, as given."""

    def count(self, is_for: bool | None) -> None:
        self.n_for += is_for is True
        self.n_against += is_for is False


def _tally(graph: Graph) -> Mapping[str, _Votes]:
    """Votes by statement id. A later vote of the same person replaces the earlier one.

    A vote on a link is one on its child: what was voted on is the argument where it stands.
    """
    latest: dict[tuple[str, str], Node] = {}
    for vote in graph.of_type("BinaryVote", "LickertVote"):
        subject = graph.target(vote.value("vote_subject_node", "vote_subject", "subject_node"))
        link = graph.target(vote.value("vote_subject_link", "subject_link"))
        if subject is None and link is not None:
            subject = graph.target(link.value(*_CHILD))
        if subject is not None:
            latest[subject.id, graph.target_id(vote.value("voter")) or vote.id] = vote
    tally: dict[str, _Votes] = {}
    for (subject_id, _), vote in latest.items():
        votes = tally.setdefault(subject_id, _Votes())
        if "BinaryVote" in vote.types:
            votes.count(is_true(vote.said("positive")[0]))
        elif (score := whole(vote.said("lickert_value")[0])) is not None:
            votes.scores.append(score)
            votes.count(_side(score, graph.target(vote.value("lickert_in_range"))))
    return tally


def _side(score: int, scale: Node | None) -> bool | None:
    """Above the middle of the scale is for, below is against; None in the middle."""
    low, high = (whole(scale.said(end)[0]) if scale else None for end in ("min", "max"))
    if low is None or high is None or 2 * score == low + high:
        return None
    return 2 * score > low + high


def _statement(
    node: Node, graph: Graph, file: InputFile, *, above: list[_Link], votes: _Votes | None
) -> RawMessage | Problem:
    """``above`` are its links to what it answers, ``votes`` those on it."""
    title, language = node.said("title", "label")
    description, other_language = node.said("description", "content")
    subject = text_of(title)
    said = with_title(subject, text_of(description))
    kind = next((kind for kind in _STATEMENTS if kind in node.types), "node")
    if said is None:
        return _unusable(node, file, kind)
    extra = {
        "node_type": kind,
        # Not the message's language: exporters tag everything with one, German as English.
        "declared_language": language or other_language,
        "other_parents": [link.parent.written_id for link in above[1:]],
        "scores": sorted(votes.scores) if votes else None,
    }
    return replace(
        _message(node, graph, text=said, subject=subject),
        parent_source_id=above[0].parent.written_id if above else None,
        stance=above[0].stance if above else None,
        n_for=votes.n_for if votes else None,
        n_against=votes.n_against if votes else None,
        extra=filled(extra),
    )
