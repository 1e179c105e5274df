"""Summaries: what several voices say, each for itself."""

from __future__ import annotations

from synth.titles.summaries import LONGEST_SUMMARY, attributed, telling_sentences

WHEEL = "The mill wheel has not\nturned since the great flood."


def test_a_summary_sentence_is_whole() -> None:
    def told(text: str) -> str:
        return telling_sentences([(text, "en", None)])

    shown = "“The mill wheel has not turned since the great flood.”"
    assert told(f"As I said, no.\n\n{WHEEL} Sad") == shown
    assert told("It did that to them and they left us then.") == ""
    assert told("a sentence whose beginning was cut away stands here.") == ""
    assert told("Did the mill wheel turn since the great flood?") == ""
    assert told(f"Some things have never turned at all, e.g. {WHEEL}") == shown


def test_a_summary_lets_several_people_speak() -> None:
    bakers = "The bakers of the old town need flour from a mill."
    boats = "Small boats cannot reach the harbour in summer."
    trout = "Trout climb the fish ladder beside the weir in spring."
    quotes = [
        (WHEEL, "en", "Participant 1"),
        (trout, "en", "Participant 1"),
        (f"{WHEEL} Sad.", "en", "Participant 2"),
        (bakers, "en", "Participant 3"),
        (boats, "en", None),
        (trout, "en", None),
    ]
    lines = telling_sentences(quotes).splitlines()
    assert lines == [
        "“The mill wheel has not turned since the great flood.” — Participant 1",
        f"“{bakers}” — Participant 3",
        f"“{boats}”",
    ]
    assert telling_sentences([]) == ""
    long = [(f"{'Word ' * 30}about number {n} here.", "en", None) for n in range(3)]
    assert sum(map(len, telling_sentences(long).splitlines())) <= LONGEST_SUMMARY + 3 * len("“”")


def test_the_sentence_that_speaks_of_the_idea_is_quoted() -> None:
    text = "We had a long meeting on Monday evening. The mill wheel turns again in spring."
    assert "wheel turns" in telling_sentences([(text, "en", "P 1")], about={"wheel", "mill"})
    assert telling_sentences([(text, "en", "P 1")], about={"bakery"}) == ""
    assert (
        telling_sentences([("Agatha repairs the mill wheel.", "en", None)], people={"agatha"}) == ""
    )


def test_quote_marks_are_those_of_the_language() -> None:
    assert attributed("Oui.", "Voix 1", "fr") == "«\u00a0Oui.\u00a0» — Voix 1"
    assert attributed("Ja.", None, "de-AT") == "„Ja.“"


def test_a_language_without_blanks_has_summaries_too() -> None:
    text = "公園のベンチを増やしてください。お年寄りが座れる場所がどこにもありません！本当？"
    assert telling_sentences([(text, "ja", "参加者1")]) == (
        "“公園のベンチを増やしてください。” — 参加者1"
    )
    assert telling_sentences([("本当にそう思いますか？", "ja", None)]) == ""
