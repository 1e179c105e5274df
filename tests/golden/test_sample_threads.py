"""The sample threads are whole: every file opens, and the gold names exactly their messages."""

from __future__ import annotations

import csv
import email
import email.policy
import json
import mailbox
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from sample_threads import __doc__ as about


def _mbox_ids(samples: Path) -> list[str]:
    box = mailbox.mbox(samples / "riverside_market.mbox", create=False)
    try:
        return [message["Message-ID"].strip("<>") for message in box]
    finally:
        box.close()


def _csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _csv_ids(samples: Path) -> list[str]:
    return [row["id"] for row in _csv_rows(samples / "velo_ecole.csv")]


def _posts(samples: Path) -> list[dict[str, object]]:
    pages = sorted((samples / "energy_coop").glob("topic_*.json"))
    documents = [json.loads(page.read_text(encoding="utf-8")) for page in pages]
    return [post for document in documents for post in document["post_stream"]["posts"]]


def _discourse_ids(samples: Path) -> list[str]:
    written = [post for post in _posts(samples) if post["post_type"] == 1]
    return [str(post["id"]) for post in written]


def _slack_messages(samples: Path) -> list[dict[str, str]]:
    with zipfile.ZipFile(samples / "library_team.slack.zip") as archive:
        days = [name for name in archive.namelist() if "/" in name]
        return [message for day in days for message in json.loads(archive.read(day))]


def _slack_ids(samples: Path) -> list[str]:
    return [message["ts"] for message in _slack_messages(samples) if "subtype" not in message]


def _chat_ids(samples: Path) -> list[str]:
    lines = (samples / "fete_du_lac.chat.txt").read_text(encoding="utf-8").splitlines()
    said = re.compile(r"\[\d\d:\d\d\] (?:<[^>]+>|\*) ")
    return [str(number) for number, line in enumerate(lines, start=1) if said.match(line)]


SAMPLES: dict[str, tuple[Callable[[Path], list[str]], int, int]] = {
    "riverside_market": (_mbox_ids, 131, 10),
    "velo_ecole": (_csv_ids, 112, 11),
    "energy_coop": (_discourse_ids, 83, 9),
    "library_team": (_slack_ids, 82, 8),
    "fete_du_lac": (_chat_ids, 70, 7),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_message_has_gold_and_no_other(name: str, samples: Path) -> None:
    read_ids, n_messages, n_ideas = SAMPLES[name]
    ids = read_ids(samples)
    rows = _csv_rows(samples / f"{name}.gold.csv")
    assert len(ids) == n_messages
    assert len(set(ids)) == n_messages
    assert {row["message_id"] for row in rows} == set(ids)
    assert len({row["idea"] for row in rows} - {""}) == n_ideas


@pytest.mark.parametrize("name", SAMPLES)
def test_each_gold_idea_has_enough_messages(name: str, samples: Path) -> None:
    pairs = [(row["message_id"], row["idea"]) for row in _csv_rows(samples / f"{name}.gold.csv")]
    assert len(pairs) == len(set(pairs))
    n_rows = Counter(message_id for message_id, _ in pairs)
    assert all(n_rows[message_id] == 1 for message_id, idea in pairs if not idea)
    n_messages = Counter(idea for _, idea in pairs if idea)
    assert min(n_messages.values()) >= 5


def test_mail_parses_without_defects(samples: Path) -> None:
    box = mailbox.mbox(samples / "riverside_market.mbox", create=False)
    try:
        mails = [
            email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
            for message in box
        ]
    finally:
        box.close()
    assert not [defect for mail in mails for part in mail.walk() for defect in part.defects]
    ids = {mail["Message-ID"] for mail in mails}
    answered = [mail["In-Reply-To"] for mail in mails if mail["In-Reply-To"]]
    assert len(answered) == 113
    assert set(answered) <= ids
    kinds = Counter(mail.get_content_type() for mail in mails)
    assert kinds == {"text/plain": 129, "text/html": 1, "multipart/mixed": 1}
    senders = Counter(mail["From"] for mail in mails)
    assert 0.15 < senders.most_common(1)[0][1] / len(mails) < 0.2


def test_answers_in_the_consultation_have_a_parent_above_them(samples: Path) -> None:
    above: set[str] = set()
    rows = _csv_rows(samples / "velo_ecole.csv")
    for row in rows:
        assert row["contenu"].strip()
        assert not row["parent_id"] or row["parent_id"] in above
        above.add(row["id"])
    assert {row["position"] for row in rows} == {"", "pour", "contre"}


def test_forum_posts_answer_posts_of_their_topic(samples: Path) -> None:
    posts = _posts(samples)
    known = {(post["topic_id"], post["post_number"]) for post in posts}
    answered = {
        (post["topic_id"], post["reply_to_post_number"])
        for post in posts
        if post["reply_to_post_number"] is not None
    }
    assert answered
    assert answered <= known


def test_slack_threads_and_mentions_lead_somewhere(samples: Path) -> None:
    messages = _slack_messages(samples)
    stamps = {message["ts"] for message in messages}
    assert {message["thread_ts"] for message in messages if "thread_ts" in message} <= stamps
    with zipfile.ZipFile(samples / "library_team.slack.zip") as archive:
        people = {user["id"] for user in json.loads(archive.read("users.json"))}
    mentioned = {who for message in messages for who in re.findall(r"<@(\w+)>", message["text"])}
    assert mentioned
    assert mentioned <= people


def test_the_folder_says_what_it_is(samples: Path) -> None:
    readme = (samples / "README.md").read_text(encoding="utf-8")
    assert about is not None
    assert "README.md" in about
    inputs = {path.name for path in samples.iterdir()} - {"README.md", "__init__.py", "__pycache__"}
    missing = [name for name in inputs if ".gold." not in name and name not in readme]
    assert not missing
