"""How well the first harvester's help agrees with people: ``python benchmarks/harvest.py``.

Prints the tables of ``docs/harvest.md``; ``--write`` puts them there. Three measurements:

- BC3 e-mail threads (Ulrich, Murray and Carenini, 2008): does the score rank the sentences
  that at least two of three readers chose for a summary above the others?
- CIMT citizens' contributions in German (Romberg and Conrad, 2021): does the rule for
  natures tell positions (a solution) from premises?
- time for 100,000 made-up sentences.

The learned ranker fits a logistic regression to the other threads and ranks the one held
out; it is there to see what the hand-set weights leave on the table.
"""

from __future__ import annotations

import argparse
import csv
import html
import random
import re
import sys
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np
from defusedxml import ElementTree
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.pages import write_between_marks  # noqa: E402
from synth.harvest import QuoteRow, SentenceRow, count_quotes, score_sentences, suggest  # noqa: E402
from synth.harvest.scores import INTERCEPT, SCALE, WEIGHTS  # noqa: E402
from synth.records import Nature  # noqa: E402

Floats = NDArray[np.float64]

_QUOTED = re.compile(r"^\s*[>|]")
_MARK = "figures"
_N_SPEED = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """E-mail sentences in reading order and what readers said of them."""

    sentences: list[SentenceRow]
    """The authors' own; the quoted lines are left to `Judged.quoted`."""
    votes: NDArray[np.int64]
    """(n,) readers who chose the sentence."""
    quoted: list[tuple[int, int]]
    """(thread, votes) of every quoted line."""

    @property
    def threads(self) -> NDArray[np.int64]:
        return np.array([row.thread for row in self.sentences])


def read_bc3(folder: Path) -> Judged:
    """The corpus and its annotations; every quoted line becomes a `QuoteRow`."""
    votes = _votes(folder / "annotation.xml")
    sentences: list[SentenceRow] = []
    chosen: list[int] = []
    quotes: list[QuoteRow] = []
    quoted: list[tuple[int, int]] = []
    for message, (thread, rank, document) in enumerate(_documents(folder / "corpus.xml")):
        at = 0
        for text, n in _lines(document, votes[thread]):
            if _QUOTED.match(text):
                words = re.sub(r"^[\s>|]+", "", text)
                quotes.append(
                    QuoteRow(message=message, thread=thread, message_rank=rank, text=words)
                )
                quoted.append((thread, n))
                continue
            sentences.append(
                SentenceRow(
                    message=message,
                    start=at,
                    end=at + len(text),
                    text=text,
                    thread=thread,
                    language="en",
                    subject=document.findtext("Subject"),
                    author=zlib.crc32((document.findtext("From") or "").encode()),
                    message_rank=rank,
                )
            )
            chosen.append(n)
            at += len(text) + 1
    counted = count_quotes(sentences, quotes)
    sentences = [replace(row, n_quoted=float(n)) for row, n in zip(sentences, counted, strict=True)]
    return Judged(sentences=sentences, votes=np.array(chosen), quoted=quoted)


def _votes(file: Path) -> dict[int, Counter[str]]:
    """Number of the thread in the corpus → sentence id → readers who chose it."""
    by_list: dict[str, Counter[str]] = defaultdict(Counter)
    for thread in _root(file).iter("thread"):
        for chosen in thread.iter("sentences"):
            by_list[_list_number(thread)].update({s.get("id", "") for s in chosen.iter("sent")})
    threads = _root(file.with_name("corpus.xml")).iter("thread")
    return {number: by_list[_list_number(thread)] for number, thread in enumerate(threads)}


def _documents(file: Path) -> Iterator[tuple[int, int, Element]]:
    """(thread, reading order, message)."""
    for number, thread in enumerate(_root(file).iter("thread")):
        for rank, document in enumerate(thread.iter("DOC")):
            yield number, rank, document


def _lines(document: Element, votes: Counter[str]) -> Iterator[tuple[str, int]]:
    """Text and votes of each sentence; the corpus escapes some of its text twice."""
    for sent in document.iter("Sent"):
        yield html.unescape(sent.text or "").strip(), votes[sent.get("id", "")]


def _root(file: Path) -> Element:
    root = ElementTree.parse(file).getroot()
    if root is None:
        raise SystemExit(f"{file}: no XML element in it")
    return root


def _list_number(thread: Element) -> str:
    return (thread.findtext("listno") or "").strip()


def agreement(judged: Judged, score: Floats, *, with_quoted: bool) -> tuple[float, float]:
    """Mean over threads of the ROC AUC, and of the precision at the number of gold sentences.

    A quoted line, which the program takes out of the text, scores below everything.
    """
    from sklearn.metrics import roc_auc_score

    aucs, precisions = [], []
    for thread in np.unique(judged.threads):
        mine = judged.threads == thread
        is_gold = judged.votes[mine] >= 2
        value = score[mine].astype(np.float64)
        if with_quoted:
            votes = np.array([n for number, n in judged.quoted if number == thread], dtype=int)
            is_gold = np.concatenate((is_gold, votes >= 2))
            value = np.concatenate((value, np.full(len(votes), value.min() - 1)))
        best = np.argsort(-value, kind="stable")[: is_gold.sum()]
        aucs.append(roc_auc_score(is_gold, value))
        precisions.append(is_gold[best].mean())
    return float(np.mean(aucs)), float(np.mean(precisions))


