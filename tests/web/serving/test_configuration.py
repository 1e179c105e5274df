"""One file, the environment over it, options over both; and one clear line for what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import get_origin

import pytest

from synth.errors import InputProblem
from web.serving.configuration import (
    Configuration,
    Log,
    Smtp,
    find_file,
    keys,
    load,
    surrounding_configuration,
    unknown_variables,
    variable_of,
)

HERE = "public_url = 'https://ideas.example.org'\n"
WHOLE = """
public_url = "https://ideas.example.org"
db = "data/town.db"
port = 9000
hosts = ["ideas.lan", ".example.org"]
[log]
format = "json"
[smtp]
host = "mail.example.org"
sender = "Ideas <ideas@example.org>"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "synth.toml"


def of(file: Path, text: str = "", **variables: str) -> Configuration:
    file.write_text(text, encoding="utf-8")
    return load(file, environment=variables, options={})


def trouble(file: Path, text: str = "", **variables: str) -> str:
    with pytest.raises(InputProblem) as caught:
        of(file, text, **variables)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_a_word_all_is_as_on_a_persons_own_machine() -> None:
    told = load(None, environment={}, options={"port": None})
    assert told == Configuration()
    assert (told.host, told.port, told.trusted_proxies, told.accounts) == (
        "127.0.0.1", 8000, 0, "auto",
    )  # fmt: skip
    assert told.metrics.serve == "off"


def test_a_file_is_read_and_its_paths_are_meant_from_its_folder(file: Path) -> None:
    told = of(file, WHOLE)
    assert told.db == file.parent / "data" / "town.db"
    assert told.hosts == ("ideas.lan", ".example.org")
    assert told.log == Log(format="json")
    assert told.smtp == Smtp(host="mail.example.org", sender="Ideas <ideas@example.org>")


def test_the_environment_stands_over_the_file_and_options_over_both(file: Path) -> None:
    file.write_text(WHOLE, encoding="utf-8")
    variables = {
        "SYNTH_PORT": "9001",
        "SYNTH_LOG_ADDRESSES": "yes",
        "SYNTH_SMTP_STARTTLS": "false",
        "SYNTH_HOSTS": "a.example, b.example",
        "SYNTH_LOG_LEVEL": "info",
    }
    told = load(file, environment=variables, options={"port": 9002, "host": None})
    assert (told.port, told.host) == (9002, "127.0.0.1")
    assert told.hosts == ("a.example", "b.example")
    assert told.log == Log(format="json", level="info", addresses=True)
    assert not told.smtp.starttls
    assert load(file, environment=variables, options={}).port == 9001


@pytest.mark.parametrize("name", [name for name, *_ in keys()])
def test_every_key_can_be_set_in_the_file_and_in_the_environment(name: str, file: Path) -> None:
    values = {
        "db": "x.db", "uploads": "in", "host": "0.0.0.0", "public_url": "https://a.example/p",
        "prefix": "/p", "hosts": "a.example", "accounts": "on", "log.format": "json",
        "log.level": "info", "metrics.serve": "loopback", "smtp.host": "",
        "secret_key": "s" * 32, "log.addresses": "true", "smtp.starttls": "false",
        "oidc.issuer": "", "oidc.newcomers": "anybody", "oidc.domains": "a.example",
        "oidc.client_secret_file": "in", "oidc.match_addresses": "true",
    }  # fmt: skip
    kinds = {one: kind for one, kind, _, _ in keys()}
    text = values.get(name, "7" if kinds[name] is not str else "seven")
    is_plain = text in {"7", "true", "false"}
    written = (
        text if is_plain else f'["{text}"]' if get_origin(kinds[name]) is tuple else f'"{text}"'
    )
    table, dot, inner = name.rpartition(".")
    by_file = of(file, f"[{table}]\n{inner} = {written}" if dot else f"{name} = {written}")
    by_variable = of(file, "", **{variable_of(name): text})

    def value(told: Configuration) -> object:
        return getattr(getattr(told, table) if dot else told, inner)

    assert str(value(by_file)).endswith(str(value(by_variable)))
    assert name in {"smtp.host", "oidc.issuer"} or value(by_variable) != value(Configuration())


