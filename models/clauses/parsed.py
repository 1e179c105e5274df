"""Clauses of a parsed text, English or French.

Long ones are cut only at the edge of a trailing subordinate part, never so that a negation or a
condition is lost (deletion-based compression, after Knight & Marcu 2002, restricted to clause
boundaries).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from models import wordlists
from models.clauses.clause import MIN_WORDS, Clause
from models.clauses.grammar import SUBJECTS, holds_together
from models.clauses.quality import quality_of
from models.keyphrases import is_vague, key_of
from models.wordlists import words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_SUBORDINATE = words("relcl advcl acl:relcl parataxis conj appos discourse")
_COMPLEMENTS = words(
    "dobj obj attr acomp ccomp xcomp oprd prep dative obl:arg obl:mod obl:agent iobj agent"
)
_OBJECTS = words("dobj obj attr acomp ccomp xcomp oprd dative obl:arg iobj")
_OPINION_HOLDERS = words("i we je j' j’ nous on")
_COURTESIES = words("please thanks svp merci then though anyway btw lol either")
_CUT_AT = words(": - – — ;")
_MEASURES = words("% ‰")
_SENTENCE_END = re.compile(r"[.!?…:;\n][\"'”’»)\]]*\s*\Z")
RELATED, SHORTER = 0.85, 0.93
"""Share of quality that a clause keeps without a relative clause, or without another part."""


def parsed_clauses(doc: Doc) -> Iterator[Clause]:
    """The title-worthy clauses of a text, several lengths of each."""
    for sentence in doc.sents:
        if "?" in sentence.text or not _is_whole(sentence):
            continue
        for head in sentence:
            if _can_head(head, sentence):
                yield from _clauses_of(head, sentence)


def _clauses_of(head: Token, sentence: Span) -> Iterator[Clause]:
    doc, has_subject = head.doc, _has_subject(head)
    first, end = _span_of(head)
    start = _after_openers(doc, _after_label(doc, first, head), head)
    if start is None:
        return
    ends = _ends(doc, start, end, head) if has_subject or head.pos_ == "VERB" else [(end, 1.0)]
    for last, kept in ends:
        stretch = _bare(doc, start, last)
        if stretch is None or len(stretch) < MIN_WORDS or _hangs(stretch) or _asks(stretch):
            continue
        if stretch.start <= head.i < stretch.end and _reads(stretch, head, has_subject):
            surface = re.sub(r"\s+", " ", stretch.text)
            quality = kept * quality_of(stretch, head)
            yield Clause(stretch.start_char, stretch.end_char, surface, quality)


def _reads(stretch: Span, head: Token, has_subject: bool) -> bool:
    if any(_points_outside(t, stretch) or _loses_object(t, stretch) for t in stretch):
        return False
    if any(t.text in _CUT_AT and t.i > head.i and t.whitespace_ for t in stretch):
        return False
    if stretch[0].pos_ == "DET" and len(stretch) <= MIN_WORDS:
        return False
    if not has_subject and head.pos_ != "VERB":
        own = [t for t in stretch if t.pos_ != "DET"]
        if stretch.text.count(",") > 1 or len(own) < MIN_WORDS:
            return False  # a list; a word or two
    return holds_together(stretch)


def _loses_object(token: Token, stretch: Span) -> bool:
    """Whether what a verb says was cut off: "The warning suggests"."""
    return token.pos_ in ("VERB", "AUX") and any(
        child.i >= stretch.end and child.dep_ in _OBJECTS for child in token.children
    )


def _points_outside(token: Token, stretch: Span) -> bool:
    """Whether a pronoun stands for a noun that is not there: "you can’t hear it"."""
    language = token.lang_
    if token.pos_ not in ("PRON", "ADV"):
        return False
    if token.lower_ in wordlists.ALWAYS_OUTSIDE.get(language, frozenset()):
        return not (token.lower_ == "y" and token.head.lower_ in ("a", "avoir", "ait", "aura"))
    if token.dep_ in ("expl", "expl:subj") or token.lower_ not in wordlists.STANDS_FOR.get(
        language, frozenset()
    ):
        return False
    if token.lower_ == "it" and token.dep_ == "nsubj":
        return not any(c.dep_ in ("xcomp", "ccomp", "csubj", "advcl") for c in token.head.children)
    before = stretch.doc[stretch.start : token.i]
    return not any(t.pos_ in ("NOUN", "PROPN") for t in before)


def _is_whole(sentence: Span) -> bool:
    """Whether a sentence begins and ends where its author set a mark, or the text does.

    A parser also ends sentences where it merely loses the thread.
    """
    before = sentence.doc.text[: sentence.start_char]
    ends = sentence.text + sentence[-1].whitespace_
    is_last = not sentence.doc.text[sentence.end_char :].strip()
    begins = not before.strip() or _SENTENCE_END.search(before) is not None
    return begins and (is_last or _SENTENCE_END.search(ends) is not None)


def _has_subject(token: Token) -> bool:
    return any(child.dep_ in SUBJECTS for child in token.children)


def _can_head(token: Token, sentence: Span) -> bool:
    """Whether a token heads something its author puts forward as such."""
    is_root = token.dep_.lower() == "root"
    parts = token.children if is_root else (token, *token.children)  # "augmente" may be either
    if any("Sub" in part.morph.get("Mood", []) for part in parts):
        return False
    if is_root:
        return _has_subject(token) or _is_demand(token, sentence) or _is_fragment(token, sentence)
    if not _has_subject(token) or _is_denied(token.head):
        return False
    return _is_put_forward(token) or _is_behind_label(token)


def _is_denied(above: Token) -> bool:
    return any(c.dep_ == "neg" or c.lower_ in ("ne", "n'", "n’") for c in above.children)


def _is_put_forward(token: Token) -> bool:
    """The content of the author's opinion, a coordinated main clause, or a cause."""
    match token.dep_:
        case "ccomp":
            is_opinion = token.head.lower_ in wordlists.OPINIONS and _is_own(token.head)
            return is_opinion and not _mark(token) & wordlists.CONDITIONS - wordlists.CONTENT
        case "conj":
            is_main = token.head.dep_.lower() == "root"
            return bool(is_main and not _mark(token) & wordlists.CONDITIONS)
        case "advcl":
            return bool(_mark(token) & wordlists.CAUSES)
    return False


