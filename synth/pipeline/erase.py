"""Remove a participant, and everything made from their words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from synth.errors import ModelMissing, StoreProblem, StoreTrouble, SynthError
from synth.pipeline.build import BuildReport, build, embedder_of
from synth.pipeline.moderation import everything_shown
from synth.settings import QUIET, Progress, Settings
from synth.store import Store
from synth.store.messages import SubjectLine
from synth.store.participants import author_hash
from synth.store.rows import sha256_text
from synth.threads.evidence import bare_subject, is_reply_subject, without_former
from synth.titles.wording import without_reply_marks

PATIENCE = 30.0
"""Seconds that those who read an earlier state of the file are waited for."""


def erase_participant(
    store: Store, discussion_id: int, who: str, *, progress: Progress = QUIET
) -> tuple[int, BuildReport | None]:
    """Empty the messages of ``who`` and build the map anew without them.

    ``who`` is a pseudonym, an author key or a name of the export. Returns how many messages were
    emptied and what the rebuild did (None when there was no map). Who is erased already has
    no message left, and the map is built again: so a second call finishes what a failed build or
    an interruption left. When this returns, the words stand neither in the file nor in what SQLite
    keeps beside it; that is so before the map is built.

    Nothing is erased where the map's model is missing (ModelMissing). Raises StoreProblem when
    there is nobody of that name; when the map could not be built: then the words are gone all
    the same, and so are all titles and summaries of the machine; and when somebody went on
    reading an earlier state, which keeps the words in the file.
    """
    _require(store, discussion_id, who)
    settings = last_settings(store, discussion_id)
    embedder = None if settings is None else embedder_of(settings)
    erased = erase_words(store, discussion_id, who, actor="facilitator")
    report = None
    try:
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
        _count(store, erased.id, vectors=_forget_unused(store, discussion_id))
        is_gone = store.checkpoint(patience=PATIENCE)
    if not is_gone:
        raise StoreProblem(
            f"{store.path}: the words of {who!r} are erased, but somebody still reads an earlier "
            "state of the file, which keeps them in it; stop what has it open and erase them once "
            "more, by the pseudonym, to finish it",
            trouble=StoreTrouble.LOCKED,
        )
    return erased.n_messages, report


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What came of an erasure."""

    id: int | None
    """Of its record; None where all was erased before."""
    n_messages: int
    is_gone: bool
    """Whether the words have left the file already."""


def erase_words(
    store: Store, discussion_id: int, who: str, *, actor: str, patience: float = PATIENCE
) -> Erased:
    """The first half of ``erase_participant``: the map of before stands, without its words, until
    it is built again, which is then done as a whole.

    What was removed is counted in ``store.erasures``. The words have not left the file
    while somebody reads an earlier state for longer than ``patience`` seconds. Raises
    StoreProblem when there is nobody of that name.
    """
    participant = _require(store, discussion_id, who)
    removed: Counter[str] = Counter()
    erasure_id: int | None = None
    with everything_shown(store, discussion_id):
        if participant is not None:
            erasure_id = store.erasures.add(
                discussion_id,
                pseudonym=store.participants.pseudonyms([participant])[participant],
                member_id=store.claims.holder(participant),
                actor=actor,
            )
            removed = _erase(store, discussion_id, participant)
            removed["proposals"] += store.correction_proposals.forget(discussion_id, participant)
            store.claims.drop(participant)  # what they proposed is found by it
            store.invitations.forget(participant)
        removed["titles"] += store.corrections.forget_words(discussion_id)
        store.events.add(discussion_id, actor=actor, verb="erased", noun="participant")
    removed["vectors"] += _forget_unused(store, discussion_id)
    _count(store, erasure_id, **removed)
    return Erased(
        id=erasure_id,
        n_messages=removed["messages"],
        is_gone=store.vacuum(patience=patience),
    )


def _count(store: Store, erasure_id: int | None, **removed: int) -> None:
    if erasure_id is not None:
        store.erasures.count(erasure_id, removed)


def _require(store: Store, discussion_id: int, who: str) -> int | None:
    """The participant; None for one whose words are erased already."""
    participant = store.participants.find(discussion_id, who)
    if participant is None and author_hash(who) not in store.participants.erased_keys(
        discussion_id
    ):
        raise StoreProblem(
            f"nobody called {who!r} in this discussion; pseudonyms are as shown there"
        )
    return participant


def _erase(store: Store, discussion_id: int, participant_id: int) -> Counter[str]:
    """Take the words of a participant out of all messages; returns what went, by kind."""
    lines = store.messages.subjects(discussion_id)
    own = _own_subjects(lines, participant_id)
    changed: dict[int, str | None] = {}
    for line in lines:
        left = without_former(line.subject)
        former = " ".join(line.subject[len(left) :].casefold().split())
        if bare_subject(line.subject) in own:
            changed[line.message_id] = None
        elif any(subject in former for subject in own):
            changed[line.message_id] = left
    store.messages.set_subjects(changed)
    removed = store.participants.erase(discussion_id, participant_id, subjects=sorted(own))
    theirs = {line.message_id for line in lines if line.participant_id == participant_id}
    removed["subjects"] += len(changed.keys() - theirs)
    return removed


def _own_subjects(lines: Sequence[SubjectLine], participant_id: int) -> set[str]:
    """The subjects, without reply marks, that the participant chose and others only carried on.

    A subject belongs to who bore it first. Where somebody else wrote it over a message that
    answers nobody, it is theirs as well and stays.
    """
    first: dict[str, SubjectLine] = {}
    shared: set[str] = set()
    for line in lines:
        subject = bare_subject(line.subject)
        is_own = line.participant_id == participant_id
        first.setdefault(subject, line)
        if not (is_own or line.is_reply or is_reply_subject(line.subject)):
            shared.add(subject)
    chosen = {s for s, line in first.items() if line.participant_id == participant_id}
    return chosen - shared - {""}


def last_settings(store: Store, discussion_id: int) -> Settings | None:
    """What the map was built with; None where there is no map."""
    last = store.runs.last(discussion_id)
    if last is None:
        return None
    # The run stored these very fields, but for later ones; mypy cannot see their types.
    stored = {name: last.settings[name] for name in Settings.__slots__ if name in last.settings}
    return Settings(**stored)  # type: ignore[arg-type]


def _forget_unused(store: Store, discussion_id: int) -> int:
    """Clear what no row of the participant's needs: old titles and vectors; returns how many
    vectors."""
    store.runs.forget_words(discussion_id)
    return forget_unused_vectors(store)


def forget_unused_vectors(store: Store) -> int:
    """Clear the vectors of words that nobody says any more; returns how many."""
    # Vectors are kept of passages, and of what messages are called.
    lines = store.messages.first_lines()
    called = {line.strip() for line in lines} | {without_reply_marks(line) for line in lines}
    return store.vectors.forget_unused(keep={sha256_text(line) for line in called})
