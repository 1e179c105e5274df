"""Correcting where one sees it: the menu of an idea or a passage, a form for each correction.

Every form is a page of its own: it works without scripts, and a script puts it beside what it
corrects (``web/static/correct.js``). A script is answered with JSON where all went well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import Blueprint, abort, flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from synth.corrections import permission_to_undo, undo_correction
from synth.corrections.conflicts import changed_since
from synth.corrections.proposals import propose_correction
from synth.corrections.statuses import is_in_frame
from synth.corrections.wanted import PROPOSABLE, Kind, WantedCorrection, carry_out, concern_of
from synth.errors import CorrectionRefused
from synth.permissions import Permission
from synth.records import Idea, Placement
from synth.store import Discussion
from web.http.permission import current_actor, may_here, needs, require
from web.http.store import current_store, find_snapshot
from web.pages.correction_forms import (
    MAX_SUMMARY,
    MAX_TITLE,
    require_filled,
    version_seen,
    wanted_by_form,
    why_asked,
    words_looked_for,
)
from web.services import corrections as offered
from web.services.actors import ActorNames
from web.services.corrections import Candidate, ProposedPart
from web.services.explanation import passage_in
from web.services.history import sentences
from web.services.outline import Branch
from web.services.quotes import Quoted, quote_placement
from web.services.snapshot import Snapshot
from web.ui.correction_words import KINDS
from web.ui.refusals import refusal
from web.ui.templates import render

corrections = Blueprint("corrections", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The idea or the passage that is corrected."""

    idea: Idea | None
    branch: Branch | None
    """Of the idea; None where it is hidden."""
    placement: Placement | None
    quoted: Quoted | None
    """Of the passage."""

    @property
    def id(self) -> int:
        return self.idea.id if self.idea else self.placement.passage_id if self.placement else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuContext:
    template: ClassVar[str] = "correct_menu.html"
    discussion: Discussion
    target: Target
    kinds: Sequence[Kind]
    is_proposal: bool
    """Whether corrections are only asked for."""
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectContext:
    template: ClassVar[str] = "correct.html"
    discussion: Discussion
    target: Target
    kind: Kind
    wanted: WantedCorrection
    """What the form holds."""
    query: str
    candidates: Sequence[Candidate]
    parts: Sequence[ProposedPart]
    problem: str
    meanwhile: Sequence[str]
    """What others changed since the form was opened."""
    version: int
    is_proposal: bool
    """Whether it is only asked for."""
    why: str
    """Why it is asked for."""
    back: str
    max_title: int = MAX_TITLE
    max_summary: int = MAX_SUMMARY


@corrections.get("/d/<slug>/ideas/<int:idea_id>/correct")
@needs(Permission.PROPOSE)
def idea_menu(slug: str, idea_id: int) -> str:
    """What can be corrected of an idea."""
    snapshot = find_snapshot(slug)
    target = _idea(snapshot, idea_id)
    assert target.idea is not None
    kinds = offered.kinds_for_idea(
        target.idea,
        n_ideas=len(snapshot.outline.in_order()),
        n_links=len(offered.links_of(snapshot, idea_id)),
        is_leaf=target.branch is None or not target.branch.children,
        is_framed=is_in_frame(target.idea, snapshot.store.corrections.signed_off_at(snapshot.id)),
    )
    return _menu(snapshot, target, kinds)


@corrections.get("/d/<slug>/passages/<int:passage_id>/correct")
@needs(Permission.PROPOSE)
def passage_menu(slug: str, passage_id: int) -> str:
    """What can be corrected of a passage."""
    snapshot = find_snapshot(slug)
    target = _passage(snapshot, passage_id)
    assert target.placement is not None
    because = snapshot.store.corrections.reason(passage_id)
    return _menu(snapshot, target, offered.kinds_for_passage(target.placement, because))


@corrections.get("/d/<slug>/ideas/<int:idea_id>/correct/<kind>")
@needs(Permission.PROPOSE)
def idea_form(slug: str, idea_id: int, kind: str) -> str:
    """The form of one correction of an idea."""
    snapshot = find_snapshot(slug)
    return _form(snapshot, _idea(snapshot, idea_id), _kind(kind, is_about_passage=False))


@corrections.get("/d/<slug>/passages/<int:passage_id>/correct/<kind>")
@needs(Permission.PROPOSE)
def passage_form(slug: str, passage_id: int, kind: str) -> str:
    """The form of one correction of a passage."""
    snapshot = find_snapshot(slug)
    return _form(snapshot, _passage(snapshot, passage_id), _kind(kind, is_about_passage=True))


