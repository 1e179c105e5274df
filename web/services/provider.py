"""The service by which people sign in besides passwords (OpenID Connect), and who they are there.

Somebody is known by issuer and subject. An e-mail address alone opens no account: where the
configuration says so, one that both the service and the member here have confirmed does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from synth.store import Identity, Invitation, Member, Store
from synth.store.members import MAX_NAME

Trouble = Literal["declined", "unreachable", "old", "untrue", "unknown", "domain", "closed"]
"""Why nobody is signed in: the person did not agree there, the service does not answer, the attempt
is over or not this browser's, the answer cannot be believed; the person has no account and may not
open one, their address is not of an allowed domain, their account is closed."""
Newcomers = Literal["invited", "anybody"]
MAX_ADDRESS = 254
MAX_SUBJECT = 255
"""Letters of a subject, as OpenID Connect Core says in section 2."""


class NotSignedIn(Exception):
    """Signing in by the service failed; ``trouble`` says why, for the person."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        self.trouble = trouble
        """``detail`` is for the log, and holds nothing secret or personal."""
        self.detail = detail
        super().__init__(f"{trouble}: {detail}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The service, and whom it may sign in."""

    issuer: str
    """Its address, as it names itself."""
    client_id: str
    client_secret: str = field(default="", repr=False)
    """Empty where it knows this viewer by PKCE alone."""
    label: str = ""
    """Its name on the button."""
    address_claim: str = "email"
    newcomers: Newcomers = "invited"
    """Who may open an account."""
    domains: tuple[str, ...] = ()
    """Of confirmed addresses that may sign in; empty: all."""
    match_addresses: bool = False
    """Whether somebody without a bound account gets the one with their confirmed address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody whom the service has just vouched for."""

    identity: Identity
    name: str
    email: str
    """Empty where it says none."""
    is_confirmed: bool
    """Whether the service says that the address is theirs."""


def arrival_of(provider: Provider, claims: Mapping[str, object]) -> Arrival:
    """Who the claims of a verified token tell of. Raises NotSignedIn."""
    subject = str(claims.get("sub") or "")
    if not subject or len(subject) > MAX_SUBJECT or not subject.isprintable():
        raise NotSignedIn("untrue", "no usable subject")
    email = str(claims.get(provider.address_claim) or "").strip()[:MAX_ADDRESS]
    # Only a true true: some services send the word "false". It tells of the claim "email"; people
    # may choose what stands in another one.
    is_told_of = email.lower() == str(claims.get("email") or "").strip().lower()
    is_confirmed = "@" in email and is_told_of and claims.get("email_verified") is True
    domain = email.rpartition("@")[2].lower()
    if provider.domains and not (is_confirmed and domain in provider.domains):
        raise NotSignedIn("domain")
    name = str(claims.get("name") or claims.get("preferred_username") or "")
    return Arrival(
        identity=Identity(issuer=provider.issuer, subject=subject),
        name=" ".join(name.replace("@", " ").split())[:MAX_NAME],
        email=email,
        is_confirmed=is_confirmed,
    )


def member_of(store: Store, provider: Provider, arrival: Arrival) -> Member | None:
    """The account of who arrives; None where they have none. Raises NotSignedIn where it is
    closed."""
    with store.atomic():
        found = store.identities.member(arrival.identity)
        if found is None and provider.match_addresses and arrival.is_confirmed:
            found = _matched(store, arrival)
            if found is not None:
                store.identities.bind(found.id, arrival.identity, actor=found.actor)
    if found is not None and found.disabled_at is not None:
        raise NotSignedIn("closed")
    return found


def open_account(
    store: Store, arrival: Arrival, name: str, *, invitation: str = ""
) -> tuple[Member, Invitation | None]:
    """A new account for who arrives, with what an invitation gives. Raises AccessRefused."""
    taken = None
    with store.atomic():
        member = store.members.add(name, email=arrival.email or None)
        store.identities.bind(member.id, arrival.identity, actor=member.actor)
        if arrival.is_confirmed and store.members.find(arrival.email) is None:
            store.members.confirm_address(member.id, arrival.email, actor=member.actor)
        if invitation:
            taken = store.invitations.take_up(invitation, member)
    return member, taken


def _matched(store: Store, arrival: Arrival) -> Member | None:
    """The open account with that address, confirmed here, too; never the owner's, nor one that
    somebody else at the service is bound to."""
    found = store.members.find(arrival.email)
    if found is None or found.is_owner or found.disabled_at is not None:
        return None
    return found if store.identities.of(found.id) is None else None
