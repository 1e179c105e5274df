"""Whatever messages and files hold is shown as text: no page and no answer lets it act."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser, LexborNode
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from synth.corrections.wanted import Kind
from synth.store import open_store
from tests.web.hostile import POISON, Ids, fill_hostile, words_of
from web import create_app
from web.services.quotes import closed
from web.ui.query import page_address

ALLOWED = set(
    re.findall(
        r"\w+",
        """html head meta title link script noscript body a abbr address article aside b bdi
        blockquote br button canvas caption circle code datalist dd defs details dialog div dl dt
        em fieldset figcaption figure footer form g h1 h2 h3 h4 header hr i img input label legend
        li line main mark meter nav ol optgroup option output p path pattern polygon polyline pre
        progress rect search section select small span strong sub summary sup svg symbol table
        tbody td template text textarea tfoot th thead time tr tspan ul use""",
    )
)
ADDRESSES = ("href", "src", "action", "formaction", "xlink:href", "poster", "srcset", "content")
NEEDED = {"api.point": "?" + urlencode({"text": POISON[:1500]})}
"""What an address cannot be asked without."""
PARAMETERS = (
    "q",
    "page",
    "sort",
    "since",
    "lang",
    "into",
    "idea",
    "state",
    "nature",
    "z",
    "text",
    "then",
    "other",
    "by",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Flask, Ids]:
    path = tmp_path_factory.mktemp("hostile") / "hostile.db"
    with open_store(path) as store:
        ids = fill_hostile(store)
    return app_over(path), ids


def app_over(path: Path) -> Flask:
    return create_app({"DB": str(path), "TESTING": True, "STYLEGUIDE": True})


@pytest.fixture
def client(hostile: tuple[Flask, Ids]) -> FlaskClient:
    return hostile[0].test_client()


def values_of(name: str, ids: Ids) -> tuple[object, ...]:
    """What may stand at a place of an address; a KeyError asks for a new kind of place here."""
    known: dict[str, tuple[object, ...]] = {
        "slug": (ids.slug,),
        "idea_id": ids.ideas,
        "message_id": ids.messages,
        "thread_id": (ids.messages[0], ids.messages[5]),
        "passage_id": ids.passages,
        "extract_id": ids.extracts,
        "number": (1,),
        "kind": tuple(kind.value for kind in Kind),
        "token": ("made-up",),
        "participant_id": (1,),
    }
    return known[name]


def addresses(app: Flask, ids: Ids) -> Iterator[str]:
    """Every address that answers GET, with every id there is."""
    rules: list[Rule] = [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint != "static"
    ]
    with app.test_request_context():
        for rule in rules:
            names = sorted(rule.arguments)
            for values in product(*(values_of(name, ids) for name in names)):
                built = rule.build(dict(zip(names, values, strict=True)), append_unknown=False)
                assert built is not None, rule
                yield built[1] + NEEDED.get(rule.endpoint, "")


def pages(hostile: tuple[Flask, Ids]) -> Iterator[tuple[str, TestResponse]]:
    app, ids = hostile
    client = app.test_client()
    for address in list(addresses(app, ids)):
        answer = client.get(address)
        assert answer.status_code in {200, 302, 404}, f"{address}: {answer.status}"
        if answer.status_code == 200:
            yield address, answer


def test_every_page_is_inert(hostile: tuple[Flask, Ids]) -> None:
    n_pages = 0
    for address, answer in pages(hostile):
        if answer.mimetype == "text/html":
            check_inert(answer.text, address)
            n_pages += 1
    assert n_pages > 20


def test_every_other_answer_says_what_it_is_and_is_not_guessed_at(
    hostile: tuple[Flask, Ids],
) -> None:
    for address, answer in pages(hostile):
        assert answer.headers["X-Content-Type-Options"] == "nosniff", address
        if answer.mimetype == "application/json":
            json.loads(answer.text)
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"], address
        assert not re.search(r"unsafe|\*", answer.headers["Content-Security-Policy"]), address


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_what_an_address_says_is_inert_too(parameter: str, hostile: tuple[Flask, Ids]) -> None:
    app, ids = hostile
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        with app.test_request_context():
            place = {name: values_of(name, ids)[0] for name in rule.arguments}
            built = rule.build(place, append_unknown=False)
        assert built is not None
        answer = client.get(built[1], query_string={parameter: POISON})
        assert answer.status_code < 500, built[1]
        if answer.mimetype == "text/html":
            check_inert(answer.text, f"{built[1]}?{parameter}")
        assert "evil.example" not in answer.headers.get("Location", ""), built[1]


def test_what_people_wrote_is_there_as_text(
    client: FlaskClient, hostile: tuple[Flask, Ids]
) -> None:
    slug, ids = hostile[1].slug, hostile[1]
    wanted = {
        f"/d/{slug}/threads/{ids.messages[0]}": ["Message0 begins. <script>window.hit=1</script>"],
        f"/d/{slug}/ideas/{ids.ideas[0]}": [
            "Idea1 <script>",
            "Phrase1 <script>",
            "Message0 begins",
        ],
        f"/d/{slug}/": ["Discussion <script>", "Idea1 <script>", "Idea3 <script>"],
    }
    for address, texts in wanted.items():
        said = LexborHTMLParser(client.get(address).text).text()
        for text in texts:
            assert text in said, address


@pytest.fixture(scope="module")
def one_line(tmp_path_factory: pytest.TempPathFactory) -> tuple[Flask, Ids]:
    """The same, but the second message is a line of ten million characters without a blank."""
    line = ("x" * 200 + "<b>&é") * (10_000_000 // 205)
    path = tmp_path_factory.mktemp("long") / "long.db"
    with open_store(path) as store:
        ids = fill_hostile(store, words=lambda n: line if n == 1 else words_of(n))
    return app_over(path), ids


def test_a_message_of_ten_megabytes_makes_no_endless_page(one_line: tuple[Flask, Ids]) -> None:
    n_pages = 0
    for address, answer in pages(one_line):
        if answer.mimetype == "text/html":
            assert len(answer.data) < 400_000, address
            n_pages += 1
    assert n_pages > 20


def test_the_api_has_all_of_it(one_line: tuple[Flask, Ids]) -> None:
    app, ids = one_line
    answer = app.test_client().get(f"/api/d/{ids.slug}/messages/{ids.messages[1]}")
    assert len(answer.get_json()["text"]) > 9_900_000


def check_inert(html: str, where: str) -> None:
    """Only our own elements, addresses and scripts; foreign directions end where they began."""
    page = LexborHTMLParser(html)
    for node in page.css("*"):
        assert node.tag in ALLOWED, f"{where}: <{node.tag}>"
        check_attributes(node, where)
        if node.tag == "script":
            check_script(node, where)
    check_directions(page, where)


def check_attributes(node: LexborNode, where: str) -> None:
    for name, value in node.attributes.items():
        assert not name.startswith("on"), f"{where}: {name}"
        assert name not in {"style", "srcdoc", "autofocus"} or node.tag == "input", (
            f"{where}: {name}"
        )
        if name in ADDRESSES and node.tag != "meta":
            check_address(node, value or "", where)
    if node.attributes.get("http-equiv"):
        assert "url" not in (node.attributes.get("content") or "").lower(), where


def check_address(node: LexborNode, value: str, where: str) -> None:
    parts = urlsplit(value)
    if node.tag == "a" and parts.netloc:
        assert parts.scheme in {"http", "https"}, f"{where}: {value}"
        assert parts.netloc in {"example.org", "localhost"}, f"{where}: {value}"
        return
    assert not parts.scheme, f"{where}: {value}"
    assert not parts.netloc, f"{where}: {value}"
    assert value.startswith(("/", "?", "#", "./")) or value == "", f"{where}: {value}"


def check_script(node: LexborNode, where: str) -> None:
    if node.attributes.get("type") == "application/json":
        text = node.text()
        json.loads(text)
        assert "<" not in text, f"{where}: data of a script could end it"
        return
    assert (node.attributes.get("src") or "").startswith("/static/"), where
    assert node.text().strip() == "", where


def check_directions(page: LexborHTMLParser, where: str) -> None:
    """What turns the writing round is ended in the same text or attribute."""
    root = page.root
    assert root is not None
    for node in root.traverse(include_text=True):
        if node.tag == "-text":
            text = node.text(deep=False)
            assert closed(text) == text, f"{where}: {text[:30]!r} turns what follows it"
        else:
            for name, value in node.attributes.items():
                assert closed(value or "") == (value or ""), f"{where}: {node.tag} {name}"


OUR_OWN = dict.fromkeys(
    ("endpoint", "_scheme", "_external", "_anchor", "_method", "values", "self"), "javascript"
)
"""Names that ``url_for`` gives its own arguments."""


def test_parameters_are_none_of_the_programs_own(hostile: tuple[Flask, Ids]) -> None:
    """What is asked for stands in the links to other pages."""
    app, ids = hostile
    for page in ("threads", f"ideas/{ids.ideas[0]}", "unplaced", "key", "search?q=a", "outline"):
        answer = app.test_client().get(
            f"/d/{ids.slug}/{page}{'&' if '?' in page else '?'}{urlencode(OUR_OWN)}"
        )
        assert answer.status_code == 200, page
        hrefs = [a.attributes.get("href") or "" for a in LexborHTMLParser(answer.text).css("a")]
        assert not [href for href in hrefs if href.startswith("javascript")], page
    with app.test_request_context(f"/d/{ids.slug}/threads?{urlencode(OUR_OWN)}"):
        assert page_address(2) == f"/d/{ids.slug}/threads?{urlencode({**OUR_OWN, 'page': 2})}"
