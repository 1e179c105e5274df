from __future__ import annotations

from synth.clustering.lineage import Lineage, what_became
from synth.records import Idea, IdeaStatus
from synth.store import NO_WORDS


def idea(number: int, title: str, *, parent: int | None = None, is_hidden: bool = False) -> Idea:
    return Idea(
        id=number,
        parent_id=parent,
        level=1 if parent is None else 2,
        title=title,
        keyphrases=(),
        summary="",
        n_messages=1,
        n_authors=1,
        stability=None,
        status=IdeaStatus.HIDDEN if is_hidden else IdeaStatus.MACHINE,
    )


def test_what_was_hidden_keeps_its_words_to_itself() -> None:
    before = [
        idea(1, "Bread"),
        idea(2, "Somebody's address", is_hidden=True),
        idea(3, "Somebody's street", parent=2),
    ]
    lineage = Lineage(ids=(None,), kept=(), split={}, merged={3: 0}, n_born=1, gone=(1, 2))
    told = what_became(lineage, [7], before)
    assert told["gone"] == [{"id": 1, "title": "Bread"}, {"id": 2, "title": NO_WORDS}]
    assert told["merged"] == [{"id": 3, "title": NO_WORDS, "into": 7}]
    assert told["born"] == [7]
