"""The map as a small picture, for sites that show what a link leads to."""

from __future__ import annotations

import colorsys
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from web.map.data import GRID, POINT, UNPLACED
from web.map.ideas import MapIdea

WIDTH, HEIGHT = 1200, 630
"""What such sites ask for."""
MARGIN = 40
CELL = 3
"""Pixels across a cell of the densities that the regions are made of."""
PAPER = np.array([255, 255, 255], dtype=np.float32)
HUES = (205, 18, 150, 280, 42, 338, 180, 245, 82, 0, 222, 310)
"""In degrees, as in the style sheet."""
_DOT = [(x, y) for x in range(-2, 3) for y in range(-2, 3) if x * x + y * y <= 5]


def picture_png(packed: bytes, ideas: tuple[MapIdea, ...]) -> bytes:
    """A PNG of the regions and passages; ``packed`` as ``pack_points`` gives them."""
    points = np.frombuffer(packed, dtype=POINT)
    hues = np.array([int(one.branch.hue.removeprefix("hue-")) for one in ideas] or [0])
    is_placed = points["idea"] != UNPLACED
    hue = np.where(is_placed, hues[np.where(is_placed, points["idea"], 0)], len(HUES))
    left = MARGIN + points["x"].astype(np.int64) * (WIDTH - 2 * MARGIN) // GRID
    top = MARGIN + points["y"].astype(np.int64) * (HEIGHT - 2 * MARGIN) // GRID
    inks = np.array([_ink(degrees) for degrees in HUES] + [(138, 143, 150)], dtype=np.float32)
    picture = _regions(left[is_placed], top[is_placed], hue[is_placed], inks)
    for x, y in _DOT:
        picture[top + y, left + x] = 0.25 * picture[top + y, left + x] + 0.75 * inks[hue]
    return _png(np.rint(picture).astype(np.uint8))


def _regions(
    left: NDArray[np.int64], top: NDArray[np.int64], hue: NDArray[np.int64],
    inks: NDArray[np.float32],
) -> NDArray[np.float32]:  # fmt: skip
    """float32 (HEIGHT, WIDTH, 3): where passages of one hue lie densest, tinted with it."""
    from scipy.ndimage import gaussian_filter

    high, wide = HEIGHT // CELL, WIDTH // CELL
    densities = np.zeros((len(HUES), high, wide), dtype=np.float32)
    np.add.at(densities, (hue, np.minimum(top // CELL, high - 1), left // CELL), 1.0)
    spread = 5 + 50 / np.sqrt(len(left) + 12)
    densities = gaussian_filter(densities, (0, spread, spread))
    floor = (0.3 + len(left) / 9000) / (2 * np.pi * spread**2)
    greatest = densities.max(axis=0)
    share = np.where(greatest > floor, 0.16 + 0.14 * greatest / max(greatest.max(), 1e-9), 0.0)
    tint = PAPER + share[..., None] * (inks[densities.argmax(axis=0)] - PAPER)
    return np.asarray(np.kron(tint, np.ones((CELL, CELL, 1))), dtype=np.float32)


def _ink(degrees: int) -> tuple[float, ...]:
    return tuple(255 * part for part in colorsys.hls_to_rgb(degrees / 360, 0.4, 0.52))


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """uint8 (height, width, 3) as a PNG (ISO/IEC 15948): no filters, one block of pixels."""
    height, width, _ = pixels.shape
    lines = np.zeros((height, 1 + 3 * width), dtype=np.uint8)
    lines[:, 1:] = pixels.reshape(height, 3 * width)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
