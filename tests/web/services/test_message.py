"""Reading: threads, marks, folds, and names that stay covered."""

from __future__ import annotations

from flask.testing import FlaskClient

from synth.records import CleanText, RawMessage
from synth.store import Imported, Linked, Store
from web.pages.threads import MESSAGES_PER_PAGE
from web.services.message import Fold, NameMask, Overlay, Piece, show_message
from web.services.outline import Outline
from web.services.threads import Jumps

AT = "/d/the-market-square"


def test_a_thread_is_whole_with_anchors_marks_and_margin(client: FlaskClient) -> None:
    page = client.get(f"{AT}/threads/1").text
    for message_id in (1, 2, 3, 4):
        assert f'id="m{message_id}"' in page
    assert 'id="m5"' not in page
    assert '<mark class="key-suggested"' in page
    assert "margin-idea" in page
    assert "answers Participant 943" in page
    assert "indent-3" in page


def test_hostile_words_are_only_words(client: FlaskClient) -> None:
    page = client.get(f"{AT}/threads/1").text
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_only_web_addresses_lead_back_to_the_platform(client: FlaskClient) -> None:
    page = client.get(f"{AT}/threads/1").text
    assert 'href="https://example.org/1" rel="noreferrer noopener nofollow"' in page
    assert "javascript:" not in page


def test_quotes_and_signatures_are_folded_and_keep_names_covered(client: FlaskClient) -> None:
    page = client.get(f"{AT}/threads/1").text
    assert "<summary" in page
    assert "Participant 943 &lt;[e-mail]&gt; wrote:" in page
    for name in ("Ann Carter", "Bo Lind", "ann@example.org", "bo@example.org"):
        assert name not in page


def test_a_message_has_a_permanent_address(client: FlaskClient) -> None:
    answer = client.get(f"{AT}/messages/6")
    assert answer.status_code == 302
    assert answer.location == f"{AT}/threads/5#m6"


def test_a_message_far_down_a_long_thread_is_found_on_its_page(
    client: FlaskClient, store: Store
) -> None:
    found = store.discussions.named("the-market-square")
    source = store.sources.begin(found.id, name="long.csv", format="table")
    n = MESSAGES_PER_PAGE + 5
    store.messages.add(
        found.id,
        source,
        [
            Imported(
                raw=RawMessage(source_id=f"long{i}", text=f"Line {i}", position=""),
                clean=CleanText(text=f"Line {i}"),
                language="en",
                namespace="",
                participant_id=None,
                is_chat=True,
            )
            for i in range(n)
        ],
    )
    ids = [m.id for m in store.messages.all(found.id)][-n:]
    none = next(store.messages.all(found.id)).parent_evidence
    store.messages.link(
        Linked(message_id=i, parent_id=None, evidence=none, thread_id=ids[0], depth=0, rank=rank)
        for rank, i in enumerate(ids)
    )
    answer = client.get(f"{AT}/messages/{ids[-1]}")
    assert answer.location == f"{AT}/threads/{ids[0]}?page=2#m{ids[-1]}"
    page = client.get(answer.location).text
    assert f'id="m{ids[-1]}"' in page
    assert f'id="m{ids[0]}"' not in page


def test_the_pieces_of_a_message_are_its_text(store: Store) -> None:
    found = store.discussions.named("the-market-square")
    for message in store.messages.all(found.id):
        read = show_message(
            message,
            Overlay(
                placements=store.ideas.of_messages([message.id])[message.id],
                extracts=store.extracts.of_messages([message.id]).get(message.id, ()),
                quotes=store.evidence.quotes([message.id]).get(message.id, ()),
            ),
            answers=None,
            outline=Outline([], {}),
            jumps=Jumps([], Outline([], {}), None),
            mask=NameMask({}),
        )
        assert "".join(b.text for b in read.blocks if isinstance(b, Piece)) == message.text
        if message.id == 2:
            assert [b.kind for b in read.blocks if isinstance(b, Fold)] == ["quoted", "signature"]


def test_the_veil_covers_whole_names_only() -> None:
    mask = NameMask({"Participant 943": "Ann Carter", "Participant 558": "Al"})
    assert mask.apply("ann CARTER and Al met Joann Carters", "en") == (
        "Participant 943 and Al met Joann Carters"
    )
    written = "jane at example.org, j.d+x@mail.example.org, +49 30 123456"
    assert mask.apply(written, "fr") == "[e-mail], [e-mail], [téléphone]"
