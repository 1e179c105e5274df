"""How fast each format is imported: messages per second from file to stored, threaded rows.

    python -m benchmarks.imports PATH... [--write]

Each PATH (file or folder) is imported into a new discussion file of its own.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.pages import DOCS, write_between_marks
from synth.pipeline import import_files
from synth.store import open_store

MARK = "imports"


def measure(path: Path) -> str:
    with (
        tempfile.TemporaryDirectory() as scratch,
        open_store(Path(scratch) / "discussion.db") as store,
    ):
        discussion = store.discussions.add(path.name)
        begun = time.perf_counter()
        report = import_files(store, discussion.id, [path])
        first = time.perf_counter() - begun
        begun = time.perf_counter()
        import_files(store, discussion.id, [path])
        again = time.perf_counter() - begun
    formats = ", ".join(sorted({file.format for file in report.files}))
    n = report.n_added
    return (
        f"| {path.name} | {formats} | {n} | {len(report.all_problems)} | {first:.1f} "
        f"| {n / first:.0f} | {again:.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--write", action="store_true", help="put the table into the docs")
    chosen = parser.parse_args()
    lines = [
        "| input | format | messages | problems | seconds | messages/s | again, seconds |",
        "|---|---|---|---|---|---|---|",
    ]
    for path in chosen.paths:
        lines.append(measure(path))
        print(lines[-1], flush=True)
    if chosen.write:
        write_between_marks(DOCS / "performance.md", MARK, "\n".join(lines))


if __name__ == "__main__":
    main()
