"""How well the ideas found agree with the ideas people coded: ``python -m benchmarks.ideas``.

Prints the tables of ``docs/quality.md``; ``--write`` puts them there. Three codings:

- ArgKP-2021 (Bar-Haim et al., 2020; Friedman et al., 2021): debate arguments in English,
  matched to key points. Each topic is a discussion, both stances together; scored are the
  arguments that match exactly one key point. Mean over topics, train and dev apart.
- République numérique: opinions in French, coded by the section they were filed under.
- CIMT Ottensen (Romberg and Conrad, 2022): contributions in German, scored where they have
  exactly one of the specific themes.

Everything starts from the same sentence vectors, which are kept in ``benchmarks/results``.
The parameters of our method were chosen on ArgKP train alone.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import html
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from models import blend, load  # noqa: E402
from models.sentences import split  # noqa: E402
from synth.evaluate import IdeaScores, PlacedPassage, idea_per_message, score_labels  # noqa: E402
from synth.ideas import find_ideas  # noqa: E402
from synth.neighbours import centred, similarity_graph  # noqa: E402
from synth.passages import cut  # noqa: E402
from synth.placement import place  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results"
_BEGIN, _END = "<!-- figures: begin -->", "<!-- figures: end -->"
_MAIN_THEMES = frozenset({"motorized transport", "non-motorized transport"})
_CIMT_FIELDS = frozenset({"document_id", "title", "text", "url"})

Labels = list[int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """One discussion with the ideas people coded."""

    texts: list[str]
    gold: list[str | None]
    """Per text; None where it is not scored."""
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A coded discussion, cut into passages with their vectors."""

    coded: Coded
    passages: list[str]
    owner: NDArray[np.intp]
    """(n_passages,) the text each passage was cut from."""
    vectors: NDArray[np.float32]
    """(n_passages, dim) unit rows."""

    @property
    def whole(self) -> NDArray[np.float32]:
        """(n_texts, dim) unit rows: the mean of each text's passages."""
        total = np.zeros((len(self.coded.texts), self.vectors.shape[1]), dtype=np.float32)
        np.add.at(total, self.owner, self.vectors)
        return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)


def read_argkp(folder: Path, split: str) -> list[Coded]:
    """The topics of one split, in the order of the file."""
    matched = defaultdict(list)
    for row in _csv(folder / f"labels_{split}.csv"):
        if row["label"] == "1":
            matched[row["arg_id"]].append(row["key_point_id"])
    topics: dict[str, list[tuple[str, str | None]]] = {}
    for row in _csv(folder / f"arguments_{split}.csv"):
        points = matched[row["arg_id"]]
        only = points[0] if len(points) == 1 else None
        topics.setdefault(row["topic"], []).append((row["argument"], only))
    return [
        Coded(texts=[text for text, _ in rows], gold=[gold for _, gold in rows], language="en")
        for rows in topics.values()
    ]


def read_republique(folder: Path) -> list[Coded]:
    """Title and body of each opinion, coded by the section it was filed under."""
    texts: list[str] = []
    gold: list[str | None] = []
    for path in sorted((folder / "opinions").glob("*.json"), key=lambda path: int(path.stem)):
        read = json.loads(path.read_text(encoding="utf-8"))
        opinion = read.get("opinion", read)
        body = re.sub(r"</(p|li|h\d|div)>|<br[^>]*>", "\n", opinion["body"] or "")
        body = html.unescape(re.sub(r"<[^>]+>", "", body)).strip()
        texts.append(f"{opinion['title']}\n\n{body}")
        gold.append(str(opinion["type"]["id"]))
    return [Coded(texts=texts, gold=gold, language="fr")]


def read_cimt(folder: Path) -> list[Coded]:
    """Contributions, coded where they have exactly one specific theme."""
    texts: list[str] = []
    gold: list[str | None] = []
    for path in sorted(folder.glob("cimt-thematic-categorization-dataset/*/*.csv")):
        for row in _csv(path):
            themes = [
                name
                for name, value in row.items()
                if name not in _CIMT_FIELDS | _MAIN_THEMES and value == "1"
            ]
            texts.append(f"{row['title']}\n\n{row['text']}")
            gold.append(themes[0] if len(themes) == 1 else None)
    return [Coded(texts=texts, gold=gold, language="de")]


