"""Ways in and out: passwords, links that sign in once, invitations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from synth.errors import AccessRefused
from synth.store import Discussion, Invitation, Member
from web.http.consent import follow_invitation
from web.http.oidc import provider_label
from web.http.permission import current_person, has_accounts, open_to_all, own_address
from web.http.proxy import public_address
from web.http.rate_limits import (
    LINKS,
    MAILS,
    SIGN_IN,
    WRONG_PASSWORDS,
    at_most,
    at_most_wrong,
    few_mails,
    few_taken_names,
    note_taken_name,
    tried_account,
)
from web.http.sessions import begin_session, end_session
from web.http.store import current_store
from web.pages.account_form import AccountForm, BadAccount, needed
from web.pages.address_mail import mail_confirmation, mail_server, sends_mail
from web.services.accounts import (
    LINK_GOES_HERE,
    MIN_PASSWORD,
    Letter,
    hash_password,
    is_password,
    mail_link_later,
    needs_rehash,
)
from web.ui.member_words import REFUSALS, ROLES, refused_access
from web.ui.templates import render

accounts = Blueprint("accounts", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInContext:
    template: ClassVar[str] = "sign_in.html"
    name: str
    next: str
    """Address to go on to."""
    problem: str
    provider: str
    """Name of the service that signs people in as well; empty where there is none."""


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
    holder: Member | None
    """Whom it signs in; not ``member``, which the frame of all pages sets to who is signed in."""
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
    provider: str


@accounts.get("/sign-in")
@open_to_all
def sign_in() -> Response | str:
    """The form; where nobody signs in, or who asks has done so, on to the front page."""
    if not has_accounts():  # not on: what asked to sign in would lead here again
        return redirect(url_for("discussions.front"))
    if current_person().member is not None:
        return redirect(own_address(request.args.get("next", "")) or url_for("discussions.front"))
    return _sign_in_page("", next_=request.args.get("next", ""), problem="")


@accounts.post("/sign-in")
@open_to_all
@at_most_wrong(SIGN_IN)
@at_most_wrong(WRONG_PASSWORDS, by=tried_account)
def enter() -> Response | tuple[str, int]:
    """Begin a session, and go on to where the person came from."""
    _require_accounts()
    store, form = current_store(), AccountForm.sent()
    member = store.members.find(form.name) if form.name else None
    next_ = request.form.get("next", "")
    if not is_password(member, form.password) or member is None:
        text = _("Name or password is wrong.")
        return _sign_in_page(form.name, next_=next_, problem=text), 422
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
    return render(ForgottenContext(has_mail=sends_mail(), is_sent=False))


@accounts.post("/forgotten")
@open_to_all
@at_most(MAILS)
@few_mails
def send_link() -> str:
    """Mail a link to the member with that address. The answer, and the work that is done before
    it, are the same where there is none."""
    _require_accounts()
    server = mail_server()
    if server is None:
        abort(404)
    text = _(
        "This link signs you in once. It lasts a day:\n\n%(address)s\n\n"
        "If you did not ask for it, leave it: nothing happens.",
        address=public_address("accounts.link", token=LINK_GOES_HERE),
    )
    letter = Letter(subject=_("Your link to sign in"), text=text)
    mail_link_later(current_app.config["DB"], server, AccountForm.sent().email, letter)
    return render(ForgottenContext(has_mail=True, is_sent=True))


@accounts.get("/link/<token>")
@open_to_all
@at_most(LINKS)
def link(token: str) -> str | tuple[str, int]:
    """Ask before the link is used up: mail programs open links to look at them."""
    _require_accounts()
    if not current_store().sign_in_links.is_open(token):
        abort(404, description=str(REFUSALS["link"]))
    return _link_page(token, problem="")


@accounts.post("/link/<token>")
@open_to_all
@at_most(LINKS)
def use_link(token: str) -> Response | tuple[str, int]:
    """Sign in by the link; the first of all makes the owner. Who was signed in here is not any
    more: the page asked them."""
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
                if member.email is not None:  # whoever holds the console vouches for it
                    store.members.confirm_address(member.id, member.email, actor=member.actor)
    except (AccessRefused, BadAccount) as refused:
        if isinstance(refused, AccessRefused) and refused.kind in {"link", "owner"}:
            abort(404, description=str(REFUSALS[refused.kind]))
        return _link_page(token, problem=_said(refused)), 422
    begin_session(member)
    flash(_("You are signed in as %(name)s.", name=member.name), "done")
    home = "discussions.front" if member.password_hash else "account.page"
    return redirect(url_for(home), 303)


@accounts.get("/invitation/<token>")
@open_to_all
@at_most(LINKS)
def invitation(token: str) -> str:
    """What is offered, and the form to take it up."""
    return _invitation_page(token, problem="")


@accounts.post("/invitation/<token>")
@open_to_all
@few_taken_names
@few_mails
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
        note_taken_name(refused)
        return _invitation_page(token, problem=_said(refused)), 422
    if person.member is None:
        begin_session(member)
        mail_confirmation(member)
    return welcome(taken)


def welcome(taken: Invitation) -> Response:
    """To where an invitation leads that was just taken up."""
    discussion = _discussion(taken.discussion_id)
    if discussion is None:
        flash(_("Welcome. You can bring in discussions now."), "done")
        return redirect(url_for("discussions.front"), 303)
    flash(_("Welcome. You are here as %(role)s.", role=str(ROLES[taken.role])), "done")
    if follow_invitation(discussion, taken):
        return redirect(url_for("consent.page", slug=discussion.slug), 303)
    return redirect(url_for("discussions.discussion", slug=discussion.slug), 303)


def _require_accounts() -> None:
    """404 where nobody signs in."""
    if not has_accounts():
        abort(404, description=_("Nobody signs in here: only this machine can reach the pages."))


def _said(refused: AccessRefused | BadAccount) -> str:
    return refused_access(refused) if isinstance(refused, AccessRefused) else str(refused)


def _sign_in_page(name: str, *, next_: str, problem: str) -> str:
    return render(SignInContext(name=name, next=next_, problem=problem, provider=provider_label()))


def _discussion(discussion_id: int | None) -> Discussion | None:
    everything = current_store().discussions.all()
    return next((one for one in everything if one.id == discussion_id), None)


def _link_page(token: str, *, problem: str) -> str:
    links = current_store().sign_in_links
    return render(
        LinkContext(
            token=token,
            is_for_owner=links.is_for_owner(token),
            holder=links.member(token),
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
            provider=provider_label(),
        )
    )


def _require_open(token: str) -> Invitation:
    """The invitation; 404 where it cannot be taken up any more."""
    found = current_store().invitations.find(token)
    if found is None or not found.is_open:
        abort(404, description=str(REFUSALS["invitation"]))
    return found
