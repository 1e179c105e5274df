"""Every page: what it renders, from what, and how safely."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient

from synth.corrections import confirm_idea, hide_idea, merge_ideas, split_idea, unplace_passages
from synth.corrections.wanted import OF_PASSAGES, Kind
from synth.records import Nature, Span
from synth.store import Store
from tests.web.pages.test_accounts import MEMBER_PAGES
from web import create_app
from web.app import ErrorContext
from web.http.discussion_cache import DiscussionCache
from web.pages.archive import DeletionContext
from web.pages.consent import ConsentContext, ConsentSettingsContext
from web.pages.corrections import CorrectContext, MenuContext
from web.pages.discussions import (
    AboutContext,
    DiscussionContext,
    FrontContext,
    OverviewContext,
    SinceContext,
)
from web.pages.group import GroupContext
from web.pages.harvest import KeyConflictContext, KeyContext, TakeContext
from web.pages.history import HistoryContext
from web.pages.ideas import IdeaContext, NotAboutContext, UnplacedContext
from web.pages.jobs import JobContext, JobsContext
from web.pages.left_out import LeftOutContext
from web.pages.maps import EmbedContext, MapContext, OutlineContext
from web.pages.moderation import HideContext, ModerationContext, PolicyContext
from web.pages.passages import PassageContext, RepeatedContext
from web.pages.privacy import EraseContext, OriginalContext, PrivacyContext
from web.pages.proposals import ProposalsContext
from web.pages.provider import IdentityContext, NewcomerContext
from web.pages.retention import RetentionContext
from web.pages.search import PointContext, SearchContext
from web.pages.settings import SettingsContext
from web.pages.sign_off import SignOffContext
from web.pages.threads import ThreadContext, ThreadsContext
from web.pages.uploads import UploadContext
from web.services.semantic_search import MeaningLoader

AT = "/d/the-market-square"
PAGES = {
    "/": FrontContext,
    f"{AT}/": DiscussionContext,
    f"{AT}/map": MapContext,
    "/embed/the-market-square": EmbedContext,
    f"{AT}/about": AboutContext,
    f"{AT}/ideas/1": IdeaContext,
    f"{AT}/outline": OutlineContext,
    f"{AT}/passages/1": PassageContext,
    f"{AT}/unplaced": UnplacedContext,
    f"{AT}/not-about": NotAboutContext,
    f"{AT}/repeated": RepeatedContext,
    f"{AT}/threads": ThreadsContext,
    f"{AT}/threads/1": ThreadContext,
    f"{AT}/search?q=stalls": SearchContext,
    f"{AT}/key": KeyContext,
    f"{AT}/messages/2/take": TakeContext,
    f"{AT}/settings": SettingsContext,
    f"{AT}/deletion": DeletionContext,
    f"{AT}/moderation": ModerationContext,
    f"{AT}/messages/2/hide": HideContext,
    f"{AT}/policy": PolicyContext,
    f"{AT}/left-out": LeftOutContext,
    f"{AT}/retention": RetentionContext,
    f"{AT}/consent": ConsentContext,
    f"{AT}/consent/settings": ConsentSettingsContext,
    f"{AT}/privacy": PrivacyContext,
    f"{AT}/erase?who=Ann Carter": EraseContext,
    f"{AT}/overview": OverviewContext,
    f"{AT}/group": GroupContext,
    f"{AT}/since?since=2024-03-01": SinceContext,
    f"{AT}/point?text=stalls": PointContext,
    f"{AT}/ideas/1/correct": MenuContext,
    f"{AT}/passages/1/correct": MenuContext,
    f"{AT}/history": HistoryContext,
    f"{AT}/proposals": ProposalsContext,
    f"{AT}/sign-off": SignOffContext,
    "/upload": UploadContext,
    "/nowhere": ErrorContext,
} | {
    f"{AT}/{'passages' if kind in OF_PASSAGES else 'ideas'}/1/correct/{kind.value}": CorrectContext
    for kind in Kind
}
FROM_FLASK = {"g", "request", "session", "config", "csrf_token", "csrf_meta_tag"}


@contextmanager
def rendered(app: Flask) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """(template, what it was given) of all that is rendered meanwhile."""
    seen: list[tuple[str, dict[str, Any]]] = []

    def note(_sender: Flask, template: Any, context: dict[str, Any], **_: Any) -> None:
        seen.append((template.name, context))

    with template_rendered.connected_to(note, app):
        yield seen


@pytest.mark.parametrize("address", PAGES)
def test_a_page_renders_exactly_its_context(address: str, app: Flask, client: FlaskClient) -> None:
    expected = PAGES[address]
    with rendered(app) as seen:
        answer = client.get(address)
    assert answer.status_code == (404 if expected is ErrorContext else 200)
    ((template, context),) = seen
    assert template == expected.template
    assert set(context) - FROM_FLASK == {field.name for field in fields(expected)}


def test_what_was_left_out_adds_up(client: FlaskClient) -> None:
    page = client.get(f"{AT}/left-out").text
    figures = [int(n) for n in re.findall(r'<td class="n">(\d+)</td><td class="n">', page)]
    first, second = figures[: figures.index(6) + 1], figures[figures.index(6) + 1 :]
    assert sum(first[:-1]) == first[-1] == 6
    assert sum(second[:-1]) == second[-1] == 6
    table = client.get(f"{AT}/left-out.csv")
    assert table.mimetype == "text/csv"
    assert "stalls" not in table.text


def test_every_template_of_a_page_is_tested_here() -> None:
    own = (JobContext, JobsContext, KeyConflictContext, NewcomerContext, IdentityContext)
    own += (OriginalContext,)
    own += tuple(MEMBER_PAGES.values())
    pages = {context.template for context in (*PAGES.values(), *own)}
    folder = Path(create_app.__code__.co_filename).parent / "templates"
    partial = {"base.html", "discussion_base.html", "macros.html", "map_macros.html"}
    partial |= {"outline_parts.html", "reading_parts.html", "correct_parts.html", "job_parts.html"}
    partial |= {"account_parts.html", "privacy_parts.html"}
    assert {path.name for path in folder.glob("*.html")} - partial == pages


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_safe_to_open(address: str, client: FlaskClient) -> None:
    answer = client.get(address)
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"<[^>]+\s(style|on\w+)=", answer.text)
    assert not re.search(r'<script(?![^>]* (src=|type="application/json"))', answer.text)
    assert "<img src=x" not in answer.text
    assert "javascript:" not in answer.text


def test_the_front_page_lists_discussions_and_invites(client: FlaskClient) -> None:
    page = client.get("/").text
    assert "The market square" in page
    assert "6 messages · 3 voices · 2 threads" in page
    assert "Upload an export" in page


def test_an_empty_file_invites_to_bring_in_the_first(empty_client: FlaskClient) -> None:
    page = empty_client.get("/").text
    assert "There is no discussion here yet." in page
    assert "Bring in the first" in page


def test_the_discussion_shows_numbers_map_and_outline(client: FlaskClient) -> None:
    page = client.get(f"{AT}/").text
    assert "<dd>83%</dd>" in page
    assert page.count('<a class="top ') == 2
    assert page.index("Stalls by the river") < page.index("Room for tables")
    assert "tentative" in page
    assert "1 passage under no idea" in page


def test_hidden_ideas_are_not_shown(client: FlaskClient, store: Store) -> None:
    store._db.execute("UPDATE ideas SET status = 'hidden' WHERE id = 1")
    store._db.conn.commit()
    page = client.get(f"{AT}/").text
    assert "Stalls by the river" not in page
    assert "Room for tables" in page
    assert client.get(f"{AT}/ideas/1").status_code == 404
    assert client.get(f"{AT}/ideas/2").status_code == 404


def test_what_stands_under_a_hidden_idea_is_not_shown_above_it(
    client: FlaskClient, store: Store
) -> None:
    assert "3 passages" in client.get(f"{AT}/ideas/1").text
    hide_idea(store, 1, 2, actor="Ada")
    page = client.get(f"{AT}/ideas/1").text
    assert "2 passages" in page
    assert "Ideas within" not in page
    assert "<dd>2</dd>" in client.get(f"{AT}/").text


def test_suggestions_under_a_hidden_idea_are_shown_nowhere(
    client: FlaskClient, store: Store
) -> None:
    words = "The stalls should stay by the river"
    assert 'id="key-title"' in client.get(f"{AT}/").text
    api = "/api/d/the-market-square"
    assert words in client.get(f"{api}/extracts").text
    assert words in client.get(f"{AT}/key").text
    assert [p["idea_id"] for p in client.get(f"{api}/messages/1").json["passages"]] != [None, None]
    hide_idea(store, 1, 1, actor="Ada")
    assert 'id="key-title"' not in client.get(f"{AT}/").text
    for page in (f"{AT}/", f"{AT}/key", f"{api}/extracts"):
        assert words not in client.get(page).text
    told = client.get(f"{api}/messages/1").json
    assert {p["idea_id"] for p in told["passages"]} == {None}
    assert told["extracts"] == []


def test_the_front_page_counts_the_key_passages_that_readers_see(
    client: FlaskClient, store: Store
) -> None:
    store.extracts.take(4, Span(start=0, end=8), nature=Nature.ISSUE, tags=(), actor="Ada")
    assert "3 suggested, 1 taken" in client.get(f"{AT}/").text
    hide_idea(store, 1, 1, actor="Ada")
    assert "0 suggested, 1 taken" in client.get(f"{AT}/").text


def test_a_confirmed_idea_is_never_tentative(client: FlaskClient, store: Store) -> None:
    assert ">tentative<" in client.get(f"{AT}/ideas/2").text
    assert client.get("/api/d/the-market-square/ideas/2").json["is_tentative"] is True
    confirm_idea(store, 1, 2, actor="Ada")
    page = client.get(f"{AT}/ideas/2").text
    assert ">confirmed<" in page
    assert ">tentative<" not in page
    told = client.get("/api/d/the-market-square/ideas/2").json
    assert (told["is_tentative"], told["status"]) == (False, "confirmed")


def test_the_address_of_a_merged_idea_leads_to_the_one_it_lives_on_in(
    client: FlaskClient, store: Store
) -> None:
    made = split_idea(store, 1, 3, [store.ideas.placements(1)[3].passage_id], title="X", actor="A")
    merge_ideas(store, 1, 3, [made], actor="Ada")
    answer = client.get(f"{AT}/ideas/{made}")
    assert answer.status_code == 301
    assert answer.headers["Location"].endswith("/ideas/3")
    told = client.get(f"/api/d/the-market-square/ideas/{made}")
    assert (told.status_code, told.headers["Location"][-8:]) == (301, "/ideas/3")
    hide_idea(store, 1, 3, actor="Ada")
    assert client.get(f"{AT}/ideas/{made}").status_code == 404


def test_what_a_person_took_from_an_idea_is_under_no_idea(
    client: FlaskClient, store: Store
) -> None:
    unplace_passages(store, 1, [store.ideas.placements(1)[0].passage_id], actor="Ada")
    assert "The stalls should stay by the river" in client.get(f"{AT}/unplaced").text


def test_a_discussion_without_a_map_says_so(client: FlaskClient, store: Store) -> None:
    store.discussions.add("Only begun")
    page = client.get("/d/only-begun/outline").text
    assert "no map of this discussion yet" in page
    assert client.get("/d/only-begun/about").status_code == 200


def test_an_idea_shows_words_author_and_way_to_the_thread(client: FlaskClient) -> None:
    page = client.get(f"{AT}/ideas/1").text
    assert "In people’s words" in page
    assert "Participant 943" in page
    assert f"{AT}/messages/1" in page
    assert ">3 passages<" in page
    assert "chip-for" in page
    assert "3 likes" in page
    assert "Ann Carter" not in page


def test_a_sub_idea_names_what_it_stands_under(client: FlaskClient) -> None:
    page = client.get(f"{AT}/ideas/2").text
    crumbs = page[page.index('class="crumbs"') : page.index("<h1")]
    assert "Stalls by the river" in crumbs


def test_the_passage_under_no_idea_is_listed(client: FlaskClient) -> None:
    page = client.get(f"{AT}/unplaced").text
    assert "Thanks, all." in page
    assert "The stalls should stay" not in page


def test_search_marks_the_words_and_finds_ideas_by_title(client: FlaskClient) -> None:
    page = client.get(f"{AT}/search?q=stalls").text
    assert "<mark>stalls</mark>" in page
    assert "Stalls by the river" in page
    assert 'value="stalls"' in page


@pytest.mark.parametrize("query", ['"', "*", "a OR", "<b>", "%00", "NEAR(", "x" * 5000])
def test_any_query_is_answered(query: str, client: FlaskClient) -> None:
    assert client.get(f"{AT}/search", query_string={"q": query}).status_code == 200


def test_search_folds_accents_in_titles(client: FlaskClient) -> None:
    assert "Room for tables" in client.get(f"{AT}/search?q=CAFES").text


def test_about_says_how_the_map_was_made_and_what_was_not_read(client: FlaskClient) -> None:
    page = client.get(f"{AT}/about").text
    assert "0123456789abcdef" in page
    assert "new: 3" in page
    assert "has no &lt;b&gt;text&lt;/b&gt;" in page


@pytest.mark.parametrize("page", ["0", "-3", "x", "9" * 40])
def test_an_odd_page_number_is_no_error_of_ours(page: str, client: FlaskClient) -> None:
    assert client.get(f"{AT}/threads?page={page}").status_code in {200, 404}


def test_things_of_another_discussion_are_not_found(client: FlaskClient, store: Store) -> None:
    store.discussions.add("Other")
    for address in ("ideas/1", "threads/1", "messages/1", "messages/1/take"):
        assert client.get(f"/d/other/{address}").status_code == 404
    assert client.post("/d/other/key/1", data={"action": "take"}).status_code == 404


def test_a_foreign_file_is_told_as_a_page(tmp_path: Path) -> None:
    path = tmp_path / "foreign.db"
    path.write_bytes(b"this is no database at all" * 100)
    answer = create_app({"DB": str(path)}).test_client().get("/")
    assert answer.status_code == 409
    assert "cannot be used" in answer.text


def test_a_discussion_without_messages_says_so_and_what_to_do(
    client: FlaskClient, store: Store
) -> None:
    at = f"/d/{store.discussions.add('Nothing here yet').slug}"
    page = client.get(f"{at}/").text
    assert "No message has been read yet." in page
    assert "Add an export to this discussion" in page
    assert "Make the map" not in page
    assert "No message has been read yet." in client.get(f"{at}/threads").text
    assert "There is no map of this discussion yet." in client.get(f"{at}/unplaced").text
    assert 'id="replies"' not in client.get(f"{at}/about").text
    assert "Add an export" not in client.get(f"{at}/", headers={"Host": "map.example"}).text


def test_the_map_alone_names_its_ideas_without_scripts(client: FlaskClient) -> None:
    page = client.get(f"{AT}/map").text
    without = page[page.index("<noscript>") : page.index("</noscript>")]
    assert "Room for tables" in without
    assert '<ul class="plain">' in without
    front = client.get(f"{AT}/").text
    within = front[front.index("<noscript>") : front.index("</noscript>")]
    assert "<ul" not in within, "the ideas stand beside the map there"


@pytest.mark.parametrize("address", [a for a in PAGES if "search" not in a and "point" not in a])
def test_only_those_who_ask_by_meaning_cost_the_memory_of_a_model(address: str, app: Flask) -> None:
    """Half a gigabyte: the pages that many open must not load it."""
    loaded: list[int] = []

    def read(_store: Store, discussion_id: int) -> Any:
        loaded.append(discussion_id)

    cache = DiscussionCache()
    loader = MeaningLoader(Path(app.config["DB"]), cache=cache, read=read)
    app.extensions["meanings"] = loader
    app.test_client().get(address)
    cache.submit(("next", "turn"), 0, lambda: None).result(10)  # whatever was begun is over
    assert loaded == []
