"""What must hold of any discussion, over every set of real discussions that is at hand.

Messages are read and cleaned as an import does, without a store; nothing is quoted here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import pytest

from models import identify
from models.sentences import split
from synth.clean import clean
from synth.importers import Reading, read
from synth.passages import cut
from synth.pipeline import import_files
from synth.records import CleanText, QuoteKind, RawMessage, Span
from synth.store import Store, open_store

MOST = 150
"""Messages looked at in each set, spread over its files."""
SETS = (
    "argkp/arguments_dev.csv",
    "catalyst-cif",
    "cimt-de",
    "decidim-lille-fr",
    "discourse",
    "irc-threads/dev",
    "polis",
    "r-package-devel/2019q1.txt",
    "republique-numerique-fr/opinions",
    "slack-export",
)
MOJIBAKE = re.compile("\ufffd|Ã[\u0080-\u00bf©¨ª§ ]|â€[™œ\u009d“”¦]|Â[«»\u00a0]")
LISTS = ("2016q2.txt", "2021q3.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A message with what the first steps make of it."""

    raw: RawMessage
    clean: CleanText
    passages: Sequence[Span]


def raw_messages(path: Path, *, most: int = MOST) -> list[RawMessage]:
    """Messages of a set, from each of its files in turn."""
    if not path.exists():
        pytest.skip(f"{path.name} is not there: this check was left out")
    found: list[list[RawMessage]] = []
    for reading in read([path]):
        if isinstance(reading, Reading):
            messages = (one for one in reading.records if isinstance(one, RawMessage))
            found.append(list(islice(messages, most)))
    share = max(1, most // max(1, len(found)))
    return list(islice(chain.from_iterable(file[:share] for file in found), most))


def looked_at(path: Path, *, most: int = MOST) -> Iterator[Looked]:
    raws = raw_messages(path, most=most)
    texts = [clean(raw) for raw in raws]
    languages = identify([text.text for text in texts])
    for raw, text, language in zip(raws, texts, languages, strict=True):
        yield Looked(raw=raw, clean=text, passages=cut(text.text, split(text.text, language)))


@pytest.mark.parametrize("name", SETS)
def test_offsets_mean_the_same_everywhere(shared_data: Path, name: str) -> None:
    n_messages = n_passages = 0
    for one in looked_at(shared_data / name):
        text, end = one.clean.text, 0
        n_messages += 1
        for span in one.passages:
            words = text[span.start : span.end]
            assert end <= span.start < span.end <= len(text), one.raw.position
            assert words == words.strip() != "", one.raw.position
            assert not re.search("[\ud800-\udfff\0]", words)
            end = span.end
            n_passages += 1
        assert all(0 <= quote.at <= len(text) for quote in one.clean.quotes)
    assert n_messages
    assert n_passages >= n_messages / 2


def test_french_accents_arrive_whole(shared_data: Path) -> None:
    messages = list(looked_at(shared_data / "republique-numerique-fr/opinions"))
    spoilt = [one.raw.source_id for one in messages if MOJIBAKE.search(one.clean.text)]
    # One participant writes about spoilt letters, and shows some.
    assert len(spoilt) <= len(messages) / 100
    assert sum("é" in one.clean.text for one in messages) > len(messages) / 2
    assert not any(re.search(r"</?(p|br|div|strong|a)\b", one.clean.text) for one in messages)


@pytest.mark.parametrize("name", LISTS)
def test_quoted_lines_are_no_own_words(shared_data: Path, name: str) -> None:
    earlier: set[str] = set()
    n_messages = n_left = n_quotes = 0
    for one in looked_at(shared_data / "r-package-devel" / name, most=200):
        text, marked = one.clean.text, list[str]()
        for span in one.passages:
            lines = text[span.start : span.end].splitlines()
            marked += [line.lstrip("> ") for line in lines if line.startswith(">")]
        # A mark before words that nobody wrote earlier is a prompt of a program.
        n_left += any(len(words) >= 20 and words in earlier for words in marked)
        n_messages += 1
        earlier.update(line.strip() for line in text.splitlines())
        n_quotes += sum(quote.kind is QuoteKind.QUOTED for quote in one.clean.quotes)
    assert n_quotes > 50
    assert n_left <= n_messages / 50, "sessions of a program that two people show"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "x.db") as opened:
        yield opened


@pytest.mark.parametrize("name", LISTS)
def test_answers_to_known_messages_are_linked(shared_data: Path, store: Store, name: str) -> None:
    path = shared_data / "r-package-devel" / name
    raws = raw_messages(path, most=10_000)
    ids = {raw.source_id for raw in raws}
    wanted = {
        raw.source_id: raw.parent_source_id
        for raw in raws
        if raw.parent_source_id in ids and raw.parent_source_id != raw.source_id
    }
    discussion = store.discussions.add("list")
    import_files(store, discussion.id, [path])
    messages = {m.id: m for m in store.messages.all(discussion.id)}
    linked = {
        m.source_id: messages[m.parent_id].source_id
        for m in messages.values()
        if m.parent_id is not None
    }
    assert len(wanted) > 50
    assert sum(linked.get(child) == parent for child, parent in wanted.items()) >= 0.95 * len(
        wanted
    )
