"""What facilitators say about a discussion: its name, question, introduction, embedding, last
synthesis, and who may read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar, Literal

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from synth.errors import EditConflict
from synth.permissions import Permission, Visibility
from synth.store import Discussion, Embed, Framing, site_of, version_of_framing
from web.http.permission import current_actor, needs
from web.http.store import current_store, find_discussion
from web.services.actors import name_of
from web.ui.i18n import number
from web.ui.member_words import VISIBILITIES
from web.ui.templates import render

settings = Blueprint("settings", __name__)
MAX_TITLE = 120
"""Letters, as in the form of an upload."""
MAX_QUESTION = 300
MAX_INTRODUCTION = 5_000
MAX_SITES = 20
Field = Literal["question", "introduction", "sites", "synthesis"]


class BadField(Exception):
    """What a field of the form holds cannot be kept; said to the person beside it."""

    def __init__(self, field: Field, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsForm:
    """The form as a person filled it in."""

    question: str
    introduction: str
    embed: str
    """``nobody``, ``anybody`` or ``listed``."""
    sites: str
    """One a line."""
    synthesis: str
    """``2024-05-31``, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsContext:
    template: ClassVar[str] = "settings.html"
    discussion: Discussion
    form: SettingsForm
    problems: Mapping[Field, str]
    """By field, in the order of the form."""
    max_title: int
    max_question: int
    max_introduction: int
    version: str
    """Of what is said now: a change by somebody else while the form is open is noticed."""
    names_go_at: datetime | None
    """When the first names of participants are erased; None where none goes by itself."""
    meanwhile: Meanwhile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """What somebody else changed while the form was open."""

    who: str
    now: Sequence[tuple[str, str]]
    """(field, what stands there now)."""


@settings.get("/d/<slug>/settings")
@needs(Permission.FRAME)
def form(slug: str) -> str:
    """What is said of the discussion now, to be changed."""
    found = find_discussion(slug)
    return _page(found, _form_of(found), {})


@settings.post("/d/<slug>/settings")
@needs(Permission.FRAME)
def save(slug: str) -> Response | tuple[str, int]:
    """Keep it, or show again what cannot be kept and why."""
    found, sent = find_discussion(slug), _sent_form()
    try:
        framing = _framing(sent, found.framing, today=datetime.now(UTC).date())
    except BadField as bad:
        return _page(found, sent, {bad.field: str(bad)}), 422
    version = request.form.get("version")
    discussions, actor = current_store().discussions, current_actor()
    try:
        changed = discussions.frame(found.id, framing, actor=actor, version=version)
    except EditConflict as conflict:
        now = find_discussion(slug)
        meanwhile = Meanwhile(
            who=name_of(current_store(), conflict.actor), now=_stored(conflict, now)
        )
        return _page(now, sent, {}, meanwhile), 409
    flash(_("Saved.") if changed else _("Nothing was changed."), "done")
    return redirect(url_for("settings.form", slug=slug), 303)


@settings.post("/d/<slug>/title")
@needs(Permission.FRAME)
def rename(slug: str) -> Response:
    """Give the discussion another name; its address stays."""
    found, title = find_discussion(slug), " ".join(request.form.get("title", "").split())
    if not title or len(title) > MAX_TITLE:
        flash(_("Write a name of %(n)s letters at most.", n=number(MAX_TITLE)), "problem")
    elif current_store().discussions.rename(
        found.id, title, was=request.form.get("was"), actor=current_actor()
    ):
        flash(_("Saved."), "done")
    return redirect(url_for("settings.form", slug=slug), 303)


@settings.post("/d/<slug>/visibility")
@needs(Permission.FRAME)
def change_visibility(slug: str) -> Response:
    """Say who may read the discussion; a form of its own, so that an old form about other things
    never opens what somebody closed meanwhile."""
    found, discussions = find_discussion(slug), current_store().discussions
    wanted = next((one for one in Visibility if one == request.form.get("visibility")), None)
    if wanted is None:
        abort(400, description=_("The form does not say what to do."))
    if request.form.get("was") != found.visibility:
        name = str(VISIBILITIES[found.visibility][0])
        told = _("Somebody changed it meanwhile; it is now: %(visibility)s.", visibility=name)
        flash(told, "problem")
    elif discussions.set_visibility(found.id, wanted, actor=current_actor()):
        flash(_("Saved."), "done")
    return redirect(url_for("settings.form", slug=slug), 303)


