"""Two hundred people read a discussion while twenty correct it: does each accepted change stay?

    python -m benchmarks.web.editing DISCUSSION.db [--readers 200] [--editors 20] [--seconds 120]

The file is copied; its largest discussion has to be public. Each reader thinks five seconds between
two pages, each editor two before each form is sent. An editor renames or describes an idea, or
places a passage elsewhere, with words that nobody else writes; where somebody else changed the same
meanwhile, the answer says so (409), and half of them do it anyway. Afterwards the file is
read: every change that was answered as done has to stand in the history, under its editor, once,
and nothing else may stand there. Ends with 1 where one is missing or an answer was an error.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.pages import DOCS, write_between_marks
from benchmarks.web.client import Answer, Connection
from benchmarks.web.load import PORT, Waits, percentile, read_on
from benchmarks.web.server import serving
from benchmarks.web.walks import Places, places
from synth.permissions import Role
from synth.store import Store, open_store
from web.services.accounts import hash_password

PASSWORD = "a long word for twenty editors"
READER_THINKS, EDITOR_THINKS = 5.0, 2.0
"""Mean seconds."""
PAGE, MARK = DOCS / "performance.md", "editing"
KEPT = {
    "renamed": ("rename", "ideas", "id", "title"),
    "described": ("describe", "ideas", "id", "summary"),
    "pinned": ("place", "placements", "passage_id", "passage_id"),
}
"""By verb of the history: the correction, and where stands what it made of its target. A passage
may be placed where it lies; then only its number stands there."""
_HIDDEN = re.compile(r'name="(csrf_token|version)" value="([^"]*)"')

Change = tuple[str, str, int, str]
"""Actor, verb, id of the idea or passage, and the words that it got."""


@dataclass(slots=True, kw_only=True)
class Edits:
    """What came of the editors' forms."""

    accepted: list[Change] = field(default_factory=list)
    n_conflicts: int = 0
    n_unchanged: int = 0
    """Passages that lay where they were to be placed."""
    problems: list[str] = field(default_factory=list)
    form: list[float] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)
    """Seconds waited for a form, and for the answer to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """One of those who correct the map."""

    name: str
    actor: str
    number: int


async def edit_on(editor: Editor, at: Places, edits: Edits, until: float) -> None:
    """One editor, until the time is over."""
    chance, connection = random.Random(1_000 + editor.number), Connection(PORT)
    form = dict(_HIDDEN.findall((await connection.get("/sign-in")).body.decode()))
    told = {"name": editor.name, "password": PASSWORD}
    answer = await connection.post("/sign-in", form | told)
    if answer.status != 303:
        edits.problems.append(f"sign-in of {editor.name}: {answer.status}")
        return
    for n in range(1_000_000):
        if time.perf_counter() >= until:
            break
        words = f"Words {n} of editor {editor.number}"
        await _edit(connection, at, edits, chance, actor=editor.actor, words=words)
    connection.close()


async def _edit(
    connection: Connection,
    at: Places,
    edits: Edits,
    chance: random.Random,
    *,
    actor: str,
    words: str,
) -> None:
    kind = chance.choice(("rename", "describe", "place"))
    idea, passage = chance.choice(at.ideas), chance.choice(at.passages)
    target = f"passages/{passage}" if kind == "place" else f"ideas/{idea}"
    given = {"other": str(idea)} if kind == "place" else {"text": words}
    address = f"{at.at}/{target}/correct/{kind}"
    opened = await connection.get(address)
    edits.form.append(opened.seconds)
    if opened.status != 200:
        edits.problems.append(f"GET {address}: {opened.status}")
        return
    for _ in range(5):
        await asyncio.sleep(min(chance.expovariate(1 / EDITOR_THINKS), 5 * EDITOR_THINKS))
        form = dict(_HIDDEN.findall(opened.body.decode()))
        answer = await connection.post(address, form | given)
        edits.sent.append(answer.seconds)
        if answer.status != 409:
            break
        edits.n_conflicts += 1
        opened = answer
        if chance.random() < 0.5:
            return
    _count(answer, edits, (actor, kind, passage if kind == "place" else idea, words))


def _count(answer: Answer, edits: Edits, change: Change) -> None:
    actor, kind, target, words = change
    if answer.status == 303:
        edits.accepted.append((actor, kind, target, str(target) if kind == "place" else words))
    elif answer.status == 422 and kind == "place":
        edits.n_unchanged += 1
    else:
        edits.problems.append(f"{kind} of {target}: {answer.status}")


def editors_in(store: Store, slug: str, n: int) -> list[Editor]:
    """Accounts that may correct the discussion."""
    found, hashed = store.discussions.named(slug), hash_password(PASSWORD)
    editors = []
    for number in range(n):
        member = store.members.add(f"Editor {number}", password_hash=hashed)
        store.memberships.set_role(member.id, found.id, Role.SYNTHESIZER, actor="benchmark")
        editors.append(Editor(name=member.name, actor=member.actor, number=number))
    return editors


def kept(store: Store, slug: str) -> list[Change]:
    """What the history tells that people did."""
    found: list[Change] = []
    for one in store.corrections.history(store.discussions.named(slug).id):
        kind, table, key, column = KEPT[one.verb]
        rows = [row for row in one.after.get(table, ()) if row[key] == one.noun_id]
        found += [(one.actor, kind, one.noun_id or 0, str(row[column])) for row in rows]
    return found


def as_last_said(store: Store, slug: str, changes: Sequence[Change]) -> Sequence[str]:
    """The ideas whose words now are not those of the last change of them; newest first."""
    ideas = {idea.id: idea for idea in store.ideas.outline(store.discussions.named(slug).id)}
    last: dict[tuple[str, int], str] = {}
    for _, kind, target, words in changes:
        last.setdefault((kind, target), words)
    now = {"rename": lambda i: ideas[i].title, "describe": lambda i: ideas[i].summary}
    return [
        f"{kind} of {target}: {now[kind](target)!r} for {words!r}"
        for (kind, target), words in last.items()
        if kind in now and now[kind](target) != words
    ]


async def run(editors: Sequence[Editor], readers: int, seconds: float) -> tuple[Waits, Edits]:
    at, waits, edits = await places(PORT), Waits(), Edits()
    begun = time.perf_counter()
    until = begun + seconds
    await asyncio.gather(
        *(read_on(at, waits, READER_THINKS, until, n) for n in range(readers)),
        *(edit_on(editor, at, edits, until) for editor in editors),
    )
    waits.seconds = time.perf_counter() - begun
    return waits, edits


def told(waits: Waits, edits: Edits, missing: int) -> str:
    """One table: what was asked for, how long it took, what became of it."""

    def line(name: str, seconds: Sequence[float]) -> str:
        cells = " / ".join(f"{1000 * percentile(seconds, p):.0f}" for p in (0.5, 0.95, 0.99))
        return f"| {name} | {len(seconds):,} | {cells} |"

    return "\n".join(
        [
            "| | asked | ms: p50 / p95 / p99 |",
            "|---|---|---|",
            line("pages of readers", waits.every()),
            line("forms of editors", edits.form),
            line("changes sent", edits.sent),
            "",
            f"Accepted changes: {len(edits.accepted):,}; missing from the history: {missing}. "
            f"Told that somebody else changed the same: {edits.n_conflicts}. "
            f"Errors: {waits.n_failed + len(edits.problems)}, in {waits.seconds:.0f} s.",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("db", type=Path, help="a discussion file with a map")
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--editors", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        db = Path(folder) / "read.db"
        shutil.copyfile(asked.db, db)
        with open_store(db) as store:
            largest = max(store.discussions.all(), key=lambda d: store.messages.count(d.id))
            before = Counter(kept(store, largest.slug))
            editors = editors_in(store, largest.slug, asked.editors)
        with serving(str(db), PORT, keeps=True):
            waits, edits = asyncio.run(run(editors, asked.readers, asked.seconds))
        with open_store(db) as store:
            found = kept(store, largest.slug)
            wrong = as_last_said(store, largest.slug, found)
    accepted = Counter(edits.accepted)
    missing = accepted - (Counter(found) - before)
    unasked = Counter(found) - before - accepted
    table = told(waits, edits, missing.total())
    print(table)
    faults = [*edits.problems, *map(str, missing), *map(str, unasked), *wrong]
    for fault in faults[:20]:
        print(fault)
    if faults or waits.n_failed:
        sys.exit(1)
    if asked.write:
        write_between_marks(PAGE, MARK, table)


if __name__ == "__main__":
    main()
