"""The main job stage by stage: time and memory, and the curve from 1k messages to all.

    python -m benchmarks.main_job MAIL_ARCHIVE [--sizes 1000 2000 5000 0] [--write]

MAIL_ARCHIVE is a folder of monthly mbox files. Each point is a process of its own, so that
peak memory is its own; 0 stands for all messages. The first ``full`` run of a fresh cache folder
also converts the model's weights once; that is done before the clock starts.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
MARK = "main-job"
STAGES = ("load model", "passages", "embed", "find ideas", "title and lay out", "suggest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    quality: str
    n_messages: int
    n_passages: int
    n_ideas: int
    seconds: float
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
        command += ["--quality", quality, "--json"]
        begun = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds = time.perf_counter() - begun
    facts = json.loads(done.stdout)
    return Point(
        quality=quality,
        n_messages=facts["import"]["added"],
        n_passages=facts["build"]["passages"],
        n_ideas=facts["build"]["ideas"],
        seconds=seconds,
        peak_mb=0.0,
        stages=facts["build"]["timings"],
    )


def in_own_process(archive: Path, quality: str) -> Point:
    """``measure`` in a child, so that the peak memory of its children is this point's alone."""
    code = (
        "import json, resource, sys; from dataclasses import asdict; from pathlib import Path;"
        "from benchmarks.main_job import measure;"
        "p = asdict(measure(Path(sys.argv[1]), quality=sys.argv[2]));"
        "p['peak_mb'] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024;"
        "print(json.dumps(p))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(archive), quality],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Point(**json.loads(done.stdout.splitlines()[-1]))


def table(points: list[Point]) -> str:
    head = ["quality", "messages", "passages", "ideas", "total s", "peak MB", "import s", *STAGES]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for p in points:
        stages = [p.stages.get(name, 0.0) for name in STAGES]
        other = p.seconds - sum(stages)
        cells = [p.quality, p.n_messages, p.n_passages, p.n_ideas, f"{p.seconds:.1f}"]
        cells += [f"{p.peak_mb:.0f}", f"{other:.1f}", *(f"{s:.1f}" for s in stages)]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def write_between_marks(path: Path, mark: str, text: str) -> None:
    """Put ``text`` between ``<!-- mark -->`` and ``<!-- /mark -->``."""
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(f"<!-- {mark} -->\n")
    _, _, after = rest.partition(f"<!-- /{mark} -->")
    path.write_text(f"{before}<!-- {mark} -->\n{text}\n<!-- /{mark} -->{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 2000, 5000, 0])
    parser.add_argument("--qualities", nargs="+", default=["draft", "full"])
    parser.add_argument("--write", action="store_true", help="put the table into the docs")
    chosen = parser.parse_args()
    points = []
    with tempfile.TemporaryDirectory() as scratch:
        for quality in chosen.qualities:
            for n in chosen.sizes:
                path = Path(scratch) / f"first-{n}.mbox"
                path.write_bytes(b"".join(first_messages(chosen.archive, n)))
                points.append(in_own_process(path, quality))
                print(table(points[-1:]).splitlines()[-1], flush=True)
    print(table(points))
    if chosen.write:
        write_between_marks(DOCS, MARK, table(points))


if __name__ == "__main__":
    main()
