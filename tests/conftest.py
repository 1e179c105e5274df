"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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
