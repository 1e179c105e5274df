"""The command line: help, JSON, exit statuses, one line for each trouble."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from synth.cli import main
from synth.errors import StoreProblem
from synth.store import open_store
from tests.synth.small_discussion import read_csv, rows, write_csv

HEAVY = ("numpy", "scipy", "sklearn", "spacy", "onnxruntime", "hdbscan", "sqlite_utils", "flask")
COMMANDS = main.list_commands(click.Context(main))


def synth(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def trouble(result: Result) -> str:
    """The one line that a failed command ends in."""
    assert result.exit_code == 1, result.output
    assert not result.exception or isinstance(result.exception, SystemExit)
    lines = [line for line in result.stderr.splitlines() if line.startswith("synth: ")]
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.output
    return lines[0].removeprefix("synth: ")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_csv(tmp_path_factory.mktemp("town") / "town.csv", rows())


@pytest.fixture(scope="module")
def ran(town: Path) -> tuple[Path, Result]:
    """The main job, once: its folder and what it said."""
    out = town.parent / "out"
    result = synth("run", town, "--quality", "draft", "--out", out, "--json")
    assert result.exit_code == 0, result.output
    return out, result


@pytest.fixture
def db(ran: tuple[Path, Result], tmp_path: Path) -> Path:
    copy = tmp_path / "town.db"
    shutil.copy(ran[0] / "discussion.db", copy)
    return copy


# -- help ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name: str) -> None:
    result = synth(name, "--help")
    assert result.exit_code == 0
    assert f"synth {name}" in result.output or f" {name} " in result.output
    assert "--help" in result.output
    assert main.get_command(click.Context(main), name) is not None


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    plain = ("host", "port", "quality")
    options = [p for p in command.params if isinstance(p, click.Option)]
    assert [o.name for o in options if not o.help and o.name not in plain] == []


def test_the_contract_lists_the_commands() -> None:
    wanted = (
        "run import build serve worker correct batch export evaluate erase info demo backup "
        "restore members discussion moderate group"
    )
    assert sorted(COMMANDS) == sorted(wanted.split())
    output = synth("--help").output
    assert all(re.search(rf"^  {name} ", output, flags=re.MULTILINE) for name in COMMANDS)


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys; from synth.cli import main\n"
        f"try: main({arguments!r})\n"
        f"except SystemExit: print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout
    assert done.stderr.strip() == "[]"


# -- JSON and the files --------------------------------------------------------------------


def test_the_main_job_answers_in_json_and_writes_its_files(ran: tuple[Path, Result]) -> None:
    out, result = ran
    facts = json.loads(result.stdout)
    assert facts["import"]["added"] == 40
    assert facts["build"]["is_unchanged"] is False
    assert {path.name for path in out.iterdir()} >= {
        "messages.csv",
        "ideas.csv",
        "placements.csv",
        "extracts.csv",
        "run.json",
        "report.html",
    }
    assert facts["build"]["ideas"] == len(read_csv(out / "ideas.csv"))
    assert result.stderr


def test_the_main_job_again_changes_nothing(ran: tuple[Path, Result], town: Path) -> None:
    out, _ = ran
    before = {path.name: path.read_bytes() for path in out.glob("*.csv")}
    result = synth("run", town, "--quality", "draft", "--out", out)
    assert result.exit_code == 0
    assert "Nothing has changed" in result.stdout
    assert {path.name: path.read_bytes() for path in out.glob("*.csv")} == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("info", "--db", "DB", "--json"),
        ("info", "--models", "--json"),
        ("import", "TOWN", "--db", "DB", "--json"),
        ("import", "TOWN", "--db", "DB", "--dry-run", "--json"),
        ("build", "--db", "DB", "--quality", "draft", "--json"),
        ("export", "--db", "DB", "--out", "OUT", "--json"),
    ],
    ids=" ".join,
)
def test_json_is_alone_on_stdout(
    arguments: tuple[str, ...], db: Path, town: Path, tmp_path: Path
) -> None:
    places = {"DB": db, "TOWN": town, "OUT": tmp_path / "out"}
    result = synth(*(places.get(argument, argument) for argument in arguments))
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)


def test_what_is_found_is_told_with_what_was_set_aside(tmp_path: Path) -> None:
    bench = "We need more benches in the park because old people cannot sit."
    texts = {"chatter": ["Hello", "Thanks", "N/A"], "one": [bench, "Thanks"]}
    said = {}
    for name, some in texts.items():
        messages = [{"id": str(n), "author": f"P {n}", "text": t} for n, t in enumerate(some)]
        file = write_csv(tmp_path / f"{name}.csv", messages)
        said[name] = synth("run", file, "--quality", "draft", "--out", tmp_path / name).stdout
    assert "Found no idea: of 3 passages none is about the question." in said["chatter"]
    assert "Found 1 idea (1 at the top) in 1 passage; 100% are placed" in said["one"]
    assert "; 1 more is not about the question." in said["one"]
    assert "(1 message, 1 voice)" in said["one"]


def test_evaluate_reads_what_run_wrote(ran: tuple[Path, Result], tmp_path: Path) -> None:
    gold = tmp_path / "gold.csv"
    lines = [f"{int(row['id'])},subject {(int(row['id']) - 1) % 3}" for row in rows()]
    gold.write_text("\n".join(["message_id,idea", *lines]), encoding="utf-8")
    result = synth("evaluate", ran[0], "--gold", gold, "--json")
    assert result.exit_code == 0, result.output
    scores = json.loads(result.stdout)["scores"]
    assert (scores["n_items"], scores["n_gold"]) == (40, 3)
    assert scores["ari"] > 0.2


def test_evaluate_names_the_file_that_does_not_fit(
    ran: tuple[Path, Result], tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "placements.csv").write_bytes((ran[0] / "placements.csv").read_bytes())
    (folder / "ideas.csv").write_text("idea_id,parent_id\n", encoding="utf-8")
    gold = tmp_path / "gold.csv"
    gold.write_text("message_id,idea\n1,a\n", encoding="utf-8")
    result = synth("evaluate", folder, "--gold", gold)
    assert result.exit_code == 1
    assert "ideas.csv: no idea" in result.stderr


def test_erase_asks_first(db: Path) -> None:
    asked = CliRunner().invoke(
        main, ["erase", "--db", str(db), "--participant", "Person 2"], input="n\n"
    )
    assert asked.exit_code == 1
    done = synth("erase", "--db", db, "--participant", "Person 2", "--yes")
    assert done.exit_code == 0
    assert "6 messages emptied" in done.stdout
    again = synth("erase", "--db", db, "--participant", "Person 2", "--yes")
    assert "No message of Person 2 was left" in again.stdout
    assert "nobody called" in trouble(synth("erase", "--db", db, "--participant", "Ann", "--yes"))


def test_a_dry_run_makes_no_file(town: Path, tmp_path: Path) -> None:
    result = synth("import", town, "--db", tmp_path / "new.db", "--dry-run")
    assert result.exit_code == 0
    assert "Would import 40 new messages" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_names_are_written_only_by_choice(db: Path, tmp_path: Path) -> None:
    assert synth("export", "--db", db, "--out", tmp_path / "a").exit_code == 0
    assert synth("export", "--db", db, "--out", tmp_path / "b", "--names").exit_code == 0
    shown = [
        {row["author"].split()[0] for row in read_csv(tmp_path / folder / "messages.csv")}
        for folder in "ab"
    ]
    assert shown == [{"Participant"}, {"Person"}]
    assert b"Person 1" not in (tmp_path / "a" / "report.html").read_bytes()


# -- trouble -------------------------------------------------------------------------------


def _damaged(path: Path) -> None:
    """Good first page, nonsense after it."""
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xaa" * (len(content) - 4096)
    path.write_bytes(content)


HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty.csv": (b"", "is empty"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "is a picture"),
    "header.csv": (b"id,text\n", "holds no messages"),
    "prices.csv": (b"id,price\n1,2\n2,3\n", "--columns text="),
    "deep.json": (b"[" * 100_000, "deep.json"),
    "cut.zip": (b"PK\x03\x04" + b"\0" * 40, "zip"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_useless_input_is_one_line(name: str, tmp_path: Path) -> None:
    content, told = HOSTILE[name]
    (tmp_path / name).write_bytes(content)
    line = trouble(synth("import", tmp_path / name, "--db", tmp_path / "x.db"))
    assert line.startswith(str(tmp_path / name))
    assert told in line
    assert [path.name for path in tmp_path.iterdir()] == [name], "nothing is left behind"


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    db = tmp_path / "x.db"
    assert "does not exist" in trouble(synth("import", tmp_path / "gone.csv", "--db", db))
    assert "holds no messages" in trouble(synth("import", tmp_path / "empty", "--db", db))
    assert "does not exist" in trouble(synth("import", tmp_path / "*.nope", "--db", db))


def test_a_run_that_fails_leaves_no_file_and_no_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "does not exist" in trouble(synth("run", tmp_path / "gone.csv", "--out", out))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_there_is_kept_by_a_run_that_fails(tmp_path: Path, db: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "empty.db").touch()
    for path in (db, tmp_path / "empty.db"):
        trouble(synth("run", tmp_path / "gone.csv", "--db", path, "--out", tmp_path / "out"))
        assert path.exists()
    assert (tmp_path / "out").is_dir()
    assert json.loads(synth("info", "--db", db, "--json").stdout)[0]["messages"] > 0


def test_problems_are_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,text\n1,The market sh\0ould stay\n2,\n")
    result = synth("import", tmp_path / "a.csv", "--db", tmp_path / "x.db")
    assert result.exit_code == 0
    told = [line for line in result.stderr.splitlines() if line.startswith("  problem: ")]
    assert len(told) == 2
    assert "1 without text" in told[0]
    assert "1 NUL byte" in told[1]


@pytest.mark.parametrize("command", ["info", "build", "export", "erase"])
def test_a_discussion_file_that_is_not_there(command: str, tmp_path: Path) -> None:
    more = {"export": ["--out", str(tmp_path)], "erase": ["--participant", "x", "--yes"]}
    result = synth(command, "--db", tmp_path / "gone.db", *more.get(command, []))
    assert "no such discussion file" in trouble(result)
    assert not (tmp_path / "gone.db").exists()


def _write_noise(path: Path) -> None:
    path.write_bytes(b"no database " * 1000)


def _cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40_000])


@pytest.mark.parametrize("harm", [_damaged, _write_noise, _cut_short])
@pytest.mark.parametrize("command", ["info", "build", "import"])
def test_a_damaged_discussion_file(
    command: str, harm: Callable[[Path], None], db: Path, town: Path
) -> None:
    harm(db)
    extra = {"import": [town], "build": ["--force", "--quality", "draft"]}.get(command, [])
    assert trouble(synth(command, "--db", db, *extra)).startswith(str(db))


def test_damage_that_shows_only_when_read(db: Path) -> None:
    with (
        pytest.raises(StoreProblem, match=r"town\.db: .*malformed; .*synth restore"),
        open_store(db) as store,
    ):
        _damaged(db)
        list(store.messages.all(1))


def test_wrong_usage_is_status_2(tmp_path: Path, town: Path) -> None:
    for arguments in (
        ["nope"],
        ["run"],
        ["run", town, "--quality", "best"],
        ["run", town, "--clusterer", "dbscan"],
        ["run", town, "--suggest", "-3"],
        ["run", town, "--seed", "-1"],
        ["run", town, "--out", town],
        ["import", town, "--db", tmp_path],
        ["import", town, "--columns", "text"],
        ["export"],
        ["evaluate", tmp_path / "gone", "--gold", town],
        ["batch", town],
    ):
        result = synth(*arguments)
        assert result.exit_code == 2, arguments
        assert "Usage: " in result.stderr


def test_names_that_do_not_exist_are_one_line(db: Path, town: Path) -> None:
    assert "there are: town" in trouble(synth("build", "--db", db, "--discussion", "nope"))
    assert "nope" in trouble(synth("build", "--db", db, "--model", "nope"))
    assert "use one of" in trouble(synth("import", town, "--db", db, "--format", "nope"))
    line = trouble(synth("import", town, "--db", db, "--columns", "text=nope"))
    assert "id, parent_id, author" in line


def test_a_batch_with_a_failure_is_status_1(town: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone.csv"
    result = synth("batch", gone, "--out", tmp_path / "out", "--quality", "draft", "--json")
    assert result.exit_code == 1
    (job,) = json.loads(result.stdout)
    assert job["state"] == "failed"
    assert str(gone) in job["error"]


INTERRUPTIBLE = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "from synth.cli import main; main(prog_name='synth')"
)
"""The program, also where whoever runs the tests ignores interruptions (a job of a shell)."""


def test_an_interrupted_import_leaves_nothing_and_can_be_repeated(tmp_path: Path) -> None:
    big = write_csv(tmp_path / "big.csv", rows(30_000))
    db = tmp_path / "big.db"
    command = [sys.executable, "-c", INTERRUPTIBLE, "import", str(big), "--db", str(db)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        wal = db.with_name("big.db-wal")
        until = time.monotonic() + 60
        while not (wal.exists() and wal.stat().st_size > 1_000_000):
            assert time.monotonic() < until
            assert running.poll() is None, "too quick to be interrupted"
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        try:
            _, stderr = running.communicate(timeout=60)
        finally:
            running.kill()  # one that hangs must not hold the tests
    assert running.returncode == 130
    assert stderr.splitlines()[-1].startswith("synth: interrupted")
    assert "Traceback" not in stderr
    with open_store(db) as store:
        assert store.discussions.all() == []


def test_the_demo_goes_on_as_a_viewer_that_has_built_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that built keeps its memory until it ends."""
    began: list[list[str]] = []
    monkeypatch.setattr("synth.pipeline.run_demo", lambda *_, **__: [])
    monkeypatch.setattr("os.execve", lambda _path, command, _environment: began.append(command))
    result = synth("demo", "--db", tmp_path / "demo.db", "--port", "8123")
    assert result.exit_code == 0, result.output
    (command,) = began
    assert command[-6:] == [
        "--db", str(tmp_path / "demo.db"), "--host", "127.0.0.1", "--port", "8123"
    ]  # fmt: skip
    assert command[-9:-6] == ["-m", "synth", "serve"]
