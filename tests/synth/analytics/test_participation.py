"""Shares, bands, lights and coverage."""

from __future__ import annotations

import numpy as np
import pytest

from synth.analytics.activity import messages_under
from synth.analytics.participation import (
    Band,
    Light,
    Pulse,
    band_of,
    coverage_of,
    participation_of,
    pulse_of,
)
from tests.synth.made_up_activity import DAY, Said, activity


def test_the_fewest_voices_with_half_of_the_messages_are_proactive() -> None:
    spoken = activity(
        *[Said(voice=1, thread=1)] * 6,
        *[Said(voice=2, thread=1)] * 3,
        *[Said(voice=3, thread=10)] * 2,
        Said(voice=4, thread=10),
    )
    found = participation_of(spoken)
    assert (found.n_voices, found.n_messages) == (4, 12)
    assert (found.n_proactive, found.n_reactive) == (1, 3)
    assert found.proactive == (1,)
    assert found.top_share == 0.5
    assert found.top_ten_share == 1.0
    assert found.n_started == 2, "messages 1 and 10 begin their threads"
    groups = [(g.least, g.most, g.n_voices, g.n_messages) for g in found.groups]
    assert groups == [(1, 1, 1, 1), (2, 5, 2, 5), (6, 20, 1, 6)]


def test_one_message_more_than_half_needs_another_voice() -> None:
    spoken = activity(*[Said(voice=1)] * 2, *[Said(voice=2)] * 2, Said(voice=3))
    assert participation_of(spoken).proactive == (1, 2)


def test_nobody_is_a_group_too() -> None:
    found = participation_of(activity())
    assert (found.n_voices, found.n_proactive, found.n_reactive, found.groups) == (0, 0, 0, ())
    assert found.band is Band.DOZEN


def test_what_was_erased_is_no_voice() -> None:
    assert participation_of(activity(Said(voice=-1, ideas=()), Said(voice=2))).n_voices == 1


@pytest.mark.parametrize(
    ("n", "band"),
    [
        (12, Band.DOZEN),
        (13, Band.HUNDRED),
        (100, Band.HUNDRED),
        (101, Band.THOUSANDS_TO_COME),
        (2_000, Band.THOUSANDS_TO_COME),
        (9_999, Band.THOUSANDS),
        (10_001, Band.TENS_OF_THOUSANDS),
    ],
)
def test_a_group_falls_in_a_band(n: int, band: Band) -> None:
    assert band_of(n) is band


@pytest.mark.parametrize(
    ("n_voices", "n_days", "lights"),
    [
        (2, 15, (Light.RED, Light.RED)),
        (3, 14, (Light.ORANGE, Light.ORANGE)),
        (5, 6, (Light.ORANGE, Light.ORANGE)),
        (6, 5, (Light.GREEN, Light.GREEN)),
        (6, None, (Light.GREEN, None)),
    ],
)
def test_lights_change_where_the_rule_says(
    n_voices: int, n_days: int | None, lights: tuple[Light, Light | None]
) -> None:
    pulse = Pulse(n_voices=n_voices, n_days=n_days)
    assert (pulse.participation, pulse.contribution) == lights


def test_silence_is_counted_from_the_reference_day() -> None:
    spoken = activity(Said(voice=1, day=3), Said(voice=2, day=5), Said(voice=2, day=None))
    rows = np.arange(3)
    assert pulse_of(spoken, rows, reference=20 * DAY) == Pulse(n_voices=2, n_days=15)
    assert pulse_of(spoken, rows[2:], reference=20 * DAY).n_days is None


def test_coverage_counts_passages_messages_and_voices() -> None:
    spoken = activity(
        Said(voice=1, ideas=(7, 0)), Said(voice=1, ideas=(0,)), Said(voice=2, ideas=(8,))
    )
    found = coverage_of(spoken, [7])
    assert (found.passages, found.messages, found.voices) == (0.25, 1 / 3, 0.5)
    assert found.n_left_out == 1
    assert coverage_of(activity(), []).passages == 0.0


def test_a_message_stands_once_under_each_idea() -> None:
    spoken = activity(Said(voice=1, ideas=(7, 7, 8)), Said(voice=2, ideas=(0,)))
    found = messages_under(spoken, {7: [7], 1: [1, 7, 8], 9: [9]})
    assert {idea: rows.tolist() for idea, rows in found.items()} == {7: [0], 1: [0], 9: []}
