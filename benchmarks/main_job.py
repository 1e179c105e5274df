"""The main job stage by stage: time and memory, and the curve from 1k messages to all.

    python -m benchmarks.main_job MAIL_ARCHIVE [--sizes 1000 2000 5000 0] [--write]

MAIL_ARCHIVE is a folder of monthly mbox files. Each point is a run of its own, and its memory
that of all its processes together; 0 stands for all messages. The first use of the default model
also converts its weights once; that is done before the clock starts.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pages import DOCS, write_between_marks
from benchmarks.processes import measured
from models import load

PAGE = DOCS / "performance.md"
MARK = "main-job"
STAGES = ("passages", "embed", "find ideas", "title and lay out", "suggest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    quality: str
    n_messages: int
    n_passages: int
    n_ideas: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    stages: dict[str, float]


def first_messages(folder: Path, n: int) -> Iterator[bytes]:
    """The raw mbox text of the first ``n`` messages of the archive, file by file; 0 for all."""
    seen = 0
    for path in sorted(folder.glob("*.txt")):
        for message in re.split(rb"(?m)^(?=From .*\d{4}$)", path.read_bytes()):
            if not message.startswith(b"From "):
                continue
            yield message
            seen += 1
            if seen == n:
                return


def measure(archive: Path, *, quality: str) -> Point:
    """Run the main job over one file in a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "synth", "run", str(archive), "--out", scratch]
        run = measured([*command, "--quality", quality, "--json"])
    facts = json.loads(run.stdout)
    return Point(
        quality=quality,
        n_messages=facts["import"]["added"],
        n_passages=facts["build"]["passages"],
        n_ideas=facts["build"]["ideas"],
        seconds=run.seconds,
        cpu_seconds=run.cpu_seconds,
        peak_mb=run.peak_mb,
        stages=facts["build"]["timings"],
    )


def table(points: list[Point]) -> str:
    head = ["quality", "messages", "passages", "ideas", "total s", "CPU s", "peak MB"]
    head += ["other s", *STAGES]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for p in points:
        stages = [p.stages.get(name, 0.0) for name in STAGES]
        other = p.seconds - sum(stages)
        cells = [p.quality, p.n_messages, p.n_passages, p.n_ideas, f"{p.seconds:.1f}"]
        cells += [
            f"{p.cpu_seconds:.1f}",
            f"{p.peak_mb:.0f}",
            f"{other:.1f}",
            *(f"{s:.1f}" for s in stages),
        ]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 2000, 5000, 0])
    parser.add_argument("--qualities", nargs="+", default=["draft", "full"])
    parser.add_argument("--write", action="store_true", help="put the table into the docs")
    chosen = parser.parse_args()
    points = []
    load().encode(["the weights are converted now"])
    with tempfile.TemporaryDirectory() as scratch:
        for quality in chosen.qualities:
            for n in chosen.sizes:
                path = Path(scratch) / f"first-{n}.mbox"
                path.write_bytes(b"".join(first_messages(chosen.archive, n)))
                points.append(measure(path, quality=quality))
                print(table(points[-1:]).splitlines()[-1], flush=True)
    print(table(points))
    if chosen.write:
        write_between_marks(PAGE, MARK, table(points))


if __name__ == "__main__":
    main()
