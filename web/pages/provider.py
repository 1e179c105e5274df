"""Signing in by another service: there and back, a new account, and binding one's own."""

from __future__ import annotations

import logging
import time
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from flask import Blueprint, abort, flash, redirect, request, session, url_for
from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from synth.errors import AccessRefused
from synth.store import Identity, Member
from web.http import oidc
from web.http.permission import (
    current_person,
    has_accounts,
    needs_account,
    open_to_all,
    own_address,
)
from web.http.rate_limits import LINKS, at_most, few_taken_names, note_taken_name
from web.http.sessions import begin_session
from web.http.store import current_store, writes
from web.pages.account_form import AccountForm
from web.pages.accounts import welcome
from web.pages.address_mail import mail_confirmation
from web.services.provider import (
    Arrival,
    NotSignedIn,
    Provider,
    Trouble,
    arrival_of,
    member_of,
    open_account,
)
from web.ui.member_words import refused_access
from web.ui.templates import render

log = logging.getLogger(__name__)
provider = Blueprint("provider", __name__)
_ARRIVAL = "provider_arrival"
_MOST = 500
"""Letters of an address to go on to."""
_WAITS = 15 * 60
"""Seconds that somebody may take to choose a name, or to confirm."""
STATUS: dict[Trouble, int] = {"unreachable": 502, "old": 400, "untrue": 400}
"""403 for the rest."""
TROUBLES: dict[Trouble, LazyString] = {
    "declined": lazy_gettext("You did not sign in at %(provider)s. You can try again."),
    "unreachable": lazy_gettext(
        "%(provider)s does not answer just now. Try again later, or sign in another way."
    ),
    "old": lazy_gettext(
        "This attempt to sign in is over, or was begun in another browser. Begin again."
    ),
    "untrue": lazy_gettext(
        "What %(provider)s answered could not be verified, so nobody was signed in. If it happens "
        "again, tell whoever runs this place."
    ),
    "unknown": lazy_gettext(
        "Nobody here is bound to this account of %(provider)s. Open the link of your invitation "
        "first; or sign in as you did before and add %(provider)s under “My account”."
    ),
    "domain": lazy_gettext(
        "Only people with a confirmed e-mail address of certain organisations may sign in by "
        "%(provider)s here."
    ),
    "closed": lazy_gettext("This account is closed. Ask whoever runs this place."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewcomerContext:
    template: ClassVar[str] = "newcomer.html"
    provider: str
    email: str
    form: AccountForm
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityContext:
    template: ClassVar[str] = "identity.html"
    provider: str
    name: str
    """Of the person there: their address, name or number."""


@provider.get("/sign-in/with")
@open_to_all
@at_most(LINKS)
def begin() -> Response:
    """Go to the service: to sign in, to take up ``?invitation=``, or to bind it (``?bind=yes``)."""
    _require_provider()
    member = current_person().member
    attempt = {
        # Kept in the cookie, which browsers take up to 4 kB.
        "next": _short("next"),
        "invitation": _short("invitation"),
        "binds": member.id if member is not None and request.args.get("bind") else None,
    }
    try:
        return oidc.begin(attempt)
    except NotSignedIn as error:
        return _refuse(error)


@provider.get("/sign-in/with/back")
@open_to_all
@writes
@at_most(LINKS)
def back() -> Response:
    """Come back from the service."""
    told = _require_provider()
    try:
        attempt, claims = oidc.finish()
        arrival = arrival_of(told, claims)
        if attempt["binds"] is not None:
            return _ask_to_bind(arrival, attempt["binds"])
        member = member_of(current_store(), told, arrival)
        if member is None:
            return _ask_newcomer(told, arrival, attempt)
    except NotSignedIn as error:
        return _refuse(error)
    return _enter(member, attempt)


@provider.get("/sign-in/with/new")
@open_to_all
def newcomer() -> str:
    """Ask for the name of a new account."""
    arrival, _attempt = _waiting()
    return _newcomer_page(AccountForm(name=arrival.name), arrival, problem="")


@provider.post("/sign-in/with/new")
@open_to_all
@few_taken_names
def join() -> Response | tuple[str, int]:
    """Open the account, with what the invitation gives."""
    arrival, attempt = _waiting()
    form = AccountForm.sent()
    try:
        member, taken = open_account(
            current_store(), arrival, form.name, invitation=attempt["invitation"]
        )
    except AccessRefused as refused:
        note_taken_name(refused)
        return _newcomer_page(form, arrival, problem=refused_access(refused)), 422
    mail_confirmation(current_store().members.get(member.id))
    if taken is None:
        return _enter(member, attempt | {"invitation": ""})
    begin_session(member)
    return welcome(taken)


@provider.get("/account/identity")
@needs_account
def identity() -> str:
    """Ask before an account there may sign somebody in here: the browser may be signed in there as
    another person."""
    arrival, _attempt = _waiting()
    name = arrival.email or arrival.name or arrival.identity.subject
    return render(IdentityContext(provider=oidc.provider_label(), name=name))


@provider.post("/account/identity")
@needs_account
def bind() -> Response:
    """Let the account there sign the member in from now on."""
    arrival, attempt = _waiting()
    member = current_person().member
    if member is None or attempt["binds"] != member.id:
        return _refuse(NotSignedIn("old", "begun by another member"))
    session.pop(_ARRIVAL)
    try:
        current_store().identities.bind(member.id, arrival.identity, actor=member.actor)
    except AccessRefused as refused:
        flash(refused_access(refused), "problem")
    else:
        told = _("%(provider)s signs you in from now on.", provider=oidc.provider_label())
        flash(told, "done")
    return redirect(url_for("account.page"), 303)


def _short(name: str) -> str:
    """What the address says; nothing where it is longer than any of ours."""
    found = request.args.get(name, "")
    return found if len(found) <= _MOST else ""


def _ask_to_bind(arrival: Arrival, member_id: int) -> Response:
    member = current_person().member
    if member is None or member.id != member_id:
        raise NotSignedIn("old", "begun by another member")
    _keep_waiting(arrival, {"binds": member_id})
    return redirect(url_for("provider.identity"))


def _ask_newcomer(told: Provider, arrival: Arrival, attempt: dict[str, Any]) -> Response:
    """To the form of a new account, for who may open one."""
    found = current_store().invitations.find(attempt["invitation"])
    if (found is None or not found.is_open) and told.newcomers == "invited":
        raise NotSignedIn("unknown")
    token = attempt["invitation"] if found is not None and found.is_open else ""
    _keep_waiting(arrival, {"invitation": token, "next": attempt["next"]})
    return redirect(url_for("provider.newcomer"))


def _enter(member: Member, attempt: dict[str, Any]) -> Response:
    """Begin a session, and go on to where the person came from."""
    begin_session(member)
    flash(_("You are signed in as %(name)s.", name=member.name), "done")
    if attempt["invitation"]:
        return redirect(url_for("accounts.invitation", token=attempt["invitation"]), 303)
    return redirect(own_address(attempt["next"]) or url_for("discussions.front"), 303)


def _keep_waiting(arrival: Arrival, attempt: dict[str, Any]) -> None:
    """Keep who arrived until they say who they want to be here; in the signed session."""
    session[_ARRIVAL] = {"arrival": asdict(arrival), "attempt": attempt, "at": time.time()}


def _waiting() -> tuple[Arrival, dict[str, Any]]:
    """Who arrived, and what for; the request ends where nobody did, or too long ago."""
    _require_provider()
    kept = session.get(_ARRIVAL)
    if kept is None or time.time() - kept["at"] > _WAITS:
        abort(400, description=str(TROUBLES["old"]))
    found = dict(kept["arrival"])
    return Arrival(**found | {"identity": Identity(**found["identity"])}), dict(kept["attempt"])


def _require_provider() -> Provider:
    """404 where nobody signs in by another service."""
    found = oidc.provider() if has_accounts() else None
    if found is None:
        abort(404)
    return found


def _refuse(error: NotSignedIn) -> Response:
    """A page that says in one line why nobody was signed in."""
    if error.detail:
        log.warning("nobody signed in by the provider: %s (%s)", error.trouble, error.detail)
    text = str(TROUBLES[error.trouble]) % {"provider": oidc.provider_label()}
    abort(STATUS.get(error.trouble, 403), description=text)


def _newcomer_page(form: AccountForm, arrival: Arrival, *, problem: str) -> str:
    label = oidc.provider_label()
    return render(NewcomerContext(provider=label, email=arrival.email, form=form, problem=problem))
