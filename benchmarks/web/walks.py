"""Where a reader goes: the pages of one discussion, as people walk through them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

from benchmarks.web.client import Connection

Place = TypeVar("Place")
Step = tuple[str, str]
"""(kind of page, address)."""
STATIC = ("/static/style.css",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What there is to see in a discussion, the most visited first."""

    slug: str
    ideas: Sequence[int]
    threads: Sequence[int]
    passages: Sequence[int]
    words: Sequence[str]

    @property
    def at(self) -> str:
        return f"/d/{self.slug}"


async def places(port: int) -> Places:
    """Ask the API what there is; the largest discussion of the file is walked through."""
    connection = Connection(port)

    async def items(path: str) -> list[dict[str, object]]:
        answer = await connection.get(path)
        found = json.loads(answer.body)
        return list(found["items"])

    discussions = await items("/api/discussions")
    largest = max(discussions, key=lambda d: int(str(d["n_messages"])))
    at = f"/api/d/{largest['slug']}"
    ideas = await items(f"{at}/ideas")
    first = json.loads((await connection.get(f"{at}/ideas/{ideas[0]['id']}?per_page=500")).body)
    threads = await items(f"{at}/threads?per_page=500")
    connection.close()
    phrases = [str(p) for idea in ideas for p in (idea["keyphrases"] or ())]  # type: ignore[attr-defined]
    return Places(
        slug=str(largest["slug"]),
        ideas=[int(str(idea["id"])) for idea in ideas],
        threads=[int(str(thread["id"])) for thread in threads],
        passages=[int(p["id"]) for p in first["passages"]["items"]],
        words=list(dict.fromkeys(phrases)),
    )


def walk(of: Places, chance: random.Random) -> Iterator[Step]:
    """One visit after another: arrive, look at the map, follow some ideas to the words behind
    them, read threads, look for something, leave."""
    while True:
        yield "front", "/"
        yield "discussion", f"{of.at}/"
        yield "style", STATIC[0]
        yield "map facts", f"/api{of.at}/map"
        yield "points", f"/api{of.at}/points"
        for _ in range(chance.randint(1, 3)):
            idea = _favourite(of.ideas, chance)
            yield "idea", f"{of.at}/ideas/{idea}"
            if chance.random() < 0.4:
                yield "thread", f"{of.at}/threads/{_favourite(of.threads, chance)}"
            if chance.random() < 0.2:
                yield "passage", f"{of.at}/passages/{_favourite(of.passages, chance)}"
        if chance.random() < 0.5:
            word = quote(_favourite(of.words, chance))
            yield "search", f"{of.at}/search?q={word}"
        if chance.random() < 0.5:
            yield "threads", f"{of.at}/threads"
            yield "thread", f"{of.at}/threads/{_favourite(of.threads, chance)}"
        if chance.random() < 0.3:
            yield "outline", f"{of.at}/outline"
        if chance.random() < 0.3:
            yield "about", f"{of.at}/about"
        if chance.random() < 0.2:
            yield "unplaced", f"{of.at}/unplaced"


def _favourite(choices: Sequence[Place], chance: random.Random) -> Place:
    """One of them; the first ones are visited far more often than the last."""
    at = int(len(choices) * chance.random() ** 2.5)
    return choices[min(at, len(choices) - 1)]
