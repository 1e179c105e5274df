"""What is said again in a discussion, and how many voices carry each idea."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from synth.duplicates import TELLING_WORDS, Copies, Repetition, find_repetition
from synth.parallel import beside
from synth.records import Message, Passage
from synth.store import RepetitionRow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models import Blend

LARGE = 10_000
"""Passages from which looking for copies is worth a process of its own."""
MOSTLY = 0.5
"""Share of its messages from which a repeated passage belongs to a repeated message."""


class Said(NamedTuple):
    """Passages as :func:`synth.duplicates.find_repetition` takes them."""

    passages: list[str]
    messages: NDArray[np.intp]
    voices: NDArray[np.intp]


def repetition_of(
    passages: Sequence[Passage], messages: Mapping[int, Message]
) -> Callable[[], Repetition]:
    """The repetition among passages, and among the messages they stand in: looked for beside
    other work where there is much, and had by calling what is returned."""
    import numpy as np

    number = {message_id: row for row, message_id in enumerate(messages)}
    said = Said(
        passages=[passage.text for passage in passages],
        messages=np.array([number[p.message_id] for p in passages], dtype=np.intp),
        voices=np.array([m.voice for m in messages.values()], dtype=np.intp),
    )
    return beside(_found, said, is_large=len(passages) >= LARGE)


def _found(said: Said) -> Repetition:
    return find_repetition(said.passages, messages=said.messages, voices=said.voices)


def repetition_rows(
    repetition: Repetition, passages: Sequence[Passage], messages: Mapping[int, Message]
) -> list[RepetitionRow]:
    """What is stored of it: texts of ``TELLING_WORDS`` that stand in two messages or more."""
    in_order = list(messages.values())
    wholes = [
        RepetitionRow(
            is_message=True,
            message_id=in_order[typical].id,
            start=0,
            end=len(in_order[typical].text),
            members=[in_order[row].id for row in rows],
        )
        for typical, rows in _groups(repetition.messages)
    ]
    whole_of = {m: place for place, whole in enumerate(wholes) for m in whole.members}
    parts = []
    for typical, rows in _groups(repetition.passages):
        of = {passages[row].message_id for row in rows}
        if len(of) < 2:
            continue
        ((whole, n_inside),) = Counter(whole_of.get(m) for m in of).most_common(1)
        parts.append(
            RepetitionRow(
                is_message=False,
                message_id=passages[typical].message_id,
                start=passages[typical].start,
                end=passages[typical].end,
                members=[passages[row].id for row in rows],
                part_of=whole if n_inside > MOSTLY * len(of) else None,
            )
        )
    return [*wholes, *parts]


def _groups(copies: Copies) -> list[tuple[int, list[int]]]:
    """(typical row, rows) of each group of two texts or more that says something."""
    rows_of: dict[int, list[int]] = {}
    for row, group in enumerate(copies.group.tolist()):
        rows_of.setdefault(group, []).append(row)
    groups = [(int(copies.typical[group]), rows) for group, rows in rows_of.items()]
    return [
        (typical, rows)
        for typical, rows in groups
        if len(rows) > 1 and copies.n_words[typical] >= TELLING_WORDS
    ]


def blend_once(
    vectors: NDArray[np.float32],
    texts: Sequence[str],
    *,
    is_known: NDArray[np.bool_],
    repetition: Repetition | None,
) -> tuple[Blend | None, NDArray[np.float32], NDArray[np.float32]]:
    """The blend of a discussion, and what it makes of the vectors: completed, and blended.

    ``vectors`` and ``texts`` are those of the passages, then of whatever else stands in their
    space. With ``repetition`` the blend is fitted on the passages alone, and once on those that
    are copies; without, on all. Nothing is fitted where there is nothing. Where no encoder reads
    (vectors of no dimension), the blend is all there is.
    """
    import numpy as np

    from models import Blend

    is_fitted = np.ones(len(texts), dtype=np.bool_)
    if repetition is not None:
        leader = repetition.passages.group
        is_fitted[:] = False
        is_fitted[: len(leader)] = leader == np.arange(len(leader))
    if not is_fitted.any():
        return None, vectors, vectors
    own, others = np.flatnonzero(is_fitted), np.flatnonzero(~is_fitted)
    blend = Blend()
    some = [texts[row] for row in own.tolist()]
    completed, blended = blend.fit_transform(vectors[own], some, is_known=is_known[own])
    if len(others):
        more = [texts[row] for row in others.tolist()]
        further = blend.transform(vectors[others], more, is_known=is_known[others])
        back = np.argsort(np.concatenate([own, others]))
        completed = np.vstack([completed, further[0]])[back]
        blended = np.vstack([blended, further[1]])[back]
    return blend, completed if blend.n_encoder else blended, blended
