"""One's own account: name, address, password, sessions, discussions, and how one signs in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from synth.errors import AccessRefused
from synth.permissions import Role
from synth.store import AuditEntry, Discussion, Identity, Member, Session
from web.http.oidc import provider_label
from web.http.permission import current_person, needs_account, open_to_all
from web.http.rate_limits import (
    MAILS_TO_ONE,
    NAMES,
    SIGN_IN,
    WRONG_PASSWORDS,
    asker,
    at_most,
    at_most_wrong,
    few_mails,
)
from web.http.sessions import end_session
from web.http.store import current_store, find_discussion
from web.pages.account_form import AccountForm, BadAccount, needed
from web.pages.address_mail import address_of, mail_confirmation, sends_mail
from web.services.accounts import MIN_PASSWORD, is_password, listed_roles
from web.services.actors import ActorNames
from web.ui.member_words import ROLES, refused_access
from web.ui.templates import render

account = Blueprint("account", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountContext:
    template: ClassVar[str] = "account.html"
    member: Member
    roles: Sequence[tuple[Discussion, Role]]
    sessions: Sequence[Session]
    here: int
    """Id of the session that asks."""
    form: AccountForm
    problem: str
    min_password: int
    sends_mail: bool
    provider: str
    """Name of the service that signs people in; empty where there is none."""
    identity: Identity | None
    """Who the member is there."""
    audited: Sequence[AuditEntry]
    """What was changed about the account, the newest first."""
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressContext:
    template: ClassVar[str] = "address.html"
    token: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingContext:
    template: ClassVar[str] = "leaving.html"
    discussion: Discussion
    role: Role


@account.get("/account")
@open_to_all
def page() -> Response | str:
    """One's name, password and sessions."""
    member = current_person().member
    if member is None:
        return redirect(url_for("accounts.sign_in", next=url_for("account.page")))
    return _page(AccountForm(name=member.name, email=member.email or ""), problem="")


@account.post("/account")
@needs_account
@at_most(NAMES, by=asker)
@few_mails
@at_most_wrong(WRONG_PASSWORDS, by=asker)
def change() -> Response | tuple[str, int]:
    """Change name and e-mail address. The answer is the same for an address that somebody has."""
    member, form = _member(), AccountForm.sent()
    is_other = form.email != (member.email or "")
    try:
        if is_other and not _knows_password(member):
            raise BadAccount(_("To change the address, write your password."))
        store = current_store()
        store.members.rename(member.id, form.name, email=form.email, actor=member.actor)
    except (AccessRefused, BadAccount) as refused:
        return _page(form, problem=_said(refused)), 422
    is_mailed = is_other and mail_confirmation(store.members.get(member.id))
    told = _("Saved. A link to confirm the address is on its way to it.")
    flash(told if is_mailed else _("Saved."), "done")
    return redirect(url_for("account.page"), 303)


@account.post("/account/address")
@needs_account
@at_most(MAILS_TO_ONE, by=asker)
def ask_again() -> Response:
    """Send the link that confirms one's address once more."""
    if mail_confirmation(_member()):
        flash(_("A link to confirm the address is on its way to it."), "done")
    return redirect(url_for("account.page"), 303)


@account.get("/account/address/<token>")
@open_to_all
def address(token: str) -> Response | str:
    """Ask before the address counts: mail programs open links to look at them."""
    if current_person().member is None:
        here = url_for("account.address", token=token)
        return redirect(url_for("accounts.sign_in", next=here))
    return render(AddressContext(token=token, email=address_of(token, _member())))


@account.post("/account/address/<token>")
@needs_account
@at_most(NAMES, by=asker)
def confirm_address(token: str) -> Response:
    """Let the address count, as a mail to it was read."""
    member = _member()
    email = address_of(token, member)
    try:
        current_store().members.confirm_address(member.id, email, actor=member.actor)
    except AccessRefused as refused:
        flash(refused_access(refused), "problem")
    else:
        flash(_("The address is confirmed. You can sign in with it."), "done")
    return redirect(url_for("account.page"), 303)


