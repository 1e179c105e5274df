"""Signing in and out, taking up invitations, and one's own account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from synth.errors import AccessRefused
from synth.permissions import Role
from synth.store import AuditEntry, Discussion, Invitation, Member, Session
from web.http.permission import current_person, has_accounts, open_to_all, own_address
from web.http.proxy import public_address
from web.http.rate_limits import LINKS, MAILS, SIGN_IN, limiter
from web.http.sessions import begin_session, end_session
from web.http.store import current_store
from web.pages.account_form import AccountForm, BadAccount, needed
from web.services.accounts import (
    MIN_PASSWORD,
    MailServer,
    hash_password,
    is_password,
    listed_roles,
    needs_rehash,
)
from web.services.actors import ActorNames
from web.ui.member_words import REFUSALS, ROLES
from web.ui.templates import render

accounts = Blueprint("accounts", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInContext:
    template: ClassVar[str] = "sign_in.html"
    name: str
    next: str
    """Address to go on to."""
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenContext:
    template: ClassVar[str] = "forgotten.html"
    has_mail: bool
    is_sent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkContext:
    template: ClassVar[str] = "link.html"
    token: str
    is_for_owner: bool
    form: AccountForm
    problem: str
    min_password: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationContext:
    template: ClassVar[str] = "invitation.html"
    token: str
    invitation: Invitation
    discussion: Discussion | None
    inviter: str
    form: AccountForm
    problem: str
    min_password: int


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
    audited: Sequence[AuditEntry]
    """What was changed about the account, the newest first."""
    names: Mapping[str, str]


@accounts.get("/sign-in")
@open_to_all
def sign_in() -> Response | str:
    """The form; where nobody signs in, or who asks has done so, on to the front page."""
    if not has_accounts() or current_person().member is not None:
        return redirect(own_address(request.args.get("next", "")) or url_for("discussions.front"))
    return render(SignInContext(name="", next=request.args.get("next", ""), problem=""))


@accounts.post("/sign-in")
@open_to_all
@limiter.limit(SIGN_IN)
def enter() -> Response | tuple[str, int]:
    """Begin a session, and go on to where the person came from."""
    _require_accounts()
    store, form = current_store(), AccountForm.sent()
    member = store.members.find(form.name) if form.name else None
    next_ = request.form.get("next", "")
    if not is_password(member, form.password) or member is None:
        text = _("Name or password is wrong.")
        return render(SignInContext(name=form.name, next=next_, problem=text)), 422
    if needs_rehash(member):
        store.members.set_password(member.id, hash_password(form.password), actor=member.actor)
    begin_session(member)
    return redirect(own_address(next_) or url_for("discussions.front"), 303)


@accounts.post("/sign-out")
@open_to_all
def leave() -> Response:
    end_session()
    flash(_("You are signed out."), "done")
    return redirect(url_for("discussions.front"), 303)


@accounts.get("/forgotten")
@open_to_all
def forgotten() -> str:
    """How one gets in without a password."""
    _require_accounts()
    return render(ForgottenContext(has_mail=_mail() is not None, is_sent=False))


@accounts.post("/forgotten")
@open_to_all
@limiter.limit(MAILS)
def send_link() -> str:
    """Mail a link to the member with that address. The answer is the same where there is none."""
    _require_accounts()
    mail = _mail()
    if mail is None:
        abort(404)
    store = current_store()
    member = store.members.find(AccountForm.sent().email)
    if member is not None and member.email is not None and member.disabled_at is None:
        token = store.sign_in_links.make(member.id, actor=member.actor)
        address = public_address("accounts.link", token=token)
        text = _(
            "This link signs you in once. It lasts a day:\n\n%(address)s\n\n"
            "If you did not ask for it, leave it: nothing happens.",
            address=address,
        )
        mail.send_later(member.email, _("Your link to sign in"), text)
    return render(ForgottenContext(has_mail=True, is_sent=True))


@accounts.get("/link/<token>")
@open_to_all
@limiter.limit(LINKS)
def link(token: str) -> str | tuple[str, int]:
    """Ask before the link is used up: mail programs open links to look at them."""
    _require_accounts()
    if not current_store().sign_in_links.is_open(token):
        abort(404, description=str(REFUSALS["link"]))
    return _link_page(token, problem="")


@accounts.post("/link/<token>")
@open_to_all
@limiter.limit(LINKS)
def use_link(token: str) -> Response | tuple[str, int]:
    """Sign in by the link; the first of all makes the owner."""
    _require_accounts()
    store, form = current_store(), AccountForm.sent()
    try:
        is_first = store.sign_in_links.is_for_owner(token)
        hashed = needed(form.password_hash()) if is_first else None
        with store.atomic():
            member = store.sign_in_links.use(token)
            if member is None:
                member = store.members.add(form.name, email=form.email, password_hash=hashed)
                store.members.make_owner(member.id, actor=member.actor)
    except (AccessRefused, BadAccount) as refused:
        if isinstance(refused, AccessRefused) and refused.kind in {"link", "owner"}:
            abort(404, description=str(REFUSALS[refused.kind]))
        return _link_page(token, problem=_said(refused)), 422
    begin_session(member)
    flash(_("You are signed in as %(name)s.", name=member.name), "done")
    home = "discussions.front" if member.password_hash else "accounts.account"
    return redirect(url_for(home), 303)


@accounts.get("/invitation/<token>")
@open_to_all
@limiter.limit(LINKS)
def invitation(token: str) -> str:
    """What is offered, and the form to take it up."""
    return _invitation_page(token, problem="")


@accounts.post("/invitation/<token>")
@open_to_all
@limiter.limit(LINKS)
def accept(token: str) -> Response | tuple[str, int]:
    """Take the invitation up, with the account that is signed in, or with a new one."""
    _require_accounts()
    store, form, person = current_store(), AccountForm.sent(), current_person()
    _require_open(token)
    try:
        # Before the transaction: others would wait for it.
        hashed = None if person.member is not None else form.password_hash()
        with store.atomic():
            member = person.member or store.members.add(
                form.name, email=form.email, password_hash=hashed
            )
            taken = store.invitations.take_up(token, member)
    except (AccessRefused, BadAccount) as refused:
        return _invitation_page(token, problem=_said(refused)), 422
    if person.member is None:
        begin_session(member)
    discussion = _discussion(taken.discussion_id)
    if discussion is None:
        flash(_("Welcome. You can bring in discussions now."), "done")
        return redirect(url_for("discussions.front"), 303)
    flash(_("Welcome. You are here as %(role)s.", role=str(ROLES[taken.role])), "done")
    return redirect(url_for("discussions.discussion", slug=discussion.slug), 303)


@accounts.get("/account")
@open_to_all
def account() -> Response | str:
    """One's name, password and sessions."""
    member = current_person().member
    if member is None:
        return redirect(url_for("accounts.sign_in", next=url_for("accounts.account")))
    return _account_page(AccountForm(name=member.name, email=member.email or ""), problem="")


