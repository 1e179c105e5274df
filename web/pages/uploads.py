"""Bring in an export, or have the map of a discussion made anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from flask import Blueprint, abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from synth.permissions import Permission, Role, Visibility
from synth.settings import CLUSTERERS, Quality, Settings
from synth.store import Discussion
from web.http.limits import takes_files
from web.http.permission import (
    current_actor,
    current_person,
    has_accounts,
    may,
    needs,
    open_to_all,
    require,
    require_upload,
)
from web.http.rate_limits import UPLOADS, asker, at_most
from web.http.store import current_store, find_discussion
from web.jobs.control import current_jobs
from web.ui.templates import render

uploads = Blueprint("uploads", __name__)
MAX_TITLE_LETTERS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadContext:
    template: ClassVar[str] = "upload.html"
    discussions: Sequence[Discussion]
    """Those that the reader may add to."""
    may_start: bool
    """Whether they may open a new one."""
    title: str
    into: str
    """Slug of the discussion to add to; empty for a new one."""
    problem: str


@uploads.get("/upload")
@open_to_all
def form() -> str:
    """Choose an export."""
    require_upload()
    return _form_page(problem="")


@uploads.post("/upload")
@takes_files
@open_to_all
@at_most(UPLOADS, by=asker)
def upload() -> Response | tuple[str, int]:
    """Take the files in and start the main job over them."""
    require_upload()
    files = [file for file in request.files.getlist("files") if file.filename]
    if not files:
        return _form_page(problem=_("Choose a file to upload.")), 422
    settings = _settings()
    into = request.form.get("into", "")
    there = find_discussion(into) if into else None
    require(Permission.START if there is None else Permission.UPLOAD, there)
    asked = request.form.get("visibility")
    visibility = next((one for one in Visibility if one == asked), Visibility.PRIVATE)
    title = _wanted_title(files[0].filename or "") if there is None else there.title
    number = current_jobs().upload(
        files,
        settings,
        opens=lambda: there or open_discussion(title, visibility),
        is_first=there is None,
        title=title,
        asked_by=current_actor(),
    )
    return redirect(url_for("jobs.job", number=number), 303)


@uploads.post("/d/<slug>/build")
@needs(Permission.BUILD)
def rebuild(slug: str) -> Response:
    """Make the map anew; what people decided stays."""
    number = current_jobs().build(find_discussion(slug), _settings(), asked_by=current_actor())
    return redirect(url_for("jobs.job", number=number), 303)


def _form_page(*, problem: str) -> str:
    return render(
        UploadContext(
            discussions=[d for d in current_store().discussions.all() if may(Permission.UPLOAD, d)],
            may_start=may(Permission.START),
            title=request.form.get("title", ""),
            into=request.values.get("into", ""),
            problem=problem,
        )
    )


def open_discussion(title: str, visibility: Visibility = Visibility.PRIVATE) -> Discussion:
    """A new discussion; who opens it is its facilitator. Where nobody signs in it is public:
    there is nobody else."""
    store, person = current_store(), current_person()
    with store.atomic():
        opened = store.discussions.add(title)
        if has_accounts():
            store.discussions.set_visibility(opened.id, visibility, actor=person.actor)
        if person.member is not None:
            store.memberships.set_role(
                person.member.id, opened.id, Role.FACILITATOR, actor=person.actor
            )
    return opened


def _wanted_title(filename: str) -> str:
    """The title given to a new discussion, else one made of the file's name."""
    title = " ".join(request.form.get("title", "").split())[:MAX_TITLE_LETTERS]
    return title or title_of_file(filename)


def title_of_file(filename: str) -> str:
    """``town_hall.mbox`` → ``Town hall``."""
    stem = Path(filename).name.split(".")[0]
    words = " ".join(stem.replace("_", " ").replace("-", " ").split())
    return (words[:1].upper() + words[1:])[:MAX_TITLE_LETTERS] or "Discussion"


def _settings() -> Settings:
    quality: Quality = "draft" if request.form.get("quality") == "draft" else "full"
    chosen = request.form.get("clusterer", "linkage")
    clusterer = next((name for name in CLUSTERERS if name == chosen), None)
    if clusterer is None:
        abort(422, description=_("There is no such clusterer."))
    sides = request.form.get("sides") != "stated"
    return Settings(quality=quality, clusterer=clusterer, sides=sides)
