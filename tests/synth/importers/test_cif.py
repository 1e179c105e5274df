"""CATALYST Interchange Format documents of several exporters."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from synth.importers import cif
from synth.importers.input_file import Fit
from synth.records import BodyFormat, Stance

Make = Callable[..., Any]
CONTEXT = ["http://purl.org/catalyst/jsonld", {"c": "http://site.example.org/c/1/"}]
CONVERSATION = {"@id": "c:conversation", "@type": "catalyst:Conversation", "title": "Streets"}


def document(*nodes: object) -> dict[str, Any]:
    return {"@context": CONTEXT, "@graph": [CONVERSATION, {"@id": "c:data", "@graph": list(nodes)}]}


def node(kind: object, key: str, **more: Any) -> dict[str, Any]:
    return {"@type": kind, "@id": f"c:{key}", "created": "2014-10-01T00:23:32+00:00"} | more


def said(text: str | None) -> dict[str, Any]:
    return {"@language": "eng", "@value": text}


def read(export: Make, *nodes: object) -> tuple[dict[str, Any], list[Any]]:
    messages, problems = export({"a.json": document(*nodes)}).read(cif)
    return {one.source_id: one for one in messages}, problems


def test_posts_with_authors_and_replies(export: Make) -> None:
    messages, problems = read(
        export,
        {"@id": "c:agent1", "@type": "Agent", "fname": "Ana Alves"},
        {"@id": "c:agent2", "@type": ["foaf:Person"], "firstName": "Bo", "familyName": "Berg"},
        {"@id": "c:account1", "@type": "UserAccount", "account_of": "c:agent1"},
        {"@id": "c:account2", "@type": "UserAccount"},
        {"@id": "c:account2", "account_of": {"@id": "c:agent2"}},
        node(
            "SPost",
            "p1",
            title="Trees",
            content="Plant more.<br />They cool.",
            id="<1@example.org>",
            has_creator="http://site.example.org/c/1/account1",
            postLinkedToIdea=["c:i1", {"@id": "c:i2"}],
        ),
        node(
            ["catalyst:Post", "Email"],
            "p2",
            title="Re: Trees",
            reply_of="http://site.example.org/c/1/p1",
            has_creator="c:account2",
            modified="2014-10-02T00:00:00+00:00",
        ),
        node("SPost", "p3", **{"sioc:content": said("<p>Hello</p>")}, reply_of="c:gone"),
        node("GenericIdeaNode", "i1", title="Green streets"),
    )
    assert not problems
    assert list(messages) == ["c:p1", "c:p2", "c:p3"]
    first, second, third = messages.values()
    assert first.namespace == "http://site.example.org/c/1/conversation"
    assert (first.text, first.body_format) == ("Plant more.\nThey cool.", BodyFormat.PLAIN)
    assert (first.author_key, first.author_name) == (
        "http://site.example.org/c/1/agent1",
        "Ana Alves",
    )
    assert first.extra["idea_ids"] == ["c:i1", "http://site.example.org/c/1/i2"]
    assert first.extra["message_id"] == "<1@example.org>"
    assert (second.parent_source_id, second.author_name) == ("c:p1", "Bo Berg")
    assert (second.text, second.extra["text_from"]) == ("Re: Trees", "subject")
    assert second.edited_at == datetime(2014, 10, 2, tzinfo=UTC)
    assert (third.body_format, third.language) == (BodyFormat.HTML, None)
    assert third.parent_source_id == "http://site.example.org/c/1/gone"


MAP = (
    node("Issue", "q", title=said("How?"), description=said(None), homepage="https://s.org/q"),
    node("Position", "a", title=said("By tram"), description=said("It is quick.")),
    node("ibis:Argument", "yes", title=said("Cheap")),
    node("Argument", "no", title=said("Loud")),
    node("Issue", "cost", title=said("Who pays?")),
    node("Position", "part", title=said("At night too")),
    node("PositionRespondsToIssue", "l1", response_position="c:a", response_issue="c:q"),
    node("ArgumentSupportsIdea", "l2", argument_arguing="c:yes", target_idea="c:a"),
    node("ArgumentOpposesIdea", "l3", argument_arguing="c:no", target_idea="c:a"),
    node("IssueAppliesTo", "l4", applicable_issue="c:cost", target_idea="c:a"),
    node("InclusionRelation", "l5", source_idea="c:part", target_idea="c:a"),
)


def test_a_map_without_posts_is_the_discussion(export: Make) -> None:
    messages, problems = read(export, *MAP)
    assert not problems
    assert {key: one.parent_source_id for key, one in messages.items()} == {
        "c:q": None,
        "c:a": "c:q",
        "c:yes": "c:a",
        "c:no": "c:a",
        "c:cost": "c:a",
        "c:part": "c:a",
    }
    assert (messages["c:yes"].stance, messages["c:no"].stance) == (Stance.FOR, Stance.AGAINST)
    assert messages["c:a"].text == "By tram\n\nIt is quick."
    assert (messages["c:q"].text, messages["c:q"].url) == ("How?", "https://s.org/q")
    assert messages["c:yes"].extra["node_type"] == "Argument"


def test_deprecated_links(export: Make) -> None:
    messages, _ = read(
        export,
        *MAP[:5],
        node("ArgumentSupportsPosition", "x", argument_supporting="c:yes", target_idea="c:a"),
        node("ArgumentOpposesPosition", "y", argument_opposing="c:no", target_idea="c:a"),
        node("SuggestsIssue", "z", issue_suggested="c:cost", target_idea="c:a"),
    )
    assert (messages["c:yes"].parent_source_id, messages["c:yes"].stance) == ("c:a", Stance.FOR)
    assert (messages["c:no"].parent_source_id, messages["c:no"].stance) == ("c:a", Stance.AGAINST)
    assert messages["c:cost"].parent_source_id == "c:a"


def test_the_most_telling_link_is_the_parent(export: Make) -> None:
    messages, _ = read(
        export,
        *MAP[:4],
        node("DirectedIdeaRelation", "l1", source_idea="c:a", target_idea="c:yes"),
        node("PositionRespondsToIssue", "l2", response_position="c:a", response_issue="c:q"),
        node("InclusionRelation", "l3", source_idea="c:a", target_idea="c:a"),
        node("InclusionRelation", "l4", source_idea="c:a", target_idea="c:no"),
    )
    assert messages["c:a"].parent_source_id == "c:q"
    assert messages["c:a"].extra["other_parents"] == ["c:no", "c:yes"]


def test_votes_are_counted(export: Make) -> None:
    def vote(voter: str, key: str, **more: Any) -> dict[str, Any]:
        return node("BinaryVote", f"v-{key}-{voter}", voter=f"c:{voter}") | more

    def score(voter: str, value: object) -> dict[str, Any]:
        return {
            "@type": "LickertVote",
            "voter": voter,
            "lickert_value": value,
            "lickert_in_range": "range",
            "vote_subject_node": "c:q",
        }

    messages, _ = read(
        export,
        *MAP,
        vote("ana", "1", vote_subject_node="c:a", positive="true"),
        vote("bo", "2", vote_subject_node="c:a", positive=False),
        vote("bo", "3", vote_subject_node="c:a", positive=True),
        vote("cy", "4", vote_subject_link="c:l3", positive="false"),
        vote("cy", "5", vote_subject_node="c:nothing", positive="false"),
        {"@type": "LickertRange", "@id": "range", "min": "1", "max": "5"},
        *(score(f"c:{i}", value) for i, value in enumerate([1, "2", 3, 4, "5", 5, "high"])),
    )
    assert (messages["c:a"].n_for, messages["c:a"].n_against) == (2, 0)
    assert (messages["c:no"].n_for, messages["c:no"].n_against) == (0, 1)
    assert (messages["c:q"].n_for, messages["c:q"].n_against) == (3, 2)
    assert messages["c:q"].extra["scores"] == [1, 2, 3, 4, 5, 5]
    assert messages["c:yes"].n_for is None


def test_lisp_universal_time(export: Make) -> None:
    messages, _ = read(export, node("Issue", "q", title="How?", created=3531067682))
    assert messages["c:q"].posted_at == datetime(2011, 11, 23, 20, 8, 2, tzinfo=UTC)


def test_what_says_nothing_is_told(export: Make) -> None:
    messages, problems = read(
        export, node("Issue", "q", title="How?"), node("Position", "a", title={"@value": ""})
    )
    assert list(messages) == ["c:q"]
    assert [one.what for one in problems] == ["Position c:a has no text"]
    assert problems[0].position == "@graph[1].@graph[1]"


def test_a_document_without_a_discussion_is_told(export: Make) -> None:
    messages, (problem,) = read(export, {"@id": "c:x", "@type": "UserAccount"})
    assert not messages
    assert "neither posts nor a map" in problem.what


def test_bad_utf8_does_not_stop_the_reading(export: Make) -> None:
    text = json.dumps(document(node("SPost", "p", title="Réunion", content="Été")))
    content = text.encode().decode("unicode-escape").encode("cp1252")
    ((one,), problems) = export({"a.json": content}).read(cif)
    assert (one.subject, one.text, problems) == ("Réunion", "Été", [])


def test_a_cut_document_keeps_the_nodes_before(export: Make) -> None:
    posts = [node("SPost", f"p{n}", content=f"Number {n}") for n in range(4)]
    text = json.dumps(document(*posts))
    cut = text[: text.index("Number 3")]
    messages, (problem,) = export({"a.json": cut}).read(cif)
    assert [one.source_id for one in messages] == ["c:p0", "c:p1", "c:p2"]
    assert "breaks off" in problem.what


@pytest.mark.parametrize(
    ("content", "fit"),
    [
        (document(), Fit.MESSAGES),
        ({"@context": {"title": "dcterms:title"}, "@graph": [MAP[0]]}, Fit.MESSAGES),
        ({"@context": CONTEXT}, Fit.AUXILIARY),
        ({"@context": "https://schema.org", "@graph": [{"@type": "Recipe", "@id": "x"}]}, Fit.NO),
        ({"@graph": "x"}, Fit.NO),
        ([], Fit.NO),
    ],
)
def test_files_are_recognised(export: Make, content: object, fit: Fit) -> None:
    assert export({"a.json": content}).fits(cif) == {"a.json": fit}


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("assembl_animfr_fixed_utf8_pseudo.json", {None: 297}),
        ("d1.json", {None: 20}),
        ("clustercif.json", {"Issue": 1, "Position": 2, "Argument": 5}),
        ("cscp.json", {"Issue": 17, "Position": 37, "Argument": 41}),
        ("designcommunity.json", {"Issue": 11, "Position": 31, "Argument": 34}),
        ("d42/doparia2.cif", {"Issue": 14, "Position": 59, "Argument": 107}),
    ],
)
def test_the_real_documents(
    folder: Make, shared_data: Path, name: str, kinds: dict[str | None, int]
) -> None:
    made = folder(shared_data / "catalyst-cif")
    assert made.fits(cif)[name] is Fit.MESSAGES
    assert made.fits(cif)["context.jsonld"] is Fit.AUXILIARY
    only = type(made)({name: made.files[name]})
    messages, problems = only.read(cif)
    assert not problems
    assert Counter(one.extra.get("node_type") for one in messages) == kinds
    known = {one.source_id for one in messages}
    assert len(known) == len(messages)
    assert {one.parent_source_id for one in messages} <= known | {None}
    assert all(one.author_key and one.posted_at for one in messages)
    arguments = [one for one in messages if one.extra.get("node_type") == "Argument"]
    assert all(one.parent_source_id and one.stance for one in arguments)