def rankers(judged: Judged) -> dict[str, Floats]:
    """Name → a score for every own sentence."""
    scores = score_sentences(judged.sentences)
    matrix = np.column_stack([scores.features[name] for name in WEIGHTS])
    alone = np.zeros(len(judged.sentences))
    for thread in np.unique(judged.threads):
        rows = np.flatnonzero(judged.threads == thread)
        alone[rows] = score_sentences([judged.sentences[row] for row in rows]).score
    return {
        "random order": np.random.default_rng(0).random(len(judged.sentences)),
        "position in the thread": -np.arange(len(judged.sentences), dtype=np.float64),
        "tf-idf sum": _tfidf_sum(scores.tokens),
        "length in words": np.array([len(row.text.split()) for row in judged.sentences], float),
        "learned weights, thread held out": _held_out(matrix, judged),
        "equal weights": matrix @ np.sign(list(WEIGHTS.values())),
        "**`synth.harvest`**": scores.score.astype(np.float64),
        "`synth.harvest`, one thread at a time": alone,
    }


def _tfidf_sum(tokens: Sequence[Sequence[str]]) -> Floats:
    n_with = Counter(word for words in tokens for word in set(words))
    return np.array([sum(np.log(len(tokens) / n_with[w]) for w in words) for words in tokens])


def _held_out(matrix: Floats, judged: Judged) -> Floats:
    """Logistic regression on the votes of all threads but one, for that one."""
    from sklearn.linear_model import LogisticRegression

    share = judged.votes / 3
    sizes = Counter(judged.threads.tolist())
    even = np.array([len(share) / len(sizes) / sizes[t] for t in judged.threads.tolist()])
    ranked = np.zeros(len(share))
    for thread in np.unique(judged.threads):
        rest = judged.threads != thread
        x = np.vstack((matrix[rest], matrix[rest]))
        y = np.repeat((1, 0), rest.sum())
        weight = np.concatenate(((share * even)[rest], ((1 - share) * even)[rest]))
        model = LogisticRegression(C=0.3, max_iter=2000).fit(x, y, sample_weight=weight)
        ranked[~rest] = model.decision_function(matrix[~rest])
    return ranked


def bc3_tables(judged: Judged) -> list[str]:
    """The agreement of every ranker, and of ours without or with twice each feature."""
    lines = [
        "| ranking | AUC, own sentences | P@k | AUC, with quoted lines | P@k |",
        "|---|---|---|---|---|",
    ]
    for name, score in rankers(judged).items():
        own = agreement(judged, score, with_quoted=False)
        full = agreement(judged, score, with_quoted=True)
        lines.append(f"| {name} | {own[0]:.3f} | {own[1]:.3f} | {full[0]:.3f} | {full[1]:.3f} |")
    return [
        *lines,
        "",
        *_sensitivity(judged),
        "",
        f"{calibration(judged)} {readable(judged)}",
    ]


def _sensitivity(judged: Judged) -> list[str]:
    features = score_sentences(judged.sentences).features
    total = np.column_stack([features[name] for name in WEIGHTS]) @ list(WEIGHTS.values())
    lines = [
        "| feature | weight | AUC without it | AUC with twice its weight |",
        "|---|---|---|---|",
    ]
    for name, weight in WEIGHTS.items():
        if features[name].std() == 0:
            lines.append(f"| {name} | {weight:+.2f} | not in these data | |")
            continue
        without, twice = (
            agreement(judged, total + by * weight * features[name], with_quoted=False)[0]
            for by in (-1, 1)
        )
        lines.append(f"| {name} | {weight:+.2f} | {without:.3f} | {twice:.3f} |")
    return lines


def calibration(judged: Judged) -> str:
    """What `INTERCEPT` and `SCALE` should be for the score to be the share of readers."""
    from sklearn.linear_model import LogisticRegression

    score = score_sentences(judged.sentences).score.astype(np.float64)
    total = (np.log(score / (1 - score)) - INTERCEPT) / SCALE
    share = judged.votes / 3
    x = np.concatenate((total, total))[:, None]
    y = np.repeat((1, 0), len(total))
    fit = LogisticRegression(C=1e6).fit(x, y, sample_weight=np.concatenate((share, 1 - share)))
    return (
        f"Mean score {score.mean():.3f}, mean share of readers {share.mean():.3f}; the best "
        f"intercept and scale here are {fit.intercept_[0]:.2f} and {fit.coef_[0, 0]:.2f} "
        f"(in use: {INTERCEPT} and {SCALE})."
    )


