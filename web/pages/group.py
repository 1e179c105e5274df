"""Who answers whom: the network of replies, and for facilitators the voices in it by pseudonym."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response, abort
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from synth.analytics.group.voices import VoiceRow, csv_of, name_key
from synth.permissions import Permission
from synth.store import Discussion
from web.http.answer_cache import do_not_cache
from web.http.permission import may, needs
from web.http.store import find_snapshot
from web.map.group_picture import GroupPicture, draw
from web.services.group import GroupView, group_report, view_of, voices_of
from web.services.snapshot import Snapshot
from web.ui.group_words import (
    Figure,
    advice,
    basis,
    changes,
    figures,
    headline,
    span_words,
)
from web.ui.query import Choice, Paging, asked_choice, asked_page, choices
from web.ui.templates import render

group = Blueprint("group", __name__)
PER_PAGE = 60
REPLIES = {"stated": lazy_gettext("said by the source"), "all": lazy_gettext("inferred ones, too")}
SHOWN = {
    "out": lazy_gettext("who stands out"),
    "connect": lazy_gettext("who connects"),
    "unanswered": lazy_gettext("whom nobody answered"),
    "all": lazy_gettext("everybody"),
}
SORTS = {"group": lazy_gettext("by group"), "name": lazy_gettext("by name")}


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceTable:
    """One page of the voices, for who may see them."""

    rows: Sequence[VoiceRow]
    paging: Paging
    shown: Sequence[Choice]
    sorts: Sequence[Choice]
    """Empty where there are no groups."""
    csv_query: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupContext:
    template: ClassVar[str] = "group.html"
    discussion: Discussion
    view: GroupView | None
    """None while the figures of a large discussion are being worked out."""
    headline: Sequence[str]
    advice: str | None
    basis: Sequence[str]
    replies: Sequence[Choice]
    """Whether inferred replies count; empty where there are none."""
    picture: GroupPicture | None
    span: str
    changes: Sequence[str]
    figures: Sequence[Figure]
    table: VoiceTable | None
    """None for those who may not see single voices."""


@group.get("/d/<slug>/group")
def report(slug: str) -> str:
    """One conversation or several groups, who connects them, whom nobody answered, what changes."""
    snapshot = find_snapshot(slug)
    asked = asked_choice("replies", REPLIES)
    found = group_report(snapshot, with_inferred=asked == "all")
    if found is None:
        do_not_cache()
        return render(_waiting(snapshot.discussion))
    view = view_of(snapshot, found, with_inferred=asked == "all")
    may_study = may(Permission.STUDY, snapshot.discussion)
    rows = voices_of(snapshot, found) if may_study else []
    windows, has_replies = found.windows, bool(found.ledger.n_counted)
    return render(
        GroupContext(
            discussion=snapshot.discussion,
            view=view,
            headline=headline(view),
            advice=advice(view),
            basis=basis(found, with_inferred=asked == "all"),
            replies=_choices("replies", REPLIES, asked) if found.ledger.n_inferred else (),
            picture=_picture(snapshot, view, rows if may_study else None),
            span="" if windows is None else span_words(windows),
            changes=() if windows is None else changes(windows),
            figures=figures(view) if has_replies and found.may_be_measured else (),
            table=_table(rows, asked) if may_study and has_replies else None,
        )
    )


@group.get("/d/<slug>/group.csv")
@needs(Permission.STUDY)
def voices_csv(slug: str) -> Response:
    """The table of voices; ``?replies=all`` with what was inferred."""
    snapshot = find_snapshot(slug)
    found = group_report(snapshot, with_inferred=asked_choice("replies", REPLIES) == "all")
    if found is None:
        do_not_cache()
        abort(503, description=_("The figures are being worked out; ask again in a moment."))
    return Response(
        csv_of(voices_of(snapshot, found)),
        mimetype="text/csv",
        headers={
            "Content-Disposition": f'attachment; filename="{snapshot.discussion.slug}-group.csv"'
        },
    )


def _waiting(discussion: Discussion) -> GroupContext:
    return GroupContext(
        discussion=discussion,
        view=None,
        headline=(_("The figures are being worked out; ask again in a moment."),),
        advice=None,
        basis=(),
        replies=(),
        picture=None,
        span="",
        changes=(),
        figures=(),
        table=None,
    )


def _picture(
    snapshot: Snapshot, view: GroupView, rows: Sequence[VoiceRow] | None
) -> GroupPicture | None:
    if rows is None:
        drawn = draw(view.report, None)
        return drawn if drawn is not None and len(drawn.discs) > 1 else None
    ids = view.report.voices.ids.tolist()
    return draw(view.report, snapshot.store.participants.pseudonyms(ids))


def _table(rows: Sequence[VoiceRow], replies: str) -> VoiceTable:
    has_groups = any(row.group is not None for row in rows)
    shown, sort = asked_choice("show", SHOWN), asked_choice("sort", SORTS)
    chosen = [row for row in rows if _is_asked(row, shown)]
    if sort == "name":
        chosen.sort(key=lambda row: name_key(row.name))
    paging = asked_page(PER_PAGE).of(len(chosen))
    return VoiceTable(
        rows=chosen[paging.offset : paging.offset + paging.size],
        paging=paging,
        shown=_choices("show", SHOWN, shown, anchor="voices"),
        sorts=_choices("sort", SORTS, sort, anchor="voices") if has_groups else (),
        csv_query={"replies": replies} if replies != "stated" else {},
    )


def _is_asked(row: VoiceRow, shown: str) -> bool:
    if shown == "all":
        return True
    connects, unanswered = row.is_connector, row.is_unanswered
    return (connects and shown != "unanswered") or (unanswered and shown != "connect")


def _choices(
    name: str, texts: Mapping[str, object], chosen: str, *, anchor: str | None = None
) -> tuple[Choice, ...]:
    return choices(name, {key: str(text) for key, text in texts.items()}, chosen, anchor=anchor)
