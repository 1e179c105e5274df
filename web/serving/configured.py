"""The viewer as its configuration says, for ``synth serve`` and for other servers alike."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from flask import Flask

from web.app import create_app
from web.http import logs
from web.http.limits import MEGABYTE
from web.services.accounts import MailServer
from web.serving.configuration import Configuration, Smtp, unknown_variables
from web.serving.secret import kept_secret


def configured_app(configuration: Configuration) -> Flask:
    """The viewer; what is logged goes where the configuration says."""
    logs.set_up(configuration.log)
    for name in unknown_variables(os.environ):
        logs.log.warning("%s: there is no such variable; it is ignored", name)
    return create_app(_flask_config(configuration))


def _flask_config(told: Configuration) -> dict[str, Any]:
    return {
        "DB": str(told.db),
        "HOST": told.host,
        "PUBLIC_URL": told.public_url,
        "HOSTS": told.hosts,
        "ROOT": told.root,
        "TRUSTED_PROXIES": told.trusted_proxies,
        "SECRET_KEY": told.secret_key or kept_secret(told.db),
        "ACCOUNTS": told.accounts,
        "LOG_ADDRESSES": told.log.addresses,
        "MAIL_SERVER": _mail_server(told.smtp),
        "METRICS": told.metrics,
        "MAX_WAITING": max(1, told.threads // 2),
        "UPLOAD_LIMIT": told.upload_limit * MEGABYTE,
        "UPLOAD_FOLDER": None if told.uploads is None else str(told.uploads),
        "GRACE": timedelta(days=told.grace_days),
        "PERMANENT_SESSION_LIFETIME": timedelta(days=told.session_days),
        "SESSION_COOKIE_PATH": f"{told.root}/",
        "SESSION_COOKIE_SECURE": told.public_url.startswith("https:"),
    }


def _mail_server(told: Smtp) -> MailServer | None:
    """None where no mail is sent."""
    if not told.host:
        return None
    return MailServer(
        host=told.host,
        port=told.port,
        user=told.user,
        password=told.password,
        sender=told.sender,
        is_encrypted=told.starttls,
    )
