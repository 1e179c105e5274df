"""Cleaning: what stays, what is taken out and kept apart."""

from __future__ import annotations

import dataclasses
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.clean import clean
from synth.clean.attributions import written_by
from synth.records import BodyFormat, CleanText, QuoteKind, RawMessage


def mail(text: str, *, author: str | None = None) -> CleanText:
    return clean(
        RawMessage(source_id="<1@example.org>", text=text, position="1", author_name=author)
    )


def comment(text: str, body_format: BodyFormat = BodyFormat.PLAIN) -> CleanText:
    return clean(RawMessage(source_id="1", text=text, position="1", body_format=body_format))


def html(text: str) -> CleanText:
    return comment(text, BodyFormat.HTML)


def of_kind(cleaned: CleanText, kind: QuoteKind) -> list[str]:
    return [quote.text for quote in cleaned.quotes if quote.kind is kind]


def test_interleaved_reply_keeps_both_sides_and_their_places() -> None:
    cleaned = mail(
        "On Mon, 3 May 2021 at 10:02, Ann Lee <ann@example.org> wrote:\n\n"
        "> Shall we plant trees?\nYes, limes.\n\n> And who waters them?\nThe school could.\n"
    )
    assert cleaned.text == "Yes, limes.\n\nThe school could."
    quoted = [quote for quote in cleaned.quotes if quote.kind is QuoteKind.QUOTED]
    assert [(quote.text, cleaned.text[quote.at :][:3]) for quote in quoted] == [
        ("Shall we plant trees?", "Yes"),
        ("And who waters them?", "The"),
    ]
    assert quoted[0].author == "Ann Lee"
    assert len(of_kind(cleaned, QuoteKind.ATTRIBUTION)) == 1


@pytest.mark.parametrize(
    ("attribution", "author"),
    [
        ("On Tue, Feb 2, 2021 at 3:15 PM Ann Lee <ann@example.org> wrote:", "Ann Lee"),
        ("On Tue, Feb 2, 2021 at 3:15 PM Ann Lee\n<ann@example.org> wrote:", "Ann Lee"),
        ("On Tue, 2 Feb 2021 15:15:00 +0100\nAnn Lee <ann@example.org> wrote:", "Ann Lee"),
        ("On Tue, Feb 2, 2021 at 3:15 PM Ann Lee <ann@example.org>\nwrote:", "Ann Lee"),
        ("Le 2 févr. 2021 à 15:15, Zoé Petit <zoe@example.org> a écrit :", "Zoé Petit"),
        ("Le mar. 2 févr. 2021 à 15:15, Zoé Petit <zoe@example.org> a\nécrit :", "Zoé Petit"),
        ("Am 02.02.2021 um 15:15 schrieb Max Klein:", "Max Klein"),
        ("Am Di., 2. Feb. 2021 um 15:15 Uhr schrieb Max Klein <\nmax@example.org>:", "Max Klein"),
        ("On 2 Feb 2021, at 15:15, Ann Lee <ann@example.org> wrote:", "Ann Lee"),
        ("El 2/2/2021 a las 15:15, Eva Ruiz escribió:", "Eva Ruiz"),
    ],
)
def test_attributions_are_known_in_several_languages(attribution: str, author: str) -> None:
    cleaned = mail(f"I agree with that.\n\n{attribution}\n> The bridge is too narrow.\n")
    assert cleaned.text == "I agree with that."
    assert of_kind(cleaned, QuoteKind.ATTRIBUTION) == [attribution]
    assert [q.author for q in cleaned.quotes if q.kind is QuoteKind.QUOTED] == [author]
    assert of_kind(mail(f"Fine.\n\n{attribution}\n\nThe bridge."), QuoteKind.QUOTED) == [
        "The bridge."
    ]


