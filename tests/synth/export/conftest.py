"""A discussion with hostile words, written to files once."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import pytest

from synth.export import write_report, write_tables
from synth.pipeline import run
from synth.settings import Settings
from synth.store import open_store
from tests.synth.export.written import Written
from tests.synth.small_discussion import rows, write_csv

DRAFT = Settings(quality="draft", suggest="all")
HOSTILE = "<script>alert(1)</script> </script> \"quoted\" 'words' & <img src=x onerror=alert(2)>"


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    folder = tmp_path_factory.mktemp("written")
    messages = [
        row | {"title": f"{HOSTILE} {i % 3}", "text": f"<p>{row['text']} {escape(HOSTILE)}</p>"}
        for i, row in enumerate(rows())
    ]
    for row in messages:
        row["author"] = f"<b>Eve</b> {row['author']}"
    messages.append(
        {"id": "41", "text": "👍 Ça va… “déjà vu”, naïve café — 漢字, two\nlines, “x”."}
    )
    messages.append({"id": "42", "text": "+1"})
    table = write_csv(folder / "town.csv", messages)
    db = folder / "town.db"
    run([table], db=db, settings=DRAFT)
    with open_store(db) as store:
        shown = store.participants.names(1)
        write_tables(store, 1, folder / "plain")
        write_report(store, 1, folder / "plain" / "report.html")
        write_tables(store, 1, folder / "names", names=shown)
        write_report(store, 1, folder / "names" / "report.html", names=shown)
        yield Written(store=store, folder=folder / "plain", names=folder / "names")
