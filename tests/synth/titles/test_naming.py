"""Names of ideas: titles, keyphrases, representatives."""

from __future__ import annotations

import gc
import re
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from models.clauses import ParsedText
from models.keyphrases import stop_words
from models.text import fold
from synth import parallel
from synth.corpus import Corpus
from synth.records import IdeaName, IdeaTree, Passage
from synth.titles import name_ideas, naming
from synth.titles.wording import clipped, names_someone, people_named, titled, without_reply_marks

BUSES = [
    "Night buses help hospital workers get home safely after the late shift.",
    "I think that night buses keep drunk drivers off the road.",
    "Night buses are cheaper for the town than taxis.",
    "Without night buses, young people cannot leave the village on weekends.",
    "The night buses should run every hour on weekends.",
]
MARKET = [
    "The covered market attracts visitors from the whole region.",
    "A covered market needs toilets and drinking water.",
    "The covered market should sell food from local farms.",
    "Local farms lose money when the covered market closes early.",
    "Stalls in the covered market are too expensive for small farms.",
]
TREES = [
    "Les arbres rafraîchissent les rues en été.",
    "Il faut planter des arbres fruitiers dans les rues du centre.",
    "Les arbres fruitiers attirent les oiseaux et les enfants.",
    "Je pense que les racines des arbres abîment les trottoirs.",
]


def tree(parent: Sequence[int], leaf: Sequence[int]) -> IdeaTree:
    level = [1 if p < 0 else 2 for p in parent]
    return IdeaTree(
        parent=np.array(parent, np.int32),
        level=np.array(level, np.int32),
        leaf=np.array(leaf, np.int32),
        weight=np.array([float(i >= 0) for i in leaf], np.float32),
        stability=np.ones(len(parent), np.float32),
    )


def word_vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """Counts of hashed words: enough likeness for a test, the same in every process."""
    vectors = np.full((len(texts), 256), 1e-3, np.float32)
    for row, text in enumerate(texts):
        for word in re.findall(r"\w{3,}", text.casefold()):
            vectors[row, sum(ord(c) * 31**i for i, c in enumerate(word)) % 256] += 1
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def corpus_of(
    texts: Sequence[str],
    *,
    languages: Sequence[str | None] | None = None,
    authors: Sequence[str | None] | None = None,
    subjects: Sequence[str | None] | None = None,
    threads: NDArray[np.intp] | None = None,
) -> Corpus:
    """One passage per text, each the whole of a message."""
    n, vectors = len(texts), word_vectors(texts)
    return Corpus(
        passages=[
            Passage(id=row, message_id=row, start=0, end=len(text), text=text)
            for row, text in enumerate(texts)
        ],
        message_ids=np.arange(n),
        threads=np.arange(n) if threads is None else threads,
        voices=np.arange(n),
        authors=authors or [None] * n,
        languages=languages or ["en"] * n,
        subjects=subjects or [None] * n,
        vectors=vectors,
        centred=vectors,
    )


def named(
    texts: list[str],
    leaf: list[int],
    *,
    parent: Sequence[int] = (-1, -1),
    languages: list[str | None] | None = None,
    authors: list[str | None] | None = None,
    subjects: list[str | None] | None = None,
    avoid: Sequence[str] = (),
) -> list[IdeaName]:
    authors = authors or [f"Participant {i}" for i in range(len(texts))]
    return name_ideas(
        corpus_of(texts, languages=languages, authors=authors, subjects=subjects),
        tree(parent, leaf),
        avoid=avoid,
        encode=word_vectors,
    )


@pytest.fixture(scope="module")
def two() -> list[IdeaName]:
    return named(BUSES + MARKET, [0] * 5 + [1] * 5)


def test_titles_say_what_the_idea_is_about(two: list[IdeaName]) -> None:
    assert "buses" in two[0].title
    assert "market" in two[1].title
    assert "covered market" in " ".join(two[1].keyphrases)


def test_titles_read_as_titles(two: list[IdeaName]) -> None:
    for name in two:
        words = name.title.split()
        assert 2 <= len(words) <= 14
        assert len(name.title) <= 70
        assert name.title[0].isupper()
        assert name.title[-1].isalnum()
        assert fold(words[-1]) not in {"the", "of", "and", "to"}


