"""What the encoder learns from: blocks, what is kept apart, and our own parallel points."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np

from models.training import sources
from models.training.sources import LANGUAGES, PARALLEL, Source, kept_apart, parallel_points

TOPICS = {
    f"topic {t}": {f"point {p}": [f"{t} {p} {n}" for n in range(4)] for p in range(5)}
    for t in range(6)
}


def _source() -> Source:
    return Source(name="made up", topics=TOPICS, n_topics=2, n_points=3, n_texts=2)


def test_a_block_has_a_few_texts_of_some_points_of_some_topics() -> None:
    block = _source().draw(np.random.default_rng(0))
    assert len(block.texts) == len(set(block.texts)) == 2 * 3 * 2
    assert len(set(block.topics)) == 2
    assert set(Counter(block.points).values()) == {2}
    for text, point, topic in zip(block.texts, block.points, block.topics, strict=True):
        name, number = point.split("\t")
        assert topic == name
        assert text in TOPICS[name][number]


def test_the_same_seed_draws_the_same_block() -> None:
    one, other = (_source().draw(np.random.default_rng(3)) for _ in range(2))
    assert one == other


def test_topics_kept_apart_are_never_drawn() -> None:
    apart = kept_apart(TOPICS, 3)
    assert apart == ["topic 0", "topic 3"]
    left = _source().without(apart)
    drawn = {topic for seed in range(30) for topic in left.draw(np.random.default_rng(seed)).topics}
    assert drawn == set(TOPICS) - set(apart)
    assert list(_source().only(apart).topics) == apart


def test_arguments_come_with_their_key_point_in_its_own_words(tmp_path: Path) -> None:
    _write(
        tmp_path / "arguments_train.csv",
        [
            "arg_id,argument,topic,stance",
            "a1,One says this,T,1",
            "a2,Two says it,T,1",
            "a3,Three says both,T,1",
            "a4,Nobody matched this,T,1",
        ],
    )
    _write(
        tmp_path / "key_points_train.csv",
        ["key_point_id,key_point,topic,stance", "k1,This,T,1", "k2,That,T,1"],
    )
    _write(
        tmp_path / "labels_train.csv",
        ["arg_id,key_point_id,label", "a1,k1,1", "a2,k1,1", "a3,k1,1", "a3,k2,1", "a4,k2,0"],
    )
    assert sources.argkp(tmp_path) == {"T": {"k1": ["One says this", "This", "Two says it"]}}


def test_only_the_training_split_of_perspectives_is_read(tmp_path: Path) -> None:
    rows = ["split,claim_id,claim,same,stance,perspective_id,text"]
    rows += [f"{split},1,C,s,support,{n},{split} {n}" for split in ("train", "dev") for n in (1, 2)]
    _write(tmp_path / "perspectives.csv", rows)
    assert sources.perspectrum(tmp_path) == {"C": {"s": ["train 1", "train 2"]}}


def test_half_the_sections_of_the_opinions_are_kept_for_testing(tmp_path: Path) -> None:
    (tmp_path / "opinions").mkdir()
    for number in range(8):
        opinion = {
            "title": "Ouvrir les données publiques",
            "body": "<p>Les données de la mairie doivent être ouvertes.</p>",
            "type": {"id": number % 4},
            "arguments": [{"body": "Je suis tout à fait d'accord."}],
        }
        at = tmp_path / "opinions" / f"{number}.json"
        at.write_text(json.dumps({"opinion": opinion}), encoding="utf-8")
    found = sources.opinions(tmp_path)
    assert list(found) == ["1", "3"]
    assert set(found["1"]) == {"1", "5"}
    assert found["1"]["1"] == [
        "Je suis tout à fait d'accord.",
        "Les données de la mairie doivent être ouvertes.",
        "Ouvrir les données publiques",
    ]


def test_threads_give_prose_and_no_code(tmp_path: Path) -> None:
    rows = ["message_id,thread_id,language,text"]
    rows += [f'{n},7,en,"The package number {n} does not build on Windows."' for n in range(3)]
    rows += [
        '3,7,en,"x <- f(a[[1]]$b) + 2^10; y <<- {x %>% g()}"',
        '4,8,en,"Alone it stands here."',
    ]
    _write(tmp_path / "messages.csv", rows)
    (found,) = sources.threads(tmp_path / "messages.csv").values()
    assert list(found) == ["7"]
    assert len(found["7"]) == 3


def test_the_parallel_points_say_each_point_in_five_languages() -> None:
    with PARALLEL.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 250
    assert {row["stance"] for row in rows} == {"for", "against", "other"}
    for language in LANGUAGES:
        texts = [row[language] for row in rows]
        assert len(set(texts)) == len(texts)
        assert min(len(text.split()) for text in texts) >= 4
    topics = parallel_points()
    assert sum(len(points) for points in topics.values()) == len(rows)
    assert min(len(points) for points in topics.values()) >= 4
    apart = kept_apart(topics, 5)
    assert 0.15 < len(apart) / len(topics) < 0.25


def _write(path: Path, rows: list[str]) -> None:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
