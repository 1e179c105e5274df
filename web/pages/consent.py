"""Ask members whether they consent to the publication of their words; what facilitators set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as WerkzeugResponse

from synth.permissions import Permission
from synth.store import Discussion
from synth.store.consents import ConsentAnswer, ConsentMode, ConsentPolicy
from synth.store.rows import time_text
from web.http.consent import is_asked
from web.http.csv_answer import csv_answer
from web.http.permission import current_actor, current_person, needs
from web.http.store import current_store, find_discussion
from web.pages.discussions import paragraphs_of
from web.services.csv_text import csv_of
from web.ui.consent_words import usual_text
from web.ui.i18n import number
from web.ui.templates import render

consent = Blueprint("consent", __name__)
MAX_TEXT = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentContext:
    template: ClassVar[str] = "consent.html"
    discussion: Discussion
    policy: ConsentPolicy
    paragraphs: Sequence[str]
    is_asked: bool
    """Whether the reader can answer."""
    answer: ConsentAnswer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentSettingsContext:
    template: ClassVar[str] = "consent_settings.html"
    discussion: Discussion
    policy: ConsentPolicy
    text: str
    n_yes: int
    n_no: int
    n_open: int
    """Members who claimed messages and did not answer."""
    problem: str
    max_text: int


@consent.get("/d/<slug>/consent")
def page(slug: str) -> str:
    """What is asked, and what the reader answered."""
    found, store = find_discussion(slug), current_store()
    policy, member = store.consents.policy(found.id), current_person().member
    answer = None if member is None else store.consents.answers(found.id).get(member.id)
    return render(
        ConsentContext(
            discussion=found,
            policy=policy,
            paragraphs=paragraphs_of(policy.text) or usual_text(),
            is_asked=is_asked(found),
            answer=answer,
        )
    )


@consent.post("/d/<slug>/consent")
def answer(slug: str) -> WerkzeugResponse:
    """Consent, refuse, or withdraw; in force at once."""
    from synth.pipeline.consent import apply_consent

    found, store, member = find_discussion(slug), current_store(), current_person().member
    if member is None or not is_asked(found):
        abort(404, description=_("You are not asked in this discussion."))
    said = request.form.get("answer")
    if said not in {"yes", "no"}:
        abort(400, description=_("The form does not say what to do."))
    with store.atomic():
        version = store.consents.policy(found.id).version
        if said == "yes" and request.form.get("version", type=int) != version:
            flash(_("The text was changed meanwhile. Read it, and answer again."), "problem")
            return redirect(url_for("consent.page", slug=slug), 303)
        store.consents.answer(found.id, member.id, is_yes=said == "yes")
        apply_consent(store, found.id, actor=member.actor)
    flash(
        _("You consent. You can withdraw it here at any time.")
        if said == "yes"
        else _("You do not consent: what you wrote here is hidden now."),
        "done",
    )
    return redirect(url_for("consent.page", slug=slug), 303)


@consent.get("/d/<slug>/consent/settings")
@needs(Permission.FRAME)
def settings(slug: str) -> str:
    """Whether members are asked, with which text, and how they answered."""
    return _settings_page(find_discussion(slug))


@consent.post("/d/<slug>/consent/settings")
@needs(Permission.FRAME)
def save(slug: str) -> WerkzeugResponse | tuple[str, int]:
    """Keep it; what is hidden follows at once."""
    from synth.pipeline.consent import apply_consent

    found, store, actor = find_discussion(slug), current_store(), current_actor()
    mode = next((one for one in ConsentMode if one == request.form.get("mode")), None)
    if mode is None:
        abort(400, description=_("The form does not say what to do."))
    text = request.form.get("text", "").replace("\r\n", "\n").replace("\0", "").strip()
    if len(text) > MAX_TEXT:
        problem = _("It is longer than %(n)s letters.", n=number(MAX_TEXT))
        return _settings_page(found, text=text, problem=problem), 422
    asks_again = request.form.get("again") == "yes"
    with store.atomic():
        is_new = store.consents.set_policy(found.id, mode, text, asks_again=asks_again, actor=actor)
        apply_consent(store, found.id, actor=actor)
    flash(_("Saved.") if is_new else _("Nothing was changed."), "done")
    return redirect(url_for("consent.settings", slug=slug), 303)


@consent.get("/d/<slug>/consents.csv")
@needs(Permission.MODERATE)
def record(slug: str) -> Response:
    """Who answered what to which text, and when."""
    found = find_discussion(slug)
    columns = ("at", "member", "participant", "answer", "version")
    rows = [
        (time_text(one.at), one.member, one.pseudonyms, one.answer, one.version)
        for one in current_store().consents.record(found.id)
    ]
    return csv_answer(csv_of(columns, rows), f"{slug}-consents.csv")


def _settings_page(found: Discussion, *, text: str | None = None, problem: str = "") -> str:
    store = current_store()
    policy, answers = store.consents.policy(found.id), store.consents.answers(found.id)
    claimants = {one.member_id for one in store.claims.of(found.id)}
    return render(
        ConsentSettingsContext(
            discussion=found,
            policy=policy,
            text=policy.text if text is None else text,
            n_yes=sum(one.is_yes for one in answers.values()),
            n_no=sum(not one.is_yes for one in answers.values()),
            n_open=len(claimants - answers.keys()),
            problem=problem,
            max_text=MAX_TEXT,
        )
    )
