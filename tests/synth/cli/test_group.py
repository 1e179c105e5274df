"""``synth group``: the network of replies on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from benchmarks.group import Recipe, make_up
from synth.cli import main
from tests.synth.small_discussion import write_csv

TWO = Recipe(n_people=60, n_threads=70, n_groups=2, stray=0.06, unevenness=0.6)


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_groups_are_told_and_the_voices_written(tmp_path: Path) -> None:
    spoken = make_up(TWO, 1).activity
    rows = [
        {
            "id": str(n + 1),
            "parent_id": "" if parent < 0 else str(parent + 1),
            "author": f"Person {voice}",
            "text": f"Stalls by the river, number {n}.",
        }
        for n, (voice, parent) in enumerate(
            zip(spoken.voices.tolist(), spoken.parents.tolist(), strict=True)
        )
    ]
    db, out = tmp_path / "town.db", tmp_path / "voices.csv"
    run("import", write_csv(tmp_path / "town.csv", rows), "--db", db)
    told = run("group", "--db", db, "--out", out)
    assert "2 groups talk among themselves" in told
    assert "whom nobody answered: " in told
    facts = json.loads(run("group", "--db", db, "--json"))
    assert facts["verdict"] == "several"
    assert facts["same_threads"]["modularity"] > facts["same_threads"]["highest"]
    lines = out.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + len({row["author"] for row in rows})
    assert "Person" not in out.read_text(encoding="utf-8"), "pseudonyms only"


def test_a_source_without_replies_is_told_so(tmp_path: Path) -> None:
    rows = [{"id": str(n), "author": f"P {n % 4}", "text": f"Words {n}."} for n in range(8)]
    db = tmp_path / "plain.db"
    run("import", write_csv(tmp_path / "plain.csv", rows), "--db", db)
    assert "this source does not say who answers whom" in run("group", "--db", db)
