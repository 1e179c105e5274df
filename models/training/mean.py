"""Writes the mean of adapters: ``python -m models.training.mean --out FILE ADAPTER...``."""

from __future__ import annotations

import argparse
from pathlib import Path

from models.adapter import mean_of, read_adapter, write_adapter


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":", maxsplit=1)[0])
    parser.add_argument("adapters", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--share", type=float, default=1.0, help="of the change that is kept")
    told = parser.parse_args()
    adapters = [read_adapter(path) for path in told.adapters]
    write_adapter(mean_of(adapters, rank=told.rank, share=told.share), told.out)


if __name__ == "__main__":
    main()