@accounts.post("/account")
@open_to_all
@limiter.limit(LINKS)
def change() -> Response | tuple[str, int]:
    """Change name and e-mail address."""
    member, form = _member(), AccountForm.sent()
    try:
        is_other = form.email != (member.email or "")
        if (
            is_other
            and member.password_hash
            and not is_password(member, request.form.get("old", ""))
        ):
            raise BadAccount(_("To change the address, write your password."))
        current_store().members.rename(member.id, form.name, email=form.email, actor=member.actor)
    except (AccessRefused, BadAccount) as refused:
        return _account_page(form, problem=_said(refused)), 422
    flash(_("Saved."), "done")
    return redirect(url_for("accounts.account"), 303)


@accounts.post("/account/password")
@open_to_all
@limiter.limit(SIGN_IN)
def change_password() -> Response | tuple[str, int]:
    """Choose a new password; every other session ends."""
    member, form = _member(), AccountForm.sent()
    shown = AccountForm(name=member.name, email=member.email or "")
    store, here = current_store(), current_person().session
    assert here is not None
    try:
        if member.password_hash and not is_password(member, request.form.get("old", "")):
            raise BadAccount(_("The old password is wrong."))
        named = AccountForm(name=member.name, email=member.email or "", password=form.password)
        hashed = needed(named.password_hash())
        with store.atomic():
            store.members.set_password(member.id, hashed, actor=member.actor)
            store.sessions.end_others(member.id, but=here.id)
    except BadAccount as bad:
        return _account_page(shown, problem=str(bad)), 422
    flash(_("The password is changed. All other sessions have ended."), "done")
    return redirect(url_for("accounts.account"), 303)


@accounts.post("/account/sessions/<int:session_id>/end")
@open_to_all
def end_other(session_id: int) -> Response:
    """Sign out somewhere else, or here."""
    member, here = _member(), current_person().session
    if here is not None and here.id == session_id:
        return leave()
    if not current_store().sessions.end(session_id, member.id):
        abort(404)
    flash(_("That session has ended."), "done")
    return redirect(url_for("accounts.account"), 303)


def _require_accounts() -> None:
    """404 where nobody signs in."""
    if not has_accounts():
        abort(404, description=_("Nobody signs in here: only this machine can reach the pages."))


def _member() -> Member:
    """Who is signed in; 401 otherwise."""
    found = current_person().member
    if found is None:
        abort(401)
    return found


def _said(refused: AccessRefused | BadAccount) -> str:
    return str(REFUSALS[refused.kind] if isinstance(refused, AccessRefused) else refused)


def _mail() -> MailServer | None:
    found: MailServer | None = current_app.config.get("MAIL_SERVER")
    return found


def _discussion(discussion_id: int | None) -> Discussion | None:
    everything = current_store().discussions.all()
    return next((one for one in everything if one.id == discussion_id), None)


def _link_page(token: str, *, problem: str) -> str:
    return render(
        LinkContext(
            token=token,
            is_for_owner=current_store().sign_in_links.is_for_owner(token),
            form=AccountForm.sent(),
            problem=problem,
            min_password=MIN_PASSWORD,
        )
    )


def _invitation_page(token: str, *, problem: str) -> str:
    """The offer; 404 where there is none."""
    _require_accounts()
    store, found = current_store(), _require_open(token)
    return render(
        InvitationContext(
            token=token,
            invitation=found,
            discussion=_discussion(found.discussion_id),
            inviter=store.members.names().get(found.made_by, ""),
            form=AccountForm.sent(),
            problem=problem,
            min_password=MIN_PASSWORD,
        )
    )


def _require_open(token: str) -> Invitation:
    """The invitation; 404 where it cannot be taken up any more."""
    found = current_store().invitations.find(token)
    if found is None or not found.is_open:
        abort(404, description=str(REFUSALS["invitation"]))
    return found


def _account_page(form: AccountForm, *, problem: str) -> str:
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
            audited=audited,
            names={one.actor: names.of(one.actor) for one in audited},
            form=form,
            problem=problem,
            min_password=MIN_PASSWORD,
        )
    )
