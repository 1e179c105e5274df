"""A real OpenID Connect provider on loopback, by Authlib's server side: it asks who one is, gives
codes, checks PKCE and the client's secret, and signs tokens. On request it lies."""

from __future__ import annotations

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import AuthorizationCodeMixin, OpenIDCode
from flask import Flask, Response, jsonify, request
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "synth", "a secret that both know"
Claims = dict[str, Any]
PAGE = """<!doctype html><html lang="en"><title>Town login</title><h1>Who are you?</h1>
<form method="post">{}</form></html>"""


class Client(ClientMixin):  # type: ignore[misc]
    """The viewer, as the provider knows it."""

    def __init__(self, redirect_uri: str) -> None:
        self._redirect_uri = redirect_uri
        self.id_token_signed_response_alg = "RS256"

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return self._redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self._redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass(kw_only=True)
class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    """What was agreed to, until the code is exchanged."""

    sub: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> None:
        return None

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class LocalProvider:
    """The provider; what it holds and how it lies can be set while it runs."""

    issuer: str = ""
    redirect_uri: str = "http://localhost/sign-in/with/back"
    people: dict[str, Claims] = field(default_factory=dict)
    """Subject → claims."""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    spoils: Callable[[Claims], None] = lambda _claims: None
    """Changes the claims of a token before it is signed."""
    algorithm: str = "RS256"
    kid: str = "one"
    signing_key: RSAKey | OctKey | None = None
    """In place of the one that it publishes."""
    metadata: Claims = field(default_factory=dict)
    """In place of what it says of itself."""
    is_quiet: bool = False
    """Whether the address is left out of tokens, and told at ``/userinfo`` only."""
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def encode(self, claims: Claims) -> str:
        """The id_token."""
        self.spoils(claims)
        if self.algorithm == "none":
            parts = ({"alg": "none"}, claims)
            return ".".join([*(_part(one) for one in parts), ""])
        key = self.signing_key or self.key
        header = {"alg": self.algorithm, "kid": self.kid}
        return str(jwt.encode(header, claims, key, [self.algorithm]))

    def told(self, sub: str) -> Claims:
        """What a token tells of somebody."""
        found = {"sub": sub, **self.people[sub]}
        return {"sub": sub} if self.is_quiet else found


def _part(value: Claims) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _code_grant(provider: LocalProvider) -> type:
    class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]  # noqa: RUF012

        def save_authorization_code(self, code: str, asked: Any) -> None:
            data = asked.payload.data
            provider.codes[code] = Code(
                sub=asked.user,
                redirect_uri=asked.payload.redirect_uri,
                scope=asked.payload.scope,
                nonce=data.get("nonce", ""),
                code_challenge=data.get("code_challenge", ""),
                code_challenge_method=data.get("code_challenge_method", ""),
            )

        def query_authorization_code(self, code: str, _client: Client) -> Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            for code in [c for c, one in provider.codes.items() if one is authorization_code]:
                del provider.codes[code]

        def authenticate_user(self, authorization_code: Code) -> str:
            return authorization_code.sub

    return CodeGrant


def _tokens(provider: LocalProvider) -> OpenIDCode:
    class Tokens(OpenIDCode):  # type: ignore[misc]
        def exists_nonce(self, nonce: str, _asked: object) -> bool:
            return any(one.nonce == nonce for one in provider.codes.values())

        def encode_id_token(self, token: Claims, asked: Any) -> str:
            at = int(time.time())
            claims: Claims = {"iss": provider.issuer, "aud": CLIENT, "iat": at, "exp": at + 300}
            claims["nonce"] = asked.authorization_code.nonce
            return provider.encode({**claims, **provider.told(asked.user)})

    return Tokens(require_nonce=True)


def application(provider: LocalProvider) -> Flask:
    """The provider's pages and endpoints."""
    app = Flask("provider")

    def save_token(token: Claims, asked: Any) -> None:
        provider.tokens[token["access_token"]] = asked.user

    server = AuthorizationServer(app, lambda _id: Client(provider.redirect_uri), save_token)
    extensions = [_tokens(provider), CodeChallenge(required=True)]
    server.register_grant(_code_grant(provider), extensions)

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        at = provider.issuer
        told = {
            "issuer": at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "userinfo_endpoint": f"{at}/userinfo",
            "jwks_uri": f"{at}/jwks",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"],
        }
        return jsonify(told | provider.metadata)

    @app.get("/jwks")
    def keys() -> Response:
        return jsonify(KeySet([provider.key]).as_dict(private=False))

    @app.get("/authorize")
    def ask() -> str:
        return PAGE.format(
            "".join(f'<button name="sub" value="{s}">{s}</button>' for s in provider.people)
        )

    @app.post("/authorize")
    def authorize() -> Any:
        grant = server.get_consent_grant(end_user=request.form.get("sub") or None)
        agreed = request.form.get("sub") or None
        return server.create_authorization_response(grant_user=agreed, grant=grant)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.get("/userinfo")
    def userinfo() -> Response:
        sub = provider.tokens[request.headers["Authorization"].removeprefix("Bearer ")]
        return jsonify({"sub": sub, **provider.people[sub]})

    return app


@contextmanager
def running(provider: LocalProvider) -> Iterator[LocalProvider]:
    """The provider, listening on a port of its own."""
    server = make_server("127.0.0.1", 0, application(provider), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)
