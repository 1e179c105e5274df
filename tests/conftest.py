"""Fixtures that every test may use."""

from __future__ import annotations

from collections.abc import Iterator
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


@pytest.fixture(scope="session", autouse=True)
def _pseudonym_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The same pseudonyms in every run of the tests, and no key of theirs in the user's folder."""
    path = tmp_path_factory.mktemp("key") / "pseudonyms.key"
    path.write_text("a key of the tests, and of no installation\n", encoding="ascii")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNTH_KEY_FILE", str(path))
        yield


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
