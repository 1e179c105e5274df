"""The viewer as its configuration says, for ``synth serve`` and for other servers alike."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from synth.errors import InputProblem
from web.app import create_app
from web.http import logs
from web.http.limits import MEGABYTE
from web.services.accounts import MailServer
from web.services.provider import Provider
from web.serving.configuration import HELP, Configuration, Oidc, Smtp, unknown_variables
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
        "PROVIDER": _provider(told.oidc),
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


def _provider(told: Oidc) -> Provider | None:
    """None where nobody signs in by another service."""
    if not told.issuer:
        return None
    return Provider(
        issuer=told.issuer,
        client_id=told.client_id,
        client_secret=told.client_secret or _secret_in(told.client_secret_file),
        label=told.label,
        address_claim=told.address_claim,
        newcomers=told.newcomers,
        domains=tuple(one.lower().lstrip("@") for one in told.domains),
        match_addresses=told.match_addresses,
    )


def _secret_in(file: Path | None) -> str:
    """Raises InputProblem where the file cannot be read or holds nothing."""
    if file is None:
        return ""
    try:
        found = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputProblem(str(file), f"cannot be read ({error})", remedy=HELP) from error
    if not found:
        raise InputProblem(str(file), "holds no secret", remedy=HELP)
    return found
