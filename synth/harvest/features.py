"""What can be measured of a sentence in its discussion.

The features are bounded by construction instead of standardised over the data, so that a
sentence keeps nearly the same score when messages are added, and a thread of three
comments is measured like one of three hundred. All are 0..1, except ``quoted`` (-1..1).

=============  ==================================================================
length         words, on a log scale up to 40
prose          share of words that begin small, where there is a function word
asks           a question or a request
proposes       a proposal, a decision or an opinion
problem        names a problem
facts          figures, or cues of evidence
unfinished     does not end like a sentence
address        share taken by links, addresses and telephone numbers
polite         a greeting or a closing
repeat         words the author had in an earlier message, or the thread had before
first          1 for the first sentence of the message's body, 1/2 for the second, …
late           how far into the body of the message
outside        after the closing, the last line of prose, or a ruled line
early          1 / (1 + reading order of the message in its thread)
centrality     cosine with the sum of the other body sentences of the thread (tf-idf)
subject        share of the subject's words
quoted         quoted by later messages more than its neighbours in the message
answered       messages below it in the reply tree, n / (n + 5)
backed         likes and votes for, n / (n + 5); 1 for an accepted answer
=============  ==================================================================

Centrality follows Radev et al. (2004), "Centroid-based summarization of multiple
documents"; subject overlap, position and quotation are the features that Rambow et al.
(2004) and Ulrich et al. (2009) found to carry over between e-mail threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from synth.harvest.surface import Flags, Floats, Surface
from synth.harvest.words import Numbers, Triples, WordTable, column, tokenise

if TYPE_CHECKING:
    from synth.harvest import SentenceRow

_SHORT: Final = 5
"""A greeting or a closing has at most so many words; longer sentences only begin like one."""
_BODY_WORDS: Final = 4
_LEAST_WORDS: Final = 3
"""Fewer ("Terry,", "Hm.") leave the first place in a message to the next sentence."""
_BODY_PROSE: Final = 0.5
_LONG: Final = 20
"""A sentence of so many words counts in full for what its thread is about."""
_SAID: Final = 0.7
"""A sentence is a repetition when this share of its word triples was said before."""
_CONVERSATION: Final = 8
"""A thread of several messages and so many body sentences has a subject of its own."""
_HALF: Final = 5.0
"""So many replies, or votes, bring their feature to one half."""


def measure(
    sentences: Sequence[SentenceRow],
    table: WordTable,
    surface: Surface,
    triples: Triples,
    *,
    n_quoted: Floats,
) -> dict[str, Floats]:
    """Name → feature of every sentence, each float64 (n,); see the table above.

    ``table``, ``surface`` and ``triples`` are those of the same sentences, from `read_words`,
    `read_surface` and `read_triples`; ``n_quoted``: (n,) later messages that quote each.
    """
    features = _of_wording(table, surface)
    features["repeat"] = _repeats(sentences, table, triples)
    is_body, places = _bodies(sentences, table, features, is_rule=surface.is_rule)
    features |= places
    features["early"] = 1 / (1 + np.maximum(0, column(sentences, "message_rank")))
    features["centrality"] = _centrality(sentences, table, is_body)
    features["subject"] = _subjects(sentences, table)
    return features | _of_response(sentences, n_quoted)


def _of_wording(table: WordTable, surface: Surface) -> dict[str, Floats]:
    is_short = table.n_words <= _SHORT
    return {
        "length": np.log1p(np.minimum(table.n_words, 40)) / np.log(41),
        "prose": surface.prose * _has_grammar(table),
        "asks": _any(surface.asks, table.cue("question"), table.cue("request")),
        "proposes": _any(table.cue("proposal"), table.cue("decision"), table.cue("opinion")),
        "problem": _any(table.cue("problem")),
        "facts": _any(surface.has_digit, table.cue("evidence")),
        "unfinished": surface.is_unfinished.astype(np.float64),
        "address": surface.address,
        "polite": _any(table.cue("greeting"), table.cue("closing")) * is_short,
    }


def _has_grammar(table: WordTable) -> Floats:
    """Whether a function word is there; without a list of them, how near to four words."""
    has_function_word = (table.cue("function") > 0).astype(np.float64)
    return np.where(table.has_cues, has_function_word, np.minimum(1, table.n_words / _BODY_WORDS))


def _any(*cues: Flags | Floats) -> Floats:
    found: Floats = np.logical_or.reduce([cue > 0 for cue in cues]).astype(np.float64)
    return found


def _repeats(sentences: Sequence[SentenceRow], table: WordTable, triples: Triples) -> Floats:
    """1 where the author said the very words in an earlier message, or the thread had them.

    The first to say it keeps 0, so that of a contribution sent to many places, by one or by
    many, one is left; signatures and quotations that nothing marks are known by it.
    """
    first_in: dict[tuple[int, tuple[str, ...]], int] = {}
    is_again = np.zeros(len(sentences), dtype=bool)
    for at, (row, words) in enumerate(zip(sentences, table.tokens, strict=True)):
        if row.author >= 0:
            first = first_in.setdefault((row.author, tuple(words)), row.message)
            is_again[at] = first != row.message
    share = _share_said_before(sentences, triples)
    said: Floats = (is_again | (share >= _SAID)).astype(np.float64)
    return said


def _share_said_before(sentences: Sequence[SentenceRow], triples: Triples) -> Floats:
    """Share of a sentence's word triples that an earlier message of its thread has."""
    n = len(sentences)
    order = _reading_order(sentences)[triples.of_text]
    key = np.unique(triples.key, return_inverse=True)[1]
    earliest = np.full(key.max() + 1 if len(key) else 0, np.iinfo(np.int64).max)
    np.minimum.at(earliest, key, order)
    n_old = np.bincount(triples.of_text, earliest[key] < order, minlength=n)
    share: Floats = n_old / np.maximum(1, np.bincount(triples.of_text, minlength=n))
    return share


