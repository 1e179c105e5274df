"""Articles of laws and references that somebody copied; what people say about a law stays."""

from __future__ import annotations

import pytest

from synth.records import Unplaced
from synth.relevance import reason_of

ARTICLE = (
    "Article 12 of the Roads Act 1980: “The council may by notice close a street to vehicles "
    "where the safety of children who go to school so requires, and shall publish the notice.”"
)
PARAGRAPH = (
    "§ 45 StVO: „Die Straßenverkehrsbehörden können die Benutzung bestimmter Straßen aus "
    "Gründen der Sicherheit beschränken oder verbieten und den Verkehr umleiten.“"
)


@pytest.mark.parametrize("text", [ARTICLE, PARAGRAPH])
def test_a_copied_article_is_a_quotation_where_it_is_all_that_is_said(text: str) -> None:
    assert reason_of(text, is_whole=True) is Unplaced.QUOTATION
    assert reason_of(text, is_whole=False) is None


@pytest.mark.parametrize(
    "text",
    [
        ARTICLE + " I think the council has never read it.",
        "Replace article 12 by: “The council shall close every street where there is a school, "
        "in the morning and in the afternoon, and shall tell the neighbours in good time.”",
        "À l'article 5, remplacer les mots par : « Toute commune de plus de mille habitants "
        "publie ses comptes sous une forme que chacun peut lire et réutiliser. »",
        "Article 4 should protect people who blow a whistle, today it protects nobody.",
        'My neighbour says "that is against the law", and I say it is not.',
    ],
)
def test_what_people_say_about_a_law_is_an_argument(text: str) -> None:
    assert reason_of(text, is_whole=True) is None


@pytest.mark.parametrize(
    "text",
    [
        "Weber, K. (2019). The commons. Journal of Civic Studies, 12(3), 45-67.",
        "[3] Martin A. et al., Les places de marché, éd. du Pont, 2008, p. 12-14, ISBN 978-2-0000.",
        "Weber, K. (2019). The commons. Journal of Civic Studies, 12(3), 45-67.\n"
        "Ito, M. & Rey, S. (2021). Streets for all. University Press, pp. 3-9.",
    ],
)
def test_references_are_quotations_also_in_the_middle_of_a_message(text: str) -> None:
    assert reason_of(text, is_whole=False) is Unplaced.QUOTATION


@pytest.mark.parametrize(
    "text",
    [
        "In 2015 the council spent 12-15 million on it (see the university's journal, p. 3).",
        "We read Weber, K. (2019), Journal of Civic Studies 12(3), and I do not agree with her.",
        "The plan of 2019 (vol. 2, p. 14) has trees.",
    ],
)
def test_a_sentence_with_a_year_in_it_is_no_reference(text: str) -> None:
    assert reason_of(text, is_whole=False) is None