@pytest.mark.parametrize(
    "head",
    [
        "From: Ann Lee <ann@example.org>\nSent: Monday\nTo: the list\nSubject: Trees",
        "-----Original Message-----\nFrom: Ann Lee\nSent: Monday\nTo: the list",
        "____________________\nDe : Ann Lee\nEnvoyé : lundi\nÀ : la liste\nObjet : Arbres",
        "Von: Ann Lee\nGesendet: Montag\nAn: Liste\nBetreff: Bäume",
        "-------- Message d'origine --------\nDe : Ann Lee\nDate : lundi",
        "-----Ursprüngliche Nachricht-----\nVon: Ann Lee\nGesendet: Montag",
        "---------- Forwarded message ---------\nFrom: Ann Lee <a@example.org>\nDate: Monday",
    ],
)
def test_header_blocks_open_an_unmarked_full_quote(head: str) -> None:
    cleaned = mail(f"Good idea, go on.\n\n{head}\n\nWe could plant trees.\nLimes, for instance.")
    assert cleaned.text == "Good idea, go on."
    assert of_kind(cleaned, QuoteKind.QUOTED) == ["We could plant trees.\nLimes, for instance."]
    assert [q.author for q in cleaned.quotes if q.kind is QuoteKind.QUOTED] == ["Ann Lee"]


def test_an_attribution_in_an_unknown_language_is_seen_by_its_form() -> None:
    attribution = "Kar 3 Mag 2021 10:02:11 +0300\nAnn Lee <ann@example.org>\nkirjutas:"
    cleaned = mail(f"{attribution}\n> Trees?\nLimes, please.")
    assert cleaned.text == "Limes, please."


def test_marked_lines_below_a_rule_leave_the_replies_between_them() -> None:
    cleaned = mail("-----Original Message-----\nFrom: Ann\nSent: Monday\n> Trees?\nLimes, please.")
    assert cleaned.text == "Limes, please."


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nBob\nhttps://example.org",
        "Best regards,\nBob Miller\nDepartment of Bridges\n+44 20 0000 000",
        "Cordialement,\nRobert",
        "Mit freundlichen Grüßen\nRobert Müller",
        "Thanks in advance,\n\nBob",
        "Cheers, Bob",
        "Sent from my iPhone",
        "Envoyé de mon téléphone",
        "Bob Miller\n\nProf. of Bridges, University of Somewhere\nTel. 020 000 000",
        "_______________________________________________\nA mailing list\nhttps://lists.example.org",
        "\t[[alternative HTML version deleted]]",
        "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n-----END PGP SIGNATURE-----",
        "--\nYou received this message because you are subscribed to the group Bridges.",
        "This e-mail is confidential and intended only for the addressee. Delete it otherwise.",
    ],
)
def test_signatures_go_and_are_kept(signature: str) -> None:
    cleaned = mail(f"The bridge needs a second lane.\n\n{signature}\n")
    assert cleaned.text == "The bridge needs a second lane."
    kept = "\n".join(of_kind(cleaned, QuoteKind.SIGNATURE)).split()
    assert kept == signature.split()


def test_words_that_only_look_like_a_tail_stay() -> None:
    assert mail("Thanks!").text == "Thanks!"
    assert mail("Which one?\n\n> the left one\n\nYes").text == "Which one?\n\nYes"
    assert mail("Write to ann@example.org or call 020 000 000 today.").text.endswith("today.")
    assert mail("The options are:\n\n- yes\n- no").text == "The options are:\n\n- yes\n- no"


def test_author_name_alone_on_the_last_line_is_a_signature() -> None:
    assert mail("It works for me.\nmiller", author="Bob Miller").text == "It works for me."


@pytest.mark.parametrize(
    "text",
    [
        "> 50 % of people do not vote.",
        "On Monday I wrote:\nwe need a bridge. Nobody answered.",
        "From: my own experience\nTo: yours",
        "Best regards are not enough.\n\nBob",
        "| a | b |\n| 1 | 2 |",
        "My questions:\n> Who pays?\n> Who builds?\n> When will it be done?",
        "->  more trees\n=> less heat",
        "Costs >= 10 and < 20",
        "Short line\nanother short line",
    ],
)
def test_comments_that_are_no_mail_are_left_as_they_are(text: str) -> None:
    assert comment(text) == CleanText(text=text)


