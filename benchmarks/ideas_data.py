"""Discussions whose ideas people coded, as ``benchmarks.ideas`` reads them."""

from __future__ import annotations

import csv
import hashlib
import html
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import Embedder, load, split
from synth.embedding.context import SURE, topics_of
from synth.passages import cut
from synth.pipeline import SAMPLES, import_files
from synth.records import Message
from synth.store import open_store

RESULTS = Path(__file__).resolve().parent / "results"
_MONTHS = ("2020", "2021q1", "2021q2")
_MAIN_THEMES = frozenset({"motorized transport", "non-motorized transport"})
_CIMT_FIELDS = frozenset({"document_id", "title", "text", "url"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """One discussion with the ideas people coded."""

    texts: list[str]
    gold: list[str | None]
    """Per text; None where it is not scored."""
    languages: list[str | None]
    """Per text."""
    broad: list[str | None] = field(default_factory=list)
    """Per text, the broader idea that people coded, where there are two grains."""
    titles: list[str] = field(default_factory=list)
    """Per text, where texts have titles; the texts begin with them too."""
    parents: list[int] = field(default_factory=list)
    """Per text, the text it answers, -1 for none; where any text answers another."""
    is_under_none: list[bool] = field(default_factory=list)
    """Per text, whether people put it under no idea at all; where they told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A coded discussion, cut into passages with their vectors."""

    coded: Coded
    passages: list[str]
    owner: NDArray[np.intp]
    """(n_passages,) the text each passage was cut from."""
    vectors: NDArray[np.float32]
    """(n_passages, dim) unit rows."""
    of_titles: NDArray[np.float32]
    """(n_titles, dim) unit rows."""

    @property
    def whole(self) -> NDArray[np.float32]:
        """(n_texts, dim) unit rows: the mean of each text's passages."""
        return self.per_text(self.vectors)

    def per_text(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n_texts, dim) unit rows: the mean of each text's passages in other vectors."""
        total = np.zeros((len(self.coded.texts), vectors.shape[1]), dtype=np.float32)
        np.add.at(total, self.owner, vectors)
        lengths = np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
        return np.asarray(total / lengths, dtype=np.float32)


def read_argkp(folder: Path, split: str) -> list[Coded]:
    """The topics of one split, in the order of the file."""
    matched = defaultdict(list)
    for row in _csv(folder / f"labels_{split}.csv"):
        if row["label"] == "1":
            matched[row["arg_id"]].append(row["key_point_id"])
    topics: dict[str, list[tuple[str, list[str]]]] = {}
    for row in _csv(folder / f"arguments_{split}.csv"):
        points = matched[row["arg_id"]]
        topics.setdefault(row["topic"], []).append((row["argument"], points))
    return [
        Coded(
            texts=[text for text, _ in rows],
            gold=[points[0] if len(points) == 1 else None for _, points in rows],
            languages=["en"] * len(rows),
            is_under_none=[not points for _, points in rows],
        )
        for rows in topics.values()
    ]


def read_argkp_whole(folder: Path, split: str) -> list[Coded]:
    """All topics of one split as one discussion: key points, and topics as the broader ideas."""
    topics = read_argkp(folder, split)
    return [
        Coded(
            texts=[text for topic in topics for text in topic.texts],
            gold=[point for topic in topics for point in topic.gold],
            broad=[str(number) for number, topic in enumerate(topics) for _ in topic.texts],
            languages=[language for topic in topics for language in topic.languages],
        )
    ]


def read_perspectrum(folder: Path, split: str, *, n_claims: int = 40) -> list[Coded]:
    """The claims of one split with the most statements as one discussion: statements that say the
    same, and claims as the broader ideas. Every statement is scored, once."""
    claims: dict[str, dict[str, str]] = defaultdict(dict)
    for row in _csv(folder / "perspectives.csv"):
        if row["split"] == split:
            claims[row["claim_id"]].setdefault(row["text"].strip(), row["same"])
    largest = sorted(claims, key=lambda claim: (-len(claims[claim]), claim))[:n_claims]
    told = [
        (text, point, claim) for claim in sorted(largest) for text, point in claims[claim].items()
    ]
    return [
        Coded(
            texts=[text for text, _, _ in told],
            gold=[point for _, point, _ in told],
            broad=[claim for _, _, claim in told],
            languages=["en"] * len(told),
        )
    ]


def read_republique(folder: Path, *, with_arguments: bool) -> list[Coded]:
    """Title and body of each opinion, coded by the section it was filed under.

    ``with_arguments``: the arguments for and against each opinion follow as answers to it; they
    are not scored.
    """
    texts: list[str] = []
    gold: list[str | None] = []
    titles: list[str] = []
    answers: list[tuple[str, int]] = []
    for path in sorted((folder / "opinions").glob("*.json"), key=lambda path: int(path.stem)):
        read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        opinion = read.get("opinion", read)
        answers += [(_plain(a["body"]), len(texts)) for a in opinion["arguments"]]
        texts.append(f"{opinion['title']}\n\n{_plain(opinion['body'])}")
        titles.append(opinion["title"])
        gold.append(str(opinion["type"]["id"]))
    if not with_arguments:
        return [Coded(texts=texts, gold=gold, titles=titles, languages=["fr"] * len(texts))]
    n = len(answers)
    return [
        Coded(
            texts=texts + [text for text, _ in answers],
            gold=[*gold, *[None] * n],
            titles=[*titles, *[""] * n],
            parents=[-1] * len(texts) + [opinion for _, opinion in answers],
            languages=["fr"] * (len(texts) + n),
        )
    ]


def _plain(body: str | None) -> str:
    text = re.sub(r"</(p|li|h\d|div)>|<br[^>]*>", "\n", body or "")
    return html.unescape(re.sub(r"<[^>]+>", "", text)).strip()


def read_cimt(folder: Path) -> list[Coded]:
    """Contributions, coded where they have exactly one specific theme."""
    texts: list[str] = []
    gold: list[str | None] = []
    titles: list[str] = []
    for path in sorted(folder.glob("cimt-thematic-categorization-dataset/*/*.csv")):
        for row in _csv(path):
            themes = [
                name
                for name, value in row.items()
                if name not in _CIMT_FIELDS | _MAIN_THEMES and value == "1"
            ]
            texts.append(f"{row['title']}\n\n{row['text']}")
            titles.append(row["title"])
            gold.append(themes[0] if len(themes) == 1 else None)
    return [Coded(texts=texts, gold=gold, titles=titles, languages=["de"] * len(texts))]


def read_samples(folder: Path) -> list[Coded]:
    """Our own sample threads, scored where a message was coded under one idea."""
    found = []
    for name in SAMPLES:
        coded: dict[str, list[str]] = defaultdict(list)
        for row in _csv(folder / f"{name.split('.')[0]}.gold.csv"):
            coded[row["message_id"]].append(row["idea"])
        messages = imported([folder / name])
        gold = [coded.get(message.source_id, []) for message in messages]
        only = [ideas[0] or None if len(ideas) == 1 else None for ideas in gold]
        is_under_none = [ideas == [""] for ideas in gold]
        threaded = _threaded(messages, only, with_topics=True)
        found.append(replace(threaded, is_under_none=is_under_none))
    return found


def read_mailing_list(folder: Path) -> list[Coded]:
    """A year and a half of a mailing list, coded by thread; subjects are hidden.

    Threads of at least eight messages by three people.
    """
    months = sorted(path for path in folder.rglob("*") if path.name.startswith(_MONTHS))
    messages = imported(months)
    threads: dict[int, list[Message]] = defaultdict(list)
    for message in messages:
        threads[message.thread_id].append(message)
    large = {
        thread
        for thread, told in threads.items()
        if len(told) >= 8 and len({message.participant_id for message in told}) >= 3
    }
    kept = [message for message in messages if message.thread_id in large]
    return [_threaded(kept, [str(message.thread_id) for message in kept], with_topics=False)]


def imported(files: Sequence[Path]) -> list[Message]:
    """The messages of exports, cleaned and threaded as the program does it."""
    with TemporaryDirectory() as at, open_store(Path(at) / "read.db") as store:
        discussion = store.discussions.add("read")
        import_files(store, discussion.id, files)
        return list(store.messages.all(discussion.id))


def _threaded(
    messages: Sequence[Message], gold: Sequence[str | None], *, with_topics: bool
) -> Coded:
    number = {message.id: row for row, message in enumerate(messages)}
    topics = topics_of(messages)
    parents = [
        number.get(m.parent_id, -1) if m.parent_id and m.parent_evidence in SURE else -1
        for m in messages
    ]
    lines = [
        topics.lines[i] if (i := topics.of_message.get(m.id, -1)) >= 0 else "" for m in messages
    ]
    return Coded(
        texts=[message.text for message in messages],
        gold=list(gold),
        languages=[message.language for message in messages],
        titles=lines if with_topics and any(lines) else [],
        parents=parents,
    )


def _csv(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def embed(coded: Coded, model: Embedder | None = None) -> Embedded:
    """Cut and embed a discussion; vectors are kept by a hash of model and texts.

    By the default model, or by another.
    """
    passages: list[str] = []
    owner: list[int] = []
    for number, text in enumerate(coded.texts):
        spans = cut(text, split(text, coded.languages[number]))
        passages += [text[span.start : span.end] for span in spans] or [text]
        owner += [number] * max(1, len(spans))
    return Embedded(
        coded=coded,
        passages=passages,
        owner=np.array(owner, dtype=np.intp),
        vectors=vectors_of(passages, model),
        of_titles=vectors_of(coded.titles, model),
    )


def vectors_of(texts: Sequence[str], model: Embedder | None = None) -> NDArray[np.float32]:
    model = model or load()
    key = hashlib.sha256("\0".join([model.fingerprint, *texts]).encode()).hexdigest()[:24]
    kept = RESULTS / f"vectors-{key}.npy"
    if not kept.exists():
        RESULTS.mkdir(parents=True, exist_ok=True)
        np.save(kept, model.encode(texts))
    return np.asarray(np.load(kept), dtype=np.float32)
