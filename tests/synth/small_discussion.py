"""A small made-up discussion: three subjects, forty messages, replies and edits."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping
from pathlib import Path

SUBJECTS: tuple[tuple[str, ...], ...] = (
    (
        "The night buses should run until two in the morning on Fridays",
        "Without a late bus the young people walk home along the dark road",
        "A night bus costs less than the taxis that the town pays for today",
        "Drivers of the night bus need a safe place to rest between two tours",
        "Nobody will use a bus that leaves the station once every two hours",
    ),
    (
        "The public garden needs more shade, plane trees would grow fast",
        "Plant trees along the garden wall and leave the lawn as it is",
        "New trees need water in the first summers, who will carry it",
        "The old lime trees in the garden are sick and have to be cut",
        "A garden without shade stays empty on every hot afternoon",
    ),
    (
        "Rents in the old quarter have doubled and families move away",
        "The town should buy flats in the old quarter and keep rents low",
        "A limit on rents frightens the owners who would repair the houses",
        "Empty flats ought to be taxed until their owners let them",
        "Holiday flats push the rents up, we should allow fewer of them",
    ),
)
ENDINGS = ("I think.", "Please note it.", "We said so last year.", "What do you say?", "Really.")
COLUMNS = ("id", "parent_id", "author", "created_at", "title", "text")


def rows(n: int = 40, *, seed: int = 0) -> list[dict[str, str]]:
    """``n`` messages by seven people; every third one answers the first of its subject."""
    chance = random.Random(seed)
    return [
        {
            "id": str(i + 1),
            "parent_id": str(i % 3 + 1) if i >= 3 and i % 3 == 0 else "",
            "author": f"Person {i % 7}",
            "created_at": f"2024-03-{1 + i // 24:02d}T{i % 24:02d}:00:00Z",
            "title": "",
            "text": " ".join(
                f"{words}, {chance.choice(ENDINGS)}"
                for words in chance.sample(SUBJECTS[i % 3], 1 + i % 2)
            ),
        }
        for i in range(n)
    ]


def write_csv(path: Path, messages: Iterable[Mapping[str, str]]) -> Path:
    """Write messages as the CSV that the program reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(messages)
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))
