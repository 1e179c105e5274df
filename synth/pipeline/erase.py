"""Remove a participant, and everything made from their words."""

from __future__ import annotations

from synth.embedding.context import topics_of
from synth.errors import ModelMissing, StoreProblem, SynthError
from synth.pipeline.build import DEFAULT_MODELS, BuildReport, build
from synth.settings import QUIET, Progress, Settings
from synth.store import Store
from synth.store.participants import author_hash
from synth.store.values import sha256_text


def erase_participant(
    store: Store, discussion_id: int, who: str, *, progress: Progress = QUIET
) -> tuple[int, BuildReport | None]:
    """Empty the messages of ``who`` and build the map anew without them.

    ``who`` is a pseudonym, an author key or a name of the export. Returns how many messages were
    emptied and what the rebuild did (None when there was no map). Who is erased already has
    no message left, and the map is built again: so a second call finishes what a failed build or
    an interruption left. Nothing is erased where the map's model is missing (ModelMissing). Raises
    StoreProblem when there is nobody of that name, and when the map could not be built: then the
    words are gone all the same, and so are all titles and summaries of the machine.
    """
    import models

    participant = store.participants.find(discussion_id, who)
    is_erased = author_hash(who) in store.participants.erased_keys(discussion_id)
    if participant is None and not is_erased:
        raise StoreProblem(
            f"nobody called {who!r} in this discussion; pseudonyms are as shown there"
        )
    settings = _last_settings(store, discussion_id)
    embedder = (
        None
        if settings is None
        else models.load(settings.model or DEFAULT_MODELS[settings.quality])
    )
    n_messages, report = 0, None
    try:
        with store.atomic():
            if participant is not None:
                n_messages = store.participants.erase(discussion_id, participant)
            store.corrections.forget_words(discussion_id)
            store.events.add(discussion_id, actor="facilitator", verb="erased", noun="participant")
        if settings is not None:
            report = build(
                store, discussion_id, settings, force=True, embedder=embedder, progress=progress
            )
    except (SynthError, ModelMissing) as error:
        raise StoreProblem(
            f"the words of {who!r} are erased, but the map was not built again: {error}; "
            "erase them once more, by the pseudonym, to finish it"
        ) from error
    finally:
        _leave_no_trace(store, discussion_id)
    return n_messages, report


def _last_settings(store: Store, discussion_id: int) -> Settings | None:
    """What the map was built with; None where there is no map."""
    last = store.runs.last(discussion_id)
    if last is None:
        return None
    # The run stored these very fields; mypy cannot see their types.
    return Settings(**{name: last.settings[name] for name in Settings.__slots__})  # type: ignore[arg-type]


def _leave_no_trace(store: Store, discussion_id: int) -> None:
    """Clear what no row of the participant's needs: old titles, vectors, free pages."""
    store.runs.forget_words(discussion_id)
    there = [topics_of(list(store.messages.all(one.id))) for one in store.discussions.all()]
    store.vectors.sweep(keep={sha256_text(line) for topics in there for line in topics.lines})
    store.vacuum()
