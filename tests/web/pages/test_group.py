"""Who answers whom: everybody sees figures of three and more, facilitators the voices."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from flask.testing import FlaskClient

from benchmarks.group import Recipe, make_up
from synth.permissions import Role
from synth.records import CleanText, ParentEvidence, RawMessage
from synth.store import Imported, Linked, Store, open_store
from synth.store.activity import Activity
from tests.web.people import SLUG, People, people_of
from web import create_app
from web.http import discussion_cache
from web.services import group as service

AT = f"/d/{SLUG}/group"
TWO = Recipe(n_people=60, n_threads=70, n_groups=2, stray=0.06, unevenness=0.6)
PSEUDONYM = re.compile(r"Participant \d+")


def fill(
    store: Store, spoken: Activity, *, evidence: ParentEvidence, is_dated: bool = False
) -> None:
    """A discussion of these messages, linked by that evidence."""
    found = store.discussions.add("The market square")
    source = store.sources.begin(found.id, name="market.csv", format="table")
    people = {
        voice: store.participants.add(found.id, author_key=f"{voice}@example.org", name=None)
        for voice in sorted(set(spoken.voices.tolist()))
    }
    store.messages.add(
        found.id,
        source,
        [
            Imported(
                raw=RawMessage(
                    source_id=f"s{n}",
                    text="Stalls.",
                    position=f"record {n}",
                    posted_at=datetime.fromtimestamp(at, UTC) if is_dated else None,
                ),
                clean=CleanText(text="Stalls.", quotes=()),
                language="en",
                namespace="",
                participant_id=people[voice],
                is_chat=False,
            )
            for n, (voice, at) in enumerate(
                zip(spoken.voices.tolist(), spoken.posted.tolist(), strict=True)
            )
        ],
    )
    store.messages.link(
        Linked(
            message_id=n + 1,
            parent_id=parent + 1 if parent >= 0 else None,
            evidence=evidence if parent >= 0 else ParentEvidence.NONE,
            thread_id=thread,
            depth=0,
            rank=n,
        )
        for n, (parent, thread) in enumerate(
            zip(spoken.parents.tolist(), spoken.threads.tolist(), strict=True)
        )
    )
    store.sources.finish(source, state="done", sha256="", n_bytes=1, counts=(1, 0, 0), problems=[])


@pytest.fixture(scope="module")
def parted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("group") / "parted.db"
    with open_store(path) as store:
        fill(store, make_up(TWO, 1).activity, evidence=ParentEvidence.HEADER)
    return path


@pytest.fixture(scope="module")
def people(parted: Path) -> People:
    return people_of(parted)


@pytest.fixture(scope="module")
def guessed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """The viewer over a chat, in which it is only inferred who answers whom."""
    path = tmp_path_factory.mktemp("group") / "chat.db"
    with open_store(path) as store:
        fill(store, make_up(TWO, 1).activity, evidence=ParentEvidence.MENTION)
    yield create_app({"DB": str(path), "TESTING": True}).test_client()


def test_the_answer_comes_first_and_in_plain_words(people: People) -> None:
    page = people.client(Role.VISITOR).get(AT).text
    assert '<p class="lead">2 groups talk among themselves.</p>' in page
    french = people.client(Role.VISITOR).get(f"{AT}?lang=fr").text
    assert "2 groupes parlent chacun de leur côté." in french


@pytest.mark.parametrize("role", [Role.VISITOR, Role.PARTICIPANT, Role.SYNTHESIZER])
def test_who_may_not_study_sees_no_single_voice(role: Role, people: People) -> None:
    client = people.client(role)
    page = client.get(AT).text
    assert not PSEUDONYM.search(page)
    assert 'class="voice' not in page
    assert page.count('class="disc"') == 2
    body = client.get(f"/api{AT}").get_json()
    assert body["voices"] is None
    assert (body["verdict"], len(body["groups"])) == ("several", 2)
    shown = [body[name] for name in ("n_voices", "n_connectors", "n_unanswered", "n_apart")]
    shown += [one["n_voices"] for one in body["groups"]]
    assert all(n is None or n == 0 or n >= 3 for n in shown)


@pytest.mark.parametrize("seed", [2, 4, 16, 35])
def test_nobody_is_told_by_what_is_left_of_all(seed: int, tmp_path: Path) -> None:
    """Of made-up discussions in which one or two were new in a month, or stand in no group."""
    path = tmp_path / "parted.db"
    with open_store(path) as store:
        fill(store, make_up(TWO, seed).activity, evidence=ParentEvidence.HEADER, is_dated=True)
    body = people_of(path).client(Role.VISITOR).get(f"/api{AT}").get_json()
    new = [one["n_new"] for one in body["windows"] if one["n_voices"] is not None]
    n_inside = sum(one["n_voices"] for one in body["groups"])
    if body["n_voices"] is None:
        assert (body["measures"], body["n_apart"], None in new) == (None, None, True)
    else:
        assert body["n_voices"] - n_inside not in (1, 2)
        assert new.count(None) != 1
        assert body["n_voices"] - sum(n or 0 for n in new) not in (1, 2)


def test_facilitators_see_the_voices_in_order_of_group_and_name(people: People) -> None:
    client = people.client(Role.FACILITATOR)
    page = client.get(f"{AT}?show=all").text
    assert page.count('class="voice') > 40
    names = re.findall(r'<th scope="row"><a [^>]+>(Participant \d+)</a></th><td>(\d+)</td>', page)
    numbers = [(int(group), int(name.split()[1])) for name, group in names]
    assert numbers == sorted(numbers)
    assert {group for group, _ in numbers} == {1, 2}
    some = client.get(f"{AT}?show=connect").text
    assert 0 < some.count('<th scope="row"><a ') < len(names)


def test_facilitators_take_the_table_along(people: People) -> None:
    answer = people.client(Role.OWNER).get(f"{AT}.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    voices = people.client(Role.FACILITATOR).get(f"/api{AT}").get_json()["voices"]
    assert [row["voice"] for row in rows] == [one["author"] for one in voices]
    assert people.client(Role.SYNTHESIZER).get(f"{AT}.csv").status_code == 403


def test_a_source_that_does_not_say_who_answers_whom_is_told_so(guessed: FlaskClient) -> None:
    page = guessed.get(AT).text
    assert "This source does not say who answers whom. It can only be inferred" in page
    assert "Density" not in page
    assert guessed.get(f"/api{AT}").get_json()["verdict"] is None
    both = guessed.get(f"{AT}?replies=all").text
    assert "2 groups talk among themselves." in both
    assert "may be wrong" in both


def test_another_map_does_not_count_the_network_anew(parted: Path) -> None:
    app = create_app({"DB": str(parted), "TESTING": True, "ACCOUNTS": "off"})
    with (
        patch.object(service, "report_of", wraps=service.report_of) as counted,
        patch.object(service, "idea_holds", wraps=service.idea_holds) as compared,
    ):
        for seed in (1, 2):
            assert "2 groups" in app.test_client().get(AT).text
            with open_store(parted) as store:
                run_id = store.runs.begin(1, kind="build", seed=seed, settings={}, versions={})
                store.runs.finish(run_id, state="done", model={}, outcome={}, timings={})
    assert counted.call_count == 1
    assert compared.call_count == 2, "the map may have changed"


def test_while_it_is_worked_out_the_page_says_so_and_is_not_kept(parted: Path) -> None:
    app = create_app({"DB": str(parted), "TESTING": True, "ACCOUNTS": "off"})
    cancelled: discussion_cache.Future[object] = discussion_cache.Future()
    cancelled.cancel()
    with patch.object(service, "submitted", return_value=cancelled):
        assert "being worked out" in app.test_client().get(AT).text
        assert app.test_client().get(f"/api{AT}").get_json()["is_worked_out"] is False
        assert app.test_client().get(f"{AT}.csv").status_code == 503
    assert "2 groups talk among themselves." in app.test_client().get(AT).text


def test_of_two_who_answer_each_other_no_figure_is_shown(client: FlaskClient) -> None:
    """The small discussion of all tests: two known voices."""
    page = client.get(AT).text
    assert "Too few people answer each other" in page
    assert "Counted:" not in page
    assert "Density" not in page
    body = client.get(f"/api{AT}").get_json()
    assert (body["measures"], body["n_voices"], body["windows"]) == (None, None, [])
