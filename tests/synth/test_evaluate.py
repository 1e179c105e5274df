"""Scores against gold codings: worked by hand, and the files they are read from."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.errors import InputProblem
from synth.evaluate import (
    PlacedPassage,
    idea_per_message,
    read_gold,
    read_parents,
    read_placements,
    score_labels,
    score_placements,
    score_tree,
)


def passage(message_id: str, idea_id: str | None, weight: float = 1.0) -> PlacedPassage:
    return PlacedPassage(
        message_id=message_id, source_id=f"post-{message_id}", idea_id=idea_id, weight=weight
    )


def test_perfect_agreement_scores_one() -> None:
    scores = score_labels([1, 1, 2, 2], ["a", "a", "b", "b"])
    assert scores.ari == scores.v_measure == scores.bcubed_f1 == pytest.approx(1.0)
    assert (scores.n_ideas, scores.n_gold, scores.share_placed) == (2, 2, 1.0)


def test_bcubed_and_pairs_by_hand() -> None:
    # Ours {a a b} {b}: precision (2/3 + 2/3 + 1/3 + 1) / 4, recall (1 + 1 + 1/2 + 1/2) / 4.
    scores = score_labels([1, 1, 1, 2], ["a", "a", "b", "b"])
    assert scores.bcubed_precision == pytest.approx(2 / 3)
    assert scores.bcubed_recall == pytest.approx(3 / 4)
    assert scores.pair_precision == pytest.approx(1 / 3)
    assert scores.pair_recall == pytest.approx(1 / 2)
    assert scores.ari == pytest.approx(0.0)


def test_unplaced_counts_as_alone() -> None:
    scores = score_labels([None, None, 3], ["a", "a", "a"])
    assert scores.bcubed_recall == pytest.approx(1 / 3)
    assert scores.bcubed_precision == pytest.approx(1.0)
    assert scores.share_placed == pytest.approx(1 / 3)
    assert scores.n_ideas == 1


def test_items_without_gold_are_left_out() -> None:
    assert score_labels([1, 2, 3], ["a", None, "b"]).n_items == 2
    with pytest.raises(ValueError, match="no item"):
        score_labels([1], [None])
    with pytest.raises(ValueError, match="2 predicted"):
        score_labels([1, 2], ["a"])


TREE = {"1": None, "2": None, "3": "1", "4": "1"}
"""Ideas 3 and 4 under 1; 2 stands by itself."""


def test_a_tree_is_asked_for_each_coded_idea_at_every_level() -> None:
    leaves = ["3"] * 5 + ["4"] * 5 + ["2"] * 6 + [None]
    broad = score_tree(leaves, TREE, ["a"] * 10 + ["b"] * 6 + ["b"])
    # Idea 1 holds all of a and nothing else; idea 2 six of the seven of b.
    assert broad.tree_f == pytest.approx((10 * 1.0 + 7 * (2 * 6 / 13)) / 17)
    assert (broad.best_level, broad.n_classes, broad.n_nodes) == (1, 2, 4)
    fine = score_tree(leaves, TREE, ["a"] * 5 + ["b"] * 5 + ["c"] * 6 + [None])
    assert fine.tree_f == 1.0
    assert (fine.best_level, fine.best_level_f1, fine.best_level_ari) == (2, 1.0, 1.0)


def test_small_coded_ideas_are_not_asked_of_a_tree() -> None:
    found = score_tree(["3"] * 5 + ["4"] * 4, TREE, ["a"] * 5 + ["b"] * 4)
    assert (found.n_classes, found.tree_f) == (1, 1.0)
    nothing = score_tree([None, None], TREE, ["a", "b"])
    assert (nothing.n_classes, nothing.tree_f, nothing.best_level) == (0, 0.0, 1)


def test_a_tree_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="idea 9 is not among"):
        score_tree(["9"], TREE, ["a"])
    with pytest.raises(ValueError, match="1 predicted"):
        score_tree(["3"], TREE, ["a", "b"])


def test_the_tree_is_read_as_a_run_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "ideas.csv"
    path.write_text("idea_id,parent_id,level\n1,,1\n3,1,2\n", encoding="utf-8")
    assert read_parents(path) == {"1": None, "3": "1"}
    rows = [passage("1", "3"), passage("2", "3")]
    gold = {"post-1": frozenset({"a"}), "post-2": frozenset({"b"})}
    found = score_placements(rows, gold, read_parents(path))
    assert found.tree is not None
    assert found.tree.n_nodes == 2
    assert score_placements(rows, gold).tree is None


@pytest.mark.parametrize("rows", ["3,1\n1,\n", "3,3\n", "1,9\n"])
def test_a_tree_whose_parents_are_not_above_is_refused(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "ideas.csv"
    path.write_text(f"idea_id,parent_id\n{rows}", encoding="utf-8")
    with pytest.raises(InputProblem, match="line 2: the parent of idea"):
        read_parents(path)


@settings(deadline=None)
@given(st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 4)), st.integers(0, 4)), min_size=1))
def test_scores_stay_in_range(items: list[tuple[int | None, int]]) -> None:
    scores = score_labels([ours for ours, _ in items], [theirs for _, theirs in items])
    assert 0 < scores.bcubed_f1 <= 1
    assert 0 <= scores.pair_precision <= 1
    assert -1 <= scores.ari <= 1


def test_a_message_gets_the_idea_with_most_weight() -> None:
    placed = idea_per_message(
        [passage("1", "7", 0.4), passage("1", "8", 0.5), passage("1", "7", 0.3), passage("2", None)]
    )
    assert placed == {"1": "7", "2": None}


def test_placements_match_by_either_id_and_say_what_was_left_out() -> None:
    rows = [passage("1", "7"), passage("2", "7"), passage("3", "8"), passage("4", "8")]
    gold = {
        "post-1": frozenset({"a"}),
        "post-2": frozenset({"a"}),
        "post-3": frozenset({"b"}),
        "post-4": frozenset({"a", "b"}),
        "post-9": frozenset({"b"}),
    }
    found = score_placements(rows, gold)
    assert (found.n_several_gold, found.n_not_in_run) == (1, 1)
    assert found.scores.n_items == 4
    assert found.scores.share_placed == pytest.approx(3 / 4)
    with pytest.raises(ValueError, match="no message"):
        score_placements(rows, {"other": frozenset({"a"})})


def test_reads_what_a_run_writes(tmp_path: Path) -> None:
    path = tmp_path / "placements.csv"
    path.write_text(
        "message_id,source_id,start,end,idea_id,weight,origin\n1,p1,0,9,4,0.5,machine\n"
        "2,p2,0,9,,0,machine\n",
        encoding="utf-8",
    )
    assert read_placements(path) == [
        PlacedPassage(message_id="1", source_id="p1", idea_id="4", weight=0.5),
        PlacedPassage(message_id="2", source_id="p2", idea_id=None, weight=0.0),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,idea\n1,a\n", "no column message_id"),
        ("message_id,idea\n,a\n", "line 2"),
        ("message_id,idea\n1,\n", "no message is coded"),
    ],
)
def test_a_gold_file_that_cannot_be_used_is_named(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "gold.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputProblem, match=message) as problem:
        read_gold(path)
    assert "gold.csv" in str(problem.value)


def test_gold_keeps_several_ideas_of_a_message(tmp_path: Path) -> None:
    path = tmp_path / "gold.csv"
    path.write_text("message_id,idea\n1,a\n1,b\n2,a\n3,\n", encoding="utf-8")
    assert read_gold(path) == {"1": frozenset({"a", "b"}), "2": frozenset({"a"})}


def test_a_weight_that_is_no_number_is_named(tmp_path: Path) -> None:
    path = tmp_path / "placements.csv"
    path.write_text("message_id,idea_id,weight\n1,2,much\n", encoding="utf-8")
    with pytest.raises(InputProblem, match="line 2"):
        read_placements(path)
    with pytest.raises(InputProblem, match="check the path"):
        read_placements(tmp_path / "none.csv")
