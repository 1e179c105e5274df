"""Whatever a program was doing when it was killed, its file holds what was accepted."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

N_KILLS = 4
"""Of each kind of work; ``python -m benchmarks.kills`` kills far more often."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills children that it forks")
def test_a_kill_at_any_moment_loses_nothing_and_leaves_nothing_half_done() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.kills", str(N_KILLS), "1"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    tallies = {told["name"]: told for told in map(json.loads, done.stdout.splitlines())}
    assert set(tallies) == {"import", "build", "edit", "backup", "restore"}
    for told in tallies.values():
        assert told["faults"] == []
        assert told["n_kills"] >= N_KILLS - 1, told
    assert tallies["edit"]["n_told"] > 0
