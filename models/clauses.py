"""Clauses that can stand as a title: what a text claims or asks for, in its own words.

A clause is a verbatim stretch that says one thing: a main clause, the content of "I think that
…" or "because …", a demand ("Interdire les verrous numériques"), or a nominal fragment. Long ones
are cut only at the edge of a trailing subordinate part, never so that a negation or a condition
is lost (deletion-based compression, after Knight & Marcu 2002, restricted to clause boundaries).
English and French use the dependency parse; other languages the punctuation of the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import wordlists
from models.keyphrases import Phrase, is_vague, key_of, phrases_in
from models.languages import primary
from models.spacy_pipelines import TAGGED, documents
from models.wordlists import words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

MAX_CHARS = 70
MIN_WORDS, MAX_WORDS = 3, 14

_SUBJECTS = words("nsubj nsubjpass csubj csubjpass expl nsubj:pass csubj:pass expl:subj")
_SUBORDINATE = words("relcl advcl acl:relcl parataxis conj appos discourse")
_COMPLEMENTS = words(
    "dobj obj attr acomp ccomp xcomp oprd prep dative obl:arg obl:mod obl:agent iobj agent"
)
_DANGLING = words("cc mark case det prep aux predet punct")
_NOTHING: frozenset[str] = frozenset()
_BLANK = re.compile(r"\s+|(?<=['’])")
_BREAK = re.compile(r"[!?…;:\n]+|(?<=[^\W_])\.(?=\s|$)")
_JUNK = re.compile(
    r"https?:|www\.|\S@\S|[<>{}\[\]|\\^`~=$*_#§]|::|\(|\)|\.\w{1,4}\b(?<=\w)|[«»\"“”„]|\.\.|…|\d{5,}|\n\s*\n"
    r"|\n\s*[-•–*]"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """``text[start:end]``, fit to stand alone to the degree ``quality`` (0..1)."""

    start: int
    end: int
    surface: str
    quality: float


@dataclass(frozen=True, slots=True)
class ParsedText:
    """What one parse of a text gives for naming ideas."""

    phrases: tuple[Phrase, ...]
    clauses: tuple[Clause, ...]


def read(texts: Sequence[str], languages: Sequence[str | None]) -> list[ParsedText]:
    """The noun phrases and title-worthy clauses of each text, from one parse each.

    About 5,000 words per second on two cores in English and French. Raises ModelMissing where
    the pipeline of one of them is not installed.
    """
    found = [ParsedText((), ()) for _ in texts]
    for row, doc in documents(texts, languages):
        language = primary(languages[row])
        clauses = _parsed_clauses(doc) if language in TAGGED else _plain_clauses(doc.text, language)
        found[row] = ParsedText(tuple(phrases_in(doc, language)), tuple(_fit(clauses, language)))
    return found


def heading_clause(line: str, language: str | None) -> Clause | None:
    """A line that a person wrote as a heading, taken as one clause where it can stand as such."""
    surface = re.sub(r"\s+", " ", line).strip().rstrip(".!:;, ")
    if not _is_fit(surface, primary(language)):
        return None
    return Clause(0, len(line), surface, self_contained(surface, language))


def _fit(clauses: Iterator[Clause], language: str) -> Iterator[Clause]:
    seen: set[tuple[int, int]] = set()
    for clause in clauses:
        if (clause.start, clause.end) not in seen and _is_fit(clause.surface, language):
            seen.add((clause.start, clause.end))
            yield clause


def _is_fit(surface: str, language: str) -> bool:
    """Whether a wording has the size of a title and no address, code or courtesy in it."""
    if not MIN_WORDS <= len(surface.split()) <= MAX_WORDS or len(surface) > MAX_CHARS:
        return False
    if _JUNK.search(surface) or wordlists.PLEASANTRY.match(surface):
        return False
    if not surface[0].isalnum() or surface[0].isdigit():
        return False
    telling = [w for w in set(key_of(surface, language).split()) if not is_vague(w, language)]
    return len(telling) >= 2


def _parsed_clauses(doc: Doc) -> Iterator[Clause]:
    for sentence in doc.sents:
        if sentence.text.rstrip().endswith("?"):
            continue
        for head in sentence:
            if not _can_head(head, sentence):
                continue
            start, end = _span_of(head)
            start = _after_openers(doc, start, head)
            for last, kept in _ends(doc, start, end, head):
                stretch = _bare(doc, start, last)
                if len(stretch) >= MIN_WORDS and not _hangs(stretch):
                    yield _clause(stretch, head, kept)


def _can_head(token: Token, sentence: Span) -> bool:
    """Whether a token heads something its author puts forward as such."""
    if any("Sub" in part.morph.get("Mood", []) for part in (token, *token.children)):
        return False
    has_subject = any(child.dep_ in _SUBJECTS for child in token.children)
    if token.dep_.lower() == "root":
        return has_subject or _is_demand(token, sentence) or _is_fragment(token, sentence)
    return has_subject and not _is_denied(token.head) and _is_put_forward(token)


def _is_denied(above: Token) -> bool:
    return any(c.dep_ == "neg" or c.lower_ in ("ne", "n'", "n’") for c in above.children)


def _is_put_forward(token: Token) -> bool:
    """The content of an opinion, a coordinated main clause, or a cause."""
    match token.dep_:
        case "ccomp":
            is_opinion = token.head.lower_ in wordlists.OPINIONS
            return is_opinion and not _mark(token) & wordlists.CONDITIONS - wordlists.CONTENT
        case "conj":
            return bool(token.head.dep_.lower() == "root")
        case "advcl":
            return bool(_mark(token) & wordlists.CAUSES)
    return False


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
        is_own = child.dep_ in ("conj", "parataxis", "ccomp") and any(
            grand.dep_ in _SUBJECTS for grand in child.children
        )
        if is_own and child.i > head.i and child.dep_ != "ccomp":
            end = min(end, child.left_edge.i)
        elif is_own and child.i < head.i:
            start = max(start, child.right_edge.i + 1)
    return start, end


def _after_openers(doc: Doc, start: int, head: Token) -> int:
    """Past "However,", "because", "In my opinion," — but not past a condition."""
    while start < head.i:
        token = doc[start]
        opener = token.is_punct or token.is_space or token.lower_ in wordlists.OPENERS
        if opener or (token.dep_ in ("mark", "cc", "intj") and token.head == head):
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
        while last > start and (doc[last - 1].is_punct or doc[last - 1].is_space):
            last -= 1
        for token in doc[head.i + 1 : last]:
            if token.dep_ not in _SUBORDINATE or token.right_edge.i + 1 != last:
                continue
            cut = token.left_edge.i
            opening = {t.lower_ for t in doc[cut : token.i + 1]}
            is_needed = _shares_object(token) or bool(opening & wordlists.CONDITIONS)
            if cut > head.i and not is_needed and cut not in ends:
                ends[cut] = ends.get(last, 1.0) * (0.85 if "relcl" in token.dep_ else 0.93)
                queue.append(cut)
    yield from ends.items()


def _shares_object(token: Token) -> bool:
    """Whether a coordinated verb holds the object of the first: "equalize and protect X"."""
    if token.dep_ != "conj" or token.pos_ != "VERB" or token.head.pos_ != "VERB":
        return False
    return not any(c.dep_ in _COMPLEMENTS and c.i > token.head.i for c in token.head.children)


def _bare(doc: Doc, start: int, end: int) -> Span:
    """Without punctuation, conjunctions and other words that cannot stand at an edge."""
    while start < end and (doc[start].is_punct or doc[start].is_space):
        start += 1
    while start < end:
        last = doc[end - 1]
        dangles = last.dep_ in _DANGLING and last.pos_ in ("CCONJ", "SCONJ", "ADP", "DET", "PUNCT")
        if not (last.is_punct or last.is_space or dangles or _never_last(last)):
            break
        end -= 1
    return doc[start:end]


def _hangs(stretch: Span) -> bool:
    """Whether a fragment opens with what it hangs on: "In the schools", "Sauf accord"."""
    return bool(stretch[0].pos_ == "ADP" and stretch.root.pos_ in ("NOUN", "PROPN", "ADP"))


def _never_last(token: Token) -> bool:
    return token.lower_ in wordlists.NEVER_LAST or token.text.endswith(("'", "’"))


def _clause(stretch: Span, head: Token, kept: float) -> Clause:
    surface = re.sub(r"\s+", " ", stretch.text)
    subject = next((c for c in head.children if c.dep_ in _SUBJECTS), None)
    quality = kept * _subject_quality(subject, head) * self_contained(surface, head.lang_)
    return Clause(stretch.start_char, stretch.end_char, surface, quality)


def _subject_quality(subject: Token | None, head: Token) -> float:
    if subject is None:
        return 1.0
    word = subject.lower_
    language = subject.lang_
    if word == "there":
        return 0.85
    if subject.dep_ in ("expl", "expl:subj"):
        return 1.0
    if word == "it" and any(t.dep_ in ("xcomp", "ccomp", "csubj") for t in head.subtree):
        return 0.9
    if word in wordlists.SPEAKER[language]:
        return 0.4
    return 0.35 if word in wordlists.ANAPHORS[language] or subject.tag_ == "WP" else 1.0


def self_contained(surface: str, language: str | None) -> float:
    """0..1: how well a stretch is understood without what stood before it."""
    tag = primary(language)
    anaphors = wordlists.ANAPHORS.get(tag, _NOTHING)
    spelt = [word.strip(",;:!") for word in _BLANK.split(surface.casefold())]
    spelt = [word.replace("’", "'") for word in spelt]
    spelt += [word[:-1] for word in spelt if word.endswith("'")]
    share = 1.0
    if not wordlists.SPEAKER.get(tag, _NOTHING).isdisjoint(spelt):
        share *= 0.5
    if not wordlists.HEARERS.get(tag, _NOTHING).isdisjoint(spelt):
        share *= 0.7
    share *= 0.8 ** sum(map(anaphors.__contains__, spelt))
    if not wordlists.POSSESSIVES.isdisjoint(spelt):
        share *= 0.93
    if sum(map(str.isdigit, surface)) > 4:
        share *= 0.7
    letters = [c for c in surface if c.isalpha()]
    return 0.6 * share if sum(map(str.isupper, letters)) > 0.6 * len(letters) else share


def _sentences(text: str) -> Iterator[tuple[int, int, bool]]:
    """(start, end, is a question) of each sentence of a text without a parser."""
    start = 0
    for match in _BREAK.finditer(text):
        before = re.search(r"[^\W_]+$", text[start : match.start()])
        if match.group() == "." and before:
            word = before.group().casefold()
            if word in wordlists.ABBREVIATIONS or word.isdigit():
                continue
        yield start, match.start(), match.group().startswith("?")
        start = match.end()
    yield start, len(text), False


def _plain_clauses(text: str, language: str) -> Iterator[Clause]:
    """Sentences, and their beginnings up to a comma, of a language without a parser."""
    anaphors = wordlists.ANAPHORS.get(language, _NOTHING)
    for start, end, is_question in _sentences(text):
        whole_sentence = text[start:end].rstrip(". ")
        comma = whole_sentence.find(",")
        shorter = whole_sentence[:comma] if comma > 0 else ""
        for part, kept in ((whole_sentence, 1.0), (shorter, 0.8)):
            surface = part.strip()
            if not surface or is_question:
                continue
            first = surface.split()[0].casefold()
            if first in wordlists.SUBORDINATORS:
                continue
            share = kept * self_contained(surface, language) * (0.4 if first in anaphors else 1.0)
            at = start + part.index(surface)
            yield Clause(at, at + len(surface), re.sub(r"\s+", " ", surface), share)
