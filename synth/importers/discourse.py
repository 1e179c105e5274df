"""Discourse topics: ``/t/ID.json``, pages of ``/t/ID/posts.json``, lists of ``/posts.json``.

A post answers another by its number inside the topic, and that other post may stand in
another page, so replies call a message ``TOPIC/NUMBER`` as in the forum's addresses
(``/t/slug/2108/452``); its own id is the number that is unique in the forum. The same post in
two pages is the same message, and a page can be read alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from synth.importers import json_reader
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.importers.times import parse_time
from synth.importers.values import (
    at,
    filled,
    id_of,
    is_true,
    mapping,
    mappings,
    sequence,
    text_of,
    total,
    web_url,
    whole,
)
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
    """One document: its posts, with their place in it, and what they share."""

    topic: Mapping[str, object]
    posts: tuple[tuple[str, Mapping[str, object]], ...]
    host: str | None
    """From the avatars' addresses: the documents name their own forum nowhere else."""
    categories: Mapping[str, str]

    @property
    def is_topic(self) -> bool:
        return "post_stream" in self.topic


def sniff(file: InputFile) -> Fit:
    value = json_reader.peek(file)
    record = mapping(value[0] if isinstance(value, list) and value else value)
    if isinstance(at(record, "post_stream", "posts"), list):
        return Fit.MESSAGES
    posts = mappings(record.get("latest_posts"))[:1]
    if any({"post_number", "cooked", "raw"} & post.keys() for post in posts):
        return Fit.MESSAGES
    if any(isinstance(record.get(name), dict) for name in _LISTINGS):
        return Fit.AUXILIARY
    return Fit.NO


def read(file: InputFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    """Deleted and hidden posts and the forum's own notices are left out, and counted."""
    value, cut = json_reader.load(file, options, envelopes=_ENVELOPES)
    documents = value if isinstance(value, list) else [value]
    categories = _category_names(file)
    n_left_out = 0
    for number, document in enumerate(documents, start=1):
        page = _page(mapping(document), categories)
        prefix = f"topic {number}, " if isinstance(value, list) else ""
        for position, post in page.posts:
            if _is_left_out(post):
                n_left_out += 1
            else:
                yield _message(post, page, file=file, position=prefix + position)
    if n_left_out:
        what = f"{n_left_out} deleted or hidden posts or notices of the forum were left out"
        yield file.problem(what, "nothing to do")
    if cut:
        yield cut


def _page(document: Mapping[str, object], categories: Mapping[str, str]) -> _Page:
    found: list[tuple[str, Mapping[str, object]]] = []
    for name, posts in (
        ("posts", at(document, "post_stream", "posts")),
        ("latest_posts", document.get("latest_posts")),
    ):
        found += ((f"{name}[{i}]", post) for i, post in enumerate(mappings(posts)))
    hosts = (_HOST.match(text_of(post.get("avatar_template")) or "") for _, post in found)
    return _Page(
        topic=document,
        posts=tuple(found),
        host=next((host[1] for host in hosts if host), None),
        categories=categories,
    )


def _category_names(file: InputFile) -> Mapping[str, str]:
    """Category id -> name, where the forum's ``/categories.json`` was saved beside."""
    beside = file.sibling("categories.json")
    if beside is None:
        return {}
    listed = mappings(at(mapping(json_reader.peek(beside)), "category_list", "categories"))
    names = ((id_of(entry.get("id")), text_of(entry.get("name"))) for entry in listed)
    return {key: name for key, name in names if key and name}


def _is_left_out(post: Mapping[str, object]) -> bool:
    return (
        whole(post.get("post_type")) == _SMALL_ACTION
        or text_of(post.get("deleted_at")) is not None
        or is_true(post.get("user_deleted"))
        or is_true(post.get("hidden"))
    )


def _message(
    post: Mapping[str, object], page: _Page, *, file: InputFile, position: str
) -> RawMessage | Problem:
    number = whole(post.get("post_number"))
    topic = id_of(post.get("topic_id")) or (id_of(page.topic.get("id")) if page.is_topic else None)
    cooked, raw = text_of(post.get("cooked")), text_of(post.get("raw"))
    text = cooked or raw
    if topic is None or number is None or text is None:
        what = "no text" if text is None else "no topic or post number"
        return file.problem(what, "the post was skipped", position)
    quoted, elsewhere = _quotes(cooked or "", topic, number)
    username = text_of(post.get("username"))
    edited = parse_time(post.get("updated_at")) if (whole(post.get("version")) or 1) > 1 else None
    category = id_of(post.get("category_id")) or id_of(page.topic.get("category_id"))
    return RawMessage(
        source_id=id_of(post.get("id")) or f"{topic}/{number}",
        reply_id=f"{topic}/{number}",
        text=text,
        position=position,
        body_format=BodyFormat.HTML if cooked else BodyFormat.MARKDOWN,
        parent_source_id=_parent(post, topic, number),
        references=tuple(f"{topic}/{other}" for other in quoted),
        thread_source_id=topic,
        author_key=username,
        author_name=text_of(post.get("name")) or username,
        posted_at=parse_time(post.get("created_at")),
        edited_at=edited,
        subject=text_of(post.get("topic_title")) or text_of(page.topic.get("title")),
        language=text_of(post.get("locale")),
        url=_url(post, page),
        category=page.categories.get(category, category) if category else None,
        n_likes=_n_likes(post),
        is_accepted=is_true(post.get("accepted_answer")),
        n_attachments=len(_tags(_ANCHOR, cooked or "", {"lightbox", "attachment"})),
        extra=_extra(post, page, elsewhere),
    )


def _parent(post: Mapping[str, object], topic: str, number: int) -> str | None:
    """A post that answers nobody in particular answers the topic's first post."""
    answered = whole(post.get("reply_to_post_number"))
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


def _n_likes(post: Mapping[str, object]) -> int | None:
    reactions = whole(post.get("reaction_users_count"))
    if reactions is not None or "actions_summary" not in post:
        return reactions
    actions = mappings(post.get("actions_summary"))
    return total([action for action in actions if action.get("id") == _LIKE], "count")


def _url(post: Mapping[str, object], page: _Page) -> str | None:
    path = text_of(post.get("post_url"))
    if path and path.startswith("/") and page.host:
        path = f"https://{page.host}{path}"
    return web_url(path)


def _extra(
    post: Mapping[str, object], page: _Page, quotes_elsewhere: list[str]
) -> Mapping[str, object]:
    tags = [
        text_of(at(mapping(tag), "name")) or text_of(tag)
        for tag in sequence(page.topic.get("tags"))
    ]
    known = {
        "path": text_of(post.get("post_url")),
        "tags": [tag for tag in tags if tag],
        "quotes_elsewhere": quotes_elsewhere,
        "is_wiki": is_true(post.get("wiki")),
        "n_reads": whole(post.get("reads")),
        "is_staff": is_true(post.get("staff")),
    }
    return filled(known)
