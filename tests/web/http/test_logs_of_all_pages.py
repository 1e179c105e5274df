"""No page, form or failure writes names, addresses, words or secrets of people to the log."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from synth.permissions import Role
from synth.store import Offer, open_store
from tests.web.people import SLUG, people_of
from web.http import logs

PLACES = {
    "slug": SLUG, "idea_id": 1, "message_id": 2, "thread_id": 1, "passage_id": 1, "extract_id": 1,
    "number": 1, "kind": "rename", "participant_id": 1, "member_id": 2, "invitation_id": 1,
    "session_id": 1, "proposal_id": 1, "event_id": 1,
}  # fmt: skip
TYPED = {
    "q": "Zebulon Quillfeather", "text": "zeb@quill.example", "who": "Zebulon Quillfeather",
    "name": "Zebulon Quillfeather", "password": "sesame-sesame-9", "email": "zeb@quill.example",
    "pseudonym": "Zebulon Quillfeather", "note": "+33 6 12 34 56 78", "why": "Zebulon Quillfeather",
    "question": "Zebulon Quillfeather?", "by": "Zebulon Quillfeather", "author": "Zebulon",
    "title": "Zebulon Quillfeather", "reason": "Zebulon Quillfeather",
}  # fmt: skip
FOREIGN = {"User-Agent": "Quillbrowser 9", "Referer": "https://quill.example/zebulon"}


def rules(app: Flask, method: str) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and rule.endpoint != "static":
            yield rule


def test_no_page_and_no_form_writes_anything_personal(
    db: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with open_store(db) as store:
        here = store.discussions.named(SLUG).id
        store.participants.add(here, author_key="zeb@quill.example", name="Zebulon Quillfeather")
    people = people_of(db, PROPAGATE_EXCEPTIONS=False)
    with open_store(db) as store:
        offer = Offer(role=Role.HARVESTER, discussion_id=here, note="Zebulon Quillfeather")
        _, token = store.invitations.make(offer, actor="test")

    @people.app.get("/broken/<token>")
    def broken(token: str) -> str:
        raise KeyError(f"{token} of zeb@quill.example")

    broken.permission = None  # type: ignore[attr-defined]
    owner, visitor = people.client(Role.OWNER), people.client(Role.VISITOR)
    n_asked = 0
    for method, client in (("GET", owner), ("GET", visitor), ("POST", visitor), ("POST", owner)):
        for rule in rules(people.app, method):
            if rule.endpoint in {"accounts.leave", "accounts.change_password"}:
                continue
            place = defaultdict(lambda: 1, PLACES | {"token": token})
            with people.app.test_request_context():
                values = {name: place[name] for name in rule.arguments}
                address = rule.build(values, append_unknown=False)
            assert address is not None, rule
            if rule.endpoint == "broken":
                continue
            how = {"headers": FOREIGN, "environ_base": {"REMOTE_ADDR": "192.0.2.77"}}
            typed = {"query_string": TYPED} if method == "GET" else {"data": TYPED}
            client.open(address[1], method=method, **how, **typed)
            n_asked += 1
    assert visitor.get("/broken/x").status_code == 500
    assert n_asked > 200
    told = "\n".join(
        form.format(record)
        for record in caplog.records
        for form in (logs.JsonLines(), logs.TextLines())
        if record.name != "asyncio"
    )
    assert "answered" in told
    assert "KeyError" in told
    secrets = (
        "Zebulon", "Quill", "quill.example", "sesame", token, "192.0.2.77", "6 12 34", "stalls",
        SLUG, "Ann Carter", "ann@example.org", "Owner",
    )  # fmt: skip
    assert [word for word in secrets if word in told] == []
