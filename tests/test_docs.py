"""Docs tell the truth: commands, files and links in them exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from benchmarks.pages import between_marks, write_between_marks
from synth.cli.members import permissions_table
from tests.docs_parts import COMMANDS, MEMBERS, RUNNING, commands_page, keys_table

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def test_the_help_in_the_docs_is_the_help_of_the_commands() -> None:
    assert COMMANDS.read_text(encoding="utf-8") == commands_page(), "run `make docs`"


def test_the_roles_in_the_docs_are_those_of_the_table() -> None:
    assert between_marks(MEMBERS, "roles") == f"{permissions_table()}\n", "run `make docs`"


def test_the_keys_in_the_docs_are_the_keys_of_the_configuration() -> None:
    assert between_marks(RUNNING, "keys") == f"{keys_table()}\n", "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_link_to_a_file_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def test_every_module_in_the_architecture_is_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:synth|models|web)/[\w/]+(?:\.py|/))`", text))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_step_is_in_the_architecture() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    steps = [
        p
        for p in (ROOT / "synth").iterdir()
        if not p.name.startswith("_") and (p.suffix == ".py" or (p / "__init__.py").exists())
    ]
    missing = [p.name for p in steps if f"synth/{p.name}" not in text]
    assert missing == []


def test_the_readme_opens_with_the_two_commands_that_the_makefile_has() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test"):
        assert f"make {target}" in readme[:2500]
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


def test_the_python_example_of_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    (tmp_path / "sample_threads").symlink_to(ROOT / "sample_threads")
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "README.md", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) > 3


def test_the_changelog_has_the_version_of_the_package() -> None:
    from importlib.metadata import version

    assert version("discussion-synth") in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_no_file_of_the_project_is_generated_or_private() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    unwanted = [name for name in listed if name.endswith((".db", ".pyc", ".npy", ".onnx"))]
    assert unwanted == []


def test_figures_are_written_between_their_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n", encoding="utf-8")
    write_between_marks(page, "figures", "| new |")
    assert page.read_text(encoding="utf-8") == (
        "before\n<!-- figures -->\n| new |\n<!-- /figures -->\nafter\n"
    )
    with pytest.raises(SystemExit, match="no marks 'others'"):
        write_between_marks(page, "others", "| new |")