@pytest.mark.parametrize(
    ("text", "place", "remedy"),
    [
        ("prot = 1", "prot: there is no such key", "did you mean port?"),
        ("[smtp]\nprt = 3", "smtp.prt: there is no such key", "did you mean smtp.port?"),
        ("[mail]\nhost = 'x'", "mail: there is no such key", "docs/running.md"),
        ("port = '8'", "port: '8' is not a whole number from 1 to 65535", "docs/running.md"),
        ("port = true", "port: True is not a whole number", "docs/running.md"),
        ("port = 99999", "port: 99999 is not a whole number", "docs/running.md"),
        ("accounts = 'yes'", "accounts: 'yes' is not one of", '"auto", "on", "off"'),
        ("hosts = 'a'", "hosts: 'a' is not a list of texts", "docs/running.md"),
        ("db = ''", "db: '' is not a path", "docs/running.md"),
        ("smtp = 3", "smtp: there is no such key", "smtp."),
        ("x y", "is not TOML", "line 1"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_with_file_key_and_remedy(
    file: Path, text: str, place: str, remedy: str
) -> None:
    told = trouble(file, text)
    assert told.startswith(str(file))
    assert place in told
    assert remedy in told


def test_what_is_wrong_in_the_environment_is_told_with_its_variable(file: Path) -> None:
    assert "SYNTH_PORT: 'x' is not a whole number" in trouble(file, SYNTH_PORT="x")
    assert "SYNTH_LOG_ADDRESSES" in trouble(file, SYNTH_LOG_ADDRESSES="maybe")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("public_url = 'ideas.example.org'", "public_url"),
        ("public_url = 'https://a.example/?x=1'", "public_url"),
        ("prefix = 'group'", "prefix"),
        ("prefix = '/a'\npublic_url = 'https://a.example/b'", "prefix"),
        ("secret_key = 'short'", "secret_key"),
        ("[metrics]\nserve = 'token'", "metrics.token"),
        ("[smtp]\nhost = 'mail.example.org'", "smtp.sender"),
        (f"{HERE}[oidc]\nissuer = 'http://a.example'\nclient_id = 'x'", "oidc.issuer"),
        (f"{HERE}[oidc]\nissuer = 'https://a.example'", "oidc.client_id"),
        ("[oidc]\nissuer = 'https://a.example'\nclient_id = 'x'", "public_url"),
        (
            f"{HERE}[oidc]\nissuer = 'http://127.0.0.1:9'\nclient_id = 'x'\n"
            "client_secret = 'y'\nclient_secret_file = 'z'",
            "oidc.client_secret_file",
        ),
    ],
)
def test_what_does_not_go_together_is_told(file: Path, text: str, key: str) -> None:
    assert f"configuration, {key}: " in trouble(file, text)


def test_secrets_are_never_printed(file: Path) -> None:
    secret = "not-to-be-seen-" * 3
    told = of(
        file,
        f"secret_key = '{secret}'\n[smtp]\npassword = '{secret}'\n[metrics]\ntoken = '{secret}'\n"
        f"[oidc]\nclient_secret = '{secret}'",
    )
    assert "not-to-be-seen" not in repr(told)


def test_slips_of_the_pen_in_the_environment_are_found() -> None:
    told = {"SYNTH_PROT": "1", "SYNTH_PORT": "1", "SYNTH_LLM_KEY": "x", "SYNTHESIS": "x"}
    assert unknown_variables(told) == ["SYNTH_PROT"]


def test_a_file_is_found_beside_the_discussion_file_then_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    assert find_file(None, None) is None
    (tmp_path / "synth.toml").write_text("port = 1111")
    assert find_file(None, Path("data/x.db")) == Path("synth.toml")
    (tmp_path / "data" / "synth.toml").write_text("port = 2222")
    assert find_file(None, Path("data/x.db")) == Path("data/synth.toml")
    with pytest.raises(InputProblem, match="no such file"):
        find_file(Path("none.toml"), None)


def test_the_surroundings_say_which_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    file.write_text("port = 1111")
    assert surrounding_configuration().port == 1111
    other = tmp_path / "other.toml"
    other.write_text("port = 2222")
    monkeypatch.setenv("SYNTH_CONFIG", str(other))
    assert surrounding_configuration().port == 2222
    assert surrounding_configuration(file, {"db": tmp_path / "x.db"}).port == 1111


@pytest.mark.parametrize(
    ("url", "prefix", "root", "address"),
    [
        ("", "", "", "http://127.0.0.1:8000/"),
        ("", "/p", "/p", "http://127.0.0.1:8000/p/"),
        ("https://a.example", "", "", "https://a.example/"),
        ("https://a.example/p/", "", "/p", "https://a.example/p/"),
    ],
)
def test_where_people_find_it(url: str, prefix: str, root: str, address: str) -> None:
    told = Configuration(public_url=url, prefix=prefix)
    assert (told.root, told.address) == (root, address)


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_an_address_of_the_newer_kind_is_written_in_brackets(host: str) -> None:
    assert Configuration(host=host).address == "http://[::1]:8000/"
