"""Discourse topics: ``/t/ID.json``, pages of ``/t/ID/posts.json``, lists of ``/posts.json``.

A post answers another by its number inside the topic, and that other post may stand in
another page, so replies call a message ``TOPIC/NUMBER`` as in the forum's addresses
(``/t/slug/2108/452``); its own id is the number that is unique in the forum. The same post in
two pages is the same message, and a page can be read alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from synth.importers import json_reader
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.importers.values import JsonRecord, filled, text_of, web_url
from synth.records import BodyFormat, Problem, RawMessage

NAME = "discourse"
LABEL = "Discourse forum (topic JSON)"

_SMALL_ACTION = 3
_LIKE = 2
_ASIDE = re.compile(r"<aside\b[^<>]*>")
_ANCHOR = re.compile(r"<a\b[^<>]*>")
_CLASSES = re.compile(r"\bclass=\"([^\"]*)\"")
_QUOTED_POST = re.compile(r"\bdata-post=\"([0-9]{1,9})\"")
_QUOTED_TOPIC = re.compile(r"\bdata-topic=\"([0-9]{1,12})\"")
_HOST = re.compile(r"^/user_avatar/([A-Za-z0-9.-]+\.[A-Za-z0-9-]+)/")
_LISTINGS = ("topic_list", "category_list", "grouped_search_result")
_ENVELOPES = ("post_stream", "latest_posts", "posts")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """One document, and what its posts share."""

    topic: JsonRecord
    host: str | None
    """From the avatars' addresses: the documents name their own forum nowhere else."""
    categories: Mapping[str, str]


def sniff(file: InputFile) -> Fit:
    value = json_reader.peek(file)
    record = JsonRecord(value[0] if isinstance(value, list) and value else value)
    if isinstance(record.get("post_stream.posts"), list):
        return Fit.MESSAGES
    posts = record.records("latest_posts")[:1]
    if any({"post_number", "cooked", "raw"} & post.members.keys() for post in posts):
        return Fit.MESSAGES
    is_listing = any(isinstance(record.get(name), dict) for name in _LISTINGS)
    return Fit.AUXILIARY if is_listing else Fit.NO