def test_a_comment_may_quote_plainly() -> None:
    cleaned = comment("> The bridge is too narrow.\n\nIt is not.")
    assert cleaned.text == "It is not."
    assert of_kind(cleaned, QuoteKind.QUOTED) == ["The bridge is too narrow."]


def test_a_message_that_is_only_a_quote_has_no_text() -> None:
    cleaned = mail("Am 02.02.2021 um 15:15 schrieb Max:\n> Alles gut.\n")
    assert cleaned.text == ""
    assert {quote.at for quote in cleaned.quotes} == {0}
    assert of_kind(cleaned, QuoteKind.QUOTED) == ["Alles gut."]


def test_a_pasted_console_session_stays() -> None:
    text = "It fails:\n\n> x <- load_it('a')\n> print(x)\n[1] 3\n\nAny idea why it prints three?"
    assert mail(text).text == text


def test_bars_quote_where_they_are_no_table() -> None:
    quoted = "| Shall we plant trees this year?\n| The north is bare."
    cleaned = mail(f"{quoted}\nYes, limes.\n\n| Who waters them?\nThe school.")
    assert cleaned.text == "Yes, limes.\n\nThe school."


def test_nested_quotes_come_apart_by_depth() -> None:
    cleaned = mail("> > Trees?\n> Limes.\nOaks are better for this soil.")
    assert of_kind(cleaned, QuoteKind.QUOTED) == ["Trees?", "Limes."]


def test_hard_wrapped_paragraphs_are_made_whole_but_lists_and_code_are_not() -> None:
    cleaned = mail(
        "When the water rises in spring the lower road is closed for many weeks, and\n"
        "every car takes the old bridge. That is why I think that we should have a\n"
        "second one.\n\n- first\n- second\n\n    x <- 1\n    y <- 2\n"
    )
    first, items, code = cleaned.text.split("\n\n")
    assert "\n" not in first
    assert first.endswith("have a second one.")
    assert items == "- first\n- second"
    assert code.splitlines() == ["    x <- 1", "    y <- 2"]


def test_html_becomes_readable_lines() -> None:
    cleaned = html(
        "<style>p{}</style><h2>Trees</h2><p>Plant&nbsp;<b>limes</b>,<br>see "
        "<a href='https://example.org/limes'>here</a> or "
        "<a href='https://example.org'>our plan</a>."
        "</p><ul><li>shade</li><li>bees<ol><li>wild</li></ol></li></ul>"
        "<table><tr><td>lime</td><td>10</td></tr></table><script>x()</script>"
    )
    assert cleaned.text == (
        "Trees\n\nPlant\xa0limes,\nsee here (https://example.org/limes) or our plan.\n\n"
        "- shade\n- bees\n  1. wild\n\nlime | 10"
    )


def test_html_quotes_keep_author_and_place() -> None:
    cleaned = html(
        '<p>First.</p><aside class="quote" data-username="ann"><div class="title">ann:</div>'
        "<blockquote><p>Trees?</p></blockquote></aside><p>Limes.</p>"
    )
    assert cleaned.text == "First.\n\nLimes."
    quote = next(quote for quote in cleaned.quotes if quote.kind is QuoteKind.QUOTED)
    assert (quote.text, quote.author, quote.at) == ("Trees?", "ann", cleaned.text.index("Limes"))


def test_deeply_nested_html_needs_no_recursion() -> None:
    assert html("<div>" * 5000 + "deep" + "</div>" * 5000).text == "deep"
    assert html("<blockquote>" * 3000 + "deep").quotes[0].text == "deep"


def test_what_follows_elements_nested_beyond_sense_is_read_as_ever() -> None:
    sense = "<ul><li>one<li>two</ul><blockquote>theirs</blockquote><p>ours"
    deep = "<b><div>" * 900 + "deep" + "</div></b>" * 900
    assert html(deep + sense).text == "deep\n\n- one\n- two\n\nours"
    assert [quote.text for quote in html(deep + sense).quotes] == ["theirs"]
    assert html("<p>short<br>" * 900).text.count("short") == 900


