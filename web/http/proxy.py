"""The viewer behind a proxy: the path under which its pages stand, and what the proxy tells of the
reader. Nothing that a reader sends is believed unless the configuration names proxies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, current_app, url_for
from werkzeug.middleware.proxy_fix import ProxyFix

from synth.errors import InputProblem

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class UnderPath:
    """A WSGI application of which all pages stand under one path.

    The proxy may pass the path on as it came, or without its beginning.
    """

    def __init__(self, app: WSGIApplication, root: str) -> None:
        self._app, self._root = app, root

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == self._root or path.startswith(f"{self._root}/"):
            environ["PATH_INFO"] = path.removeprefix(self._root) or "/"
        environ["SCRIPT_NAME"] = self._root
        return self._app(environ, start_response)


def init_app(app: Flask) -> None:
    """To be called after all addresses are known. Reads ``ROOT`` (a path, or empty) and
    ``TRUSTED_PROXIES`` (how many there are)."""
    app.config.setdefault("ROOT", "")
    app.config.setdefault("TRUSTED_PROXIES", 0)
    root = app.config["ROOT"]
    ours = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()} - {""}
    if root and root.split("/")[1] in ours:
        raise InputProblem(
            "configuration",
            f"the pages have a path {root!r} of their own",
            remedy="choose another prefix",
            position="prefix",
        )
    app.wsgi_app = wrapped(app, app.wsgi_app)  # type: ignore[method-assign, assignment]


def wrapped(app: Flask, inner: WSGIApplication) -> WSGIApplication:
    """``inner`` as the proxies of this configuration see it."""
    root, n = app.config["ROOT"], app.config["TRUSTED_PROXIES"]
    if root:
        inner = UnderPath(inner, root)
    if n:
        inner = ProxyFix(inner, x_for=n, x_proto=n, x_host=n, x_port=0, x_prefix=0)
    return inner


def public_address(endpoint: str, **values: Any) -> str:
    """The whole address of a page, as it is told to people: under the public URL where one is
    configured, else as this request names the server."""
    public = current_app.config["PUBLIC_URL"]
    if not public:
        return url_for(endpoint, _external=True, **values)
    parts = urlsplit(public)
    return f"{parts.scheme}://{parts.netloc}{url_for(endpoint, **values)}"
