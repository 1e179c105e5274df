"""What authors called their messages, and which passages and topics the model reads."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from models.embedders import ModelCard
from synth.embedding import vectors as embedding_vectors
from synth.embedding.context import context_of, heading, topics_of
from synth.embedding.vectors import Later, read_texts
from synth.records import Message, ParentEvidence, Passage
from synth.settings import QUIET
from synth.store import open_store


def _message(number: int, text: str = "Yes, gladly.", **facts: object) -> Message:
    plain = Message(
        id=number,
        source_id=str(number),
        thread_id=1,
        parent_id=None,
        parent_evidence=ParentEvidence.NONE,
        depth=0,
        rank=0,
        participant_id=None,
        author=None,
        posted_at=None,
        subject=None,
        language="en",
        text=text,
    )
    return dataclasses.replace(plain, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Trees for the market\n\nPlanes grow fast and give shade to all of us.",
            "Trees for the market",
        ),
        (
            "Article 7 - Trees\n \nPlanes grow fast and give shade to all of us.",
            "Article 7 - Trees",
        ),
        ("Hello everybody,\n\nPlanes grow fast and give shade to all of us.", ""),
        ("Dear all\n\nPlanes grow fast and give shade to all of us.", ""),
        ("I am for it.\n\nPlanes grow fast and give shade to all of us.", ""),
        ("Trees for the market\nPlanes grow fast and give shade to all of us.", ""),
        ("Trees for the market\n\nYes.", ""),
        ("Trees for the market", ""),
        ("Trees\n\nPlanes grow fast and give shade to all of us.", ""),
        ("so " * 21 + "\n\n" + "Planes grow fast. " * 20, ""),
        ("", ""),
    ],
)
def test_a_heading_stands_apart_and_is_no_sentence(text: str, expected: str) -> None:
    assert heading(text) == expected


def test_a_subject_counts_for_whoever_wrote_it() -> None:
    body = "Planes grow fast and give shade to all of us."
    topics = topics_of(
        [
            _message(1, subject="Trees"),
            _message(2, subject="Re: Trees", parent_id=1),
            _message(3, subject="Buses (was: Trees)", parent_id=2),
            _message(4, subject="Trees"),
            _message(5, text=f"Where to plant\n\n{body} {body}"),
            _message(6, text=body),
            _message(7, subject="???"),
        ]
    )
    assert list(topics.lines) == ["Trees", "Buses (was: Trees)", "Where to plant"]
    assert topics.of_message == {1: 0, 3: 1, 4: 0, 5: 2}


def test_only_links_somebody_vouches_for_are_followed() -> None:
    messages = [
        _message(11),
        _message(12, parent_id=11, parent_evidence=ParentEvidence.HEADER),
        _message(13, parent_id=11, parent_evidence=ParentEvidence.SUBJECT),
        _message(14, parent_id=99, parent_evidence=ParentEvidence.HEADER),
    ]
    passages = [_passage(n, m) for n, m in enumerate([11, 11, 12, 13, 14])]
    context = context_of(passages, messages, topics_of(messages), np.zeros((0, 4), np.float32))
    assert context.message.tolist() == [0, 0, 1, 2, 3]
    assert context.parent.tolist() == [-1, 0, -1, -1]
    assert context.topic.tolist() == [-1] * 4


class _Lengths:
    """An encoder for tests: the number of letters, turned into an angle."""

    is_fitted_per_discussion = False
    fingerprint = "lengths"
    card = ModelCard(
        name="lengths",
        title="",
        kind="encoder",
        licence="MIT",
        languages=("*",),
        dimensions=2,
        max_tokens=None,
        package=None,
        package_version=None,
        sha256=None,
        notes="",
    )

    def __init__(self) -> None:
        self.read: list[str] = []

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        self.read += texts
        angles = np.array([len(text) for text in texts]) / 100
        return np.column_stack((np.cos(angles), np.sin(angles))).astype(np.float32)


def _passage(number: int, message: int, text: str = "so") -> Passage:
    return Passage(id=number, message_id=message, start=0, end=len(text), text=text)


def test_topics_come_after_the_passages_and_are_kept() -> None:
    texts, lines = ["one", "three", "eleven"], ["Trees", "Buses in the night"]
    passages = [_passage(n, n, text) for n, text in enumerate(texts)]
    with open_store(":memory:") as store:
        model = _Lengths()
        found = read_texts(store, model, passages, topics=lines, progress=QUIET)
        assert found.is_read.all()
        np.testing.assert_allclose(found.vectors, model.encode([*texts, *lines]), atol=1e-3)
        again = _Lengths()
        read_texts(store, again, passages, topics=lines, progress=QUIET)
    assert again.read == []


def test_topics_have_their_share_of_what_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding_vectors, "READ_AT_MOST", 8)
    texts = [f"passage {'x' * n}" for n in range(20)]
    passages = [_passage(n, n, text) for n, text in enumerate(texts)]
    with open_store(":memory:") as store:
        found = read_texts(
            store, _Lengths(), passages, topics=["Trees", "Buses", "Rents"], progress=QUIET
        )
    is_read = found.is_read
    assert is_read[:20].sum() == 6
    assert is_read[20:].tolist() == [True, True, False]
    assert (np.linalg.norm(found.vectors, axis=1) > 0.5).tolist() == is_read.tolist()


@pytest.mark.parametrize(("share_read", "reads_old"), [(1.0, False), (None, True)])
def test_what_nothing_can_stand_in_for_is_read_later(
    share_read: float | None, reads_old: bool
) -> None:
    passages = [_passage(0, 0, "an old one"), _passage(1, 1, "a new one")]
    model = _Lengths()
    with open_store(":memory:") as store:
        found = read_texts(
            store,
            model,
            passages,
            later=Later(is_new=[False, True], share_read=share_read, dim=2),
            progress=QUIET,
        )
    assert found.is_read.tolist() == [reads_old, True]
