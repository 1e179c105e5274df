"""Who answers whom in a stored discussion, worked out anew from all evidence."""

from __future__ import annotations

from synth.settings import QUIET, Progress
from synth.store import Linked, MessageEvidence, Store
from synth.threads import ThreadItem, link


def link_threads(store: Store, discussion_id: int, *, progress: Progress = QUIET) -> int:
    """Find parents, depth and reading order anew from all evidence; returns the threads' number."""
    with progress.stage("Thread", total=None, unit="messages") as stage:
        evidence = store.evidence.all(discussion_id)
        links = link([_item(e) for e in evidence])
        ids = [e.message_id for e in evidence]
        store.messages.link(
            Linked(
                message_id=message_id,
                parent_id=None if found.parent is None else ids[found.parent],
                evidence=found.evidence,
                thread_id=ids[found.thread],
                depth=found.depth,
                rank=found.rank,
            )
            for message_id, found in zip(ids, links, strict=True)
        )
        stage.advance(len(ids))
    return len({found.thread for found in links})


def link_half_imports(store: Store, discussion_id: int) -> tuple[str, ...]:
    """Give threads to what imports left behind that were cut off.

    Returns the names of the files of which a part is missing. An import is stored as a whole
    now; earlier versions stored it message by message, and their files can still hold such a part.
    """
    names = store.sources.cut_off(discussion_id)
    if names:
        with store.atomic():
            if store.sources.close_interrupted(discussion_id):
                link_threads(store, discussion_id)
    return tuple(names)


def _item(evidence: MessageEvidence) -> ThreadItem:
    namespace, _ = evidence.key
    thread = evidence.thread_source_id
    return ThreadItem(
        key=evidence.key,
        parent_key=evidence.parent_key,
        reference_keys=evidence.ancestor_keys,
        thread_key=None if thread is None else (namespace, thread),
        author_key=None if evidence.participant_id is None else str(evidence.participant_id),
        author_names=() if evidence.author_name is None else (evidence.author_name,),
        posted_at=evidence.posted_at,
        subject=evidence.subject,
        text=evidence.text,
        quotes=evidence.quoted,
        is_chat=evidence.is_chat,
    )
