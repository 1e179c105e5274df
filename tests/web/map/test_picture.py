"""What a link to a discussion shows on other sites."""

from __future__ import annotations

import html
import re
import struct
import zlib

import numpy as np
from flask.testing import FlaskClient

from synth.store import Framing, Store
from web.map.picture import HEIGHT, WIDTH

AT = "/d/the-market-square"


def test_the_picture_is_a_png_with_the_passages_on_it(client: FlaskClient) -> None:
    answer = client.get(f"{AT}/map.png")
    assert answer.mimetype == "image/png"
    assert answer.data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", answer.data[16:24]) == (WIDTH, HEIGHT)
    (n_bytes,) = struct.unpack(">I", answer.data[33:37])
    lines = np.frombuffer(zlib.decompress(answer.data[41 : 41 + n_bytes]), dtype=np.uint8)
    pixels = lines.reshape(HEIGHT, 1 + 3 * WIDTH)[:, 1:].reshape(HEIGHT, WIDTH, 3)
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
