"""The people of a discussion and of the installation: roles, invitations, one's own messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from synth.errors import AccessRefused
from synth.permissions import INVITED, Permission, Role
from synth.records import HiddenReason
from synth.store import (
    AuditEntry,
    Claim,
    Discussion,
    Erasure,
    Invitation,
    Member,
    Membership,
    Offer,
)
from web.http.permission import current_actor, current_person, needs
from web.http.proxy import public_address
from web.http.rate_limits import INVITATIONS, asker, at_most
from web.http.store import current_store, find_discussion, find_snapshot
from web.pages.privacy import carry_out_erasure
from web.services.accounts import may_make_link
from web.services.actors import ActorNames
from web.services.quotes import Quoted, quote_span
from web.ui.member_words import REFUSALS, ROLES, refused_access
from web.ui.query import Paging, asked_page
from web.ui.templates import render

members = Blueprint("members", __name__)
DAYS = (1, 7, 14, 30, 90)
"""How long an invitation can last."""
USES = (1, 5, 20, 100, 1_000)
MAX_NOTE = 120
N_MESSAGES = 20
"""Of one's own messages on a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLink:
    """A link that was just made, shown once."""

    address: str
    qr: str
    """The same as a picture: the path data of an SVG whose unit is one module."""
    n_modules: int
    """Width and height of the picture."""
    text: str
    """What it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersContext:
    template: ClassVar[str] = "members.html"
    discussion: Discussion
    memberships: Sequence[Membership]
    linkable: frozenset[int]
    """Members whom who asks may hand a link to sign in."""
    invitations: Sequence[Invitation]
    names: Mapping[str, str]
    """Actor → name."""
    erasures: Sequence[Claim]
    """Claims whose holders want their words erased."""
    roles: Sequence[Role]
    days: Sequence[int]
    uses: Sequence[int]
    made: ShownLink | None
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleContext:
    template: ClassVar[str] = "people.html"
    members: Sequence[Member]
    n_roles: Mapping[int, int]
    """Member → how many discussions they belong to."""
    invitations: Sequence[Invitation]
    names: Mapping[str, str]
    audited: Sequence[AuditEntry]
    made: ShownLink | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureContext:
    template: ClassVar[str] = "erasure.html"
    discussion: Discussion
    claim: Claim
    n_messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MineContext:
    template: ClassVar[str] = "mine.html"
    discussion: Discussion
    claims: Sequence[Claim]
    erased: Sequence[Erasure]
    """Erasures of one's words that were carried out."""
    passages: Sequence[Quoted]
    hidden: Sequence[tuple[int, HiddenReason, datetime]]
    """Messages of theirs that facilitators hide: id, reason, since when."""
    paging: Paging


@members.get("/d/<slug>/members")
@needs(Permission.INVITE)
def listing(slug: str) -> str:
    """Who belongs to the discussion, and the invitations to it."""
    return _members_page(find_discussion(slug))


@members.post("/d/<slug>/invitations")
@needs(Permission.INVITE)
@at_most(INVITATIONS, by=asker)
def invite(slug: str) -> str | tuple[str, int]:
    """Make an invitation; its link is shown this once."""
    found, store = find_discussion(slug), current_store()
    role = next((one for one in INVITED if one == request.form.get("role")), None)
    days, uses = request.form.get("days", type=int), request.form.get("uses", type=int)
    if role is None or days not in DAYS or uses not in USES:
        abort(400, description=_("The form does not say what to do."))
    pseudonym = " ".join(request.form.get("pseudonym", "").split())
    participant_id = store.participants.find(found.id, pseudonym) if pseudonym else None
    if pseudonym and participant_id is None:
        text = _("Nobody in this discussion is called “%(name)s”.", name=pseudonym[:80])
        return _members_page(found, problem=text), 422
    if participant_id is not None:
        uses = 1  # one voice is one person
    offer = Offer(
        role=role,
        discussion_id=found.id,
        participant_id=participant_id,
        note=" ".join(request.form.get("note", "").split())[:MAX_NOTE],
        lasts=timedelta(days=days),
        max_uses=uses,
    )
    _made, token = store.invitations.make(offer, actor=current_actor())
    text = _("Invitation as %(role)s", role=str(ROLES[role]))
    return _members_page(found, made=_shown("accounts.invitation", token, text))


