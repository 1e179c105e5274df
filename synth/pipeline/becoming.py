"""What became of the ideas of the last map, for those who knew it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synth.clustering.lineage import Lineage
from synth.outline import shown
from synth.records import Idea
from synth.store import NO_WORDS


def what_became(lineage: Lineage, ids: Sequence[int], before: Sequence[Idea]) -> dict[str, Any]:
    """The fates of ideas by id, as a run tells them.

    ``kept`` and ``born`` list ids of the new map. ``split``, ``merged`` and ``gone`` list old ideas
    with id and title, for the title may stand nowhere else any more: those that were split with
    the ids of their parts, those that were merged with the id of what holds them now.
    What stood under a hidden idea keeps its words to itself.
    ``ids``: (n_ideas,) the id of each row of the new tree.
    """
    title = dict.fromkeys((idea.id for idea in before), NO_WORDS)
    title |= {idea.id: idea.title for idea in shown(before)}
    return {
        "kept": list(lineage.kept),
        "split": [
            {"id": old, "title": title[old], "into": [ids[row] for row in rows]}
            for old, rows in sorted(lineage.split.items())
        ],
        "merged": [
            {"id": old, "title": title[old], "into": ids[row]}
            for old, row in sorted(lineage.merged.items())
        ],
        "born": [new for new, old in zip(ids, lineage.ids, strict=True) if old is None],
        "gone": [{"id": old, "title": title[old]} for old in lineage.gone],
    }
