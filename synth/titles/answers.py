"""Whether what a language model answers may name an idea. Nothing it writes is taken on trust."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from models.keyphrases import key_of, primary
from models.languages import identify_one
from synth.titles.language_model import LONGEST_SUMMARY, LONGEST_TITLE, Names, Question
from synth.titles.wording import titled

SHORTEST_TITLE = 8
SAME_BEGINNING = 5
"""Letters by which two words are forms of one."""
LEAST_QUOTED = 3
"""Words of the quote, at least."""
SIGNS_PER_WORD = 2
"""In scripts that leave no blank between words."""
UNSPACED = frozenset({"zh", "ja", "th", "km", "lo", "my"})
MARKS = {"fr": "«\u00a0{}\u00a0»", "de": "„{}“", "it": "«{}»", "es": "«{}»", "ru": "«{}»"}
"""How a language quotes; the others do it “so”."""

_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_QUOTE = re.compile(r"«([^«»]*)»|“([^“”]*)”|„([^„“”]*)[“”]|\"([^\"]*)\"")
_MARK = re.compile(r"[«»“”„\"]")
_FOREIGN = re.compile(r"https?:|www\.|\S@\S|[<>{}\[\]|`]|\*\*|\]\(")
_EDGES = ' \t\n.,;:!?…«»“”„"'
_APOSTROPHE = re.compile(r"['’ʼ`]")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model calls an idea, checked."""

    title: str
    summary: str


class Refused(Exception):
    """An answer that cannot be used; the message is the reason, in a few words."""


def checked(
    answer: str, question: Question, *, taken: Collection[frozenset[str]], names: Names
) -> Answer:
    """The title and summary of a model's answer. Raises Refused with the reason.

    ``taken``: the content words of the other ideas' titles (:func:`title_words`).
    """
    facts = _parsed(answer)
    title = _title(_text(facts, "title"), question, taken=taken, names=names)
    quote = _text(facts, "quote")
    summary = _summary(_text(facts, "summary"), quote, question, names=names)
    return Answer(title, summary)


def title_words(title: str, language: str | None) -> frozenset[str]:
    """By what two titles are one: their content words, else all of it."""
    words = frozenset(key_of(title, primary(language)).split())
    return words or frozenset({" ".join(title.casefold().split())})


def _parsed(answer: str) -> dict[str, object]:
    text = _THOUGHT.sub("", answer)
    try:
        facts = json.loads(text[text.index("{") : text.rindex("}") + 1])
    except (ValueError, RecursionError):
        raise Refused("the answer is not JSON") from None
    if not isinstance(facts, dict):
        raise Refused("the answer is not a JSON object")
    return facts


def _text(facts: dict[str, object], name: str) -> str:
    value = facts.get(name)
    if not isinstance(value, str):
        raise Refused(f"the answer has no {name}")
    # Signs that steer a screen or turn the reading direction have no place in a title.
    shown = "".join(" " if c.isspace() else c for c in value)
    text = " ".join("".join(c for c in shown if unicodedata.category(c)[0] != "C").split())
    if not text:
        raise Refused(f"the {name} is empty")
    if _FOREIGN.search(text):
        raise Refused(f"the {name} has an address or markup in it")
    return text


def _title(
    text: str, question: Question, *, taken: Collection[frozenset[str]], names: Names
) -> str:
    title = titled(text)
    unspaced = primary(question.language) in UNSPACED
    if len(title) > LONGEST_TITLE:
        raise Refused(f"the title is longer than {LONGEST_TITLE} characters")
    if not unspaced and (len(title) < SHORTEST_TITLE or " " not in title):
        raise Refused("the title is too short to say something")
    if names.one_in(title):
        raise Refused("the title names a participant")
    if not _is_in(title, question.language):
        raise Refused("the title is in another language than the idea")
    words = title_words(title, question.language)
    if words in taken:
        raise Refused("another idea has that title")
    told = title_words(" ".join((*question.passages, *question.keyphrases)), question.language)
    beginnings = {word[:SAME_BEGINNING] for part in told for word in part.split()}
    if not any(word[:SAME_BEGINNING] in beginnings for part in words for word in part.split()):
        raise Refused("the title shares no word with the passages")
    return title


def _summary(text: str, quote: str, question: Question, *, names: Names) -> str:
    """The summary and after it the quote, in the quote marks of the idea's language."""
    if len(text) > LONGEST_SUMMARY:
        raise Refused(f"the summary is longer than {LONGEST_SUMMARY} characters")
    own = _QUOTE.sub("", text)
    if _MARK.search(own):
        raise Refused("a quote in the summary is not closed")
    if names.one_in(own):
        raise Refused("the summary names a participant")
    if own.strip() and not _is_in(own, question.language):
        raise Refused("the summary is in another language than the idea")
    marks = MARKS.get(primary(question.language), "“{}”")

    def verbatim(words: str) -> str:
        return marks.format(_as_said(words, question))

    told = _QUOTE.sub(lambda m: verbatim(next(filter(None, m.groups()), "")), text)
    said = _as_said(quote, question)
    if _n_words(said, question.language) < LEAST_QUOTED:
        raise Refused(f"the quote has fewer than {LEAST_QUOTED} words")
    return told if said in told else f"{told} {marks.format(said)}"


def _as_said(quote: str, question: Question) -> str:
    """The quote as a passage has it. Raises Refused where none does.

    Blanks and the shape of apostrophes may differ, and what comes back is the passage's own
    spelling. A quote begins and ends at words.
    """
    bare = quote.strip(_EDGES)
    tokens = (_APOSTROPHE.sub("['’ʼ`]", re.escape(token)) for token in bare.split())
    pattern = r"\s+".join(tokens)
    if primary(question.language) not in UNSPACED:
        pattern = rf"(?<!\w){pattern}(?!\w)"
    found = (re.search(pattern, passage) for passage in question.passages)
    said = next((match.group() for match in found if match), "")
    if not said:
        raise Refused("a quote is in none of the passages")
    return said


def _n_words(text: str, language: str | None) -> int:
    unspaced = primary(language) in UNSPACED
    return len(text) // SIGNS_PER_WORD if unspaced else len(text.split())


def _is_in(text: str, language: str | None) -> bool:
    """Whether the text is in that language, or too short to tell."""
    return language is None or identify_one(text) in (primary(language), None)
