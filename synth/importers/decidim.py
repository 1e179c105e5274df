"""Decidim's own CSV exports: debates, proposals, meetings and the comments on them.

Ids count per kind of resource and per site, so the namespace is ``SITE Decidim::Kind``: comment
23 and debate 23 stay apart, and so do two cities' exports in one folder. Comments name what
they answer by ``commentable_type`` and ``commentable_id``, and may answer each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from synth.importers import tables
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.importers.tables import TableRecord
from synth.importers.times import parse_time
from synth.importers.values import JsonRecord, body_of, filled, text_of, web_url, whole, with_title
from synth.records import Problem, RawMessage, Stance

NAME = "decidim"
LABEL = "Decidim export (CSV)"

_COMMENT = "Decidim::Comments::Comment"
# The kinds of resource by the word in their addresses: …/f/112/debates/29.
_KINDS = {
    "debates": "Decidim::Debates::Debate",
    "proposals": "Decidim::Proposals::Proposal",
    "collaborative_drafts": "Decidim::Proposals::CollaborativeDraft",
    "meetings": "Decidim::Meetings::Meeting",
    "results": "Decidim::Accountability::Result",
    "projects": "Decidim::Budgets::Project",
    "posts": "Decidim::Blogs::Post",
    "initiatives": "Decidim::Initiatives::Initiative",
}
_PATH = re.compile(rf"/({'|'.join(_KINDS)})/(\d+)")
_STANCES = {1: Stance.FOR, -1: Stance.AGAINST}
_LOCALE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?")


def sniff(file: InputFile) -> Fit:
    columns = set(tables.header(file))
    if {"id", "body", "commentable_id", "commentable_type"} <= columns:
        return Fit.MESSAGES
    names = {column.split("/")[0] for column in columns}
    if {"id", "title"} <= names and names & {"body", "description"}:
        is_ours = "component/id" in columns or "participatory_space/id" in columns
        return Fit.MESSAGES if is_ours and names & {"comments", "url", "reference"} else Fit.NO
    return Fit.NO


def read(file: InputFile, options: ReadOptions) -> Iterator[RawMessage | Problem]:
    for row in tables.records(file, options):
        if isinstance(row, Problem):
            yield row
        elif "commentable_id" in row.cells:
            yield _comment(row, file)
        else:
            yield _resource(row, file)


def _comment(row: TableRecord, file: InputFile) -> RawMessage | Problem:
    body, language = _localised(row, "body")
    key, kind = row.get("id"), row.get("commentable_type")
    if key is None or body is None:
        return _unusable(row, file)
    text, body_format = body_of(body)
    root = web_url(row.get("root_commentable_url"))
    site = _site(root)
    thread = _PATH.search(root or "")
    return RawMessage(
        source_id=key,
        text=text,
        position=f"line {row.line}",
        namespace=_namespace(site, _COMMENT),
        body_format=body_format,
        parent_source_id=row.get("commentable_id"),
        parent_namespace=_namespace(site, kind) if kind else None,
        thread_source_id=f"{_namespace(site, _KINDS[thread[1]])} {thread[2]}" if thread else None,
        author_key=_author_key(row, site),
        author_name=row.get("author/name"),
        posted_at=parse_time(row.get("created_at")),
        language=row.get("locale") or language,
        url=f"{root}#comment_{key}" if root else None,
        stance=_STANCES.get(whole(row.get("alignment")) or 0),
        n_for=whole(row.get("up_votes", "up_votes_count")),
        n_against=whole(row.get("down_votes", "down_votes_count")),
        extra=_extra(row, ("user_group/name",)),
    )


def _resource(row: TableRecord, file: InputFile) -> RawMessage | Problem:
    """A debate, proposal or meeting. A debate is its question, so the title opens its text."""
    key, url = row.get("id"), web_url(row.get("url"))
    title, language = _localised(row, "title")
    body, body_language = _localised(row, "body")
    if body is None:
        described, body_language = _localised(row, "description")
        body = with_title(title, described)
    if key is None or (body is None and title is None):
        return _unusable(row, file)
    text, body_format = body_of(body or title or "")
    place = _PATH.search(url or "")
    kind = _KINDS[place[1]] if place else _kind_by_columns(row)
    namespace = _namespace(_site(url), kind)
    return RawMessage(
        source_id=key,
        text=text,
        position=f"line {row.line}",
        namespace=namespace,
        body_format=body_format,
        thread_source_id=f"{namespace} {key}",
        author_key=_author_key(row, _site(url)),
        author_name=row.get("author/name"),
        posted_at=parse_time(row.get("created_at", "published_at")),
        subject=title,
        language=body_language or language,
        url=url,
        category=_localised(row, "category/name")[0],
        n_likes=whole(row.get("endorsements", "endorsements/total_count")),
        n_for=whole(row.get("votes", "proposal_votes_count")),
        extra=_extra(row, ("scope/name", "state", "reference", "answer", "user_group/name")),
    )


def _unusable(row: TableRecord, file: InputFile) -> Problem:
    what = "no text" if row.get("id") else "no id"
    return file.problem(what, "the row was skipped", f"line {row.line}")


def _localised(row: TableRecord, name: str) -> tuple[str | None, str | None]:
    """The text of a column, or of the first ``name/LOCALE`` that is filled, and its language.

    Newer exports also write all languages into one cell as JSON: ``{"fr": "…", "en": "…"}``.
    Machine translations (``name/machine_translations/…``) are nobody's words.
    """
    texts = {"": row.get(name)}
    for column in row.cells:
        stem, _, locale = column.rpartition("/")
        if stem == name and _LOCALE.fullmatch(locale):
            texts[locale] = row.get(column)
    if (whole_cell := texts[""]) and whole_cell.startswith("{"):
        texts |= _by_language(whole_cell)
    for locale, cell in texts.items():
        if text := text_of(cell):
            return text, locale.replace("_", "-") or None
    return None, None


def _by_language(cell: str) -> Mapping[str, str | None]:
    """Language -> text where a cell is such JSON, instead of the cell as it stands."""
    try:
        said = JsonRecord(json.loads(cell)).members
    except (ValueError, RecursionError):
        return {}
    texts = {locale: text_of(text) for locale, text in said.items() if _LOCALE.fullmatch(locale)}
    return {"": None} | texts if texts else {}


def _kind_by_columns(row: TableRecord) -> str:
    """Where no address names the kind: only debates and meetings have descriptions."""
    names = {column.split("/")[0] for column in row.cells}
    if "body" in names:
        return _KINDS["proposals"]
    return _KINDS["meetings"] if names & {"address", "location"} else _KINDS["debates"]


def _site(url: str | None) -> str:
    return urlsplit(url).netloc.lower() if url else ""


def _namespace(site: str, kind: str) -> str:
    return f"{site} {kind}".strip()


def _author_key(row: TableRecord, site: str) -> str | None:
    author = row.get("author/id", "author_id", "author/name")
    return f"{site} {author}".strip() if author else None


def _extra(row: TableRecord, names: Sequence[str]) -> Mapping[str, object]:
    return filled({name.replace("/", "_"): _localised(row, name)[0] for name in names})
