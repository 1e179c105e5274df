"""The main job over many inputs: one folder each, failures isolated, finished work not redone."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from models.embedders import n_usable
from synth.settings import QUIET, Progress, Settings

JOB_FILE = "job.json"
LLM_VARIABLES = ("SYNTH_LLM_URL", "SYNTH_LLM_MODEL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One input and where its results go."""

    source: str
    folder: str
    state: Literal["done", "skipped", "failed"]
    """``skipped``: an earlier batch had done the same work."""
    error: str = ""


def run_batch(
    inputs: Sequence[str],
    *,
    out: Path,
    settings: Settings,
    workers: int = 1,
    progress: Progress = QUIET,
) -> list[Job]:
    """Run the main job once for each input, in processes of their own.

    Results of ``inputs[i]`` go to a folder of ``out`` named after it. A job that fails, however
    badly, leaves the others alone. A job whose input and settings have not changed since it
    was done is skipped. The jobs share the cores. Returns the jobs in the order of the inputs.
    """
    out.mkdir(parents=True, exist_ok=True)
    named = list(_folders(inputs, out))
    n_cores = max(1, n_usable() // workers)
    with (
        progress.stage("Batch", total=len(named), unit="inputs") as stage,
        ThreadPoolExecutor(max_workers=workers) as pool,
    ):
        futures = [pool.submit(_job, source, folder, settings, n_cores) for source, folder in named]
        jobs = []
        for future in futures:
            jobs.append(future.result())
            stage.advance()
    summary = json.dumps([asdict(job) for job in jobs], ensure_ascii=False, indent=2)
    (out / "batch.json").write_text(summary + "\n", encoding="utf-8")
    return jobs


def _folders(inputs: Sequence[str], out: Path) -> Iterator[tuple[str, Path]]:
    """A folder for each input, told apart by a number where names repeat."""
    taken: set[str] = set()
    for source in inputs:
        name = stem = Path(source).resolve().name.split(".")[0] or "input"
        n = 1
        while name in taken:
            n += 1
            name = f"{stem}-{n}"
        taken.add(name)
        yield source, out / name


def _job(source: str, folder: Path, settings: Settings, n_cores: int) -> Job:
    try:
        key = _key(source, settings)
    except OSError as problem:
        why = f"{source}: {problem.strerror}"
        return Job(source=source, folder=str(folder), state="failed", error=why)
    if _is_done(folder, key):
        return Job(source=source, folder=str(folder), state="skipped")
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(  # noqa: S603 - our own program, no shell
        _command(source, folder, settings),
        capture_output=True,
        text=True,
        check=False,
        env=os.environ
        | {"PYTHONUTF8": "1"}
        | dict.fromkeys(("LOKY_MAX_CPU_COUNT", "OMP_NUM_THREADS"), str(n_cores)),
    )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        error = lines[-1] if lines else f"stopped with status {done.returncode}"
        (folder / "error.txt").write_text(done.stderr, encoding="utf-8")
        return Job(source=source, folder=str(folder), state="failed", error=error)
    (folder / "error.txt").unlink(missing_ok=True)
    (folder / JOB_FILE).write_text(json.dumps({"key": key}) + "\n", encoding="utf-8")
    return Job(source=source, folder=str(folder), state="done")


def _command(source: str, folder: Path, settings: Settings) -> list[str]:
    command = [sys.executable, "-m", "synth", "run", source, "--out", str(folder)]
    command += ["--quality", settings.quality, "--seed", str(settings.seed)]
    command += ["--clusterer", settings.clusterer]
    if settings.model is not None:
        command += ["--model", settings.model]
    if settings.suggest is not None:
        command += ["--suggest", str(settings.suggest)]
    if not settings.sides:
        command += ["--no-sides"]
    return command


def _is_done(folder: Path, key: str) -> bool:
    job, results = folder / JOB_FILE, folder / "run.json"
    if not (job.is_file() and results.is_file()):
        return False
    try:
        return bool(json.loads(job.read_text(encoding="utf-8")).get("key") == key)
    except ValueError:
        return False


def _key(source: str, settings: Settings) -> str:
    """Hash of what the results depend on: the input's bytes, settings and version."""
    from importlib.metadata import version

    digest = hashlib.sha256()
    digest.update(json.dumps(asdict(settings), sort_keys=True).encode())
    digest.update(version("discussion-synth").encode())
    # A language model is named to the jobs by the environment they inherit.
    digest.update("".join(os.environ.get(name, "") for name in LLM_VARIABLES).encode())
    path = Path(source)
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    for file in files:
        digest.update(file.name.encode())
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def expand_globs(inputs: Sequence[str]) -> list[str]:
    """Inputs with ``*``, ``?`` or ``[`` that are no file themselves, as the paths they match."""
    from glob import glob

    found: list[str] = []
    for source in inputs:
        # Path.glob takes no absolute pattern.
        matches = [] if Path(source).exists() else sorted(glob(source, recursive=True))  # noqa: PTH207
        found += matches or [source]
    return found