@pytest.mark.parametrize("n", [499, 500, 501, 502, 503, 900])
def test_own_words_after_quotes_nested_beyond_sense_are_no_quotation(n: int) -> None:
    cleaned = html("<blockquote>" * n + "theirs" + "</blockquote>" * n + "ours")
    assert cleaned.text == "ours"
    assert [quote.text for quote in cleaned.quotes] == ["theirs"]


@pytest.mark.parametrize(
    "before",
    [
        "List<String> ",
        "<p>List<String></p>",
        "<div>Map<Key, List<Value>></div>",
        "<b>loud ",
        "<font color=red>red ",
        "<blockquote><div>left open</blockquote><p>said",
        "<div><b>left open</div>word ",
        "<ul><li><div>left open</ul>",
        "<td><span>misnested</td></span>",
        "<!-- <div> -->",
        "word </div></b></x>",
    ],
)
def test_many_tags_left_open_do_not_cost_the_blocks_below(before: str) -> None:
    after = "<blockquote>theirs</blockquote><pre>a\n  b</pre><ul><li>one<li>two</ul>ours"
    cleaned = html(before * 1_100 + "<div>" + after + "</div>")
    assert cleaned.quotes[-1].text.endswith("theirs")
    assert cleaned.text.endswith("a\n  b\n\n- one\n- two\n\nours")


