"""Masked texts, their originals, and offsets in both."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from synth.masks import Finding, MaskKind, Offsets, findings_of, masked, restored


@st.composite
def found_texts(draw: st.DrawFn) -> tuple[str, list[Finding]]:
    pieces = draw(st.lists(st.text("ab é@9", max_size=6), min_size=1, max_size=9))
    text, findings, at = "".join(pieces), [], 0
    for n, piece in enumerate(pieces):
        if n % 2 and piece:
            shown = draw(st.sampled_from(["[e-mail]", "[é]", "Participant 417"]))
            kind = draw(st.sampled_from(list(MaskKind)))
            findings.append(Finding(start=at, end=at + len(piece), kind=kind, shown=shown))
        at += len(piece)
    return text, findings


@given(found_texts())
def test_a_masked_text_holds_its_masks_and_gives_its_original_back(
    case: tuple[str, list[Finding]],
) -> None:
    text, findings = case
    shown, masks = masked(text, reversed(findings))
    assert [shown[m.start : m.end] for m in masks] == [f.shown for f in findings]
    assert restored(shown, masks) == text
    assert findings_of(shown, masks) == tuple(findings)


@given(found_texts())
def test_places_between_masks_move_with_their_words(case: tuple[str, list[Finding]]) -> None:
    text, findings = case
    shown, masks = masked(text, findings)
    offsets = Offsets(masks)
    places = [offsets.shown(at) for at in range(len(text) + 1)]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (0, len(shown)) or (findings and findings[0].start == 0)
    hidden = {at for f in findings for at in range(f.start, f.end)}
    for at, letter in enumerate(text):
        if at not in hidden:
            assert shown[offsets.shown(at)] == letter
            assert offsets.original(offsets.shown(at)) == at
    for finding, mask in zip(findings, masks, strict=True):
        assert offsets.shown(finding.end) == mask.end
