"""The colours of the style sheet can be read, and ``docs/design.md`` tells the truth about them."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import contrast
from tests.contrast import DESIGN, N_HUES, SCHEMES, STYLE, Scheme
from web import create_app
from web.services import outline


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_pair_of_colours_can_be_told_apart(scheme: Scheme) -> None:
    pairs = list(contrast.pairs(scheme))
    weak = [f"{p.front} on {p.back}: {p.ratio:.2f}" for p in pairs if p.ratio < p.least]
    assert weak == []
    assert len(pairs) > 2 * N_HUES


def test_contrast_is_that_of_the_standard() -> None:
    white, black, grey = (contrast.rgb(c, {}) for c in ("#ffffff", "#000000", "#767676"))
    assert contrast.contrast(white, black) == pytest.approx(21)
    assert contrast.contrast(grey, white) == pytest.approx(4.54, abs=0.005)
    assert contrast.rgb("hsl(120 calc(40% + 60%) 25%)", {}) == pytest.approx((0, 0.5, 0))


def test_both_schemes_have_the_same_tokens() -> None:
    light, dark = contrast.tokens("light"), contrast.tokens("dark")
    assert set(light) == set(dark)
    same = {name for name in light if light[name] == dark[name]}
    assert (
        same
        - {"serif", "sans", "hue-none", "qr-paper", "qr-ink", *(f"hue-{n}" for n in range(N_HUES))}
        == set()
    )
    assert N_HUES == outline.N_HUES


def test_no_colour_stands_outside_the_tokens() -> None:
    rules = STYLE.read_text(encoding="utf-8").partition("@layer base {")[2]
    screen = rules.partition("@layer print {")[0]
    assert re.findall(r"#[0-9a-f]{3,8}\b|hsl\(", screen) == []
    assert "!important" not in rules


def test_the_page_on_design_has_the_contrasts_of_the_style_sheet() -> None:
    page = DESIGN.read_text(encoding="utf-8")
    assert f"<!-- contrast -->\n{contrast.table()}\n<!-- /contrast -->" in page, "run `make docs`"


def test_the_styleguide_is_for_those_who_work_on_the_viewer(
    client: FlaskClient, app: Flask
) -> None:
    assert client.get("/styleguide").status_code == 404
    shown = create_app({"DB": app.config["DB"], "STYLEGUIDE": True}).test_client()
    page = shown.get("/styleguide")
    assert page.status_code == 200
    for component in re.findall(
        r"^\| [\w ]+ \| `([\w-]+)", DESIGN.read_text("utf-8"), re.MULTILINE
    ):
        assert re.search(rf'class="[^"]*\b{component}\b', page.text), component
