"""Kill -9 at random moments: what a discussion file holds after 1,000 of them.

``python -m benchmarks.kills [N] [SEED]`` kills imports, builds, edits, backups and restores N
times each (200 unless said otherwise), half of them at one of their calls and half after a random
time, and checks what is left as ``tests/kills.py`` says: SQLite's own check of the file; an import
or a build that is there as a whole or not at all, and done again ends as if nothing had been; each
edit that was accepted, in the main file alone too; a backup that is sound or not there.
"""

from __future__ import annotations

import sys
import time

from tests.kills import tallies


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    print("| work | killed at | kills | ended before | edits accepted | faults | seconds |")
    print("|---|---|---|---|---|---|---|")
    for by_clock in (False, True):
        begun = time.monotonic()
        for tally in tallies(n // 2, seed, by_clock=by_clock):
            accepted = str(tally.n_told) if tally.name == "edit" else ""
            seconds, begun = time.monotonic() - begun, time.monotonic()
            print(
                f"| {tally.name} | {'a random time' if by_clock else 'a call'} | {tally.n_kills} "
                f"| {tally.n_ended} | {accepted} | {len(tally.faults)} | {seconds:.0f} |",
                flush=True,
            )
            for fault in tally.faults:
                print(f"  {fault}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
