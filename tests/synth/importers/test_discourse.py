"""Discourse topics, pages of posts, and lists of the latest posts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from synth.importers import discourse
from synth.importers.input_file import Fit
from synth.records import BodyFormat

Make = Callable[..., Any]
QUOTE = (
    '<aside class="quote no-group" data-username="ana" data-post="{post}" data-topic="{topic}">'
    "<blockquote><p>Benches would help.</p></blockquote></aside><p>Which ones?</p>"
)


def post(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": 900 + number,
        "username": f"user{number}",
        "name": "",
        "created_at": f"2024-03-0{number}T10:00:00.000Z",
        "updated_at": f"2024-03-0{number}T11:00:00.000Z",
        "cooked": f"<p>Post number {number}.</p>",
        "post_number": number,
        "post_type": 1,
        "topic_id": 12,
        "post_url": f"/t/the-square/12/{number}",
        "version": 1,
        "actions_summary": [],
        "avatar_template": "/letter_avatar_proxy/v4/letter/u/{size}.png",
    } | more


def topic(*posts: object) -> dict[str, Any]:
    return {
        "post_stream": {"posts": list(posts), "stream": [901, 902]},
        "id": 12,
        "title": "The square",
        "category_id": 5,
        "tags": ["town", {"id": 3, "name": "benches"}],
    }


def test_a_topic_gives_its_posts_with_all_it_knows(export: Make) -> None:
    first = post(
        1,
        name="Ana",
        updated_at="2024-03-01T12:00:00.000Z",
        version=2,
        actions_summary=[{"id": 2, "count": 4}, {"id": 8, "count": 9}],
        avatar_template="/user_avatar/forum.example.org/ana/{size}/3.png",
        cooked='<p>Hi</p><a class="lightbox" href="x">plan</a><a class="attachment" href="y">z</a>',
    )
    files = export(
        {
            "12.json": topic(first, post(2, accepted_answer=True)),
            "categories.json": {"category_list": {"categories": [{"id": 5, "name": "Town"}]}},
        }
    )
    (one, two), problems = files.read(discourse)
    assert not problems
    assert files.fits(discourse)["categories.json"] is Fit.AUXILIARY
    assert (one.reply_id, one.parent_source_id, one.thread_source_id) == ("12/1", None, "12")
    assert one.body_format is BodyFormat.HTML
    assert (one.author_key, one.author_name) == ("user1", "Ana")
    assert one.posted_at == datetime(2024, 3, 1, 10, tzinfo=UTC)
    assert one.edited_at == datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert (one.subject, one.category) == ("The square", "Town")
    assert (one.n_likes, one.n_attachments) == (4, 2)
    assert one.url == "https://forum.example.org/t/the-square/12/1"
    assert one.source_id == "901"
    assert one.extra["tags"] == ["town", "benches"]
    assert (two.is_accepted, two.n_likes, two.edited_at) == (True, 0, None)


def test_replies_go_to_a_post_number_also_in_another_page(export: Make) -> None:
    files = export(
        {
            "page1.json": {"post_stream": {"posts": [post(1), post(2)]}, "id": 12},
            "page2.json": {
                "post_stream": {"posts": [post(4, reply_to_post_number=2), post(3), post(2)]},
                "id": 12,
            },
        }
    )
    messages, _ = files.read(discourse)
    parents = {one.reply_id: one.parent_source_id for one in messages}
    assert parents == {"12/1": None, "12/2": "12/1", "12/3": "12/1", "12/4": "12/2"}
    assert Counter(one.reply_id for one in messages)["12/2"] == 2
    assert len({one.text for one in messages if one.reply_id == "12/2"}) == 1


def test_quotes_are_references_in_the_topic(export: Make) -> None:
    cooked = "".join(
        QUOTE.format(post=number, topic=where) for number, where in ((5, 12), (3, 12), (7, 44))
    )
    files = export({"12.json": topic(post(6, cooked=cooked, reply_to_post_number=5))})
    (one,), _ = files.read(discourse)
    assert one.references == ("12/3", "12/5")
    assert one.extra["quotes_elsewhere"] == ["44/7"]
    assert "data-post" in one.text


def test_lists_of_the_latest_posts_span_topics(export: Make) -> None:
    latest = [
        post(3, topic_id=8, topic_title="Trams", category_id=2, raw="Post **3**"),
        post(1, topic_id=9, topic_title="Trees"),
        post(2, topic_id=9, cooked=None, raw="only *markdown*"),
    ]
    (trams, trees, raw), _ = export({"posts.json": {"latest_posts": latest}}).read(discourse)
    assert (trams.reply_id, trams.subject, trams.category) == ("8/3", "Trams", "2")
    assert (trees.reply_id, trees.parent_source_id) == ("9/1", None)
    assert (raw.text, raw.body_format) == ("only *markdown*", BodyFormat.MARKDOWN)


def test_a_list_of_topics_in_one_file(export: Make) -> None:
    other = topic(post(1, topic_id=13)) | {"id": 13}
    messages, _ = export({"all.json": [topic(post(1)), other]}).read(discourse)
    assert [one.reply_id for one in messages] == ["12/1", "13/1"]
    assert messages[1].position == "topic 2, posts[0]"


def test_what_is_no_message_is_left_out_and_counted(export: Make) -> None:
    posts = [
        post(1),
        post(2, post_type=3, action_code="split_topic", cooked=""),
        post(3, deleted_at="2024-03-03T10:00:00Z"),
        post(4, hidden=True),
        post(5, user_deleted=True),
        post(6, post_type=4),
    ]
    messages, (problem,) = export({"12.json": topic(*posts)}).read(discourse)
    assert [one.reply_id for one in messages] == ["12/1", "12/6"]
    assert problem.what.startswith("4 ")


def test_a_bad_post_is_told_and_the_rest_is_read(export: Make) -> None:
    posts = [post(1), post(2, cooked=None), post(3, post_number="x"), "text", None]
    messages, problems = export({"12.json": topic(*posts)}).read(discourse)
    assert [one.reply_id for one in messages] == ["12/1"]
    assert [(one.position, one.what) for one in problems] == [
        ("posts[1]", "no text"),
        ("posts[2]", "no topic or post number"),
        ("posts[3]", "no text"),
        ("posts[4]", "no text"),
    ]


def test_a_cut_page_keeps_the_posts_before(export: Make) -> None:
    text = json.dumps(topic(post(1), post(2), post(3)))
    cut = text[: text.index("Post number 3")]
    messages, (problem,) = export({"12.json": cut}).read(discourse)
    assert [one.reply_id for one in messages] == ["12/1", "12/2"]
    assert "breaks off" in problem.what


@pytest.mark.parametrize(
    ("content", "fit"),
    [
        ({"topic_list": {"topics": []}}, Fit.AUXILIARY),
        ({"latest_posts": [{"score": 1}]}, Fit.NO),
        ({"posts": [{"cooked": "x"}]}, Fit.NO),
        ([], Fit.NO),
        ("<rss></rss>", Fit.NO),
    ],
)
def test_other_files_are_recognised(export: Make, content: object, fit: Fit) -> None:
    assert export({"a.json": content}).fits(discourse) == {"a.json": fit}


def test_real_pages_come_together(folder: Make, shared_data: Path) -> None:
    root = shared_data / "discourse"
    messages, problems = folder(root).read(discourse)
    numbers = {
        (p["topic_id"], p["post_number"])
        for path in root.rglob("*.json")
        for document in [json.loads(path.read_bytes())]
        for p in document.get("post_stream", {}).get("posts", document.get("latest_posts"))
        if p["post_type"] == 1
    }
    assert {one.reply_id for one in messages} == {f"{t}/{n}" for t, n in numbers}
    assert sum(t == 2108 for t, _ in numbers) == 95  # of 446: the files hold no more
    assert len(problems) == 1 and "notices" in problems[0].what
    known = {one.reply_id for one in messages}
    assert sum(one.parent_source_id in known for one in messages) > 0.9 * len(messages) - 20
