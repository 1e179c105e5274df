"""Fitted arrays are kept as they are, without anything that could run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from synth.store import Store, open_store


@pytest.fixture
def opened(tmp_path: Path) -> Store:
    return open_store(tmp_path / "discussion.db")


def begun(store: Store) -> tuple[int, int]:
    here = store.discussions.add("The town").id
    return here, store.runs.begin(here, kind="build", seed=0, settings={}, versions={})


def test_arrays_come_back_as_they_went(opened: Store) -> None:
    with opened as store:
        here, run_id = begun(store)
        arrays = {"a": np.arange(6, dtype=np.float16).reshape(2, 3), "b.c": np.array(0.5)}
        store.spaces.keep(here, "fitted", {"old": np.zeros(3)}, key="k0", run_id=run_id)
        store.spaces.keep(here, "fitted", arrays, key="k1", run_id=run_id)
        found = store.spaces.get(here, "fitted")
        assert found is not None
        assert found.keys() == arrays.keys()
        assert all((found[name] == arrays[name]).all() for name in arrays)
        assert found["a"].dtype == np.float16
        assert store.spaces.key(here) == "k1"
        assert store.spaces.get(here, "landmarks") is None
        store.spaces.forget(here)
        assert store.spaces.get(here, "fitted") is None


def test_objects_are_refused(opened: Store) -> None:
    with opened as store:
        here, run_id = begun(store)
        store.spaces.keep(here, "fitted", {"a": np.array([{}])}, key="k", run_id=run_id)
        with pytest.raises(ValueError, match="allow_pickle"):
            store.spaces.get(here, "fitted")
