"""Which stored message an id in a file means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from synth.pipeline.id_reconciliation import FileKeys, KnownMessages
from synth.pipeline.staging import Key, Staging
from synth.records import RawMessage
from synth.store import Store
from synth.store.imported import fingerprint


@pytest.fixture
def staging() -> Iterator[Staging]:
    with Staging() as opened:
        yield opened


def _known(
    store: Store, discussion_id: int, staging: Staging, **spaces: list[RawMessage]
) -> KnownMessages:
    known = KnownMessages(store, discussion_id, staging)
    for space, raws in spaces.items():
        for raw in raws:
            known.add((space, raw.source_id), raw, fingerprint(raw))
    return known


def _said(what: str, first: int, n: int = 9) -> list[RawMessage]:
    return [
        RawMessage(source_id=str(i), text=f"{what} {i}.", position=f"record {i}")
        for i in range(first, first + n)
    ]


def test_a_file_is_not_taken_for_one_whose_name_begins_alike(
    store: Store, discussion_id: int, staging: Staging
) -> None:
    given = {"": _said("Moons of Jupiter", 0), "abc": _said("Towns on hills", 20)}
    known = _known(store, discussion_id, staging, **given)
    swans = _said("Swans near our mill", 4)
    assert known.spaces(swans, "a") == {"": "a"}
    assert known.spaces(swans, "abc") == {"": "abc"}


def test_a_file_continues_the_place_of_ids_that_were_used_again(
    store: Store, discussion_id: int, staging: Staging
) -> None:
    swans = _said("Swans near our mill", 4)
    given = {"": _said("Moons of Jupiter", 0), "a": _said("Towns on hills", 4), "a#2": swans}
    assert _known(store, discussion_id, staging, **given).spaces(swans, "a") == {"": "a#2"}


def test_many_files_are_matched_without_a_look_at_all_messages(
    store: Store, discussion_id: int, staging: Staging
) -> None:
    known = _known(store, discussion_id, staging, **{"": _said("Moons of Jupiter", 0, 100)})
    known._known = _OnlyLookedUp(known._known)
    for n in range(10):
        assert known.spaces(_said("Swans", 500, 1), f"file-{n}") == {"": ""}
    assert known.spaces(_said("Swans near our mill", 4), "swans") == {"": "swans"}


class _OnlyLookedUp(dict[Key, str]):
    """Fingerprints that may be asked for by key, and never walked through."""

    def __iter__(self) -> Iterator[Key]:
        raise AssertionError("all messages were looked at")

    keys = values = items = __iter__  # type: ignore[assignment]


def test_a_parent_is_looked_for_where_the_file_is_kept() -> None:
    keys = FileKeys({"posts": "posts|town"})
    answer = RawMessage(
        source_id="2", text="Yes.", position="2", namespace="posts", parent_namespace="posts"
    )
    key, renamed = keys.assign(answer)
    assert (key, renamed.parent_namespace) == (("posts|town", "2"), "posts|town")
    other = replace(answer, text="No.", parent_namespace="debates")
    assert keys.assign(other) == (("posts|town#2", "2"), other)
    assert (keys.assign(answer)[0], keys.n_repeated) == (key, 1)
