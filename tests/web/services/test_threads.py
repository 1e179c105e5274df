"""From one passage of a thread to the next under the same idea, and the list of threads."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from synth.records import CleanText, ParentEvidence, Placement, RawMessage, Span
from synth.store import Imported, Linked, Store
from tests.web.services.test_outline import idea
from web.pages.threads import MESSAGES_PER_PAGE
from web.services.message import MOST_LETTERS
from web.services.outline import Outline
from web.services.threads import Jumps

AT = "/d/the-market-square"
OUTLINE = Outline([idea(1), idea(2, 1), idea(3, 1), idea(4)], {})


def placed(*ideas: int | None) -> list[Placement]:
    """Passages 101, 102 … of messages of two passages each."""
    return [
        Placement(
            passage_id=101 + n,
            message_id=1 + n // 2,
            start=10 * (n % 2),
            end=10 * (n % 2) + 9,
            idea_id=one,
            weight=0.5,
        )
        for n, one in enumerate(ideas)
    ]


def test_a_stop_is_where_the_idea_or_the_message_changes() -> None:
    jumps = Jumps(placed(2, 2, 2, 4, None, 2), OUTLINE, None)
    assert list(jumps.stops) == [101, 103, 104, 106]
    assert [(s.before, s.after) for s in jumps.stops.values()] == [
        (None, 103),
        (101, 106),
        (None, None),
        (103, None),
    ]
    assert [(t.branch.idea.id, t.n_passages) for t in jumps.ideas] == [(2, 4), (4, 1)]
    assert jumps.n_unplaced == 1


def test_a_followed_idea_leads_through_all_ideas_under_it() -> None:
    jumps = Jumps(placed(2, 3, 4, 2), OUTLINE, OUTLINE.get(1))
    assert [(s.passage_id, s.before, s.after) for s in jumps.chosen_stops] == [
        (101, None, 102),
        (102, 101, 104),
        (104, 102, None),
    ]
    assert jumps.n_chosen == 3
    assert not jumps.is_chosen(OUTLINE.get(4))


def test_what_stands_under_a_hidden_idea_is_no_stop() -> None:
    jumps = Jumps(placed(9, 2), OUTLINE, None)
    assert list(jumps.stops) == [102]
    assert jumps.n_unplaced == 1


def test_passages_have_anchors_and_lead_to_the_next_of_their_idea(client: FlaskClient) -> None:
    page = client.get(f"{AT}/threads/1").text
    for passage_id in (1, 2, 3, 4):
        assert f'id="p{passage_id}"' in page
    assert 'href="#p2" aria-label="Next passage under idea 1"' in page
    assert "Previous passage" not in page


def test_a_followed_idea_is_marked_with_ways_forth_and_back(client: FlaskClient) -> None:
    page = client.get(f"{AT}/threads/1?idea=1").text
    following = page[page.index('id="follow"') : page.index('class="thread is-following"')]
    assert "Stalls by the river" in following
    assert "3 passages" in following
    assert 'href="#p1"' in following
    marked = re.findall(r'id="p(\d+)" class="passage hue-0 is-chosen"', page)
    assert marked == ["1", "2", "3"]
    assert 'href="#p1" aria-label="Previous passage under idea 1"' in page


def test_an_idea_that_a_thread_says_nothing_about_is_told_so(client: FlaskClient) -> None:
    assert "Nothing in this thread stands under it." in client.get(f"{AT}/threads/5?idea=1").text
    page = client.get(f"{AT}/threads/1?idea=99").text
    assert 'id="follow"' not in page


def test_the_ideas_of_a_thread_are_counted_at_its_top(client: FlaskClient) -> None:
    page = client.get(f"{AT}/threads/1").text
    table = page[page.index('class="thread-ideas"') : page.index('<div class="thread"')]
    assert "3 ideas in this thread" in table
    assert re.findall(r'<td class="n">(\d+)</td>', table) == ["2", "1", "1"]
    assert 'threads/1?idea=2#follow"' in table


def test_threads_lead_to_those_that_began_before_and_after(client: FlaskClient) -> None:
    first, second = (client.get(f"{AT}/threads/{i}").text for i in (1, 5))
    assert "Began before" not in first
    assert f'href="{AT}/threads/5"' in first[first.index("Began after") :]
    assert f'href="{AT}/threads/1"' in second[second.index("Began before") :]


def test_threads_are_listed_as_the_address_says_with_their_main_idea(client: FlaskClient) -> None:
    def order(sort: str) -> list[str]:
        page = client.get(f"{AT}/threads?sort={sort}").text
        listed = page[page.index('<ul class="lines">') :]
        return re.findall(r'href="/d/the-market-square/threads/(\d+)"', listed)

    assert order("longest") == order("voices") == order("oldest") == ["1", "5"]
    assert order("newest") == ["5", "1"]
    page = client.get(f"{AT}/threads").text
    assert re.search(r"Stalls by the river</a>\s+50%", page)


def long_thread(store: Store, texts: list[str]) -> list[int]:
    """One thread of these texts, a passage of idea 3 each; returns the ids of its messages."""
    found = store.discussions.named("the-market-square")
    source = store.sources.begin(found.id, name="long.csv", format="table")
    before = {m.id for m in store.messages.all(found.id)}
    store.messages.add(
        found.id,
        source,
        [
            Imported(
                raw=RawMessage(source_id=f"long{i}", text=text, position=""),
                clean=CleanText(text=text),
                language="en",
                namespace="",
                participant_id=None,
                is_chat=True,
            )
            for i, text in enumerate(texts)
        ],
    )
    ids = [m.id for m in store.messages.all(found.id) if m.id not in before]
    store.messages.link(
        Linked(
            message_id=i,
            parent_id=None,
            evidence=ParentEvidence.NONE,
            thread_id=ids[0],
            depth=0,
            rank=rank,
        )
        for rank, i in enumerate(ids)
    )
    run_id = store.runs.begin(found.id, kind="build", seed=0, settings={}, versions={})
    store.passages.replace_in(
        {i: [Span(start=0, end=min(len(text), 300))] for i, text in zip(ids, texts, strict=True)},
        texts=dict(zip(ids, texts, strict=True)),
        run_id=run_id,
    )
    placements = [p for i in ids for p in store.ideas.of_messages([i])[i]]
    with store.atomic():
        store._db.conn.executemany(
            "INSERT INTO placements (passage_id, idea_id, weight, origin, run_id) "
            "VALUES (?, 3, 0.5, 'machine', ?)",
            [(p.passage_id, run_id) for p in placements],
        )
    return ids


def test_jumps_lead_on_across_the_pages_of_a_long_thread(client: FlaskClient, store: Store) -> None:
    ids = long_thread(store, [f"Line {i}" for i in range(MESSAGES_PER_PAGE + 2)])
    passages = store.ideas.of_messages(ids)
    last_here, first_there = (
        passages[ids[n]][0].passage_id for n in (MESSAGES_PER_PAGE - 1, MESSAGES_PER_PAGE)
    )
    page = client.get(f"{AT}/threads/{ids[0]}?idea=3").text
    assert f'href="{AT}/threads/{ids[0]}?idea=3&amp;page=2#p{first_there}"' in page
    page = client.get(f"{AT}/threads/{ids[0]}?idea=3&page=2").text
    assert f'href="{AT}/threads/{ids[0]}?idea=3#p{last_here}"' in page
    answer = client.get(f"{AT}/messages/{ids[-1]}?idea=3")
    assert answer.location == f"{AT}/threads/{ids[0]}?idea=3&page=2#m{ids[-1]}"


def test_a_message_longer_than_a_page_shows_is_cut_and_whole_elsewhere(
    client: FlaskClient, store: Store
) -> None:
    words = "<b>x</b>" * (MOST_LETTERS // 2)
    (message_id,) = long_thread(store, [words])
    page = client.get(f"{AT}/threads/{message_id}").text
    assert len(page) < 6 * MOST_LETTERS
    assert "This message is very long; only its beginning is shown." in page
    answer = client.get(f"{AT}/messages/{message_id}/words")
    assert answer.mimetype == "text/plain"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.text == words
    assert client.get(f"{AT}/messages/999/words").status_code == 404
