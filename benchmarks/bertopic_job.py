"""A BERTopic script as one would write it: texts from a CSV file, topics into another.

    python -m benchmarks.bertopic_job TEXTS.csv TOPICS.csv --model FOLDER

``benchmarks.against_bertopic`` times it. TEXTS.csv has a column ``text``. The embedding model is
ours on PyTorch (``benchmarks.e5_torch``), the reduction is seeded as ours is, the rest are
BERTopic's defaults.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.e5_torch import TorchE5


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("texts", type=Path)
    parser.add_argument("topics", type=Path)
    parser.add_argument("--model", type=Path, required=True, help="folder of the torch model")
    chosen = parser.parse_args()
    with chosen.texts.open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    found, names = topics_of(texts, chosen.model)
    with chosen.topics.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("topic", "name"))
        writer.writerows((topic, names.get(topic, "")) for topic in found)
    print(len(set(found) - {-1}))


def topics_of(texts: list[str], folder: Path) -> tuple[list[int], dict[int, str]]:
    """The topic of each text, -1 for none, and what the topics are called."""
    from bertopic import BERTopic  # type: ignore[import-not-found]
    from bertopic.backend import BaseEmbedder  # type: ignore[import-not-found]
    from umap import UMAP  # type: ignore[import-not-found]

    encoder = TorchE5(folder)

    class Backend(BaseEmbedder):  # type: ignore[misc]
        def embed(self, documents: Any, verbose: bool = False) -> NDArray[np.float32]:
            return encoder.encode(list(documents))

    reduction = UMAP(
        n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=0, n_jobs=1
    )
    model = BERTopic(embedding_model=Backend(), umap_model=reduction, language="multilingual")
    found, _ = model.fit_transform(texts)
    info = model.get_topic_info()
    return [int(topic) for topic in found], dict(zip(info["Topic"], info["Name"], strict=True))


if __name__ == "__main__":
    main()
