"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# Property tests draw the same examples every time and none fails for being slow: what is in order
# stays green. `--hypothesis-profile random` draws others.
for name, is_same in (("same", True), ("random", False)):
    settings.register_profile(
        name,
        derandomize=is_same,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("same")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real discussions kept beside the checkout; tests that need them are skipped without."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real discussions at {folder.name}: this check was left out")
    return folder


@pytest.fixture(scope="session")
def samples() -> Path:
    return ROOT / "sample_threads"
