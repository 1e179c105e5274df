"""Hold the result files of one version against those of another, byte for byte.

    python -m benchmarks.outputs record FOLDER [--data DIR] [--only NAME ...]
    python -m benchmarks.outputs compare FOLDER OTHER

``record`` runs the main job over the sample threads, and over the discussions of DIR where they are
there, and writes the CSV files and their SHA-256 sums (``sums.json``) to FOLDER. ``compare`` lists
the files that differ between two such folders, and exits with 1 where there are any.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from synth.pipeline import SAMPLES, sample_path

FILES = ("messages.csv", "ideas.csv", "placements.csv", "extracts.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One run of the main job."""

    name: str
    path: Path
    quality: str


def tasks(data: Path | None) -> Iterator[Task]:
    """The samples in both qualities, and two larger discussions of ``data``."""
    for sample in SAMPLES:
        for quality in ("full", "draft"):
            name = f"{sample.split('.')[0]}-{quality}"
            yield Task(name=name, path=sample_path(sample), quality=quality)
    if data is not None:
        yield Task(name="r-package-devel", path=data / "r-package-devel", quality="draft")
        yield Task(name="republique", path=data / "republique-numerique-fr", quality="full")


def record(folder: Path, wanted: list[Task]) -> dict[str, str]:
    """Run the tasks; the sums of their files by ``task/file``."""
    sums: dict[str, str] = {}
    for task in wanted:
        out = folder / task.name
        out.mkdir(parents=True, exist_ok=True)
        started = time.perf_counter()
        command = [sys.executable, "-m", "synth", "run", str(task.path), "--out", str(out)]
        db = out / "discussion.db"
        db.unlink(missing_ok=True)
        subprocess.run([*command, "--quality", task.quality], check=True, capture_output=True)
        print(f"{task.name}: {time.perf_counter() - started:.1f} s", flush=True)
        for name in FILES:
            sums[f"{task.name}/{name}"] = hashlib.sha256((out / name).read_bytes()).hexdigest()
    return sums


def differences(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """What differs among the files that both have; what only one has is told, too."""
    lines = [
        f"{name} differs" for name in sorted(one.keys() & other.keys()) if one[name] != other[name]
    ]
    lines += [f"{name} is in one folder only" for name in sorted(one.keys() ^ other.keys())]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    actions = parser.add_subparsers(dest="action", required=True)
    recording = actions.add_parser("record")
    recording.add_argument("folder", type=Path)
    recording.add_argument("--data", type=Path)
    recording.add_argument("--only", nargs="*", metavar="NAME")
    comparing = actions.add_parser("compare")
    comparing.add_argument("folder", type=Path)
    comparing.add_argument("other", type=Path)
    args = parser.parse_args()
    if args.action == "record":
        wanted = [t for t in tasks(args.data) if not args.only or t.name in args.only]
        sums = record(args.folder, wanted)
        (args.folder / "sums.json").write_text(json.dumps(sums, indent=1), encoding="utf-8")
        return
    one, other = (json.loads((f / "sums.json").read_bytes()) for f in (args.folder, args.other))
    found = differences(one, other)
    print("\n".join(found) or f"all {len(one)} files are the same")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