def _reading_order(sentences: Sequence[SentenceRow]) -> Numbers:
    """Number of each sentence's message by rank, equals by id: shape (n,)."""
    messages = np.unique(column(sentences, "message"), return_inverse=True)[1]
    ranks = column(sentences, "message_rank")
    order: Numbers = np.unique(ranks * len(sentences) + messages, return_inverse=True)[1]
    return order


def _bodies(
    sentences: Sequence[SentenceRow],
    table: WordTable,
    features: dict[str, Floats],
    *,
    is_rule: Flags,
) -> tuple[Flags, dict[str, Floats]]:
    """Which sentences are a message's own argument, and the features of their place in it.

    Rows of one message are a stretch; all messages are gone through at once.
    """
    n = len(sentences)
    messages = column(sentences, "message")
    starts = np.flatnonzero(np.concatenate(([True], messages[1:] != messages[:-1])))
    ends = np.concatenate((starts[1:], [n]))
    of_row = np.repeat(np.arange(len(starts)), ends - starts)
    rows = np.arange(n)
    is_closing = (table.cue("closing") > 0) & (features["polite"] > 0)
    is_own = (features["polite"] == 0) & (features["repeat"] == 0) & ~is_rule
    is_prose = is_own & (table.n_words >= _BODY_WORDS) & (features["prose"] > _BODY_PROSE)
    closes = (is_closing | is_rule) & (rows > starts[of_row])
    closed = np.minimum(np.minimum.reduceat(np.where(closes, rows, n), starts), ends)
    proses = np.where(is_prose & (rows < closed[of_row]), rows, -1)
    last = np.maximum.reduceat(proses, starts)
    last = np.where(last < 0, closed - 1, last)
    outside = rows > last[of_row]
    is_body = is_own & ~outside
    n_before = _before(is_body, starts)[of_row]
    speaks = is_body & (table.n_words >= _LEAST_WORDS)
    n_spoken = np.cumsum(speaks) - speaks - _before(speaks, starts)[of_row]
    n_inside = np.add.reduceat(is_body, starts, dtype=np.int64)[of_row]
    place = np.cumsum(is_body) - is_body - n_before
    return is_body, {
        "first": np.where(is_body, 1 / (1 + n_spoken), 0),
        "late": np.where(is_body, place / np.maximum(1, n_inside), 1),
        "outside": outside.astype(np.float64),
    }


