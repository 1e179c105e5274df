"""Signing in by another service: the OpenID Connect authorization code flow, by Authlib.

The browser keeps the attempt (state, nonce, PKCE verifier) in its session; the answer counts in the
same browser only, and once. An id_token counts when its signature is by a key of the service, and
issuer, audience, times and nonce are right.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, current_app, request, session
from werkzeug.wrappers import Response

from synth.errors import InputProblem
from web.http.proxy import public_address
from web.services.provider import NotSignedIn, Provider, Trouble

log = logging.getLogger(__name__)
_NAME = "provider"
_DISCOVERY = "/.well-known/openid-configuration"
TIMEOUT = 10.0
"""Seconds that the service may take for each answer."""
LEEWAY = 60
"""Seconds by which its clock may differ."""
ALGORITHMS = frozenset(
    f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)
) | {"EdDSA", "Ed25519"}
"""Signatures by a private key; neither ``none``, nor those by a secret that both sides know."""
_ATTEMPT = "provider_attempt"
_ERRORS: dict[str, Trouble] = {
    "access_denied": "declined",
    "server_error": "unreachable",
    "temporarily_unavailable": "unreachable",
}
"""What the service may send back in place of a code; the others are faults of configuration."""


def provider() -> Provider | None:
    """The service by which people may sign in; None where there is none."""
    found: Provider | None = current_app.config.get("PROVIDER")
    return found


def provider_label() -> str:
    """Its name on the button; empty where there is none."""
    found = provider()
    return "" if found is None else found.label or urlsplit(found.issuer).netloc


def init_app(app: Flask) -> None:
    """Reads ``PROVIDER``. Raises InputProblem where the packages of the extra are not there."""
    told: Provider | None = app.config.get("PROVIDER")
    if told is None:
        return
    try:
        from authlib.integrations.flask_client import OAuth
    except ModuleNotFoundError as error:
        raise InputProblem(
            "configuration",
            f"signing in by another service needs the package {error.name}",
            remedy="pip install 'discussion-synth[oidc]'",
            position="oidc.issuer",
        ) from error
    app.extensions["oidc"] = OAuth(app).register(
        _NAME,
        client_id=told.client_id,
        client_secret=told.client_secret or None,
        server_metadata_url=told.issuer.rstrip("/") + _DISCOVERY,
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT,
            "token_endpoint_auth_method": "client_secret_basic" if told.client_secret else "none",
        },
    )


def begin(attempt: Mapping[str, object]) -> Response:
    """Send the browser to the service. ``attempt`` says what it is for; earlier ones are over.

    Raises NotSignedIn.
    """
    with _told():
        client = _client()
        for name in [one for one in session if one.startswith(f"_state_{_NAME}")]:
            session.pop(name)
        session[_ATTEMPT] = dict(attempt)
        back = public_address("provider.back")
        return cast("Response", client.authorize_redirect(back))


def finish() -> tuple[dict[str, Any], Mapping[str, Any]]:
    """What the attempt was for, and the claims of who comes back. Raises NotSignedIn."""
    attempt = session.pop(_ATTEMPT, None)
    if attempt is None:
        raise NotSignedIn("old", "this browser has not begun")
    with _told():
        client = _client()
        _check_issuer(client)
        if (error := request.args.get("error")) is not None:
            raise NotSignedIn(_ERRORS.get(error, "untrue"), f"it sent back {error[:40]!r}")
        token = client.authorize_access_token(claims_options=_wanted(), leeway=LEEWAY)
        claims = token.get("userinfo")
        if claims is None:
            raise NotSignedIn("untrue", "there is no id_token")
        return attempt, _with_address(client, token, claims)


def _client() -> Any:
    """The client of the service, with what the service says of itself. Raises NotSignedIn."""
    client, told = current_app.extensions["oidc"], provider()
    assert told is not None
    metadata = client.load_server_metadata()
    if metadata.get("issuer") != told.issuer:
        _forget()
        raise NotSignedIn("untrue", f"it calls itself {metadata.get('issuer')!r}")
    allowed = [
        one
        for one in metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        if one in ALGORITHMS
    ]
    if not allowed:
        _forget()
        raise NotSignedIn("untrue", "it signs by no algorithm that is trusted")
    metadata["id_token_signing_alg_values_supported"] = allowed
    return client


def _wanted() -> dict[str, dict[str, object]]:
    """The claims that an id_token must have."""
    told = provider()
    assert told is not None
    return {
        "iss": {"essential": True, "value": told.issuer},
        "aud": {"essential": True, "value": told.client_id},
        "sub": {"essential": True},
        "exp": {"essential": True},
        "nonce": {"essential": True},
    }


def _check_issuer(client: Any) -> None:
    """That the answer is from the service that was asked, where it says so (RFC 9207)."""
    told, said = provider(), request.args.get("iss")
    assert told is not None
    must_say = client.server_metadata.get("authorization_response_iss_parameter_supported")
    if said != told.issuer and (said is not None or must_say):
        raise NotSignedIn("untrue", "the answer is from another service")


def _with_address(client: Any, token: Any, claims: Mapping[str, Any]) -> Mapping[str, Any]:
    """With what the service tells of the person elsewhere only, where the token has no address."""
    told = provider()
    assert told is not None
    if told.address_claim in claims or not client.server_metadata.get("userinfo_endpoint"):
        return claims
    more = client.userinfo(token=token)
    if more.get("sub") != claims["sub"]:
        raise NotSignedIn("untrue", "it tells of another person")
    return {**more, **claims}


@contextmanager
def _told() -> Iterator[None]:
    """All that may go wrong on the way, as one of few troubles. What is known of the service and
    of its keys is then read anew, as it may have changed."""
    from authlib.integrations.base_client import MismatchingStateError, OAuthError
    from joserfc.errors import JoseError
    from requests import RequestException

    try:
        yield
    except MismatchingStateError as error:
        raise NotSignedIn("old", "the state is not the one of this browser") from error
    except RequestException as error:
        _forget()
        raise NotSignedIn("unreachable", type(error).__name__) from error
    except (OAuthError, JoseError) as error:
        _forget()
        raise NotSignedIn("untrue", f"{type(error).__name__} {error.error}") from error
    except (ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        # It answered something else than what the standard says.
        _forget()
        raise NotSignedIn("untrue", type(error).__name__) from error


def _forget() -> None:
    current_app.extensions["oidc"].server_metadata = {}
