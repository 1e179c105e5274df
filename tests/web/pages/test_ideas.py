"""The outline, the page of an idea, and why a passage stands where it stands."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from synth.corrections import hide_idea, pin_passages, unplace_passages
from synth.store import Store

AT = "/d/the-market-square"
API = "/api/d/the-market-square"


def section(page: str, name: str) -> str:
    """The section whose heading has that id, without its tags."""
    found = re.search(rf'<section[^>]*aria-labelledby="{name}".*?</section>', page, re.DOTALL)
    assert found is not None, name
    return re.sub(r" ([;,.])", r"\1", " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()))


def change(store: Store, what: str) -> None:
    """Change messages; before the first page is asked for."""
    with store.atomic():
        store._db.execute(f"UPDATE messages SET {what}")


# -- the outline -------------------------------------------------------------------------------


def test_the_outline_names_every_idea_with_counts_and_marks(client: FlaskClient) -> None:
    page = client.get(f"{AT}/outline").text
    assert page.index("Stalls by the river") < page.index("Room for tables")
    assert page.count("data-idea=") == 3
    assert ">tentative<" in page
    assert "stability 80%" in page
    assert "1 passage under no idea" in page


def test_levels_are_folded_unless_the_address_says_otherwise(client: FlaskClient) -> None:
    assert "<details>" in client.get(f"{AT}/outline").text
    page = client.get(f"{AT}/outline?open=all").text
    assert "<details open>" in page
    assert "<details>" not in page


def test_what_is_new_since_a_day_is_marked(client: FlaskClient) -> None:
    assert "chip-new" not in client.get(f"{AT}/outline").text
    page = client.get(f"{AT}/outline?since=2024-03-01").text
    assert "3 new" in page
    assert "chip-new" not in client.get(f"{AT}/outline?since=2024-03-02").text


def test_an_outline_without_a_map_says_so(client: FlaskClient, store: Store) -> None:
    store.discussions.add("Only begun")
    assert "no map of this discussion yet" in client.get("/d/only-begun/outline").text


# -- an idea -----------------------------------------------------------------------------------


def test_who_speaks_is_a_chart_and_a_table_at_once(client: FlaskClient) -> None:
    told = section(client.get(f"{AT}/ideas/1").text, "who")
    assert "3 passages by 3 voices" in told
    assert "Participant 943 1 33%" in told
    assert "Anonymous 1 33%" in told


def test_when_it_was_spoken_about_is_told_in_words_and_as_a_table(
    client: FlaskClient, store: Store
) -> None:
    change(store, "posted_at = '2024-05-20T10:00:00+00:00' WHERE id = 2")
    change(store, "posted_at = NULL WHERE id = 3")
    told = section(client.get(f"{AT}/ideas/1").text, "time")
    assert "Without a date: 1 message" in told
    assert "As a table" in told
    assert "week of 20 May 2024 1" in told


def test_what_was_said_on_one_day_has_no_chart(client: FlaskClient) -> None:
    assert "All on one day" in section(client.get(f"{AT}/ideas/1").text, "time")


def test_sides_stand_beside_one_another_with_a_quote_of_each(
    client: FlaskClient, store: Store
) -> None:
    told = section(client.get(f"{AT}/ideas/1").text, "sides")
    assert "For 1 voice · 1 passage I agree about the stalls." in told
    assert "Against 0 voices · 0 passages Nobody here takes this side." in told
    assert 'id="sides"' not in client.get(f"{AT}/ideas/3").text


def test_opposed_ideas_are_those_whose_messages_are_against_one_another(
    client: FlaskClient, store: Store
) -> None:
    change(store, "stance = 'against', parent_id = 1 WHERE id = 4")
    told = section(client.get(f"{AT}/ideas/3").text, "related")
    assert "Stalls by the river 1 voice here is against what is said there" in told
    told = section(client.get(f"{AT}/ideas/1").text, "related")
    assert "Room for tables 1 there is against what is said here" in told


def test_ideas_in_conversation_are_told_by_their_replies(client: FlaskClient, store: Store) -> None:
    change(store, "parent_id = 2 WHERE id IN (4, 5)")
    told = section(client.get(f"{AT}/ideas/1").text, "related")
    assert "Room for tables 2 there answer one here" in told


def test_what_is_not_known_of_other_ideas_is_said(client: FlaskClient, store: Store) -> None:
    change(store, "parent_id = NULL, stance = NULL")
    told = section(client.get(f"{AT}/ideas/3").text, "related")
    assert "No replies lead from here to another idea" in told
    assert "Not known: the platform does not say" in told
    assert "None: nothing lies near, or the map is too small" in told


def quotes(page: str) -> list[str]:
    listed = page[page.index('<div class="passages">') :]
    return re.findall(r'<p class="words"[^>]*>(.*?)</p>', listed, re.DOTALL)


def test_passages_are_sorted_as_the_address_says(client: FlaskClient) -> None:
    first = {
        order: quotes(client.get(f"{AT}/ideas/1?sort={order}").text)[0][:5]
        for order in ("central", "newest", "oldest", "liked", "odd")
    }
    assert first == {
        "central": "The s",
        "newest": "&lt;s",
        "oldest": "The s",
        "liked": "I agr",
        "odd": "The s",
    }


def test_nothing_is_sorted_by_likes_that_nobody_counted(client: FlaskClient) -> None:
    assert "Most liked" in client.get(f"{AT}/ideas/1").text
    page = client.get(f"{AT}/ideas/3?sort=liked").text
    assert "Most liked" not in page
    assert '<a href="/d/the-market-square/ideas/3#all" aria-current="true">Best fit</a>' in page


def test_a_chosen_order_and_side_are_marked_and_stay_with_one_another(client: FlaskClient) -> None:
    page = client.get(f"{AT}/ideas/1?sort=newest&side=for").text
    assert len(quotes(page)) == 1
    chosen = re.findall(r'<a href="([^"]+)" aria-current="true">([^<]+)</a>', page)
    assert [text for _, text in chosen] == ["Newest", "For"]
    assert f"{AT}/ideas/1?sort=newest#all" in page
    assert f"{AT}/ideas/1?side=for#all" in page


def test_a_quote_leads_to_its_place_in_the_thread_and_to_its_reasons(client: FlaskClient) -> None:
    page = client.get(f"{AT}/ideas/1").text
    assert f'href="{AT}/messages/1?idea=1"' in page
    assert f'href="{AT}/passages/1"' in page
    answer = client.get(f"{AT}/messages/1?idea=1")
    assert answer.location == f"{AT}/threads/1?idea=1#m1"


# -- a passage ---------------------------------------------------------------------------------


def test_a_passage_says_why_it_is_here(client: FlaskClient) -> None:
    page = client.get(f"{AT}/passages/1").text
    assert "<mark>stalls</mark>" in page
    assert "<mark>river</mark>" in page
    told = section(page, "why")
    assert "Placed by the machine" in told
    assert "Well: better than 100% of the passages of its idea." in told
    assert "2 of the thread’s 4 passages are under the same idea." in told
    assert "I agree about the stalls." in section(page, "near")
    assert f'href="{AT}/threads/1?idea=1#p1"' in page


def test_an_answer_says_what_it_answers(client: FlaskClient) -> None:
    told = section(client.get(f"{AT}/passages/2").text, "why")
    assert "In answer to a message by Participant 943; it speaks about the same idea" in told
    assert "Loosely: 100% of the passages of its idea fit better." in told


def test_an_unplaced_passage_says_why_it_stands_under_no_idea(
    client: FlaskClient, store: Store
) -> None:
    with store.atomic():
        store._db.execute("UPDATE placements SET reason = 'between' WHERE passage_id = 6")
    page = client.get(f"{AT}/passages/6").text
    told = section(page, "why")
    assert "It is as near to one idea as to another." in told
    assert "Not known: the meaning of this passage was not kept." in told
    assert 'id="near"' not in page


def test_what_is_not_about_the_question_is_listed_apart(client: FlaskClient, store: Store) -> None:
    with store.atomic():
        store._db.execute("UPDATE placements SET reason = 'thanks' WHERE passage_id = 6")
    page = client.get(f"{AT}/not-about").text
    assert "Thanks, all." in page
    assert "thanks or a courtesy" in page
    assert "Thanks, all." not in client.get(f"{AT}/unplaced").text
    assert "1 passage not about the question" in client.get(f"{AT}/outline").text
    told = client.get(f"{AT}/passages/6").text
    assert "It is not about the question: thanks or a courtesy." in told
    french = client.get(f"{AT}/not-about?lang=fr").text
    assert "Sans rapport avec la question" in french
    assert "un remerciement ou une politesse" in french


def test_it_can_be_listed_by_its_reason(client: FlaskClient, store: Store) -> None:
    with store.atomic():
        store._db.execute("UPDATE placements SET reason = 'thanks' WHERE passage_id = 6")
        store._db.execute(
            "UPDATE placements SET reason = 'bot', idea_id = NULL WHERE passage_id = 5"
        )
    page = client.get(f"{AT}/not-about?reason=bot").text
    assert "Thanks, all." not in page
    assert "written by a program (1)" in page
    assert "2 passages that say nothing about the question" in page
    listed = client.get(f"{API}/not-about?reason=thanks").get_json()["items"]
    assert [(one["id"], one["reason"]) for one in listed] == [(6, "thanks")]
    assert client.get(f"{API}/not-about?reason=between").status_code == 400
    told = client.get(API).get_json()
    assert (told["n_unplaced"], told["n_not_about"]) == (0, 2)


def test_what_a_person_did_is_told(client: FlaskClient, store: Store) -> None:
    pin_passages(store, 1, [5], 3, actor="Ada")
    assert "a person, who put it there" in client.get(f"{AT}/passages/5").text
    unplace_passages(store, 1, [4], actor="Ada")
    assert "a person, who took it from its idea" in client.get(f"{AT}/passages/4").text
    hide_idea(store, 1, 2, actor="Ada")
    assert "Its idea is hidden." in client.get(f"{AT}/passages/3").text


def test_programs_are_told_the_same(client: FlaskClient) -> None:
    told = client.get(f"{API}/passages/2").json
    assert told["path"] == [1]
    assert told["fits_better_than"] == 0
    assert told["basis"] == "words"
    assert [one["passage_id"] for one in told["near"]] == [1]
    assert told["thread"] == {"id": 1, "n_passages": 4, "n_under_its_idea": 2}
    assert told["answers"] == {"message_id": 1, "idea_ids": [1], "is_about_the_same": True}
    text = told["text"]
    assert {text[t["start"] : t["end"]].casefold() for t in told["terms"]} == {"stalls"}


@pytest.mark.parametrize("passage", ["99", "0", "9" * 18])
def test_a_passage_that_is_not_there_is_not_found(passage: str, client: FlaskClient) -> None:
    assert client.get(f"{AT}/passages/{passage}").status_code == 404
    assert client.get(f"{API}/passages/{passage}").status_code == 404


def test_a_passage_of_another_discussion_is_not_found(client: FlaskClient, store: Store) -> None:
    store.discussions.add("Other")
    assert client.get("/d/other/passages/1").status_code == 404
    assert client.get("/api/d/other/passages/1").status_code == 404