def _stored(conflict: EditConflict, found: Discussion) -> list[tuple[str, str]]:
    """What somebody else changed, as it is now."""
    form = _form_of(found)
    embed = {"anybody": _("Every site"), "nobody": _("Nobody")}.get(form.embed, form.sites)
    fields = {
        "question": (_("The question"), form.question),
        "introduction": (_("Introduction"), form.introduction),
        "embed": (_("Who may show the map inside their own pages"), embed),
        "synthesis_at": (_("The last synthesis was published on"), form.synthesis),
    }
    return [told for name, told in fields.items() if name in conflict.changed]


def _page(
    found: Discussion,
    shown: SettingsForm,
    problems: Mapping[Field, str],
    meanwhile: Meanwhile | None = None,
) -> str:
    return render(
        SettingsContext(
            discussion=found,
            form=shown,
            problems=problems,
            max_title=MAX_TITLE,
            max_question=MAX_QUESTION,
            max_introduction=MAX_INTRODUCTION,
            version=version_of_framing(found.framing),
            names_go_at=current_store().retention.plan(found.id).first_at,
            meanwhile=meanwhile,
        )
    )


def _form_of(found: Discussion) -> SettingsForm:
    framing, embed = found.framing, found.embed
    return SettingsForm(
        question=framing.question,
        introduction=framing.introduction,
        embed="anybody" if embed.is_open else "listed" if embed.sites else "nobody",
        sites="\n".join(embed.sites),
        synthesis=framing.synthesis_at.date().isoformat() if framing.synthesis_at else "",
    )


def _sent_form() -> SettingsForm:
    def text(name: str) -> str:
        return request.form.get(name, "").replace("\r\n", "\n").replace("\0", "").strip()

    return SettingsForm(
        question=" ".join(text("question").split()),
        introduction=text("introduction"),
        embed=text("embed"),
        sites=text("sites"),
        synthesis=text("synthesis"),
    )


def _framing(sent: SettingsForm, before: Framing, *, today: date) -> Framing:
    """What the form says; raises BadField."""
    if len(sent.question) > MAX_QUESTION:
        raise BadField("question", _("It is longer than %(n)s letters.", n=number(MAX_QUESTION)))
    if len(sent.introduction) > MAX_INTRODUCTION:
        raise BadField(
            "introduction", _("It is longer than %(n)s letters.", n=number(MAX_INTRODUCTION))
        )
    return Framing(
        question=sent.question,
        introduction=sent.introduction,
        embed=_embed(sent),
        synthesis_at=_synthesis_at(sent.synthesis, before.synthesis_at, today=today),
    )


def _embed(sent: SettingsForm) -> Embed:
    if sent.embed != "listed":
        return Embed(is_open=sent.embed == "anybody")
    sites: dict[str, None] = {}
    for address in sent.sites.split():
        site = site_of(address)
        if site is None:
            raise BadField("sites", _("“%(text)s” is no address of a web site.", text=address[:80]))
        sites[site] = None
    if not sites:
        raise BadField("sites", _("Say which sites, one a line, or choose nobody."))
    if len(sites) > MAX_SITES:
        raise BadField("sites", _("At most %(n)s sites can be listed.", n=number(MAX_SITES)))
    return Embed(sites=tuple(sites))


def _synthesis_at(text: str, before: datetime | None, *, today: date) -> datetime | None:
    """The beginning of that day in UTC; the moment known already where the day is the same."""
    if not text:
        return None
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        raise BadField(
            "synthesis", _("“%(text)s” is no date; write 2024-05-31.", text=text[:40])
        ) from None
    if chosen > today:
        raise BadField("synthesis", _("That day is still to come."))
    if before is not None and before.date() == chosen:
        return before
    return datetime(chosen.year, chosen.month, chosen.day, tzinfo=UTC)