@members.post("/d/<slug>/invitations/<int:invitation_id>/revoke")
@needs(Permission.INVITE)
def revoke(slug: str, invitation_id: int) -> Response:
    found = find_discussion(slug)
    if not current_store().invitations.revoke(invitation_id, found.id, actor=current_actor()):
        abort(404, description=str(REFUSALS["invitation"]))
    flash(_("The invitation cannot be used any more."), "done")
    return redirect(url_for("members.listing", slug=slug), 303)


@members.post("/d/<slug>/members/<int:member_id>")
@needs(Permission.INVITE)
def change_role(slug: str, member_id: int) -> Response:
    """Give another role, or remove somebody from the discussion."""
    found, store = find_discussion(slug), current_store()
    if store.memberships.role(member_id, found.id) is None:
        abort(404)
    wanted = request.form.get("role", "")
    role = next((one for one in INVITED if one == wanted), None)
    if role is None and wanted != "none":
        abort(400, description=_("The form does not say what to do."))
    try:
        store.memberships.set_role(member_id, found.id, role, actor=current_actor())
    except AccessRefused as refused:
        flash(refused_access(refused), "problem")
    else:
        flash(_("Saved."), "done")
    return redirect(url_for("members.listing", slug=slug), 303)


@members.post("/d/<slug>/members/<int:member_id>/link")
@needs(Permission.INVITE)
@at_most(INVITATIONS, by=asker)
def hand_link(slug: str, member_id: int) -> str:
    """Make a link that signs a member in once, to hand to them; it is shown this once."""
    found, store = find_discussion(slug), current_store()
    if store.memberships.role(member_id, found.id) is None:
        abort(404)
    member = store.members.get(member_id)
    if not may_make_link(store, current_person().member, member):
        abort(403, description=_("This member may do more than you; ask the owner for a link."))
    return _members_page(found, made=_sign_in_link(member))


@members.get("/d/<slug>/erasures/<int:participant_id>")
@needs(Permission.MODERATE)
def erasure(slug: str, participant_id: int) -> str:
    """Say what goes before it goes."""
    found = find_discussion(slug)
    claim = _require_asked(found, participant_id)
    n_messages = len(current_store().messages.written_by([participant_id]))
    return render(ErasureContext(discussion=found, claim=claim, n_messages=n_messages))


@members.post("/d/<slug>/erasures/<int:participant_id>")
@needs(Permission.MODERATE)
def erase(slug: str, participant_id: int) -> Response:
    """Erase the words at once; the map is made anew by a job."""
    found = find_discussion(slug)
    claim = _require_asked(found, participant_id)
    return carry_out_erasure(found, claim.pseudonym)


@members.post("/d/<slug>/erasures/<int:participant_id>/decline")
@needs(Permission.MODERATE)
def decline_erasure(slug: str, participant_id: int) -> Response:
    """Say no to who wants their words erased; they see that it is not asked any more."""
    _require_claim(find_discussion(slug), participant_id)
    current_store().claims.ask_erasure(participant_id, asked=False)
    flash(_("Saved."), "done")
    return redirect(url_for("members.listing", slug=slug), 303)


@members.get("/d/<slug>/mine")
def mine(slug: str) -> str:
    """One's own messages in the discussion."""
    snapshot = find_snapshot(slug)
    member = current_person().member
    store = snapshot.store
    claims = [] if member is None else store.claims.of(snapshot.id, member_id=member.id)
    erased = [] if member is None else store.erasures.of(snapshot.id, member_id=member.id)
    ids = snapshot.store.messages.written_by([one.participant_id for one in claims])
    paging = asked_page(N_MESSAGES).of(len(ids))
    there = snapshot.store.messages.many(ids[paging.offset : paging.offset + paging.size])
    shown = [there[one] for one in sorted(there)]
    return render(
        MineContext(
            discussion=snapshot.discussion,
            claims=claims,
            erased=erased,
            passages=[quote_span(one, 0, len(one.text)) for one in shown],
            hidden=snapshot.store.hidden.of_participants([one.participant_id for one in claims]),
            paging=paging,
        )
    )


@members.post("/d/<slug>/mine/<int:participant_id>/erasure")
def ask_erasure(slug: str, participant_id: int) -> Response:
    """Ask that one's words be erased, or take that back."""
    found, member = find_discussion(slug), current_person().member
    if _require_claim(found, participant_id).member_id != (member.id if member else None):
        abort(404)
    asked = request.form.get("asked") == "yes"
    current_store().claims.ask_erasure(participant_id, asked=asked)
    told = (
        _("The facilitators see that you ask for it.") if asked else _("It is not asked any more.")
    )
    flash(told, "done")
    return redirect(url_for("members.mine", slug=slug), 303)


