"""Names of people, on request: as the discussion knows them, and as models recognise them."""

from __future__ import annotations

from synth.masks import Finding, Masking, MaskKind, masked
from synth.privacy import KnownNames, find_all

KNOWN = KnownNames(
    {
        "Participant 101": "Ann Carter",
        "Participant 202": "summer",
        "Participant 303": "Al",
        "Participant 404": "Benoît",
        "Participant 505": "Ann Carter-Lind",
    }
)


def shown(text: str) -> str:
    return masked(text, KNOWN.in_text(text, ()))[0]


def test_whole_names_of_participants_are_found_in_any_language() -> None:
    assert shown("ANN CARTER and Benoît met Joann Carters.") == (
        "Participant 101 and Participant 404 met Joann Carters."
    )
    assert shown("Ann Carter-Lind sagt") == "Participant 505 sagt"
    # What is also a word: small, short, or a part of another one.
    for text in ("a hot summer, says Al", "benoît", "Carter", "Benoîtes"):
        assert shown(text) == text


def test_a_handle_is_shown_as_whom_it_means() -> None:
    text = "@anncarter and @Summer, not @nobody"
    taken = [
        Finding(start=text.index(one), end=text.index(one) + len(one), kind=MaskKind.HANDLE,
                shown="[handle]")
        for one in ("@anncarter", "@Summer", "@nobody")
    ]  # fmt: skip
    told, _ = masked(text, KNOWN.handles(text, taken))
    assert told == "@Participant 101 and @Participant 202, not [handle]"


def test_names_are_masked_and_places_headings_and_code_are_not() -> None:
    cases = [
        ("I agree with Margaret Holloway about the depot.", "en", "I agree with [name] about"),
        ("Hi Rhys, see what Prof. Ripley wrote.", "en", "Hi [name], see what Prof. [name] wrote"),
        ("Hello All, the Smith Street crossing", "en", "Hello All, the Smith Street crossing"),
        ("Je réponds à Mme Lefort : non.", "fr", "Je réponds à Mme [nom] : non."),
        ("Objectif : supprimer. L’objectif reste.", "fr", "Objectif : supprimer."),
        ("La rue Victor-Hugo est dangereuse.", "fr", "La rue Victor-Hugo est dangereuse."),
        ("Ich stimme Frau Weber zu.", "de", "Ich stimme Frau [Name] zu."),
        ("Write to ann.carter@example.org", "en", "Write to [e-mail]"),
    ]
    words = [(text, None, language) for text, language, _ in cases]
    for (text, _, expected), findings in zip(cases, find_all(words, Masking.NAMES), strict=True):
        assert expected in masked(text, findings.text)[0]
    assert not any(found.text for found in find_all(words[:7], Masking.CONTACTS))


def test_a_known_name_is_found_over_the_end_of_a_line_and_with_either_apostrophe() -> None:
    known = KnownNames({"Participant 101": "Ann Carter", "Participant 202": "Pat O'Brien"})
    text = "Ask Ann\n  Carter, ann  carter or Pat O’Brien. Ann\n\nCarter is a village."
    expected = (
        "Ask Participant 101, Participant 101 or Participant 202. Ann\n\nCarter is a village."
    )
    assert masked(text, known.in_text(text, ()))[0] == expected