def read(file: InputFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    """Deleted and hidden posts and the forum's own notices are left out, and counted."""
    value, cut = json_reader.load(file, options, envelopes=_ENVELOPES)
    categories = _category_names(file)
    n_left_out = 0
    for number, document in enumerate(value if isinstance(value, list) else [value], start=1):
        topic = JsonRecord(document)
        prefix = f"topic {number}, " if isinstance(value, list) else ""
        posts = [
            (f"{prefix}{path.rpartition('.')[2]}[{i}]", post)
            for path in ("post_stream.posts", "latest_posts")
            for i, post in enumerate(topic.records(path))
        ]
        page = _Page(topic=topic, host=_host([post for _, post in posts]), categories=categories)
        for position, post in posts:
            if _is_left_out(post):
                n_left_out += 1
            else:
                yield _message(post, page, file=file, position=position)
    if n_left_out:
        what = f"{n_left_out} deleted or hidden posts or notices of the forum were left out"
        yield file.problem(what, "nothing to do", n_left_out=n_left_out)
    if cut:
        yield cut


def _host(posts: Sequence[JsonRecord]) -> str | None:
    hosts = (_HOST.match(post.text("avatar_template") or "") for post in posts)
    return next((host[1] for host in hosts if host), None)


def _category_names(file: InputFile) -> Mapping[str, str]:
    """Category id -> name, where the forum's ``/categories.json`` was saved beside."""
    beside = file.sibling("categories.json")
    listed = JsonRecord(json_reader.peek(beside)) if beside else JsonRecord(None)
    return {
        key: name
        for entry in listed.records("category_list.categories")
        if (key := entry.id("id")) and (name := entry.text("name"))
    }


def _is_left_out(post: JsonRecord) -> bool:
    return (
        post.whole("post_type") == _SMALL_ACTION
        or post.text("deleted_at") is not None
        or post.is_true("user_deleted")
        or post.is_true("hidden")
    )


def _message(
    post: JsonRecord, page: _Page, *, file: InputFile, position: str
) -> RawMessage | Problem:
    number = post.whole("post_number")
    topic = post.id("topic_id")
    if topic is None and "post_stream" in page.topic.members:
        topic = page.topic.id("id")
    cooked = post.text("cooked")
    text = cooked or post.text("raw")
    if topic is None or number is None or text is None:
        what = "no text" if text is None else "no topic or post number"
        return file.problem(what, "the post was skipped", position)
    quoted, elsewhere = _quotes(cooked or "", topic, number)
    category = post.id("category_id") or page.topic.id("category_id")
    return RawMessage(
        source_id=post.id("id") or f"{topic}/{number}",
        reply_id=f"{topic}/{number}",
        text=text,
        position=position,
        body_format=BodyFormat.HTML if cooked else BodyFormat.MARKDOWN,
        parent_source_id=_parent(post, topic, number),
        references=tuple(f"{topic}/{other}" for other in quoted),
        thread_source_id=topic,
        author_key=post.text("username"),
        author_name=post.text("name", "username"),
        posted_at=post.time("created_at"),
        edited_at=post.time("updated_at") if (post.whole("version") or 1) > 1 else None,
        subject=post.text("topic_title") or page.topic.text("title"),
        language=post.text("locale"),
        url=_url(post, page),
        category=page.categories.get(category, category) if category else None,
        n_likes=_n_likes(post),
        is_accepted=post.is_true("accepted_answer"),
        n_attachments=len(_tags(_ANCHOR, cooked or "", {"lightbox", "attachment"})),
        extra=_extra(post, page, elsewhere),
    )


def _parent(post: JsonRecord, topic: str, number: int) -> str | None:
    """A post that answers nobody in particular answers the topic's first post."""
    answered = post.whole("reply_to_post_number")
    if answered is not None and answered != number:
        return f"{topic}/{answered}"
    return f"{topic}/1" if number > 1 else None


def _quotes(cooked: str, topic: str, number: int) -> tuple[list[int], list[str]]:
    """The numbers of the quoted posts of this topic, oldest first, and ids in other topics."""
    here: set[int] = set()
    elsewhere: list[str] = []
    for tag in _tags(_ASIDE, cooked, {"quote"}):
        post, other = _QUOTED_POST.search(tag), _QUOTED_TOPIC.search(tag)
        if post is None:
            continue
        if other is not None and other[1] != topic:
            elsewhere.append(f"{other[1]}/{post[1]}")
        elif int(post[1]) != number:
            here.add(int(post[1]))
    return sorted(here), elsewhere


def _tags(tag: re.Pattern[str], cooked: str, classes: set[str]) -> list[str]:
    """The tags of this kind that have one of the classes."""
    found = ((text, _CLASSES.search(text)) for text in tag.findall(cooked))
    return [text for text, names in found if names and classes & set(names[1].split())]


def _n_likes(post: JsonRecord) -> int | None:
    reactions = post.whole("reaction_users_count")
    if reactions is not None or "actions_summary" not in post.members:
        return reactions
    actions = post.records("actions_summary")
    return sum(each.whole("count") or 0 for each in actions if each.get("id") == _LIKE)


def _url(post: JsonRecord, page: _Page) -> str | None:
    path = post.text("post_url")
    if path and path.startswith("/") and page.host:
        path = f"https://{page.host}{path}"
    return web_url(path)


def _extra(post: JsonRecord, page: _Page, quotes_elsewhere: list[str]) -> Mapping[str, object]:
    tags = [JsonRecord(tag).text("name") or text_of(tag) for tag in page.topic.sequence("tags")]
    known = {
        "path": post.text("post_url"),
        "tags": [tag for tag in tags if tag],
        "quotes_elsewhere": quotes_elsewhere,
        "is_wiki": post.is_true("wiki"),
        "n_reads": post.whole("reads"),
        "is_staff": post.is_true("staff"),
    }
    return filled(known)