@corrections.post("/d/<slug>/ideas/<int:idea_id>/correct/<kind>")
@needs(Permission.PROPOSE)
def correct_idea(slug: str, idea_id: int, kind: str) -> Response | tuple[str, int]:
    """Correct an idea."""
    snapshot = find_snapshot(slug)
    return _correct(snapshot, _idea(snapshot, idea_id), _kind(kind, is_about_passage=False))


@corrections.post("/d/<slug>/passages/<int:passage_id>/correct/<kind>")
@needs(Permission.PROPOSE)
def correct_passage(slug: str, passage_id: int, kind: str) -> Response | tuple[str, int]:
    """Correct the place of a passage."""
    snapshot = find_snapshot(slug)
    return _correct(snapshot, _passage(snapshot, passage_id), _kind(kind, is_about_passage=True))


@corrections.post("/d/<slug>/corrections/<int:event_id>/undo")
@needs(Permission.CORRECT)
def undo(slug: str, event_id: int) -> Response:
    """Take a correction back; then to where the form stood. A sign-off needs more than others."""
    snapshot = find_snapshot(slug)
    require(permission_to_undo(snapshot.store, snapshot.id, event_id), snapshot.discussion)
    back = _back(url_for("history.listing", slug=slug), slug)
    try:
        undo_correction(snapshot.store, snapshot.id, event_id, actor=current_actor())
    except CorrectionRefused as refused:
        return _refused(refusal(refused), back)
    return _done(_("Taken back."), back, undo=None)


# -- the correction itself -------------------------------------------------------------------


def _correct(snapshot: Snapshot, target: Target, kind: Kind) -> Response | tuple[str, int]:
    """Make the correction that the form asks for, unless somebody changed the same meanwhile."""
    if not may_here(Permission.CORRECT):
        return _propose(snapshot, target, kind)
    wanted, store = wanted_by_form(target.id, kind), snapshot.store
    try:
        require_filled(wanted)
        with store.atomic():
            meanwhile = changed_since(store, snapshot.id, version_seen(), concern_of(wanted))
            if not meanwhile:
                carry_out(store, snapshot.id, wanted, actor=current_actor())
                event_id = store.corrections.version(snapshot.id)
    except CorrectionRefused as refused:
        return _form(snapshot, target, kind, wanted=wanted, problem=refusal(refused)), 422
    if meanwhile:
        told = sentences(store, snapshot.id, meanwhile, names=ActorNames(store))
        return _form(snapshot, target, kind, wanted=wanted, meanwhile=told), 409
    undo = url_for("corrections.undo", slug=snapshot.discussion.slug, event_id=event_id)
    return _done(str(KINDS[kind].done), _after(snapshot, target, wanted), undo=undo)


def _propose(snapshot: Snapshot, target: Target, kind: Kind) -> Response | tuple[str, int]:
    """Ask for the correction."""
    wanted = wanted_by_form(target.id, kind)
    try:
        require_filled(wanted)
        propose_correction(
            snapshot.store, snapshot.id, wanted, why=why_asked(), actor=current_actor()
        )
    except CorrectionRefused as refused:
        return _form(snapshot, target, kind, wanted=wanted, problem=refusal(refused)), 422
    said = _("Proposed. Those who may correct the map see it.")
    return _done(said, _after(snapshot, target, wanted), undo=None)


def _after(snapshot: Snapshot, target: Target, wanted: WantedCorrection) -> str:
    """Where the reader goes on: to where the form stood, or to what is left of it."""
    slug = snapshot.discussion.slug
    if wanted.kind is Kind.HIDE:
        outline = url_for("maps.outline", slug=slug)
        back, own = _back(outline, slug), url_for("ideas.idea", slug=slug, idea_id=target.id)
        return outline if back.partition("?")[0] == own else back
    if target.placement is not None:
        home = url_for("passages.passage", slug=slug, passage_id=target.id)
    else:
        home = url_for("ideas.idea", slug=slug, idea_id=wanted.target_id)
    return _back(home, slug)


# -- answers ---------------------------------------------------------------------------------


def _is_script() -> bool:
    """Whether a script asks, which puts the answer into the page that is open."""
    return request.accept_mimetypes.best == "application/json"


def _done(said: str, address: str, *, undo: str | None) -> Response:
    if _is_script():
        answer: Response = jsonify(said=said, undo=undo, address=address)
        return answer
    tell_done(said, undo=undo, back=address)
    return redirect(address, 303)


def tell_done(said: str, *, undo: str | None, back: str) -> None:
    """Say on the next page what was done; ``undo``: where it is taken back."""
    told: Any = {"text": said, "undo": undo, "back": back}
    flash(told, "correction")