def _is_behind_label(token: Token) -> bool:
    """A clause after a colon that ends its sentence: "Second point: …"."""
    first = token.left_edge
    is_after = first.i > first.sent.start and token.doc[first.i - 1].text == ":"
    return is_after and token.right_edge.i >= token.sent.end - 2


def _is_own(opinion: Token) -> bool:
    """Whether the author holds it: "Some people think that …" reports what others do."""
    holders = [c.lower_ for c in opinion.children if c.dep_ in SUBJECTS]
    return all(holder in _OPINION_HOLDERS for holder in holders)


def _mark(token: Token) -> set[str]:
    return {c.lower_ for c in token.children if c.i < token.i and c.dep_ in ("mark", "advmod")}


def _is_demand(token: Token, sentence: Span) -> bool:
    """An imperative or infinitive at the beginning: "Ban …", "Interdire …"."""
    if token.pos_ != "VERB":
        return False
    before = [t for t in sentence if t.i < token.i]
    opens = all(t.is_punct or t.is_space or t.lower_ in wordlists.OPENERS for t in before)
    if token.lang_ == "en":
        return opens and token.tag_ in ("VB", "VBP")
    forms = [*token.morph.get("VerbForm", []), *token.morph.get("Mood", [])]
    return opens and bool({"Inf", "Imp"} & set(forms))


def _is_fragment(token: Token, sentence: Span) -> bool:
    """A sentence without a finite verb: "Coût prohibitif pour la commune"."""
    if token.pos_ not in ("NOUN", "PROPN"):
        return False
    return not any(t.pos_ == "AUX" or "Fin" in t.morph.get("VerbForm", []) for t in sentence)


def _span_of(head: Token) -> tuple[int, int]:
    """Token range of a head's subtree without coordinated clauses that have their own subject."""
    start, end = head.left_edge.i, head.right_edge.i + 1
    for child in head.children:
        is_own = child.dep_ in ("conj", "parataxis", "ccomp") and _has_subject(child)
        if is_own and child.i > head.i and child.dep_ != "ccomp":
            end = min(end, child.left_edge.i)
        elif is_own and child.i < head.i:
            start = max(start, child.right_edge.i + 1)
    return start, end


def _after_label(doc: Doc, start: int, head: Token) -> int:
    """Past a label before a colon or dash: "Second point: …"."""
    for token in doc[start : head.i]:
        if token.text in _CUT_AT and (token.whitespace_ or token.text == ":"):
            start = token.i + 1
    return start


def _after_openers(doc: Doc, start: int, head: Token) -> int | None:
    """Past "However,", "because", "In my opinion," — but not past a condition; None for a clause
    that depends on another."""
    while start < head.i:
        token = doc[start]
        if token.dep_ == "mark" and token.head == head:
            if token.lower_ not in wordlists.CAUSES | wordlists.CONTENT | {"that"}:
                return None
            start += 1
            continue
        opener = token.is_punct or token.is_space or token.lower_ in wordlists.OPENERS
        if opener or (token.dep_ in ("cc", "intj") and token.head == head):
            start += 1
            continue
        unit = token
        while unit.head not in (head, unit):
            unit = unit.head
        after = unit.right_edge.i + 1
        inside = {t.lower_ for t in unit.subtree}
        loose = unit.dep_ in ("prep", "advmod", "advcl", "npadvmod", "obl:mod", "dislocated")
        is_apart = loose and after < head.i and doc[after].text == ","
        if not is_apart or inside & wordlists.CONDITIONS:
            break
        start = after + 1
    return start


