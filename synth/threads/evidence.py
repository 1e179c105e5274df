"""Replies seen without a reply id: quoted words, and subjects answered later."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import timedelta

from models.text import shingles
from synth.threads.forest import ThreadItem

WINDOW = timedelta(days=90)
MIN_RUNS = 4
"""Shared runs of five words (eight words in a row) below which a quote proves nothing."""
MIN_WEIGHT = 2.0
"""What shared runs must weigh, a run held by n messages weighing 1/n."""
RUN = 5
"""Words in a run."""
MAX_HOLDERS = 30
"""Messages that may hold a run: set phrases and pasted boilerplate do not tell a source."""

_COUNTED = r"\s{0,3}(?:\[\d+\]|\(\d+\)|\^\d+)?\s{0,3}[:：]"
_MARK = re.compile(
    r"\s*(?:(?:re|aw|antw|antwort|sv|vs|vá|odp|ynt|rép|rif|r|res|tr|fw|fwd|wg|wtr|vb|doorst|rv|enc|i)"
    rf"{_COUNTED}|\[[^\[\]]{{1,40}}\])\s*",
    re.IGNORECASE,
)
_REPLY = re.compile(
    r"(?:\s*\[[^\[\]]{1,40}\]){0,3}\s*(?:re|aw|antw|antwort|sv|vs|odp|ynt|rép|rif|res)" + _COUNTED,
    re.IGNORECASE,
)
_WAS = re.compile(r"\s*[\[(](?:was|war|était|formerly)\s?:?[^\])]{0,200}[\])]?\s*$", re.IGNORECASE)

Run = tuple[str, ...]


def quote_parents(
    items: Sequence[ThreadItem], parents: Sequence[int | None], order: Sequence[int]
) -> dict[int, int]:
    """Message -> the earlier message whose words it quotes, for those without parent.

    Candidates are earlier messages of the same namespace, of the same thread where
    the platform names threads, and at most 90 days older. The latest of them wins: a
    reply often quotes its parent together with what the parent had quoted.
    """
    quoting = {
        i: {run for quote in items[i].quotes for run in shingles(quote, RUN)}
        for i, parent in enumerate(parents)
        if parent is None and items[i].quotes and not items[i].is_chat
    }
    holders = _holders(items, {items[i].key[0] for i in quoting}, set().union(*quoting.values()))
    found: dict[int, int] = {}
    for i, runs in quoting.items():
        quoted = [
            (order[j], j)
            for j, (weight, n_runs) in _shared(runs, holders).items()
            if weight >= MIN_WEIGHT and n_runs >= MIN_RUNS and _may_answer(items, i, j, order)
        ]
        if quoted:
            found[i] = max(quoted)[1]
    return found


def _holders(
    items: Sequence[ThreadItem], namespaces: set[str], wanted: set[Run]
) -> dict[Run, list[int]]:
    """Each wanted run of words -> the messages of the namespaces that hold it."""
    holders: dict[Run, list[int]] = {}
    for i, item in enumerate(items):
        if item.key[0] in namespaces:
            for run in wanted.intersection(shingles(item.text, RUN)):
                holders.setdefault(run, []).append(i)
    return holders


def _shared(runs: set[Run], holders: Mapping[Run, list[int]]) -> dict[int, tuple[float, int]]:
    """Message -> (weight, number) of the runs it shares; one held by n messages weighs 1/n."""
    shared: dict[int, tuple[float, int]] = {}
    for run in runs:
        holding = holders.get(run, [])
        if len(holding) <= MAX_HOLDERS:
            for i in holding:
                weight, n_runs = shared.get(i, (0.0, 0))
                shared[i] = (weight + 1.0 / len(holding), n_runs + 1)
    return shared


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


def bare_subject(subject: str) -> str:
    """The subject casefolded, without reply and forward marks, list tags and ``(was: …)``.

    >>> bare_subject("[list] AW: Re: A Bridge over the Canal (was: Bridges)")
    'a bridge over the canal'
    """
    text = unicodedata.normalize("NFKC", subject)[:400]
    while found := _MARK.match(text):
        if found.end() == len(text) and text.strip().startswith("["):
            break
        text = text[found.end() :]
    return " ".join(_WAS.sub("", text).casefold().split())


def without_former(subject: str) -> str:
    """The subject without ``(was: …)`` at its end."""
    return _WAS.sub("", subject)


def is_reply_subject(subject: str) -> bool:
    """Whether a subject begins with a reply mark (``Re:``, ``AW:``, ``RE :``)."""
    return _REPLY.match(subject) is not None
