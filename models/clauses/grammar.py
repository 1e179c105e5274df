"""Whether the parse of a stretch of words holds together.

A tagger marks what it cannot join: a preposition without a noun, an article before a verb, two
subjects of one verb, forms that do not agree. Such a stretch is a slip of the pen or was parsed
wrongly; either way something better can be quoted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from models import wordlists

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

SUBJECTS = wordlists.words("nsubj nsubjpass csubj csubjpass expl nsubj:pass csubj:pass expl:subj")
_HEAVY = wordlists.words("DET ADP CCONJ SCONJ")
_BEFORE_ARTICLE = wordlists.words("all both such half what many quite tous toutes tout toute")
_PREPOSITIONS = wordlists.words("in of for with at from by on to")
_SINGULAR, _PLURAL = wordlists.words("he she it this that"), wordlists.words("we they these those")
_AS_ONE = wordlists.words("sports arms savings goods news series means species")
_ALSO_MANY = wordlists.words(
    "staff police majority number lot rest half government media data public"
)


def holds_together(stretch: Span) -> bool:
    """Whether a clause with its subject and verb is whole and its words fit each other."""
    return agrees(stretch) and not any(_leaves_open(token, stretch) for token in stretch)


def agrees(stretch: Span) -> bool:
    """Whether no word stands where the ones beside it do not allow it."""
    return not any(
        _repeats(token, stretch) or _is_out_of_place(token, stretch) or _disagrees(token)
        for token in stretch
    )


def _repeats(token: Token, stretch: Span) -> bool:
    """ "the the", but also "in in"."""
    last = token.i + 1 >= stretch.end
    return not last and token.is_alpha and token.lower_ == token.doc[token.i + 1].lower_


def _is_out_of_place(token: Token, stretch: Span) -> bool:
    """An article or a preposition before what it cannot stand before."""
    if token.i + 1 >= stretch.end:
        return False
    after = token.doc[token.i + 1]
    if token.pos_ == "DET" and token.dep_ == "det":
        if token.lower_ in _BEFORE_ARTICLE:
            return False
        if token.lower_ in ("a", "an") and after.tag_ == "NNS" and after.lower_ not in _AS_ONE:
            return True
        is_finite = after.pos_ == "AUX" or "Fin" in after.morph.get("VerbForm", [])
        return after.pos_ in _HEAVY or is_finite or _has_no_noun(token)
    if token.lang_ == "en" and token.lower_ in _PREPOSITIONS and token.tag_ == "IN":
        return after.pos_ == "AUX" and after.tag_ in ("VBZ", "VBP", "MD")
    return False


def _has_no_noun(article: Token) -> bool:
    """ "not a physically strong as men": the article hangs on something that is no noun."""
    head = article.head
    if head.pos_ in ("NOUN", "PROPN", "NUM", "PRON", "SYM", "X"):
        return head.i < article.i
    indefinite = article.lower_ in ("a", "an")
    return head.pos_ != "ADJ" or head.i < article.i or indefinite


def _leaves_open(token: Token, stretch: Span) -> bool:
    """A word that wants another one which is not there, or has one too many."""
    subjects = [child for child in token.children if child.dep_ in SUBJECTS]
    plain = [child for child in subjects if not child.dep_.startswith(("expl", "csubj"))]
    if len(plain) > 1 or any(_is_parted(subject, token) for subject in plain):
        return True
    if token.lower_ in ("if", "si"):
        after = token.doc[token.i + 1 : stretch.end]
        return not any(t.pos_ in ("VERB", "AUX") for t in after)
    if token.lang_ == "en":
        if token.dep_ == "prep" and token.head.pos_ in ("NOUN", "PROPN"):
            return not any(c.i > token.i for c in token.children)
        lone = token.lower_ in _PREPOSITIONS and token.tag_ in ("RB", "IN")
        return lone and token.head.pos_ in ("NOUN", "PROPN") and not list(token.children)
    return False


def _is_parted(subject: Token, verb: Token) -> bool:
    """Whether one comma stands between a subject and its verb: "the council, will decide"."""
    between = subject.doc[subject.i + 1 : verb.i]
    return sum(token.text == "," for token in between) == 1 and not any(
        token.dep_ in ("conj", "appos", "relcl", "acl:relcl") for token in between
    )


def _disagrees(token: Token) -> bool:
    if token.lang_ == "en":
        return any(_english_disagrees(subject, token) for subject in _subjects(token))
    return _french_disagrees(token)


def _subjects(verb: Token) -> Iterator[Token]:
    return (c for c in verb.children if c.dep_ in ("nsubj", "nsubjpass", "nsubj:pass", "expl:subj"))


def _english_disagrees(subject: Token, verb: Token) -> bool:
    """ "The government run", "The schools runs"."""
    helpers = [c for c in verb.children if c.dep_ in ("aux", "auxpass") and c.i < verb.i]
    finite = (helpers or [verb])[0]
    is_joined = any(c.dep_ in ("conj", "cc") for c in subject.children)
    if is_joined or subject.lower_ in _ALSO_MANY or finite.i < subject.i:
        return False
    if finite.tag_ == "VBP" and finite.lower_ != "am":
        return subject.tag_ == "NN" or subject.lower_ in _SINGULAR
    return finite.tag_ == "VBZ" and (subject.tag_ == "NNS" or subject.lower_ in _PLURAL)


def _french_disagrees(token: Token) -> bool:
    """Article, noun and adjective, or subject and verb, in different numbers or genders."""
    if token.pos_ == "NOUN" and _has_two_numbers(token):
        return True
    if token.dep_ in ("det", "amod") and token.head.pos_ == "NOUN":
        is_joined = any(c.dep_ == "conj" for c in token.head.children)
        features = ("Number", "Gender") if token.dep_ == "det" or not is_joined else ()
        return any(_differ(token, token.head, feature) for feature in features)
    return any(
        _subject_differs(subject, token)
        for subject in _subjects(token)
        if not any(c.dep_ == "conj" for c in subject.children)
    )


def _subject_differs(subject: Token, verb: Token) -> bool:
    helpers = [c for c in verb.children if c.dep_.startswith(("aux", "cop"))]
    finite = next((h for h in (*helpers, verb) if "Fin" in h.morph.get("VerbForm", [])), None)
    if finite is None:
        return verb.pos_ == "VERB"
    if any(_differ(subject, finite, feature) for feature in ("Number", "Person")):
        return True
    by_passive = verb.pos_ == "VERB" and any(h.dep_ == "aux:pass" for h in helpers)
    return (by_passive or verb.pos_ == "ADJ") and _differ(subject, verb, "Number")


def _has_two_numbers(noun: Token) -> bool:
    """ "un des pays fondateur": what stands around a noun tells that it is one, and many."""
    around = [c for c in noun.children if c.dep_ in ("det", "case", "amod") or _is_beside(c)]
    is_joined = any(c.dep_ == "conj" for c in noun.children)
    return not is_joined and len({n for c in around for n in c.morph.get("Number", [])}) > 1


def _is_beside(noun: Token) -> bool:
    """A noun that says what another one is, right behind it: "pays membres"."""
    is_linked = any(c.dep_ in ("case", "det") for c in noun.children)
    return (
        noun.dep_ == "nmod" and noun.pos_ == "NOUN" and noun.i == noun.head.i + 1 and not is_linked
    )


def _differ(one: Token, other: Token, feature: str) -> bool:
    """Whether both bear the feature and not the same; a noun is the third person."""
    first, second = one.morph.get(feature, []), other.morph.get(feature, [])
    if feature == "Person" and not first and one.pos_ in ("NOUN", "PROPN"):
        first = ["3"]
    return bool(first and second and set(first).isdisjoint(second))
