"""No address that a reader may ask shows what is masked, whatever part of a message held it."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask

from synth.masks import Masking, holds_mask
from synth.pipeline import run
from synth.settings import Settings
from synth.store import open_store
from web import create_app

PEOPLE = ("Zebulon Quill <zeb@quill.example>", "Mira Holt <mira.holt@holt.example>")
SECRETS = (
    "zeb@quill", "mira.holt", "holt.example", "12 34 56 78", "646 327 3895", "M02 606", "miraholt",
    "linkedin.com/in/zeb", "Zebulon", "Mira Holt",
)  # fmt: skip
TOPICS = (
    "The night bus should run until two in the morning on Fridays and stop at the mill.",
    "Plant trees along the garden wall, and leave the lawn as it is for the children.",
    "Rents in the old quarter have doubled, the town should buy flats and keep them low.",
)


def mail(n: int) -> str:
    to = f"In-Reply-To: <{n - 3}@town.example>\n" if n > 3 else ""
    return f"""From x Mon Feb 24 09:00:00 2025
From: {PEOPLE[n % 2]}
Subject: {"Re: " if n > 3 else ""}Plan {n % 3}, call +1 646 327 3895
Date: Mon, 24 Feb 2025 {9 + n // 60:02}:{n % 60:02}:00 +0000
Message-ID: <{n}@town.example>
{to}Content-Type: text/plain; charset="utf-8"

On Mon, {PEOPLE[(n + 1) % 2]} wrote:
> {TOPICS[n % 3]}
> Ask me at 06 12 34 56 78 or mira.holt@holt.example

{TOPICS[n % 3]} That is what I think, version {n}. Zebulon Quill said so, too.
Write to zeb@quill.example or call +1 646 327 3895, IBAN FR14 2004 1010 0505 0001 3M02 606.
@MiraHolt has it at https://www.linkedin.com/in/zeb-quill-9 and Mira Holt knows.

--{" "}
Zebulon Quill
zeb@quill.example, +33 6 12 34 56 78

"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("masked")
    box = folder / "list.mbox"
    box.write_text("".join(mail(n) for n in range(1, 25)), encoding="utf-8")
    run(
        [box], db=folder / "list.db", out=folder / "out", masking=Masking.NAMES,
        settings=Settings(quality="draft", suggest="all"),
    )  # fmt: skip
    return folder


def addresses(app: Flask) -> list[str]:
    known: dict[str, tuple[object, ...]] = {
        "slug": ("list",), "idea_id": (1, 2), "message_id": (1, 5), "thread_id": (1, 2),
        "passage_id": (1, 2), "number": (1,), "token": ("none",), "participant_id": (1,),
        "extract_id": (1,), "kind": ("rename",),
    }  # fmt: skip
    asked = "?" + urlencode({"q": "zeb quill holt", "text": "night bus", "mode": "words"})
    found: list[str] = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint != "static":
                names = sorted(rule.arguments)
                for values in product(*(known.get(name, (1,)) for name in names)):
                    built = rule.build(dict(zip(names, values, strict=True)), append_unknown=False)
                    assert built is not None
                    found += [built[1], f"{built[1]}{asked}"]
    return found


def test_no_page_and_no_answer_shows_what_is_masked(results: Path) -> None:
    app = create_app({"DB": str(results / "list.db"), "ACCOUNTS": "on"})
    client = app.test_client()
    n_read = 0
    for address in addresses(app):
        answer = client.get(address)
        if answer.status_code != 200:
            continue
        told = answer.data.decode("utf-8", "replace")
        if answer.is_json:
            told = json.dumps(answer.get_json(), ensure_ascii=False)
        told = told.replace("zeb quill holt", "").replace("zeb+quill+holt", "")
        assert [word for word in SECRETS if word.lower() in told.lower()] == [], address
        n_read += 1
    assert n_read > 80


def test_no_title_is_made_of_masks(results: Path) -> None:
    with open_store(results / "list.db") as store:
        ideas = store.ideas.outline(1)
    told = [text for idea in ideas for text in (idea.title, *idea.keyphrases)]
    assert told
    assert [text for text in told if holds_mask(text)] == []


def test_no_export_shows_it(results: Path) -> None:
    for path in (results / "out").iterdir():
        told = path.read_text("utf-8").lower()
        assert [word for word in SECRETS if word.lower() in told] == [], path.name