@account.post("/account/password")
@needs_account
@at_most_wrong(SIGN_IN)
@at_most_wrong(WRONG_PASSWORDS, by=asker)
def change_password() -> Response | tuple[str, int]:
    """Choose a new password; every other session ends."""
    member, form = _member(), AccountForm.sent()
    shown = AccountForm(name=member.name, email=member.email or "")
    store, here = current_store(), current_person().session
    assert here is not None
    try:
        if not _knows_password(member):
            raise BadAccount(_("The old password is wrong."))
        named = AccountForm(name=member.name, email=member.email or "", password=form.password)
        hashed = needed(named.password_hash())
        with store.atomic():
            store.members.set_password(member.id, hashed, actor=member.actor)
            store.sessions.end_others(member.id, but=here.id)
    except BadAccount as bad:
        return _page(shown, problem=str(bad)), 422
    flash(_("The password is changed. All other sessions have ended."), "done")
    return redirect(url_for("account.page"), 303)


@account.post("/account/sessions/<int:session_id>/end")
@needs_account
def end_other(session_id: int) -> Response:
    """Sign out somewhere else, or here."""
    member, here = _member(), current_person().session
    if here is not None and here.id == session_id:
        end_session()
        flash(_("You are signed out."), "done")
        return redirect(url_for("discussions.front"), 303)
    if not current_store().sessions.end(session_id, member.id):
        abort(404)
    flash(_("That session has ended."), "done")
    return redirect(url_for("account.page"), 303)


@account.post("/account/identity/end")
@needs_account
def unlink() -> Response:
    """Sign in by the other service no more."""
    member = _member()
    try:
        current_store().identities.unbind(member.id, actor=member.actor)
    except AccessRefused as refused:
        flash(refused_access(refused), "problem")
    else:
        flash(_("Saved."), "done")
    return redirect(url_for("account.page"), 303)


@account.get("/d/<slug>/leave")
def leaving(slug: str) -> str:
    """Say what a member who leaves gives up."""
    found = find_discussion(slug)
    return render(LeavingContext(discussion=found, role=_role(found)))


@account.post("/d/<slug>/leave")
def leave(slug: str) -> Response:
    """Leave a discussion; the last facilitator stays."""
    found = find_discussion(slug)
    role, member = _role(found), _member()
    try:
        current_store().memberships.set_role(member.id, found.id, None, actor=member.actor)
    except AccessRefused as refused:
        flash(refused_access(refused), "problem")
        return redirect(url_for("account.leaving", slug=slug), 303)
    told = _("You are no longer %(role)s of “%(title)s”.", role=str(ROLES[role]), title=found.title)
    flash(told, "done")
    return redirect(url_for("account.page"), 303)


def _role(discussion: Discussion) -> Role:
    """The role that who asks was given in the discussion; 404 where they were given none."""
    member = current_person().member
    role = None
    if member is not None:
        role = current_store().memberships.role(member.id, discussion.id)
    if role is None:
        abort(404)
    return role


def _member() -> Member:
    """Who is signed in."""
    found = current_person().member
    assert found is not None
    return found


def _knows_password(member: Member) -> bool:
    """Whether who sent the form wrote the member's password, where there is one."""
    return not member.password_hash or is_password(member, request.form.get("old", ""))


def _said(refused: AccessRefused | BadAccount) -> str:
    return refused_access(refused) if isinstance(refused, AccessRefused) else str(refused)


def _page(form: AccountForm, *, problem: str) -> str:
    member, person, store = _member(), current_person(), current_store()
    assert person.session is not None
    discussions = {one.id: one for one in store.discussions.all()}
    audited = store.audit.last(limit=10, member_id=member.id)
    names = ActorNames(store)
    return render(
        AccountContext(
            member=member,
            roles=listed_roles(store, member, discussions),
            sessions=store.sessions.of(member.id),
            here=person.session.id,
            sends_mail=sends_mail(),
            provider=provider_label(),
            identity=store.identities.of(member.id),
            audited=audited,
            names={one.actor: names.of(one.actor) for one in audited},
            form=form,
            problem=problem,
            min_password=MIN_PASSWORD,
        )
    )
