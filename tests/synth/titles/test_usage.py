"""How others write tells a slip of the pen."""

from __future__ import annotations

from synth.titles.usage import MISSPELT, ODD_PAIR, UNKNOWN, count_usage

TEXTS = [f"The uniforms are just as good in the schools of town {n}." for n in range(5)]


def soundness(surface: str, language: str = "en", *, texts: list[str] = TEXTS) -> float:
    return count_usage([*texts, surface], [language] * (len(texts) + 1)).soundness(
        surface, language
    )


def test_a_word_is_misspelt_where_others_write_one_beside_it() -> None:
    assert soundness("The unifroms are good") == MISSPELT
    assert soundness("The uniforms are good") == 1.0


def test_a_word_that_nobody_knows_counts_less() -> None:
    assert soundness("The blorbification is good") == UNKNOWN
    assert soundness("The democracy is good") == 1.0


def test_without_a_list_of_words_a_rare_word_is_only_rare() -> None:
    assert soundness("Die Fahrradstraßenbeleuchtung ist gut", "de") == 1.0


def test_function_words_stand_side_by_side_as_others_put_them() -> None:
    many = [f"{text} It is in the town, and they are in it." for text in TEXTS] * 300
    assert soundness("The uniforms in are good", texts=many) == ODD_PAIR
    assert soundness("The uniforms are in the town", texts=many) == 1.0


def test_words_in_capitals_for_stress_are_lowered() -> None:
    usage = count_usage(["We pay TAXES.", "The taxes rise.", "NASA flies."], ["en"] * 3)
    assert usage.in_small_letters("TAXES for NASA") == "taxes for NASA"