def test_a_clause_title_is_in_the_words_of_a_passage(two: list[IdeaName]) -> None:
    flat = " ".join(BUSES + MARKET).casefold()
    assert all(name.title.casefold() in flat for name in two)


def test_keyphrases_do_not_repeat_or_contain_each_other(two: list[IdeaName]) -> None:
    for name in two:
        sets = [set(phrase.casefold().split()) for phrase in name.keyphrases]
        assert all(not a <= b for i, a in enumerate(sets) for j, b in enumerate(sets) if i != j)
        assert not any(phrase.casefold() in stop_words("en") for phrase in name.keyphrases)


def test_representatives_are_members_from_different_authors() -> None:
    authors: list[str | None] = ["A", "A", "A", "B", "C", *"DDDDD"]
    first, second = named(BUSES + MARKET, [0] * 5 + [1] * 5, authors=authors)
    assert set(first.representatives) <= set(range(5))
    assert {authors[row] for row in first.representatives[:3]} == {"A", "B", "C"}
    # nobody else is left: one author speaks twice
    assert len(second.representatives) == 5


def test_summary_is_verbatim_and_says_who_speaks(two: list[IdeaName]) -> None:
    said = {f"Participant {row}": text for row, text in enumerate(BUSES + MARKET)}
    assert any(name.summary for name in two)
    for name in two:
        lines = name.summary.splitlines()
        assert len(lines) <= 3
        for line in lines:
            quoted, _, author = line.partition(" — ")
            assert quoted[0] + quoted[-1] == "“”"
            assert quoted[1:-1] in said.pop(author)


def test_inner_ideas_are_named_from_all_below_and_differ() -> None:
    names = named(BUSES + MARKET, [1] * 5 + [2] * 5, parent=[-1, 0, 0])
    assert len({name.title.casefold() for name in names}) == 3
    assert set(names[0].representatives) & set(range(5))
    assert set(names[0].representatives) & set(range(5, 10))


def test_language_is_that_of_most_passages_and_of_the_title() -> None:
    texts = [*TREES, BUSES[0], *MARKET]
    languages: list[str | None] = ["fr"] * 4 + ["en"] * 6
    names = named(texts, [0] * 5 + [1] * 5, languages=languages)
    assert names[0].language == "fr"
    assert names[1].language == "en"
    assert "arbres" in names[0].title


def test_tiny_german_idea() -> None:
    texts = ["Mehr Bänke am Flussufer wären schön.", "Am Flussufer fehlen Bänke für alte Menschen."]
    names = named([*texts, *MARKET], [0] * 2 + [1] * 5, languages=["de"] * 2 + ["en"] * 5)
    assert names[0].language == "de"
    assert "Bänke" in names[0].title or "Flussufer" in names[0].title


def test_equal_ideas_get_different_titles() -> None:
    names = named([BUSES[0]] * 4, [0, 0, 1, 1])
    assert len({name.title for name in names}) == 2


def test_a_title_that_another_idea_bears_is_not_given_again() -> None:
    (first,) = named(BUSES, [0] * 5, parent=[-1])
    (second,) = name_ideas(
        corpus_of(BUSES), tree([-1], [0] * 5), taken=[first.title], encode=word_vectors
    )
    assert second.title != first.title
    assert "(" not in second.title


def test_a_subject_can_be_the_title_and_a_shared_one_cannot() -> None:
    texts = ["Me too, please.", "I do agree with you.", "Same here, I guess.", *MARKET]
    subjects: list[str | None] = ["Re: [town] Longer hours for the swimming pool"] * 2 + [None] * 6
    names = named(texts, [0] * 3 + [1] * 5, subjects=subjects)
    assert names[0].title == "Longer hours for the swimming pool"
    everywhere: list[str | None] = ["Plans for our little town"] * 8
    assert all(
        name.title != "Plans for our little town"
        for name in named(texts, [0] * 3 + [1] * 5, subjects=everywhere)
    )


def test_people_are_not_named() -> None:
    texts = [f"Dear Agatha, the night buses please Agatha number {i}." for i in range(4)]
    names = named([*texts, *MARKET], [0] * 4 + [1] * 5, avoid=["Bruno Covered"])
    assert "agatha" not in names[0].title.casefold()
    assert "covered" not in names[1].title.casefold()
    assert not any("covered" in phrase.casefold() for phrase in names[1].keyphrases)


