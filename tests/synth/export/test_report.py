"""The report opens offline, and shows hostile words as words."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from synth.corrections import confirm_idea, hide_idea
from synth.export import write_report
from synth.export.report import LANGUAGES
from synth.pipeline import run
from synth.settings import Settings
from synth.store import open_store
from tests import catalogues
from tests.synth.export.written import Written
from tests.synth.small_discussion import rows, write_csv

LOADS = {"src", "srcset", "data", "poster", "background", "action", "formaction"}


class _Page(HTMLParser):
    """What a browser would make of a page: elements, links and visible words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def text(written: Written) -> str:
    return (written.folder / "report.html").read_text(encoding="utf-8")


def test_nothing_is_loaded_from_elsewhere(text: str) -> None:
    page = _Page(text)
    for tag, attributes in page.elements:
        assert tag not in ("link", "iframe", "object", "embed", "base", "img")
        assert not LOADS & attributes.keys(), (tag, attributes)
        assert not any(name.startswith("on") for name in attributes)
    assert "default-src 'none'" in page.all("meta")[2]["content"]
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest", text)


def test_hostile_words_are_shown_as_words(text: str) -> None:
    page = _Page(text)
    assert len(page.all("script")) == 1
    assert "alert(1)" in page.words
    assert "alert(1)" not in re.findall(r"<script>(.*?)</script>", text, flags=re.DOTALL)[0]
    assert page.all("b") == [{}] * 5, "only the five numbers are set in bold"


def test_links_lead_into_the_page_and_all_arrive(text: str) -> None:
    page = _Page(text)
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    links = [attributes["href"] for attributes in page.all("a")]
    assert links
    assert all(link.startswith("#") and link[1:] in ids for link in links)


def test_it_says_how_it_was_made_and_shows_quotes_and_unplaced(written: Written, text: str) -> None:
    page = _Page(text)
    ideas = written.store.ideas.outline(1)
    assert len(page.all("details")) == len(ideas)
    for idea in ideas:
        assert idea.title in page.words
    assert "draft" in page.words
    assert page.all("blockquote")
    assert page.all("html")[0]["lang"] == "en"


def test_web_addresses_are_linked_and_scripts_are_not(tmp_path: Path) -> None:
    table = tmp_path / "links.csv"
    lines = ["id,url,text"]
    for i in range(1, 7):
        url = "javascript:alert(3)" if i % 2 else f"https://forum.example/t/{i}?a=1&b=%22"
        lines.append(
            f"{i},{url},The bench number {i} by the river needs some paint and a new back."
        )
    table.write_text("\n".join(lines), encoding="utf-8")
    run([table], db=tmp_path / "x.db", out=tmp_path, settings=Settings(quality="draft"))
    page = _Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    outside = {a["href"] for a in page.all("a") if not a["href"].startswith("#")}
    assert outside
    assert all(link.startswith("https://forum.example/t/") for link in outside)


def test_a_french_discussion_has_a_french_report(tmp_path: Path) -> None:
    table = tmp_path / "ville.csv"
    themes = (
        "Il faut davantage de pistes cyclables entre la gare et le lycée",
        "La cantine devrait servir des légumes cultivés dans la commune",
    )
    lines = ["id,text", *(f"{i},{themes[i % 2]} ; remarque numéro {i}." for i in range(1, 15))]
    table.write_text("\n".join(lines), encoding="utf-8")
    run([table], db=tmp_path / "x.db", out=tmp_path, settings=Settings(quality="draft"))
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    page = _Page(text)
    assert page.all("html")[0]["lang"] == "fr"
    assert "Les idées" in page.words
    assert "The ideas" not in page.words


def test_every_language_of_the_report_has_a_catalogue() -> None:
    assert set(LANGUAGES) == {"en", *catalogues.LANGUAGES}


def test_a_discussion_without_a_map_has_a_report(tmp_path: Path) -> None:
    with open_store(tmp_path / "x.db") as store:
        found = store.discussions.add("Nothing yet <i>")
        path = write_report(store, found.id, tmp_path / "report.html")
    page = _Page(path.read_text(encoding="utf-8"))
    assert "There are no ideas yet: the discussion is empty or too short." in page.words
    assert page.all("i") == []


def test_hidden_ideas_are_left_out_and_confirmed_ones_marked(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "town.csv", rows(60))
    run([table], db=tmp_path / "town.db", settings=Settings(quality="draft", suggest="all"))
    with open_store(tmp_path / "town.db") as store:
        ideas = store.ideas.outline(1)
        parents = {idea.parent_id for idea in ideas}
        hidden, right = [idea for idea in ideas if idea.id not in parents][:2]
        hide_idea(store, 1, hidden.id, actor="Ada")
        confirm_idea(store, 1, right.id, actor="Ada")
        text = write_report(store, 1, tmp_path / "report.html").read_text(encoding="utf-8")
    assert f'id="idea-{hidden.id}"' not in text
    assert f'href="#idea-{hidden.id}"' not in text
    shown = text[text.index(f'id="idea-{right.id}"') :]
    assert ">confirmed<" in shown[: shown.index("</summary>")]
