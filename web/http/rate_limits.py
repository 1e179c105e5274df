"""How often one address may try what could be guessed, or sends mail: sign-in, links.

Counted in memory: each process of a server with several counts for itself.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from flask import Flask, request
from flask_limiter import Limiter


def _origin() -> str:
    """The address that a request comes from; of IPv6 the network, which one person has whole."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return request.remote_addr or ""
    if address.version == 4:
        return str(address)
    return str(ip_network((int(address), 64), strict=False))


SIGN_IN = "10 per minute; 60 per hour"
LINKS = "30 per minute"
"""Invitations and links that sign somebody in."""
MAILS = "5 per 10 minutes"
limiter = Limiter(_origin, storage_uri="memory://", headers_enabled=True)


def init_app(app: Flask) -> None:
    """``RATELIMIT_ENABLED`` False in the configuration switches all limits off."""
    limiter.enabled = app.config.get("RATELIMIT_ENABLED", True)
    limiter.init_app(app)