def _ends(doc: Doc, start: int, end: int, head: Token) -> Iterator[tuple[int, float]]:
    """Where the clause may end, longest first, and the share of quality that is kept."""
    ends = {end: 1.0}
    queue = [end]
    while queue:
        last = queue.pop(0)
        while last > start and _is_mark(doc[last - 1]):
            last -= 1
        for token in doc[head.i + 1 : last]:
            if token.dep_ not in _SUBORDINATE or token.right_edge.i + 1 != last:
                continue
            cut = token.left_edge.i
            is_needed = _is_needed(token) or bool(
                {t.lower_ for t in doc[cut : token.i + 1]} & wordlists.CONDITIONS
            )
            if cut > head.i and not is_needed and cut not in ends:
                ends[cut] = ends.get(last, 1.0) * (RELATED if "relcl" in token.dep_ else SHORTER)
                queue.append(cut)
    yield from ends.items()


def _is_needed(token: Token) -> bool:
    """Whether what is before says something else, or too little, without this part."""
    before = token.doc[token.left_edge.i - 1]
    if "relcl" in token.dep_ and before.text != ",":
        return _says_little(token.head)  # "areas where the army cannot go"
    if token.dep_ == "advcl" and before.text != ",":
        return before.pos_ in ("NOUN", "PRON") and _says_little(before)
    if token.dep_ == "appos":
        return any(child.dep_ == "conj" for child in token.children)  # a list, read wrongly
    if token.dep_ != "conj":
        return False
    if token.pos_ not in ("VERB", "AUX"):
        return True  # a member of a list
    return token.head.pos_ == "VERB" and _shares_object(token)


def _says_little(noun: Token) -> bool:
    """Whether a noun waits for what tells which one is meant: "a society that …"."""
    is_bare = noun.lower_ in ("one", "ones", "those", "all", "ceux", "celui", "celle", "celles")
    parts = {child.dep_ for child in noun.children if child.i < noun.i}
    is_one = "det" in parts and parts <= {"det", "case"} and "Sing" in noun.morph.get("Number", [])
    return is_bare or is_one or is_vague(key_of(noun.text, noun.lang_), noun.lang_)


def _shares_object(token: Token) -> bool:
    """Whether a coordinated verb holds the object of the first: "equalize and protect X"."""
    return not any(c.dep_ in _COMPLEMENTS and c.i > token.head.i for c in token.head.children)


def _bare(doc: Doc, start: int, end: int) -> Span | None:
    """Without punctuation, conjunctions and courtesies at the edges; None where the rest would
    end in a word that wants another."""
    while start < end and _is_mark(doc[start]):
        start += 1
    while start < end:
        last = doc[end - 1]
        before = doc[end - 2] if end - start > 1 else None
        is_apart = last.lower_ in wordlists.CLOSERS and (
            last.lower_ in _COURTESIES
            or last.dep_ in ("intj", "discourse", "dep")
            or (before is not None and before.is_punct)
        )
        if not (_is_mark(last) or last.pos_ == "CCONJ" or is_apart):
            break
        end -= 1
    if start >= end or _wants_more(doc[end - 1]) or _is_within_a_word(doc, end):
        return None
    return doc[start:end]


def _is_mark(token: Token) -> bool:
    """Whether a token only marks where something ends; "5 %" has a word more than "5"."""
    return (token.is_punct and token.text not in _MEASURES) or token.is_space


def _is_within_a_word(doc: Doc, end: int) -> bool:
    """Whether a cut would leave "wo" of "won’t"."""
    return (
        end < len(doc)
        and not doc[end - 1].whitespace_
        and not doc[end].is_punct
        and not doc[end].is_space
    )


def _wants_more(last: Token) -> bool:
    dangles = last.pos_ in ("SCONJ", "DET") or (last.pos_ == "ADP" and last.dep_ != "prt")
    is_open = last.lower_ in wordlists.NEVER_LAST or last.text.endswith(("'", "’"))
    return dangles or is_open or last.dep_ in ("mark", "case", "aux", "det", "cc")


def _hangs(stretch: Span) -> bool:
    """Whether a fragment opens with what it hangs on ("In the schools", "Sauf accord"), or
    with an adverb."""
    is_fragment = stretch.root.pos_ in ("NOUN", "PROPN", "ADP")
    return bool(
        is_fragment and stretch[0].pos_ in ("ADP", "ADV", "INTJ") and not _counts(stretch[0])
    )


def _counts(token: Token) -> bool:
    return token.lower_ in ("plus", "moins", "more", "less", "no", "zero", "pas", "mieux")


def _asks(stretch: Span) -> bool:
    asking = wordlists.INTERROGATIVES.get(stretch.doc.lang_, frozenset())
    return stretch[0].lower_.replace("’", "'") in asking