def test_names_to_avoid_are_forgotten_with_the_call() -> None:
    named(MARKET, [0] * 5, parent=(-1,), avoid=["Zenobia Quarrington"])
    gc.collect()
    assert not any("quarrington" in kept for kept in gc.get_objects() if type(kept) is frozenset)


def test_names_do_not_depend_on_who_parses(
    two: list[IdeaName], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "n_processes", lambda: 2)
    monkeypatch.setattr(naming, "N_ALONE", 0)
    monkeypatch.setattr(naming, "PORTION", 64)
    assert named(BUSES + MARKET, [0] * 5 + [1] * 5) == two


def test_same_input_same_names(two: list[IdeaName]) -> None:
    assert named(BUSES + MARKET, [0] * 5 + [1] * 5) == two


def test_an_idea_without_others_beside_it_has_a_name() -> None:
    """Nothing tells it from the rest, since there is no rest."""
    (alone,) = named(BUSES, [0] * 5, parent=[-1])
    assert "buses" in alone.title
    assert "night buses" in " ".join(alone.keyphrases).casefold()
    (message,) = named(BUSES[:1], [0], parent=[-1])
    assert message.keyphrases


def test_no_ideas_and_wordless_ideas() -> None:
    assert named(BUSES, [-1] * 5, parent=[]) == []
    names = named(["??", "!!", *MARKET], [0, 0] + [1] * 5)
    assert names[0].title
    assert names[1].title


def test_without_an_encoder_titles_come_from_words() -> None:
    texts = BUSES + MARKET
    names = name_ideas(corpus_of(texts), tree([-1, -1], [0] * 5 + [1] * 5))
    assert "buses" in names[0].title
    assert "market" in names[1].title


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("  the bridge is too low. ", "The bridge is too low"),
        ("THE BRIDGE IS TOO LOW!!", "The bridge is too low"),
        ("GPS for city buses", "GPS for city buses"),
        ("devtools.R breaks on load", "devtools.R breaks on load"),
        ("« école ouverte »", "École ouverte"),
    ],
)
def test_sentence_case(written: str, shown: str) -> None:
    assert titled(written) == shown


def test_reply_marks_are_taken_off() -> None:
    assert without_reply_marks("Re: AW: [town-list] Fwd: The mill") == "The mill"


def test_names_come_from_greetings() -> None:
    people = people_named(["Hi Agatha,\nfine.", "Thanks Agatha!\nOk", "Dear Bus drivers, go"], [])
    assert "agatha" in people
    assert names_someone("What Agatha said", people)
    assert names_someone("A letter to Frau von Stein", people)
    assert not names_someone("The bus drivers", people)


def test_clipping_ends_at_a_pause_where_no_blanks_are() -> None:
    first = "公園のベンチが少なくてお年寄りが長い時間座って休むことができないので"
    text = (
        f"{first}、来年の春までに入口と池のまわりに十か所ほど新しいベンチを置いてほしいと思います"
    )
    assert clipped(text, "ja") == first
    assert len(clipped("長" * 90, "ja")) == 70


def test_clipping_ends_at_a_word() -> None:
    text = "The old mill by the river was once the largest employer of the whole valley and more"
    assert clipped(text, "en") == "The old mill by the river was once the largest employer"


def test_fewer_passages_of_each_idea_are_parsed_where_ideas_are_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[str] = []
    real = naming.read

    def counted(texts: Sequence[str], languages: Sequence[str | None]) -> list[ParsedText]:
        parsed.extend(texts)
        return real(texts, languages)

    monkeypatch.setattr(naming, "read", counted)
    corpus, ideas = corpus_of(BUSES + MARKET), tree((-1, -1), [0] * 5 + [1] * 5)
    name_ideas(corpus, ideas, read_words=1)
    n_few = len(parsed)
    monkeypatch.setattr(naming, "MOST_READ_IN_ALL", 4)
    parsed.clear()
    names = name_ideas(corpus, ideas, read_words=1)
    assert n_few == 10
    assert len(parsed) == 4
    assert all(name.title for name in names)
