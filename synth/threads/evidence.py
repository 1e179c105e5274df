"""Replies seen without a reply id: quoted words, and subjects answered later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from models.text import shingles
from synth.threads.items import ThreadItem
from synth.threads.subjects import bare_subject, is_reply_subject
from synth.threads.words import RUN, QuotedWords

WINDOW = timedelta(days=90)
MIN_RUNS = 4
"""Shared runs of five words (eight words in a row) below which a quote proves nothing."""
MIN_WEIGHT = 2.0
"""What shared runs must weigh, a run held by n messages weighing 1/n."""


def quote_parents(
    items: Sequence[ThreadItem], parents: Sequence[int | None], order: Sequence[int]
) -> dict[int, int]:
    """Message -> the earlier message whose words it quotes, for those without parent.

    Candidates are earlier messages of the same namespace, of the same thread where
    the platform names threads, and at most 90 days older. The latest of them wins: a
    reply often quotes its parent together with what the parent had quoted.
    """
    quoting = {
        i: set().union(*(shingles(quote, RUN) for quote in items[i].quotes))
        for i, parent in enumerate(parents)
        if parent is None and items[i].quotes and not items[i].is_chat
    }
    wanted = set().union(*quoting.values()) if quoting else set()
    if not wanted:
        return {}
    namespaces = {items[i].key[0] for i in quoting}
    texts = [item.text if item.key[0] in namespaces else "" for item in items]
    words = QuotedWords(texts, wanted)
    found: dict[int, int] = {}
    for i, runs in quoting.items():
        quoted = [
            (order[j], j)
            for j, (weight, n_runs) in words.matches(runs).items()
            if weight >= MIN_WEIGHT and n_runs >= MIN_RUNS and _may_answer(items, i, j, order)
        ]
        if quoted:
            found[i] = max(quoted)[1]
    return found


def subject_parents(
    items: Sequence[ThreadItem], parents: Sequence[int | None], order: Sequence[int]
) -> dict[int, int]:
    """Message -> the latest earlier message with its subject, for replies without parent.

    A message is a reply when its subject says so, when it names an unknown parent, or
    when it quotes. An equal subject alone is no reply: digests and notices repeat theirs.
    """
    latest: dict[tuple[str, str], int] = {}
    found: dict[int, int] = {}
    for i in sorted(range(len(items)), key=order.__getitem__):
        item = items[i]
        if item.is_chat or not item.subject:
            continue
        subject = (item.key[0], bare_subject(item.subject))
        if not subject[1]:
            continue
        earlier = latest.get(subject) if parents[i] is None and _is_reply(item) else None
        if earlier is not None and _may_answer(items, i, earlier, order):
            found[i] = earlier
        latest[subject] = i
    return found


def _is_reply(item: ThreadItem) -> bool:
    if item.thread_key is not None:
        return False
    states_parent = item.parent_key is not None or bool(item.reference_keys)
    return states_parent or bool(item.quotes) or is_reply_subject(item.subject or "")


def _may_answer(items: Sequence[ThreadItem], i: int, earlier: int, order: Sequence[int]) -> bool:
    item, other = items[i], items[earlier]
    if order[earlier] >= order[i] or item.key[0] != other.key[0] or other.is_chat:
        return False
    if item.thread_key != other.thread_key:
        return False
    if item.posted_at is None or other.posted_at is None:
        return True
    return item.posted_at - other.posted_at <= WINDOW