def readable(judged: Judged) -> str:
    """How many of the sentences suggested by default readers chose."""
    rows = [suggestion.row for suggestion in suggest(judged.sentences)]
    is_gold = judged.votes >= 2
    return (
        f"Of the {len(rows)} sentences suggested by default, all threads as one discussion, "
        f"two readers or more chose {is_gold[rows].mean():.0%}; of all own sentences, "
        f"{is_gold.mean():.0%}."
    )


def read_cimt(folder: Path) -> tuple[list[SentenceRow], list[str]]:
    """Sentences of the body texts and their codes; titles are left out."""
    sentences: list[SentenceRow] = []
    codes: list[str] = []
    messages: dict[str, int] = {}
    for file in sorted(folder.glob("cimt-argument*/*/*.tsv")):
        with file.open(encoding="utf-8", newline="") as stream:
            for record in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
                if record["title/text"] != "text":
                    continue
                message = messages.setdefault(record["document_id"], len(messages))
                at = sentences[-1].end + 1 if sentences else 0
                text = record["content"]
                sentences.append(
                    SentenceRow(
                        message=message,
                        start=at,
                        end=at + len(text),
                        text=text,
                        thread=message,
                        language="de",
                    )
                )
                codes.append(record["code"])
    return sentences, codes


def cimt_tables(sentences: Sequence[SentenceRow], codes: Sequence[str]) -> list[str]:
    """Code × nature, the accuracy of solution ≈ position, and the score as an argument finder."""
    from sklearn.metrics import roc_auc_score

    scores = score_sentences(sentences)
    pairs = Counter(zip(codes, scores.nature, strict=True))
    totals = Counter(codes)
    shown = ("mpos", "premise", "mpos+premise", "non-arg")
    lines = [
        "| coded as | " + " | ".join(Nature) + " |",
        "|---|" + "---|" * len(Nature),
        *(
            f"| {code} ({totals[code]:,}) | "
            + " | ".join(f"{pairs[code, nature] / totals[code]:.2f}" for nature in Nature)
            + " |"
            for code in shown
        ),
    ]
    hits = pairs["mpos", Nature.SOLUTION]
    false = pairs["premise", Nature.SOLUTION]
    n = totals["mpos"] + totals["premise"]
    accuracy = (hits + totals["premise"] - false) / n
    is_argument = np.array([code != "non-arg" for code in codes])
    length = [len(row.text.split()) for row in sentences]
    return [
        *lines,
        "",
        f"Position or premise by *solution or not*: accuracy {accuracy:.3f} (always premise "
        f"{totals['premise'] / n:.3f}), precision {hits / (hits + false):.3f}, recall "
        f"{hits / totals['mpos']:.3f}. Argument or not, which is not what the score is for: "
        f"AUC {roc_auc_score(is_argument, scores.score):.3f} "
        f"(length {roc_auc_score(is_argument, length):.3f}).",
    ]


def speed_table() -> list[str]:
    """Seconds for a hundred thousand made-up sentences in threads of forty."""
    rng = random.Random(0)
    vocabulary = [f"word{k}" for k in range(20_000)] + ["the", "we", "should", "is", "of"] * 2_000
    sentences = [
        SentenceRow(
            message=k // 6,
            start=100 * (k % 6),
            end=100 * (k % 6) + 99,
            text=" ".join(rng.choices(vocabulary, k=rng.randint(2, 28))) + ".",
            thread=k // 40,
            author=rng.randrange(500),
            idea=k % 150,
            language="en",
        )
        for k in range(_N_SPEED)
    ]
    began = time.process_time()
    found = suggest(sentences)
    seconds = time.process_time() - began
    return [
        f"{_N_SPEED:,} sentences: {seconds:.0f} s of processor time on one core, "
        f"{len(found):,} suggestions."
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    data = ROOT.parent / "shared" / "data"
    parser.add_argument("--bc3", type=Path, default=data / "bc3-dev")
    parser.add_argument("--cimt", type=Path, default=data / "cimt-de")
    parser.add_argument("--write", action="store_true", help="update docs/harvest.md")
    options = parser.parse_args()
    sections: Mapping[str, tuple[Path, Callable[[], list[str]]]] = {
        "Key sentences of e-mail threads (BC3)": (
            options.bc3,
            lambda: bc3_tables(read_bc3(options.bc3)),
        ),
        "Natures of German citizens' sentences (CIMT)": (
            options.cimt,
            lambda: cimt_tables(*read_cimt(options.cimt)),
        ),
        "Time": (ROOT, speed_table),
    }
    lines: list[str] = []
    for title, (folder, measure) in sections.items():
        if not folder.is_dir():
            raise SystemExit(f"{folder}: not there; give the folder with an option, see --help")
        lines += [f"### {title}", "", *measure(), ""]
    print("\n".join(lines))
    if options.write:
        write_between_marks(ROOT / "docs" / "harvest.md", _MARK, "\n".join(["", *lines]))


if __name__ == "__main__":
    main()
