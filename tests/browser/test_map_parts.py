"""The parts of the map's script, in the browser that runs them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.drawn_discussion import SLUG

pytestmark = pytest.mark.browser
FULL = f"/d/{SLUG}/map"
AREAS = """async (disc) => {
  const { traceInto } = await import('/static/map/contours.js');
  const size = 60, field = new Float32Array(size * size);
  for (let n = 0; n < field.length; n += 1) {
    const x = n % size, y = Math.floor(n / size);
    field[n] = Math.max(...disc.map(([left, top, far]) => far - Math.hypot(x - left, y - top)));
  }
  const areas = [];
  let points = [];
  traceInto({
    moveTo: (x, y) => { points = [[x, y]]; },
    quadraticCurveTo: (a, b, x, y) => points.push([a, b], [x, y]),
    closePath: () => areas.push(points.reduce((sum, [x, y], n) => {
      const [u, v] = points[(n + 1) % points.length];
      return sum + (x * v - u * y) / 2;
    }, 0)),
  }, field, size, (n) => n);
  return areas.map(Math.abs).sort((a, b) => a - b);
}"""


def test_outlines_are_closed_and_hold_what_is_above_zero(page: Page) -> None:
    page.goto(FULL)
    one, other = page.evaluate(AREAS, [[15, 15, 8], [40, 40, 12]])
    assert one == pytest.approx(3.1416 * 64, rel=0.03)
    assert other == pytest.approx(3.1416 * 144, rel=0.03)
    (cut,) = page.evaluate(AREAS, [[0, 30, 10]])
    assert cut == pytest.approx(3.1416 * 100 / 2 + 10, rel=0.1)
    assert page.evaluate(AREAS, [[30, 30, -1]]) == []


def test_points_are_read_as_they_were_packed(page: Page) -> None:
    page.goto(FULL)
    read = page.evaluate(
        """async () => {
          const { readPoints } = await import('/static/map/points.js');
          const bytes = new Uint8Array([255, 255, 0, 0, 2, 1, 1, 7, 1, 0, 0, 128, 5, 0, 0, 0, 9]);
          const { n, x, y, idea, stance, batch, posted, passage } = readPoints(bytes.buffer);
          return [n, x[0], y[0], idea[0], stance[0], batch[0], posted[0], passage[0]];
        }"""
    )
    assert read == [1, 1, 0, 258, 1, 7, 2**31 + 1, 5]


def test_what_the_words_tell_is_drawn_otherwise_than_what_the_platform_says(page: Page) -> None:
    page.goto(FULL)
    shapes, dim, shown = page.evaluate(
        """async () => {
          const { shapeOf, isDim } = await import('/static/map/splat.js');
          const { lookOf } = await import('/static/map/look.js');
          const stance = [0, 1, 2, 3, 4];
          const shapes = stance.map((one) => shapeOf(true, one, false, false));
          shapes.push(shapeOf(false, 0, false, false));
          const points = { n: 5, idea: new Uint16Array(5), stance: Uint8Array.from(stance) };
          const model = { points, ideas: [{ hue: 0 }] };
          const palette = { hues: ['#000000'], none: '#000000' };
          const shown = ['for', 'against'].map((show) => {
            const { shape } = lookOf(model, palette, { fresh: null, inside: null, show });
            return stance.filter((_, n) => !isDim(shape[n]));
          });
          const marks = [[false, false], [true, false], [false, true]];
          const dim = stance.flatMap((one) => marks.map(
            ([isNew, isFar]) => isDim(shapeOf(true, one, isNew, isFar)) === isFar));
          return [shapes, dim, shown];
        }"""
    )
    assert len(set(shapes)) == len(shapes)
    assert all(dim)
    assert shown == [[1, 3], [2, 4]]


@pytest.mark.parametrize("view", ["", "?z=1.70&x=0.5&y=0.5", "?z=2.00&x=0.35&y=0.4"])
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_no_label_lies_on_another(page: Page, view: str, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{FULL}{view}")
    expect(page.locator("#map[data-detailed]")).to_be_attached()
    boxes = [one.bounding_box() for one in page.locator(".map-label:visible").all()]
    assert len(boxes) >= 2
    for n, box in enumerate(boxes):
        assert box is not None
        for other in boxes[:n]:
            assert other is not None
            is_apart = (
                box["x"] + box["width"] <= other["x"] + 1
                or other["x"] + other["width"] <= box["x"] + 1
                or box["y"] + box["height"] <= other["y"] + 1
                or other["y"] + other["height"] <= box["y"] + 1
            )
            assert is_apart, (box, other)
