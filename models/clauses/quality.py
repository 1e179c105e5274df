"""How well a parsed clause names an idea: a claim or a wish more than a story or a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import wordlists
from models.clauses.clause import self_contained
from models.clauses.grammar import SUBJECTS
from models.wordlists import words

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

POINTING = words("this these that those ce cet cette ces")
FRAGMENT = 0.85
"""Quality of a fragment without a verb; a clause has up to 1."""
NARRATED = 0.88
"""Share of quality that what somebody tells of the past keeps: it is an event, not a claim."""
TURNED = 0.85
"""The same for a clause that opens with something else than its subject: "If …", "On a roof …"."""
RUN_ON = 0.6
"""The same for two sentences written as one."""
POINTED = 0.6
"""The same for "these houses", which says which ones only to those who know."""
CALLED = 0.7
"""The same for a call on the readers: "Pensez à nous"."""
RETOLD = 0.4
"""The same for what authors say of themselves."""


def quality_of(stretch: Span, head: Token) -> float:
    """0..1: how well a clause names an idea, by what it says and how, whatever it is about."""
    subject = next((c for c in head.children if c.dep_ in SUBJECTS), None)
    quality = _subject_quality(subject, head) * self_contained(stretch.text, head.lang_)
    if subject is None and head.pos_ in ("NOUN", "PROPN"):
        quality *= FRAGMENT
    if _is_past(head):
        quality *= NARRATED
    if any(t.pos_ == "DET" and t.lower_ in POINTING for t in stretch):
        quality *= POINTED
    if any(_runs_on(token, head) for token in stretch):
        quality *= RUN_ON
    if subject is not None and _is_late(subject, stretch):
        quality *= TURNED
    if subject is None and "Imp" in head.morph.get("Mood", []) and head.text.endswith("ez"):
        quality *= CALLED
    return quality


def _runs_on(token: Token, head: Token) -> bool:
    """A second sentence without a mark between: "cloning is wrong we are tampering …"."""
    has_subject = any(c.dep_ in SUBJECTS for c in token.children)
    if token == head or token.dep_ not in ("ccomp", "parataxis") or not has_subject:
        return False
    above = token.head
    is_said = above.lower_ in wordlists.OPINIONS or any(c.dep_ == "mark" for c in token.children)
    first, last = sorted((token.i, above.i))
    is_marked = any(t.is_punct or t.pos_ in ("SCONJ", "CCONJ") for t in token.doc[first:last])
    return above.pos_ in ("VERB", "AUX") and not is_said and not is_marked


def _is_late(subject: Token, stretch: Span) -> bool:
    return any(
        t.pos_ in ("ADP", "SCONJ", "ADV") for t in stretch.doc[stretch.start : subject.left_edge.i]
    )


def _is_past(head: Token) -> bool:
    helpers = [c for c in head.children if c.dep_.startswith(("aux", "cop"))]
    if head.lang_ == "en":
        return "VBD" in {t.tag_ for t in (helpers or [head])[:1]}
    if any(c.dep_ == "aux:pass" for c in helpers):
        helpers = [c for c in helpers if c.dep_ != "aux:tense"]
        return any(set(c.morph.get("Tense", [])) & {"Past", "Imp"} for c in helpers)
    tenses = {tense for t in (head, *helpers) for tense in t.morph.get("Tense", [])}
    return bool(tenses & {"Past", "Imp"}) and not any(c.dep_ == "cop" for c in helpers)


def _subject_quality(subject: Token | None, head: Token) -> float:
    if subject is None:
        return 1.0
    word = subject.lower_
    language = subject.lang_
    if word == "there":
        return 0.85
    if subject.dep_ in ("expl", "expl:subj"):
        return 1.0
    if word in wordlists.SPEAKER[language]:
        return RETOLD
    return 0.35 if word in wordlists.ANAPHORS[language] or subject.tag_ == "WP" else 1.0
