"""The viewer as its configuration says, and the secret that is kept for it."""

from __future__ import annotations

import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from synth.errors import InputProblem
from web.http.permission import has_accounts
from web.serving.configuration import Configuration, Oidc
from web.serving.configured import configured_app
from web.serving.secret import kept_secret


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    db = tmp_path / "town.db"
    with ThreadPoolExecutor(8) as several:
        secrets = set(several.map(lambda _: kept_secret(db), range(16)))
    assert len(secrets) == 1
    assert len(secrets.pop()) == 64
    kept = tmp_path / "town.db.secret"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["town.db.secret"]


def test_a_secret_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    kept_secret(tmp_path / "x.db")
    (tmp_path / "x.db.secret").chmod(0o644)
    kept_secret(tmp_path / "x.db")
    assert stat.S_IMODE((tmp_path / "x.db.secret").stat().st_mode) == 0o600


def test_a_secret_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.db.secret").write_text("abc")
    with pytest.raises(InputProblem, match="holds no secret; remove it"):
        kept_secret(tmp_path / "x.db")
    with pytest.raises(InputProblem, match="cannot be kept"):
        kept_secret(tmp_path / "none" / "x.db")


def test_sessions_outlive_a_restart(db: Path) -> None:
    told = Configuration(db=db)
    first, second = configured_app(told), configured_app(told)
    assert first.config["SECRET_KEY"] == second.config["SECRET_KEY"]
    own = configured_app(Configuration(db=db, secret_key="k" * 40))
    assert own.config["SECRET_KEY"] == "k" * 40


def test_what_is_configured_reaches_the_viewer(db: Path) -> None:
    app = configured_app(
        Configuration(
            db=db,
            public_url="https://ideas.example.org/group",
            upload_limit=3,
            session_days=2,
            accounts="auto",
        )
    )
    config = app.config
    assert config["UPLOAD_LIMIT"] == 3 * 1024 * 1024
    assert config["PERMANENT_SESSION_LIFETIME"] == timedelta(days=2)
    assert config["SESSION_COOKIE_SECURE"]
    assert config["SESSION_COOKIE_HTTPONLY"]
    assert config["SESSION_COOKIE_PATH"] == "/group/"
    assert config["ACCOUNTS"] == "auto"
    with app.test_request_context():
        assert has_accounts()


def test_a_slip_of_the_pen_in_the_environment_is_told(
    db: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SYNTH_PROT", "1")
    configured_app(Configuration(db=db))
    assert "SYNTH_PROT" in caplog.text


@pytest.mark.parametrize(("threads", "most"), [(1, 1), (8, 4), (20, 10)])
def test_half_of_the_threads_are_left_to_readers_where_writers_wait(
    db: Path, threads: int, most: int
) -> None:
    assert configured_app(Configuration(db=db, threads=threads)).config["MAX_WAITING"] == most


def test_the_service_that_signs_people_in_reaches_the_viewer(db: Path, tmp_path: Path) -> None:
    file = tmp_path / "oidc.secret"
    file.write_text("known to both\n", encoding="utf-8")
    oidc = Oidc(
        issuer="https://login.example",
        client_id="ideas",
        client_secret_file=file,
        domains=("@Town.Example",),
    )
    told = Configuration(db=db, public_url="https://ideas.example.org", oidc=oidc)
    app = configured_app(told)
    provider = app.config["PROVIDER"]
    assert (provider.client_secret, provider.domains) == ("known to both", ("town.example",))
    assert "known to both" not in repr(provider)
    assert (
        "Sign in with login.example"
        in app.test_client().get("/sign-in", base_url="https://ideas.example.org").text
    )
    file.write_text(" \n", encoding="utf-8")
    with pytest.raises(InputProblem, match="holds no secret"):
        configured_app(told)
    file.unlink()
    with pytest.raises(InputProblem, match="cannot be read"):
        configured_app(told)


def test_without_its_packages_the_viewer_says_what_to_install(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "authlib.integrations.flask_client", None)
    oidc = Oidc(issuer="https://login.example", client_id="ideas")
    with pytest.raises(InputProblem, match=r"pip install 'discussion-synth\[oidc\]'"):
        configured_app(Configuration(db=db, public_url="https://a.example", oidc=oidc))
