"""``synth members``, and corrections in the name of a member."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from synth.cli import main
from synth.permissions import Role, Visibility
from synth.store import open_store


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "synth.db"
    with open_store(path) as store:
        found = store.discussions.add("Market")
        store.members.make_owner(store.members.add("Ana").id, actor="test")
        bea = store.members.add("Bea", email="bea@example.org")
        store.memberships.set_role(bea.id, found.id, Role.HARVESTER, actor="test")
    return path


def run(db: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--db", str(db)])


def test_the_accounts_are_listed(db: Path) -> None:
    told = run(db, "members", "list").output.splitlines()
    assert told == ["Ana  owner", "Bea  market: harvester"]
    rows = json.loads(run(db, "members", "list", "--json").output)
    assert [(row["name"], row["owner"]) for row in rows] == [("Ana", True), ("Bea", False)]


def test_who_cannot_sign_in_gets_a_link(db: Path) -> None:
    assert run(db, "members", "link", "bea@example.org").exit_code == 1  # nobody confirmed it
    assert run(db, "members", "confirm", "Bea").exit_code == 0
    told = run(db, "members", "link", "bea@example.org").output.strip()
    with open_store(db) as store:
        member = store.sign_in_links.use(told.removeprefix("/link/"))
    assert member is not None
    assert member.name == "Bea"


def test_roles_and_visibility_are_changed_and_noted(db: Path) -> None:
    assert run(db, "members", "role", "Bea", "facilitator").exit_code == 0
    assert run(db, "members", "visibility", "private").exit_code == 0
    with open_store(db) as store:
        found = store.discussions.named("market")
        bea = store.members.find("Bea")
        assert bea is not None
        assert store.memberships.role(bea.id, found.id) is Role.FACILITATOR
        assert found.visibility is Visibility.PRIVATE
        last = store.audit.last(limit=1)[0]
    assert (last.actor, last.verb) == ("console", "changed visibility")
    refused = run(db, "members", "role", "Bea", "none")
    assert refused.exit_code == 1
    assert "nobody else facilitates “Market”" in refused.output
    assert run(db, "members", "role", "Ana", "facilitator").exit_code == 0
    assert run(db, "members", "role", "Bea", "none").exit_code == 0
    assert "Bea  market" not in run(db, "members", "list").output


def test_nobody_of_that_name_is_one_line(db: Path) -> None:
    told = run(db, "members", "link", "Eve")
    assert told.exit_code == 1
    assert "Eve: nobody of this name has an account" in told.output


def test_a_member_corrects_only_with_the_permission(db: Path) -> None:
    told = run(db, "correct", "rename", "1", "Title", "--actor", "Bea")
    assert told.exit_code == 1
    assert "Bea may not do this in market (correct)" in told.output
    owner = run(db, "correct", "rename", "1", "Title", "--actor", "ana")
    assert "may not" not in owner.output


def test_a_sign_off_is_taken_back_in_the_name_of_who_may_sign_off(db: Path) -> None:
    with open_store(db) as store:
        found, bea = store.discussions.named("market"), store.members.find("Bea")
        assert bea is not None
        store.memberships.set_role(bea.id, found.id, Role.SYNTHESIZER, actor="test")
        store.events.add(found.id, actor="Ana", verb="signed_off", noun="map")
    for command in (["sign-off"], ["undo"], ["undo", "1"]):
        told = run(db, "correct", *command, "--actor", "Bea")
        assert "Bea may not do this in market (sign off)" in told.output
    assert "may not" not in run(db, "correct", "undo", "--actor", "Ana").output


def test_the_table_has_every_role(db: Path) -> None:
    told = CliRunner().invoke(main, ["members", "permissions"]).output
    assert all(role in told for role in Role)