@pytest.mark.parametrize(
    "tag",
    [
        "<div>", "<b>", "<x>", "<a><div>", "<table><td>", "<div></section>", "<b><div></b>",
        "<x><div></x></div>", "<div><table><td></div>", "<b><i></b>", "<div><y></x>",
        "<span><p></span></p>", "<div><b></div>\n", "<!--", "<!--<section>--><div></section>",
    ],
)  # fmt: skip
def test_a_page_of_tags_left_open_is_read_in_seconds(tag: str) -> None:
    begun = time.perf_counter()
    text = html(tag * (400_000 // len(tag)) + "deep").text
    assert text == ("" if tag == "<!--" else "deep")
    assert time.perf_counter() - begun < 4


def test_tags_that_only_differ_in_name_are_read_in_seconds() -> None:
    begun = time.perf_counter()
    assert html("".join(f"<x{n}>" for n in range(100_000)) + "deep").text == "deep"
    assert time.perf_counter() - begun < 4


def test_a_script_is_never_read_however_many_tags_stand_before_it() -> None:
    assert html("<x>" * 1_000 + "<script>let a = 1</script>said").text == "said"


def test_forum_quotes_and_markdown() -> None:
    cleaned = comment(
        '[quote="ann, post:2"]\nTrees?\n[/quote]\n'
        "**Limes**, see [our plan](https://example.org/p) :+1:"
        "\n\n> a quoted line\nlazily continued\n\n```\n> not a quote\n```",
        BodyFormat.MARKDOWN,
    )
    assert cleaned.text == "Limes, see our plan 👍\n\n```\n> not a quote\n```"
    quotes = [(quote.text, quote.author) for quote in cleaned.quotes]
    assert quotes == [("Trees?", "ann"), ("a quoted line\nlazily continued", None)]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("voilÃ  une idÃ©e", "voilà une idée"),
        ("It shows ‘Ã©’ where é belongs", "It shows ‘Ã©’ where é belongs"),
        ("“curly” ‘quotes’ … ﬁne — yes", "“curly” ‘quotes’ … ﬁne — yes"),
        ("e\u0301te\u0301", "été"),
        ("a\x00b\x07c\x1b[31md\ufeff", "abcd"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("evil \u202etxt", "evil txt"),
        ("open \u2067שלום", "open שלום"),
        ("safe \u2067שלום\u2069 end", "safe \u2067שלום\u2069 end"),
        ("l&#39;id&eacute;e &amp;amp; plus", "l'idée & plus"),
    ],
)
def test_characters_are_mended_with_care(raw: str, text: str) -> None:
    assert comment(raw).text == text


def test_names_in_attributions() -> None:
    assert written_by("Le 3/5/2021 à 10:02, Zoé Petit a écrit :") == "Zoé Petit"
    assert written_by("2021-05-03 10:02, someone@example.org wrote:") == "someone@example.org"
    assert written_by("nobody in particular") is None


@pytest.mark.parametrize(
    "body",
    [
        "> " * 100_000,
        "On 1 " * 40_000,
        "thanks for your help all " * 8_000,
        "a line that is wrapped somewhere around here, as mails are\n" * 10_000,
        "> quoted\n\n" * 20_000,
        "From: a\n" * 20_000,
        "--\n" * 20_000,
    ],
    ids=["marks", "attribution", "closing", "prose", "quotes", "headers", "delimiters"],
)
def test_large_messages_take_linear_time(body: str) -> None:
    started = time.process_time()
    mail(body)
    assert time.process_time() - started < 4


_LINES = st.sampled_from(
    [
        "Trees cool the street.",
        "That is why I would plant limes along the road, and oaks in the park that",
        "lies behind it.",
        "On Mon, 3 May 2021 at 10:02, Ann Lee <ann@example.org> wrote:",
        "> Shall we plant trees?",
        "> > Who waters them?",
        "From: Ann Lee",
        "Sent: Monday",
        "To: the list",
        "Best regards,",
        "Bob",
        "-- ",
        "",
        "- shade",
        "    x <- 1",
        "Sent from my phone",
    ]
)
_BODIES = st.lists(_LINES, max_size=14).map("\n".join)


@given(st.one_of(st.text(max_size=300), _BODIES), st.sampled_from(BodyFormat), st.booleans())
@settings(max_examples=120, deadline=None)
def test_offsets_lie_in_the_text_and_nothing_unshowable_is_left(
    text: str, body_format: BodyFormat, is_mail: bool
) -> None:
    source_id = "<1@example.org>" if is_mail else "1"
    cleaned = clean(
        RawMessage(source_id=source_id, text=text, position="1", body_format=body_format)
    )
    assert cleaned.text == cleaned.text.strip("\n")
    assert all(0 <= quote.at <= len(cleaned.text) for quote in cleaned.quotes)
    assert [quote.at for quote in cleaned.quotes] == sorted(quote.at for quote in cleaned.quotes)
    assert all(quote.text for quote in cleaned.quotes)
    assert not set(cleaned.text) & {"\x00", "\r", "\ufeff", "\u202e"}


@given(_BODIES)
@settings(max_examples=120, deadline=None)
def test_no_word_of_a_mail_is_lost(text: str) -> None:
    cleaned = mail(text)
    kept = cleaned.text.split() + [w for quote in cleaned.quotes for w in quote.text.split()]
    assert sorted(kept) == sorted(re.sub(r"^(?:> )+", "", text, flags=re.M).split())


@given(st.text(alphabet="abc é.,!?\n", max_size=200))
def test_cleaning_clean_text_changes_nothing(text: str) -> None:
    once = comment(text)
    assert comment(once.text) == CleanText(text=once.text)


def test_real_mails_are_cleaned_once_and_for_all(shared_data: Path) -> None:
    folder = shared_data / "r-package-devel"
    if not folder.is_dir():
        pytest.skip("no mailing list among the real discussions")
    source = sorted(folder.glob("*.txt"))[10].read_text(encoding="utf-8", errors="replace")
    bodies = [part.partition("\n\n")[2] for part in source.split("\nFrom user_")][1:150]
    raws = [RawMessage(source_id="<1@x>", text=body, position="1") for body in bodies]
    cleaned = [clean(raw) for raw in raws]
    again = [
        clean(dataclasses.replace(raw, text=c.text)) for raw, c in zip(raws, cleaned, strict=True)
    ]
    n_stable = sum(a.text == b.text for a, b in zip(cleaned, again, strict=True))
    assert n_stable >= 0.98 * len(raws)
    own = "\n".join(c.text for c in cleaned)
    assert own.count("\n>") < 0.03 * own.count("\n"), "few but console prompts may be left"
    assert "mailing list\nhttps://" not in own
