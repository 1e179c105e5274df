"""How often somebody may try what could be guessed, sends mail, or keeps the machine busy.

Counted in memory: each process of a server with several counts for itself. What is guessed at is
counted twice: by the address that guesses, and by the account, which may be tried from many
addresses. An account is never closed to its member by others' guesses: a browser in which they
signed in before has a count of its own, and a link signs them in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from ipaddress import ip_address, ip_network
from typing import Any, TypeVar, cast

from flask import Flask, Response, g, request
from flask_babel import gettext as _
from flask_limiter import Limiter

from synth.errors import AccessRefused
from synth.store.members import name_key
from web.http.known_devices import device_key
from web.http.permission import current_person
from web.http.store import current_store

View = TypeVar("View", bound=Callable[..., Any])
SIGN_IN = "10 per minute; 60 per hour"
"""Wrong passwords from one address."""
WRONG_PASSWORDS = "10 per 15 minutes"
"""For one account, from all addresses together."""
LINKS = "120 per minute"
"""Invitations and links that sign somebody in."""
NAMES = "20 per 10 minutes"
"""Names that somebody has: who chooses one is told so."""
MAILS = "60 per 10 minutes"
"""That somebody asks for from one address: a whole room may sit behind it."""
MAILS_TO_ONE = "3 per hour"
"""To one e-mail address, whoever asks for them."""
SEARCHES = "300 per minute"
UPLOADS = "30 per hour"
INVITATIONS = "60 per hour"
"""Invitations and links that one member makes."""


def origin() -> str:
    """The address that a request comes from; of IPv6 the network, which one person has whole."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return request.remote_addr or ""
    if address.version == 4:
        return str(address)
    return str(ip_network((int(address), 64), strict=False))


def asker() -> str:
    """The member who sends a request; of visitors their address."""
    member = current_person().member
    return origin() if member is None else member.actor


def tried_account() -> str:
    """The account that a form of sign-in names, or this browser where it is known to the member.

    Name and address of one account are counted apart: else the count would tell that they belong
    together. Names that nobody has are counted as well.
    """
    written = request.form.get("name", "")
    known = device_key(current_store().members.find(written))
    return f"account {name_key(written)}" if known is None else f"browser {known}"


def mailed_address() -> str:
    """The e-mail address that a form asks to send something to."""
    return f"mail {name_key(_written_address())}"


limiter = Limiter(origin, storage_uri="memory://", headers_enabled=True)


def at_most(rate: str, *, by: Callable[[], str] = origin) -> Callable[[View], View]:
    """Let a view run that often; 429 beyond. Nothing is counted where one person is alone."""
    limit = limiter.limit(rate, key_func=by, error_message=_too_often, exempt_when=_is_alone)
    return cast("Callable[[View], View]", limit)


def few_mails(view: View) -> View:
    """Let a view send few mails to one address, whoever asks for them."""
    limit = limiter.limit(
        MAILS_TO_ONE,
        key_func=mailed_address,
        error_message=_too_often,
        exempt_when=_is_no_mail,
        deduct_when=_is_accepted,
    )
    return cast("View", limit(view))


def at_most_wrong(rate: str, *, by: Callable[[], str] = origin) -> Callable[[View], View]:
    """The same, counting only what was refused (422): many people may sit behind one address."""
    told = _too_often if by is origin else _tried_often
    limit = limiter.limit(rate, key_func=by, error_message=told, deduct_when=_is_wrong)
    return cast("Callable[[View], View]", limit)


def few_taken_names(view: View) -> View:
    """Let a view tell of few names that somebody has them (``note_taken_name``)."""
    limit = limiter.limit(NAMES, key_func=origin, error_message=_too_often, deduct_when=_has_told)
    return cast("View", limit(view))


def note_taken_name(problem: Exception) -> None:
    """Say why a form comes back: whether it tells of a name."""
    g.has_told_name = isinstance(problem, AccessRefused) and problem.kind == "name taken"


searches = partial(at_most, SEARCHES, by=asker)


def init_app(app: Flask) -> None:
    """``RATELIMIT_ENABLED`` False in the configuration switches all limits off."""
    limiter.enabled = app.config.get("RATELIMIT_ENABLED", True)
    limiter.init_app(app)


def _is_alone() -> bool:
    """Whether this is the machine of one person, who has no account."""
    return current_person().is_local


def _written_address() -> str:
    return "".join(request.form.get("email", "").split())


def _is_no_mail() -> bool:
    """Whether no address was written, or one's own as it stands."""
    member, written = current_person().member, _written_address()
    return not written or (member is not None and written == member.email)


def _has_told(_response: Response) -> bool:
    return bool(g.get("has_told_name"))


def _is_accepted(response: Response) -> bool:
    """Whether a mail may have been sent; none is where the form comes back to be mended."""
    return not _is_wrong(response)


def _is_wrong(response: Response) -> bool:
    return response.status_code == 422


def _too_often() -> str:
    return _("That was too often in a short time. Wait a little, then try again.")


def _tried_often() -> str:
    return _(
        "There were too many wrong passwords for this account. Try again in a quarter of an hour, "
        "sign in from a browser in which you were signed in before, or ask for a link."
    )
