"""Remove a participant, and everything made from their words."""

from __future__ import annotations

from synth.errors import StoreProblem
from synth.pipeline.building import BuildReport, build
from synth.pipeline.context import topics_of
from synth.settings import QUIET, Progress, Settings
from synth.store import Store
from synth.store.values import sha256_text


def erase_participant(
    store: Store, discussion_id: int, who: str, *, progress: Progress = QUIET
) -> tuple[int, BuildReport | None]:
    """Empty the messages of ``who`` and build the map anew without them.

    ``who`` is a pseudonym, an author key or a name of the export. Returns how many messages were
    emptied and what the rebuild did (None when there was no map). Raises StoreProblem when
    there is nobody of that name.
    """
    participant = store.participants.find(discussion_id, who)
    if participant is None:
        raise StoreProblem(
            f"nobody called {who!r} in this discussion; pseudonyms are as shown there"
        )
    n_messages = store.participants.erase(discussion_id, participant)
    store.corrections.forget_words(discussion_id)
    store.events.add(discussion_id, actor="facilitator", verb="erased", noun="participant")
    last = store.runs.last(discussion_id)
    report = None
    if last is not None:
        # The run stored these very fields; mypy cannot see their types.
        settings = Settings(**{name: last.settings[name] for name in Settings.__slots__})  # type: ignore[arg-type]
        report = build(store, discussion_id, settings, force=True, progress=progress)
    there = [topics_of(list(store.messages.all(one.id))) for one in store.discussions.all()]
    store.vectors.sweep(keep={sha256_text(line) for topics in there for line in topics.lines})
    store.vacuum()
    return n_messages, report