@members.get("/people")
@needs(Permission.ADMINISTER)
def people() -> str:
    """Every account, and the record of changes of accounts, roles and visibilities."""
    return _people_page()


@members.post("/people/invitations")
@needs(Permission.ADMINISTER)
@at_most(INVITATIONS, by=asker)
def invite_starter() -> str:
    """Invite somebody who may open discussions of their own."""
    note = " ".join(request.form.get("note", "").split())[:MAX_NOTE]
    offer = Offer(role=Role.FACILITATOR, discussion_id=None, note=note)
    _made, token = current_store().invitations.make(offer, actor=current_actor())
    text = _("Invitation to open discussions")
    return _people_page(made=_shown("accounts.invitation", token, text))


@members.post("/people/invitations/<int:invitation_id>/revoke")
@needs(Permission.ADMINISTER)
def revoke_starter(invitation_id: int) -> Response:
    if not current_store().invitations.revoke(invitation_id, None, actor=current_actor()):
        abort(404, description=str(REFUSALS["invitation"]))
    return redirect(url_for("members.people"), 303)


@members.post("/people/<int:member_id>")
@needs(Permission.ADMINISTER)
def change_account(member_id: int) -> Response | str:
    """Close or open an account, let it open discussions or not, or make a link for it."""
    store, actor = current_store(), current_actor()
    member = next((one for one in store.members.all() if one.id == member_id), None)
    if member is None:
        abort(404)
    action = request.form.get("action")
    try:
        if action == "link" and member.disabled_at is None:
            return _people_page(made=_sign_in_link(member))
        if action in {"start", "no-start"}:
            store.members.let_start(member_id, may_start=action == "start", actor=actor)
        elif action == "disable":
            store.members.disable(member_id, actor=actor)
        elif action == "enable":
            store.members.enable(member_id, actor=actor)
        else:
            abort(400, description=_("The form does not say what to do."))
    except AccessRefused as refused:
        flash(refused_access(refused), "problem")
    return redirect(url_for("members.people"), 303)


def _require_claim(discussion: Discussion, participant_id: int) -> Claim:
    """The claim of a participant of the discussion; 404 where there is none."""
    claims = current_store().claims.of(discussion.id)
    found = next((one for one in claims if one.participant_id == participant_id), None)
    if found is None:
        abort(404)
    return found


def _require_asked(discussion: Discussion, participant_id: int) -> Claim:
    """The claim of a participant who wants their words erased; 404 or 409 otherwise."""
    found = _require_claim(discussion, participant_id)
    if found.erasure_asked_at is None:
        abort(409, description=_("It is not asked any more."))
    return found


def _sign_in_link(member: Member) -> ShownLink:
    token = current_store().sign_in_links.make(member.id, actor=current_actor())
    return _shown("accounts.link", token, _("Link that signs %(name)s in once", name=member.name))


def _shown(endpoint: str, token: str, text: str) -> ShownLink:
    import segno

    address = public_address(endpoint, token=token)
    g.is_secret = True
    modules = [bytes(row) for row in segno.make(address, error="m", micro=False).matrix]
    squares = [
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(modules) for x, dark in enumerate(row) if dark
    ]
    return ShownLink(address=address, qr="".join(squares), n_modules=len(modules), text=text)


def _members_page(found: Discussion, *, made: ShownLink | None = None, problem: str = "") -> str:
    store, asking = current_store(), current_person()
    memberships = store.memberships.of(found.id)
    linkable = frozenset(
        one.member.id
        for one in memberships
        if asking.member != one.member and may_make_link(store, asking.member, one.member)
    )
    return render(
        MembersContext(
            discussion=found,
            memberships=memberships,
            linkable=linkable,
            invitations=store.invitations.of(found.id),
            names=store.members.names(),
            erasures=[one for one in store.claims.of(found.id) if one.erasure_asked_at],
            roles=INVITED,
            days=DAYS,
            uses=USES,
            made=made,
            problem=problem,
        )
    )


def _people_page(*, made: ShownLink | None = None) -> str:
    store = current_store()
    everybody, audited = store.members.all(), store.audit.last()
    names = ActorNames(store)
    return render(
        PeopleContext(
            members=everybody,
            n_roles={one.id: len(store.memberships.roles(one.id)) for one in everybody},
            invitations=store.invitations.of(None),
            names={
                one: names.of(one)
                for entry in audited
                for one in (entry.actor, f"member:{entry.member_id}")
            },
            audited=audited,
            made=made,
        )
    )