def _before(flags: Flags, starts: Numbers) -> Numbers:
    """How many flags stand before each start."""
    total = np.concatenate(([0], np.cumsum(flags)))
    return np.asarray(total[starts], dtype=np.int64)


def _groups(sentences: Sequence[SentenceRow], is_body: Flags) -> Numbers:
    """Which sentences are compared with each other: number of the group of each, shape (n,).

    A thread that holds a conversation is a group. Comments without one (a survey, an
    opinion that nobody answered) are compared inside their idea, or else all together.
    """
    threads, thread = np.unique(column(sentences, "thread"), return_inverse=True)
    pairs = np.unique(np.stack((thread, column(sentences, "message"))), axis=1)
    is_talk = (np.bincount(thread, is_body) >= _CONVERSATION) & (np.bincount(pairs[0]) > 1)
    idea = np.maximum(column(sentences, "idea"), -1)
    group = np.where(is_talk[thread], thread, len(threads) + 1 + idea)
    return np.unique(group, return_inverse=True)[1]


def _centrality(sentences: Sequence[SentenceRow], table: WordTable, is_body: Flags) -> Floats:
    """Cosine of each sentence with the sum of its group's other sentences, on tf-idf.

    Long sentences count more for what the group is about; what is no body not at all.
    """
    n, n_vocabulary = table.counts.shape
    rows = np.repeat(np.arange(n), np.diff(table.counts.indptr))
    words = table.counts.indices.astype(np.int64)
    n_with = np.bincount(words, minlength=n_vocabulary)
    weight = np.log((1 + n) / n_with[words])
    norms = np.sqrt(np.bincount(rows, weight**2, minlength=n))
    unit = weight / np.maximum(norms[rows], 1e-12)
    group = _groups(sentences, is_body)
    part = is_body * np.minimum(1, table.n_words / _LONG)
    places, place = np.unique(group[rows] * n_vocabulary + words, return_inverse=True)
    sums = np.bincount(place, part[rows] * unit, minlength=len(places))
    dots = np.bincount(rows, unit * sums[place], minlength=n)
    square = np.bincount(places // n_vocabulary, sums**2, minlength=group.max() + 1)[group]
    others = square - 2 * part * dots + part**2
    cosine = (dots - part) / np.sqrt(np.maximum(others, 1e-9))
    clipped: Floats = np.clip(np.where((norms > 1e-12) & (others > 1e-6), cosine, 0), 0, 1)
    return clipped


def _subjects(sentences: Sequence[SentenceRow], table: WordTable) -> Floats:
    """Share of the words of its message's subject that each sentence has."""

    @cache  # all sentences of a message, and most of a thread, share theirs
    def words_of(subject: str | None) -> frozenset[str]:
        return frozenset(word for word in tokenise(subject or "") if len(word) > 2)

    shares = np.zeros(len(sentences))
    for at, row in enumerate(sentences):
        if subject := words_of(row.subject):
            shares[at] = len(subject.intersection(table.tokens[at])) / len(subject)
    return shares


def _of_response(sentences: Sequence[SentenceRow], n_quoted: Floats) -> dict[str, Floats]:
    messages = np.unique(column(sentences, "message"), return_inverse=True)[1]
    quoted = n_quoted / (1 + n_quoted)
    usual = np.bincount(messages, quoted) / np.bincount(messages)
    replies = column(sentences, "n_replies")
    votes = sum(np.maximum(0, column(sentences, name)) for name in ("n_likes", "n_for"))
    is_accepted = column(sentences, "is_accepted") > 0
    return {
        "quoted": quoted - usual[messages],
        "answered": replies / (replies + _HALF),
        "backed": np.where(is_accepted, 1.0, votes / (votes + _HALF)),
    }