def _csv(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def embed(coded: Coded) -> Embedded:
    """Cut and embed a discussion; vectors are kept by a hash of model and passages."""
    passages: list[str] = []
    owner: list[int] = []
    for number, text in enumerate(coded.texts):
        cuts = cut(text, split(text, coded.language))
        spans = [text[span.start : span.end] for span in cuts] or [text]
        passages += spans
        owner += [number] * len(spans)
    model = load("e5-small")
    key = hashlib.sha256("\0".join([model.fingerprint, *passages]).encode()).hexdigest()[:24]
    kept = RESULTS / f"vectors-{key}.npy"
    if not kept.exists():
        RESULTS.mkdir(parents=True, exist_ok=True)
        np.save(kept, model.encode(passages))
    return Embedded(
        coded=coded, passages=passages, owner=np.array(owner, dtype=np.intp), vectors=np.load(kept)
    )


def _ours(discussion: Embedded, vectors: NDArray[np.float32]) -> Labels:
    graph = similarity_graph(vectors)
    tree = find_ideas(vectors, graph, groups=discussion.owner, seed=0, n_resamplings=0)
    placed = place(vectors, tree)
    ideas = idea_per_message(
        PlacedPassage(
            message_id=str(owner),
            source_id="",
            idea_id=str(leaf) if leaf >= 0 else None,
            weight=float(weight),
        )
        for owner, leaf, weight in zip(discussion.owner, placed.leaf, placed.weight, strict=True)
    )
    found = (ideas[str(number)] for number in range(len(discussion.coded.texts)))
    return [None if idea is None else int(idea) for idea in found]


def ours(discussion: Embedded) -> Labels:
    """As ``synth.pipeline.building`` does it."""
    blended = blend(discussion.vectors, discussion.passages)
    return _ours(discussion, centred(blended, [discussion.coded.language] * len(blended)))


def ours_unblended(discussion: Embedded) -> Labels:
    return _ours(discussion, centred(discussion.vectors))


def louvain(discussion: Embedded) -> Labels:
    """Louvain, resolution 1, on the 10-nearest-neighbour graph of raw cosines."""
    import scipy.sparse as sp
    from sknetwork.clustering import Louvain

    graph = similarity_graph(discussion.whole, n_neighbours=10)
    found = Louvain(random_state=0).fit_predict(sp.csr_matrix(graph))
    return [int(label) for label in found]


def k_means(discussion: Embedded) -> Labels:
    """k-means, told how many ideas people used."""
    from sklearn.cluster import KMeans

    n_gold = len({gold for gold in discussion.coded.gold if gold is not None})
    found = KMeans(n_gold, n_init=10, random_state=0).fit_predict(discussion.whole)
    return [int(label) for label in found]


def bertopic(discussion: Embedded) -> Labels:
    """BERTopic as it comes, on the same vectors."""
    from bertopic import BERTopic  # type: ignore[import-not-found]

    found, _ = BERTopic().fit_transform(discussion.coded.texts, discussion.whole)
    return [int(label) if label >= 0 else None for label in found]


def methods() -> dict[str, Callable[[Embedded], Labels]]:
    """What is compared, by the name it has in the table."""
    compared: dict[str, Callable[[Embedded], Labels]] = {
        "**ours**": ours,
        "ours, sentence vectors alone": ours_unblended,
        "Louvain, 10 nearest": louvain,
        "k-means, told k": k_means,
    }
    if find_spec("bertopic"):
        compared["BERTopic, defaults"] = bertopic
    return compared


def table(discussions: Sequence[Embedded]) -> list[str]:
    """One row per method, means over the discussions."""
    lines = [
        "| method | ARI | B³ F1 | B³ P / R | V | placed | ideas (gold) | s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, method in methods().items():
        began = time.process_time()
        scores = [score_labels(method(one), one.coded.gold) for one in discussions]
        seconds = (time.process_time() - began) / len(discussions)
        lines.append(_row(name, scores, seconds))
    return lines


def _row(name: str, scores: Sequence[IdeaScores], seconds: float) -> str:
    def mean(value: Callable[[IdeaScores], float]) -> float:
        return float(np.mean([value(score) for score in scores]))

    return (
        f"| {name} | {mean(lambda s: s.ari):.3f} | {mean(lambda s: s.bcubed_f1):.3f} "
        f"| {mean(lambda s: s.bcubed_precision):.2f} / {mean(lambda s: s.bcubed_recall):.2f} "
        f"| {mean(lambda s: s.v_measure):.3f} | {mean(lambda s: s.share_placed):.0%} "
        f"| {mean(lambda s: s.n_ideas):.1f} ({mean(lambda s: s.n_gold):.1f}) | {seconds:.1f} |"
    )


def write_figures(page: Path, lines: Sequence[str]) -> None:
    """Put the tables between the markers of a page."""
    text = page.read_text(encoding="utf-8")
    if _BEGIN not in text or _END not in text:
        raise SystemExit(f"{page}: no {_BEGIN} … {_END} to write between")
    before, after = text.split(_BEGIN)[0], text.split(_END)[1]
    page.write_text(f"{before}{_BEGIN}\n" + "\n".join(lines) + f"\n{_END}{after}", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--write", action="store_true", help="update docs/quality.md")
    options = parser.parse_args()
    data: Path = options.data
    sections: dict[str, tuple[Path, Callable[[Path], list[Coded]]]] = {
        "ArgKP-2021 train, 24 topics": (data / "argkp", lambda at: read_argkp(at, "train")),
        "ArgKP-2021 dev, 4 topics": (data / "argkp", lambda at: read_argkp(at, "dev")),
        "République numérique, 18 sections": (data / "republique-numerique-fr", read_republique),
        "CIMT Ottensen, transport themes": (data / "cimt-de", read_cimt),
    }
    lines: list[str] = []
    for title, (folder, read) in sections.items():
        if not folder.is_dir():
            print(f"{title}: {folder.name} is not there, left out", file=sys.stderr)
            continue
        part = [f"### {title}", "", *table([embed(coded) for coded in read(folder)]), ""]
        print("\n".join(part), flush=True)
        lines += part
    if options.write:
        write_figures(ROOT / "docs" / "quality.md", ["", *lines])


if __name__ == "__main__":
    main()