def _refused(problem: str, address: str) -> Response:
    if _is_script():
        answer: Response = jsonify(problem=problem)
        answer.status_code = 422
        return answer
    flash(problem, "problem")
    return redirect(address, 303)


def _back(default: str, slug: str) -> str:
    """The page of this discussion that the form was opened from, else ``default``."""
    asked = request.values.get("then", "")
    root = url_for("discussions.discussion", slug=slug)
    is_ours = asked.startswith(root) and "\\" not in asked and asked.isprintable()
    return asked if is_ours else default


# -- forms -----------------------------------------------------------------------------------


def _menu(snapshot: Snapshot, target: Target, kinds: Sequence[Kind]) -> str:
    return render(
        MenuContext(
            discussion=snapshot.discussion,
            target=target,
            kinds=[kind for kind in kinds if may_here(Permission.CORRECT) or kind in PROPOSABLE],
            is_proposal=not may_here(Permission.CORRECT),
            back=_back(_home(snapshot, target), snapshot.discussion.slug),
        )
    )


def _form(
    snapshot: Snapshot,
    target: Target,
    kind: Kind,
    *,
    wanted: WantedCorrection | None = None,
    problem: str = "",
    meanwhile: Sequence[str] = (),
) -> str:
    query = words_looked_for()
    return render(
        CorrectContext(
            discussion=snapshot.discussion,
            target=target,
            kind=kind,
            wanted=wanted or _as_it_stands(snapshot, target, kind),
            query=query,
            candidates=_candidates(snapshot, target, kind, query),
            parts=_proposed(snapshot, target) if kind is Kind.SPLIT else (),
            problem=problem,
            meanwhile=meanwhile,
            version=snapshot.store.corrections.version(snapshot.id),
            is_proposal=not may_here(Permission.CORRECT),
            why=why_asked(),
            back=_back(_home(snapshot, target), snapshot.discussion.slug),
        )
    )


def _home(snapshot: Snapshot, target: Target) -> str:
    slug = snapshot.discussion.slug
    if target.placement is not None:
        return url_for("passages.passage", slug=slug, passage_id=target.id)
    if target.branch is None:
        return url_for("maps.outline", slug=slug)
    return url_for("ideas.idea", slug=slug, idea_id=target.id)


def _as_it_stands(snapshot: Snapshot, target: Target, kind: Kind) -> WantedCorrection:
    text = ""
    if target.idea is not None and kind in (Kind.RENAME, Kind.DESCRIBE):
        text = target.idea.title if kind is Kind.RENAME else target.idea.summary
    other = request.args.get("other", type=int)
    return WantedCorrection(kind=kind, target_id=target.id, other_id=other, text=text)


def _candidates(snapshot: Snapshot, target: Target, kind: Kind, query: str) -> Sequence[Candidate]:
    if kind in (Kind.MERGE, Kind.MOVE, Kind.LINK, Kind.UNLINK) and target.branch is not None:
        return offered.ideas_to_choose(snapshot, target.branch, kind, query)
    if target.placement is None or target.quoted is None:
        return ()
    if kind is Kind.PLACE:
        language = target.quoted.language
        return offered.homes_to_choose(snapshot, target.placement, query, language=language)
    if kind in (Kind.TOGETHER, Kind.APART):
        return offered.passages_to_choose(snapshot, target.placement, query)
    return ()


def _proposed(snapshot: Snapshot, target: Target) -> Sequence[ProposedPart]:
    return () if target.branch is None else offered.parts_to_choose(snapshot, target.branch)


def _kind(name: str, *, is_about_passage: bool) -> Kind:
    try:
        found = Kind(name)
    except ValueError:
        abort(404)
    if found.is_about_passage != is_about_passage:
        abort(404)
    if found not in PROPOSABLE and not may_here(Permission.CORRECT):
        abort(403)
    return found


def _idea(snapshot: Snapshot, idea_id: int) -> Target:
    """The idea, for who may correct also a hidden one; 404 where they see none of that id."""
    found = next(
        (idea for idea in current_store().ideas.outline(snapshot.id) if idea.id == idea_id), None
    )
    branch = snapshot.outline.get(idea_id)
    if found is None or (branch is None and not may_here(Permission.CORRECT)):
        abort(404, description=_("There is no such idea on this map; it may have changed."))
    return Target(idea=found, branch=branch, placement=None, quoted=None)


def _passage(snapshot: Snapshot, passage_id: int) -> Target:
    there = passage_in(snapshot, passage_id)
    if there is None:
        abort(
            404,
            description=_("There is no such passage; its message may have been edited or erased."),
        )
    placement, message = there
    quoted = quote_placement(message, placement, snapshot.outline)
    return Target(idea=None, branch=None, placement=placement, quoted=quoted)
