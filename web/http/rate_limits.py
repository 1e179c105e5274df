"""How often one address may try what is costly or could be guessed: sign-in, links, search.

Counted in memory: each process of a server with several counts for itself.
"""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

SIGN_IN = "10 per minute; 60 per hour"
LINKS = "30 per minute"
"""Invitations and links that sign somebody in."""
MAILS = "5 per 10 minutes"
limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=True)


def init_app(app: Flask) -> None:
    """``RATELIMIT_ENABLED`` False in the configuration switches all limits off."""
    limiter.init_app(app)
