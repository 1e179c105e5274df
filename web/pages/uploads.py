"""Bring in an export, and watch it become a map."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from flask import Blueprint, abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response

from synth.settings import CLUSTERERS, Quality, Settings
from synth.store import Discussion
from web.http.limits import takes_files
from web.http.security import writers_only
from web.http.store import current_store, find_discussion
from web.jobs import JobState, current_jobs
from web.ui.templates import render

uploads = Blueprint("uploads", __name__)
MAX_TITLE_LETTERS = 120
N_PROBLEMS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadContext:
    template: ClassVar[str] = "upload.html"
    discussions: Sequence[Discussion]
    title: str
    into: str
    """Slug of the discussion to add to; empty for a new one."""
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    template: ClassVar[str] = "job.html"
    job: JobState
    problems: Sequence[str]
    """The first ``N_PROBLEMS``."""


@uploads.get("/upload")
@writers_only
def form() -> str:
    """Choose an export."""
    return _form_page(problem="")


@uploads.post("/upload")
@takes_files
@writers_only
def upload() -> Response | tuple[str, int]:
    """Take the files in and start the main job over them."""
    files = [file for file in request.files.getlist("files") if file.filename]
    if not files:
        return _form_page(problem=_("Choose a file to upload.")), 422
    settings = _settings()
    discussion = _wanted_discussion(files[0].filename or "")
    number = current_jobs().start(discussion, settings, uploads=_saved(files))
    return redirect(url_for("uploads.job", number=number), 303)


@uploads.post("/d/<slug>/build")
@writers_only
def rebuild(slug: str) -> Response:
    """Make the map anew; what people decided stays."""
    number = current_jobs().start(find_discussion(slug), _settings(), uploads=None)
    return redirect(url_for("uploads.job", number=number), 303)


@uploads.get("/jobs/<int:number>")
@writers_only
def job(number: int) -> str:
    """How far a job is, and what came of it."""
    state = current_jobs().get(number)
    if state is None:
        abort(404, description=_("There is no such job; the viewer may have been started anew."))
    return render(JobContext(job=state, problems=state.problems[:N_PROBLEMS]))


def _form_page(*, problem: str) -> str:
    return render(
        UploadContext(
            discussions=current_store().discussions.all(),
            title=request.form.get("title", ""),
            into=request.values.get("into", ""),
            problem=problem,
        )
    )


def _wanted_discussion(filename: str) -> Discussion:
    """The one to add to, or a new one with the given title, else named after the file."""
    into = request.form.get("into", "")
    if into:
        return find_discussion(into)
    title = " ".join(request.form.get("title", "").split())[:MAX_TITLE_LETTERS]
    return current_store().discussions.add(title or title_of_file(filename))


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


def _saved(files: Sequence[FileStorage]) -> Path:
    """A new folder with the uploaded files, under safe names that keep their endings."""
    folder = Path(tempfile.mkdtemp(prefix="synth-upload-"))
    for n, file in enumerate(files, 1):
        file.save(_free(folder, safe_name(file.filename or "", n)))
    return folder


def safe_name(filename: str, n: int) -> str:
    """The file's own name without folders or odd characters; ``upload-1.csv`` if none is left."""
    name = secure_filename(filename)
    if name and (Path(name).suffix or not Path(filename).suffix):
        return name
    return f"upload-{n}{Path(secure_filename('x' + Path(filename).suffix)).suffix}"


def _free(folder: Path, name: str) -> Path:
    path, n = folder / name, 1
    while path.exists():
        n += 1
        path = folder / f"{n}-{name}"
    return path
