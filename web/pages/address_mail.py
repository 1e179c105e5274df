"""The mail by which a member shows that an e-mail address is theirs.

It goes to every address that a member writes, also to one that is somebody else's already: nobody
but who reads mail there learns which it was. Until its link is followed, the address counts for
nothing: nobody signs in by it, and no link to sign in goes there.
"""

from __future__ import annotations

from flask import abort, current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer

from synth.store import Member
from web.http.proxy import public_address
from web.services.accounts import MailServer
from web.ui.member_words import REFUSALS

LASTS = 24 * 3600
"""Seconds."""


def mail_server() -> MailServer | None:
    """Where mail is sent through; None where none is sent."""
    found: MailServer | None = current_app.config.get("MAIL_SERVER")
    return found


def sends_mail() -> bool:
    return mail_server() is not None


def mail_confirmation(member: Member) -> bool:
    """Send the link, unless the address counts already; says whether one is on its way."""
    server = mail_server()
    if server is None or member.email is None or member.email_key is not None:
        return False
    token = _signer().dumps([member.id, member.email])
    text = _(
        "%(name)s wrote that this is their e-mail address. If that is you, open this link; it "
        "lasts a day:\n\n%(address)s\n\nIf it is not, leave it: nothing happens.",
        name=member.name,
        address=public_address("account.address", token=token),
    )
    server.send_later(member.email, _("Is this your address?"), text)
    return True


def address_of(token: str, member: Member) -> str:
    """The address that the link of a member was sent to; 404 where it is not theirs, or old."""
    try:
        member_id, email = _signer().loads(token, max_age=LASTS)
    except (BadSignature, ValueError, TypeError):
        member_id, email = None, ""
    if member_id != member.id or email != member.email:
        abort(404, description=str(REFUSALS["link"]))
    return str(email)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="address of a member")
