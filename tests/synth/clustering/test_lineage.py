from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from synth.clustering.lineage import trace


def sets(*groups: range) -> list[frozenset[int]]:
    return [frozenset(group) for group in groups]


def old(*groups: range, level: int = 1) -> tuple[dict[int, frozenset[int]], dict[int, int]]:
    ideas = dict(enumerate(sets(*groups), start=10))
    return ideas, dict.fromkeys(ideas, level)


def test_an_unchanged_map_keeps_every_id_and_reports_nothing_else() -> None:
    ideas, levels = (
        {1: frozenset(range(10)), 2: frozenset(range(5)), 3: frozenset(range(5, 10))},
        {
            1: 1,
            2: 2,
            3: 2,
        },
    )
    lineage = trace(ideas, list(ideas.values()), levels=levels, new_levels=[1, 2, 2])
    assert lineage.ids == (1, 2, 3)
    assert (lineage.split, lineage.merged, lineage.n_born, lineage.gone) == ({}, {}, 0, ())


def test_an_idea_that_falls_in_two_is_split_and_its_larger_half_lives_on() -> None:
    ideas, levels = old(range(20))
    lineage = trace(ideas, sets(range(12), range(12, 20)), levels=levels, new_levels=[1, 1])
    assert lineage.ids == (10, None)
    assert lineage.split == {10: (0, 1)}
    assert lineage.n_born == 1


def test_of_two_ideas_that_become_one_the_larger_lives_on() -> None:
    ideas, levels = old(range(12), range(12, 20))
    lineage = trace(ideas, sets(range(20)), levels=levels, new_levels=[1])
    assert lineage.ids == (10,)
    assert lineage.merged == {11: 0}
    assert lineage.gone == ()


def test_an_idea_whose_passages_are_gone_is_gone() -> None:
    ideas, levels = old(range(5), range(5, 9))
    lineage = trace(ideas, sets(range(5)), levels=levels, new_levels=[1])
    assert lineage.gone == (11,)


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=40),
    st.lists(st.integers(0, 4), min_size=1, max_size=40),
)
def test_every_old_idea_has_one_fate_and_no_id_is_given_twice(a: list[int], b: list[int]) -> None:
    def groups(labels: list[int]) -> dict[int, frozenset[int]]:
        return {
            g: frozenset(i for i, label in enumerate(labels) if label == g) for g in set(labels)
        }

    before, after = groups(a), list(groups(b).values())
    lineage = trace(before, after, levels=dict.fromkeys(before, 1), new_levels=[1] * len(after))
    given_ids = [i for i in lineage.ids if i is not None]
    assert len(given_ids) == len(set(given_ids))
    fates = set(lineage.kept) | set(lineage.split) | set(lineage.merged) | set(lineage.gone)
    assert fates == set(before)
    assert not set(lineage.gone) & (set(lineage.kept) | set(lineage.split) | set(lineage.merged))


def test_a_held_idea_keeps_its_id_whatever_it_shares() -> None:
    ideas, levels = old(range(10), range(10, 20))
    lineage = trace(
        ideas,
        sets(range(10), range(30, 40), range(10, 20)),
        levels=levels,
        new_levels=[1, 1, 1],
        held={1: 10},
    )
    assert lineage.ids == (None, 10, 11)
    assert lineage.kept == (10, 11)
    assert lineage.n_born == 1
