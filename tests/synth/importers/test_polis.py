"""Polis data exports."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from synth.importers import polis
from synth.importers.input_file import Fit

Make = Callable[..., Any]
COMMENTS = """timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body
1542406176584,Sat Nov 17 05:09:36 WIB 2018,0,4,12,3,1,"Trams, not buses.
Every street."
1542406177000,,1,4,0,0,-1,Nonsense
1542406178000,,2,5,1,2,0,Buses are fine
"""
SUMMARY = """topic,How to get to work
url,https://pol.is/abc123
views,90
voters,80
commenters,3
conversation-description,"Lines, and
more lines"
"""
VOTES = "timestamp,datetime,comment-id,voter-id,vote\n1,x,0,1,-1\n"


def test_comments_carry_votes_topic_and_state(export: Make) -> None:
    files = export({"abc/comments.csv": COMMENTS, "abc/summary.csv": SUMMARY})
    (first, second, third), problems = files.read(polis)
    assert not problems
    assert (first.namespace, first.source_id) == ("polis:abc123", "0")
    assert first.text == "Trams, not buses.\nEvery street."
    assert (first.n_for, first.n_against) == (12, 3)
    assert first.posted_at == datetime(2018, 11, 16, 22, 9, 36, 584000, tzinfo=UTC)
    assert (first.subject, first.url) == ("How to get to work", "https://pol.is/abc123")
    assert first.author_key == second.author_key != third.author_key
    states = [one.extra["moderation"] for one in (first, second, third)]
    assert states == ["accepted", "rejected", "unmoderated"]
    assert len({one.thread_source_id for one in (first, second, third)}) == 3


def test_a_conversation_found_twice_is_one(export: Make) -> None:
    files = {
        f"{folder}/{name}": content
        for folder in ("abc", "abc/abc.2020-12-11")
        for name, content in (("comments.csv", COMMENTS), ("summary.csv", SUMMARY))
    }
    messages, _ = export(files).read(polis)
    assert len(messages) == 6
    assert len({(one.namespace, one.source_id) for one in messages}) == 3


def test_without_a_summary_the_folder_keeps_conversations_apart(export: Make) -> None:
    messages, _ = export({"a/comments.csv": COMMENTS, "b/comments.csv": COMMENTS}).read(polis)
    assert {one.namespace for one in messages} == {"polis:a", "polis:b"}
    assert len({one.author_key for one in messages}) == 4
    (alone, *_), _ = export({"comments.csv": COMMENTS}).read(polis)
    assert (alone.namespace, alone.subject, alone.url) == ("polis", None, None)


@pytest.mark.parametrize(
    "header",
    [
        "comment_id,comment_body,author_id,agrees,disagrees",
        "Comment-ID,Comment-Body,Author-ID,Agrees,Disagrees",
        "tid,txt,pid,agrees,disagrees",
        "comment-id;comment-body;author-id;total-agrees;total-disagrees",
    ],
)
def test_dialects_of_the_header(export: Make, header: str) -> None:
    separator = ";" if ";" in header else ","
    row = separator.join(["7", "Trees", "1", "4", "2"])
    (one,), _ = export({"comments.csv": f"{header}\n{row}\n"}).read(polis)
    assert (one.source_id, one.text, one.n_for, one.n_against) == ("7", "Trees", 4, 2)


def test_bad_rows_are_told(export: Make) -> None:
    rows = COMMENTS + ",,,,,,,no id\n1,,9,,,,,\n1,,8,,many,,,Said\n"
    messages, problems = export({"comments.csv": rows}).read(polis)
    assert [one.source_id for one in messages] == ["0", "1", "2", "8"]
    assert (messages[3].n_for, messages[3].author_key) == (None, None)
    assert [(one.position, one.what) for one in problems] == [
        ("line 6", "no comment id"),
        ("line 7", "no comment text"),
    ]


@pytest.mark.parametrize(
    ("content", "fit"),
    [
        (COMMENTS, Fit.MESSAGES),
        (SUMMARY, Fit.AUXILIARY),
        (VOTES, Fit.AUXILIARY),
        ("participant,group-id,n-comments,n-votes,n-agree,n-disagree,0,1\n", Fit.AUXILIARY),
        ("n-votes,n-comments,n-visitors,n-voters,n-commenters\n", Fit.AUXILIARY),
        ("comment-id,comment,total-votes,group-a-votes\n", Fit.AUXILIARY),
        ("comment-id,comment-body\n", Fit.NO),
        ("id,text,author\n", Fit.NO),
        ("topic,url\n", Fit.NO),
        ("", Fit.NO),
    ],
)
def test_files_are_recognised(export: Make, content: str, fit: Fit) -> None:
    assert export({"some.csv": content}).fits(polis) == {"some.csv": fit}


def test_the_real_conversations(folder: Make, shared_data: Path) -> None:
    root = shared_data / "polis"
    made = folder(root)
    fits = made.fits(polis)
    assert all(fit is not Fit.NO for path, fit in fits.items() if path.endswith(".csv"))
    messages, problems = made.read(polis)
    assert not problems
    rows: dict[str, dict[str, str]] = {}
    for path in root.rglob("comments.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows |= {f"{path.parent.name}/{row['comment-id']}": row for row in csv.DictReader(file)}
    assert len(messages) == len(rows)
    assert len({one.namespace for one in messages}) == 6
    n_twice = sum("5sw7wa5dep.2020" in key for key in rows)
    distinct = {(one.namespace, one.source_id) for one in messages}
    assert len(distinct) == len(rows) - n_twice
    assert sum(one.n_for or 0 for one in messages) == sum(int(r["agrees"]) for r in rows.values())
    assert all(one.subject and one.url and one.posted_at for one in messages)
