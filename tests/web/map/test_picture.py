"""The still pictures of the map, and what a link to a discussion shows on other sites."""

from __future__ import annotations

import html
import re
import struct
import zlib

import numpy as np
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from synth.records import Idea
from synth.store import Framing, Store
from web.map.picture import HEIGHT, MARGIN, PNG_HEIGHT, PNG_WIDTH, WIDTH, across, down, draw, wrap
from web.services.outline import Outline

AT = "/d/the-market-square"


def test_the_picture_is_a_png_with_the_passages_on_it(client: FlaskClient) -> None:
    answer = client.get(f"{AT}/map.png")
    assert answer.mimetype == "image/png"
    assert answer.data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", answer.data[16:24]) == (PNG_WIDTH, PNG_HEIGHT)
    (n_bytes,) = struct.unpack(">I", answer.data[33:37])
    lines = np.frombuffer(zlib.decompress(answer.data[41 : 41 + n_bytes]), dtype=np.uint8)
    pixels = lines.reshape(PNG_HEIGHT, 1 + 3 * PNG_WIDTH)[:, 1:].reshape(PNG_HEIGHT, PNG_WIDTH, 3)
    assert (pixels[0, 0] == 255).all()
    assert (pixels.min(axis=2) < 200).sum() > 60
    again = client.get(f"{AT}/map.png", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_link_tells_what_it_leads_to(store: Store, client: FlaskClient) -> None:
    def told(address: str) -> dict[str, str]:
        found = re.findall(
            r'<meta property="og:(\S+)" content="([^"]*)">', client.get(address).text
        )
        return {name: html.unescape(value) for name, value in found}

    assert told("/")["title"]
    here = told(f"{AT}/")
    assert here["title"] == "The market square"
    assert here["description"] == "6 messages of 3 voices, and the ideas in them: 3"
    assert here["image"] == f"http://localhost{AT}/map.png"
    (found,) = store.discussions.all()
    question = 'Stalls or "tables"?'
    store.discussions.frame(found.id, Framing(question=question), actor="a person")
    assert told(f"{AT}/threads")["description"] == question


def idea(n: int, **more: object) -> Idea:
    facts: dict[str, object] = {
        "id": n,
        "parent_id": None,
        "level": 1,
        "title": f"Idea number {n} about the square",
        "keyphrases": (),
        "summary": "",
        "n_messages": 3,
        "n_authors": n,
        "stability": None,
    }
    return Idea(**{**facts, **more})  # type: ignore[arg-type]


def test_labels_stay_inside_and_apart() -> None:
    """Thirty ideas on one heap: not all get a label, but no two labels meet."""
    spread = [idea(n, x=(n * 0.37) % 1, y=(n * 0.61) % 1) for n in range(1, 31)]
    drawn = draw(Outline(spread, {}))
    labels = [b.label for b in drawn.tops if b.label]
    assert 3 <= len(labels) < 31
    rows = [(label.x, y, line) for label in labels for y, line in label.lines]
    assert len(set(rows)) == len(rows)
    for x, y, _ in rows:
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT


def test_the_picture_shows_the_whole_layout_wherever_passages_lie() -> None:
    """One passage far out moves nothing: the frame is the layout's unit square."""
    assert MARGIN == across(0.0) == WIDTH - across(1.0)
    assert down(0.5) == HEIGHT / 2
    assert across(1.2) == across(1.0)


@given(st.text(max_size=200))
def test_a_label_is_a_few_short_lines(title: str) -> None:
    lines = wrap(title)
    assert 1 <= len(lines) <= 3
    assert all(len(line) <= 32 for line in lines)
