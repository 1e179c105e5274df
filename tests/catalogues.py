"""The catalogues of all words: ``python -m tests.catalogues`` brings them up to date.

It collects the words of the pages and of the report from their templates and code, keeps what is
translated, adds what is new with an empty translation, drops what is gone, and compiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from synth.export.report import TRANSLATIONS

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("synth/corrections", "synth/export", "synth/store", "web")
"""Where there are words to be translated."""
LANGUAGES = ("fr",)
METHODS = [("templates/**.html", "jinja2"), ("templates/**.j2", "jinja2"), ("**.py", "python")]
ALWAYS = datetime(2026, 1, 1, tzinfo=UTC)
"""In place of the time of making, so that only words change the files."""
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "ngettext_noop": (1, 2),
    "pgettext": ((1, "c"), 2),
}


def found() -> Catalog:
    """Every word of the pages and the report, untranslated, with the files it stands in."""
    catalog = Catalog(project="discussion-synth", charset="utf-8")
    for folder in FOLDERS:
        for name, _line, message, _comments, context in extract_from_dir(
            ROOT / folder,
            METHODS,
            {"templates/**.html": {"trimmed": "true"}},
            keywords=KEYWORDS,
        ):
            catalog.add(message, locations=[(f"{folder}/{name}", 0)], context=context)
    return catalog


def path_of(language: str, ending: str = "po") -> Path:
    return TRANSLATIONS / language / "LC_MESSAGES" / f"messages.{ending}"


def translated(language: str) -> Catalog:
    """The catalogue as it stands."""
    path = path_of(language)
    if not path.exists():
        catalog = Catalog(locale=language, charset="utf-8")
    else:
        with path.open("rb") as file:
            catalog = read_po(file, locale=language)
    catalog.project, catalog.version, catalog.fuzzy = "discussion-synth", "main", False
    catalog.creation_date = catalog.revision_date = ALWAYS
    catalog.header_comment = f"# Pages and report: {language}. See tests/catalogues.py."
    return catalog


def compiled(catalog: Catalog) -> bytes:
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def updated(language: str) -> Catalog:
    """What is translated, with what is new, without what is gone."""
    catalog = translated(language)
    catalog.update(found(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def as_text(catalog: Catalog) -> bytes:
    """The catalogue as a po file: sorted, without dates, so that only words change it."""
    out = BytesIO()
    write_po(out, catalog, width=100, omit_header=False, sort_output=True, include_previous=False)
    lines = out.getvalue().decode("utf-8").split("\n")
    dated = ("POT-Creation-Date", "PO-Revision-Date", "Generated-By", "Last-Translator", "Report-")
    return "\n".join(
        line for line in lines if not line.startswith(tuple(f'"{d}' for d in dated))
    ).encode()


def untranslated(catalog: Catalog) -> Iterator[str]:
    for message in catalog:
        forms = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        if message.id and (not all(forms) or message.fuzzy):
            yield str(message.id)


def main() -> None:
    for language in LANGUAGES:
        catalog = updated(language)
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        path_of(language).write_bytes(as_text(catalog))
        path_of(language, "mo").write_bytes(compiled(catalog))
        missing = list(untranslated(catalog))
        print(f"{language}: {len(catalog)} words, {len(missing)} without a translation")


if __name__ == "__main__":
    main()
