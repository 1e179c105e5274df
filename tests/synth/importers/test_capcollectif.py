"""Cap Collectif opinions with their arguments."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from synth.importers import capcollectif
from synth.importers.input_file import Fit
from synth.records import BodyFormat, Stance

Make = Callable[..., Any]


def author(name: str) -> dict[str, Any]:
    return {"username": name, "displayName": name.title(), "uniqueId": f"id-{name}"}


def argument(number: int, kind: object, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "body": f"Argument {number}",
        "type": kind,
        "votes_count": number,
        "created_at": "2015-10-15T12:38:37+0200",
        "updated_at": "2015-10-15T12:38:37+0200",
        "is_trashed": False,
        "author": author("bo"),
    } | more


def opinion(number: int = 5, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "isContribuable": False,
        "arguments_yes_count": 1,
        "title": "Open the maps",
        "body": "<p>Every map is public.</p>",
        "created_at": "2015-10-14T11:55:48+0200",
        "updated_at": "2015-10-14T12:55:48+0200",
        "author": author("ana"),
        "type": {"id": 86, "title": "Section 1", "subtitle": "Open data"},
        "arguments": [argument(1, 1), argument(2, 0)],
        "appendices": [{"body": "<p>Because.</p>", "type": {"title": "Why"}}, {"body": None}],
        "sources": [{"title": "A study", "link": "", "body": "x"}],
        "votes_ok": 14,
        "votes_nok": 3,
        "votes_mitige": 2,
        "_links": {"show": "https://consult.example.org/opinions/5"},
    } | more


def test_an_opinion_with_its_arguments(export: Make) -> None:
    (said, yes, no), problems = export({"5.json": {"opinion": opinion()}}).read(capcollectif)
    assert not problems
    assert (said.namespace, said.source_id) == ("opinion", "5")
    assert said.text == "<p>Every map is public.</p>\n<p>Because.</p>"
    assert said.body_format is BodyFormat.HTML
    assert (said.subject, said.category) == ("Open the maps", "Section 1 – Open data")
    assert (said.n_for, said.n_against, said.extra["n_mixed"]) == (14, 3, 2)
    assert (said.author_key, said.author_name) == ("id-ana", "Ana")
    assert said.posted_at == datetime(2015, 10, 14, 9, 55, 48, tzinfo=UTC)
    assert said.edited_at == datetime(2015, 10, 14, 10, 55, 48, tzinfo=UTC)
    assert said.url == "https://consult.example.org/opinions/5"
    assert said.extra["category_id"] == "86"
    assert said.extra["sources"] == [{"title": "A study"}]
    for one, stance in ((yes, Stance.FOR), (no, Stance.AGAINST)):
        assert (one.parent_namespace, one.parent_source_id) == ("opinion", "5")
        assert (one.namespace, one.stance, one.category) == ("argument", stance, said.category)
        assert one.edited_at is None
    assert (yes.n_likes, no.n_likes) == (1, 2)


def test_versions_answer_their_opinion_and_have_arguments(export: Make) -> None:
    version = {
        "id": 5,
        "title": "Open all maps",
        "body": "<p>Also the old ones.</p>",
        "arguments": [argument(3, "FOR")],
        "author": None,
        "votes_ok": 1,
    }
    given = {"opinion": opinion(arguments=[], versions=[version])}
    (said, other, under), _ = export({"5.json": given}).read(capcollectif)
    assert (other.namespace, other.source_id) == ("version", "5")
    assert (other.parent_namespace, other.parent_source_id) == (said.namespace, "5")
    assert (other.author_key, other.category) == (None, said.category)
    assert (under.parent_namespace, under.stance) == ("version", Stance.FOR)


@pytest.mark.parametrize(
    "given",
    [
        [opinion(1), opinion(2)],
        [{"opinion": opinion(1)}, {"opinion": opinion(2)}],
        {"opinions": [opinion(1), opinion(2)]},
    ],
)
def test_several_opinions_in_one_file(export: Make, given: object) -> None:
    messages, _ = export({"all.json": given}).read(capcollectif)
    assert [one.source_id for one in messages if one.namespace == "opinion"] == ["1", "2"]


def test_bad_records_are_told_and_the_rest_is_read(export: Make) -> None:
    broken = opinion(id=None, arguments=[argument(1, 1), argument(2, 9, body=" "), 7])
    bare = opinion(body=None, appendices="none", type=None, votes_ok="many", arguments={})
    messages, problems = export({"a.json": [broken, bare]}).read(capcollectif)
    orphan, said = messages
    assert (orphan.parent_source_id, orphan.stance) == (None, Stance.FOR)
    assert (said.text, said.category, said.n_for) == ("Open the maps", None, None)
    assert [(one.position, one.what) for one in problems] == [
        ("record 1", "no id"),
        ("record 1.arguments[1]", "no text"),
        ("record 1.arguments[2]", "no id"),
    ]


def test_a_cut_list_keeps_the_opinions_before(export: Make) -> None:
    text = json.dumps([opinion(1), opinion(2), opinion(3)])
    cut = text[: text.index('"id": 3')]
    messages, (problem,) = export({"all.json": cut}).read(capcollectif)
    assert [one.source_id for one in messages if one.namespace == "opinion"] == ["1", "2"]
    assert "breaks off" in problem.what


@pytest.mark.parametrize(
    ("content", "fit"),
    [
        ({"opinion": opinion()}, Fit.MESSAGES),
        ({"opinion": {"title": "x", "body": "y"}}, Fit.NO),
        ([{"title": "x", "body": "y"}], Fit.NO),
        ([], Fit.NO),
        ({}, Fit.NO),
    ],
)
def test_files_are_recognised(export: Make, content: object, fit: Fit) -> None:
    assert export({"a.json": content}).fits(capcollectif) == {"a.json": fit}


def test_the_real_consultation(folder: Make, shared_data: Path) -> None:
    root = shared_data / "republique-numerique-fr" / "opinions"
    messages, problems = folder(root).read(capcollectif)
    assert not problems
    assert Counter(one.namespace for one in messages) == {"opinion": 696, "argument": 3994}
    assert len({(one.namespace, one.source_id) for one in messages}) == 4690
    sections = {(one.category, one.extra.get("category_id")) for one in messages if not one.stance}
    assert len(sections) == len({name for name, _ in sections}) == 18
    stances = Counter(one.stance for one in messages)
    counted = [json.loads(path.read_bytes())["opinion"] for path in root.glob("*.json")]
    assert stances[Stance.FOR] == sum(one["arguments_yes_count"] for one in counted)
    assert stances[Stance.AGAINST] == sum(one["arguments_no_count"] for one in counted)
