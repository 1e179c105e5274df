"""How well the colours of the style sheet stand out, worked out from its tokens.

``python -m tests.contrast`` writes the tables of ``docs/design.md``; ``tests/web/test_design.py``
holds every pair to WCAG 2.2 AA and the tables to the style sheet.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.pages import write_between_marks

ROOT = Path(__file__).resolve().parent.parent
STYLE = ROOT / "web" / "static" / "style.css"
DESIGN = ROOT / "docs" / "design.md"
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
Tokens = Mapping[str, str]
N_HUES = 12
TEXT, GRAPHIC = 4.5, 3.0
"""Least contrast of words, and of lines and shapes that carry meaning (WCAG 1.4.3, 1.4.11)."""
PAIRS: tuple[tuple[str, str, float], ...] = (
    ("ink", "paper", TEXT),
    ("ink", "card", TEXT),
    ("ink", "mark", TEXT),
    ("ink", "taken", TEXT),
    ("ink", "good", TEXT),
    ("ink", "bad", TEXT),
    ("soft", "paper", TEXT),
    ("soft", "card", TEXT),
    ("accent", "paper", TEXT),
    ("accent", "card", TEXT),
    ("on-accent", "accent", TEXT),
    ("edge", "card", GRAPHIC),
    ("edge", "paper", GRAPHIC),
    ("for", "card", GRAPHIC),
    ("against", "card", GRAPHIC),
    ("suggested", "paper", GRAPHIC),
    ("decided", "paper", GRAPHIC),
    ("trouble", "paper", GRAPHIC),
    ("green", "paper", GRAPHIC),
    ("orange", "paper", GRAPHIC),
    ("red", "paper", GRAPHIC),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    front: str
    back: str
    least: float
    ratio: float


def tokens(scheme: Scheme) -> dict[str, str]:
    """Custom property → what it is written as, hues by their number (``hue-3``)."""
    layer = STYLE.read_text(encoding="utf-8").partition("@layer tokens {")[2]
    layer = layer.partition("@layer base {")[0]
    light, _, dark = layer.partition("@media screen and (prefers-color-scheme: dark) {")
    dark, _, hues = dark.partition("\n}\n")
    found = _declared(light)
    if scheme == "dark":
        found |= _declared(dark)
    for name, value in re.findall(r"\.(hue-\w+) \{ --hue: (.+?); \}", hues):
        found[name] = value
    return found


def _declared(text: str) -> dict[str, str]:
    return {name: value.strip() for name, value in re.findall(r"--([\w-]+):\s*([^;]+);", text)}


def rgb(value: str, of: Tokens) -> tuple[float, float, float]:
    """A colour as the style sheet writes it: ``#1f5673``, ``hsl(18 var(--hue-s) 40%)``."""
    value = re.sub(r"var\(--([\w-]+)\)", lambda found: of[found[1]], value)
    if value.startswith("#"):
        return tuple(int(value[i : i + 2], 16) / 255 for i in (1, 3, 5))  # type: ignore[return-value]
    share = r"(calc\([^)]+\)|\d+%)"
    found = re.fullmatch(rf"hsl\((\d+) {share} {share}\)", value)
    if found is None:
        raise ValueError(f"{value}: no colour that is understood here")
    hue, saturation, lightness = int(found[1]) / 360, _percent(found[2]), _percent(found[3])
    return colorsys.hls_to_rgb(hue, lightness, saturation)


def _percent(value: str) -> float:
    """``40%``, ``calc(40% - 6%)`` as a share."""
    parts = re.findall(r"([+-]?)\s*(\d+)%", value)
    return sum((-1 if sign == "-" else 1) * int(number) for sign, number in parts) / 100


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """Ratio of the relative luminances, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: tuple[float, float, float]) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def pairs(scheme: Scheme) -> Iterator[Pair]:
    """Every pair that stands on each other on some page."""
    of = tokens(scheme)
    hues = [
        (f"hue-{n}", back, GRAPHIC) for n in (*range(N_HUES), "none") for back in ("paper", "card")
    ]
    for front, back, least in (*PAIRS, *hues):
        ratio = contrast(rgb(of[front], of), rgb(of[back], of))
        yield Pair(front=front, back=back, least=least, ratio=ratio)


def table() -> str:
    """Both schemes side by side."""
    light, dark = (list(pairs(scheme)) for scheme in SCHEMES)
    lines = ["| on | wanted | light | dark |", "|---|---|---|---|"]
    lines += [
        f"| {one.front} on {one.back} | {one.least:g} | {one.ratio:.1f} | {other.ratio:.1f} |"
        for one, other in zip(light, dark, strict=True)
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    write_between_marks(DESIGN, "contrast", table())
