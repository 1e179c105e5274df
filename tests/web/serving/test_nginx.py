"""The real nginx, with the configuration of ``deploy/``, in front of the real server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from flask import Flask, request

from synth.store import open_store
from tests.browser.serving import serving
from tests.web.people import PASSWORD
from tests.web.processes import ROOT, free_port
from web.services.accounts import hash_password
from web.serving.configuration import Configuration
from web.serving.configured import configured_app

NAME = "ideas.example.org"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
OPENSSL = shutil.which("openssl")
needs_nginx = pytest.mark.skipif(
    NGINX is None or OPENSSL is None, reason="nginx or openssl is not installed"
)
AROUND = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""


@pytest.fixture
def app(db: Path) -> Flask:
    told = Configuration(db=db, public_url=f"https://{NAME}/group", trusted_proxies=1)
    app = configured_app(told)
    app.config.update(WTF_CSRF_ENABLED=False)
    with open_store(db) as store:
        owner = store.members.add("Ana", password_hash=hash_password(PASSWORD))
        store.members.make_owner(owner.id, actor="test")

    @app.route("/seen", methods=["GET", "POST"])
    def seen() -> list[str | None]:
        return [request.remote_addr, request.scheme, request.host]

    return app


def configuration(folder: Path, *, viewer: str, plain: int, secure: int) -> Path:
    """The example with ports, certificate and folders of the test."""
    assert OPENSSL is not None
    subprocess.run(
        [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
         "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem",
         "-subj", f"/CN={NAME}"],
        check=True, capture_output=True,
    )  # fmt: skip
    site = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for ours, theirs in (
        (r"listen 80;", f"listen 127.0.0.1:{plain};"),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{secure} ssl;"),
        (r"/etc/letsencrypt/live/[^/]+", str(folder)),
        (r"http://127\.0\.0\.1:8000", viewer),
    ):
        site, n = re.subn(ours, theirs, site)
        assert n > 0, ours
    path = folder / "nginx.conf"
    path.write_text(AROUND.format(folder=folder, site=site), encoding="utf-8")
    return path


@pytest.fixture
def proxied(app: Flask, tmp_path: Path) -> Iterator[tuple[httpx.Client, int]]:
    """A browser that asks nginx, and the port without TLS."""
    assert NGINX is not None
    plain, secure = free_port(), free_port()
    with serving(app) as viewer:
        path = configuration(tmp_path, viewer=viewer, plain=plain, secure=secure)
        command = [NGINX, "-p", str(tmp_path), "-e", str(tmp_path / "error.log"), "-c", str(path)]
        subprocess.run([*command, "-t"], check=True, capture_output=True)
        with subprocess.Popen(command) as started:
            try:
                # It listens before it answers; the transport tries again until it does.
                transport = httpx.HTTPTransport(verify=False, retries=8)
                with httpx.Client(
                    base_url=f"https://127.0.0.1:{secure}",
                    headers={"Host": NAME},
                    transport=transport,
                    timeout=30,
                ) as browser:
                    yield browser, plain
            finally:
                started.terminate()


@needs_nginx
def test_the_viewer_stands_under_its_prefix_behind_tls(proxied: tuple[httpx.Client, int]) -> None:
    browser, plain = proxied
    page = browser.get("/group/d/the-market-square/")
    assert page.status_code == 200
    links = re.findall(r'(?:href|src)="(/[^"#]*)', page.text)
    assert links
    assert {link.split("/")[1] for link in links} == {"group"}
    for link in set(links):
        assert browser.get(link.replace("&amp;", "&")).status_code in {200, 302, 303}, link
    assert f'content="https://{NAME}/group/' in page.text
    browser.cookies.clear()
    language = browser.get("/group/?lang=fr").headers["Set-Cookie"]
    assert "Secure" in language
    assert "Path=/group/" in language
    bare = browser.get("/group")
    assert bare.status_code == 301
    assert bare.headers["Location"].startswith(f"https://{NAME}")
    assert bare.headers["Location"].endswith("/group/")
    moved = httpx.get(f"http://127.0.0.1:{plain}/group/", headers={"Host": NAME})
    assert (moved.status_code, moved.headers["Location"]) == (301, f"https://{NAME}/group/")


@needs_nginx
def test_readers_cannot_lie_about_where_they_come_from(
    proxied: tuple[httpx.Client, int],
) -> None:
    browser, _ = proxied
    lies = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "e.x",
    }
    assert browser.get("/group/seen", headers=lies).json() == ["127.0.0.1", "https", NAME]
    assert browser.get("/group/metrics").status_code == 404
    numbers = {browser.get("/group/").headers["X-Request-ID"] for _ in range(2)}
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in numbers), "nginx gives them"


@needs_nginx
def test_a_large_upload_comes_through_from_whom_and_where_one_is_wanted(
    proxied: tuple[httpx.Client, int],
) -> None:
    browser, _ = proxied
    large = {"other": ("x.csv", b"x" * 30_000_000)}
    assert browser.post("/group/upload", files=large).status_code == 401
    signed_in = browser.post("/group/sign-in", data={"name": "ana", "password": PASSWORD})
    assert (signed_in.status_code, signed_in.headers["Location"]) == (303, "/group/")
    for part in ("Secure", "HttpOnly", "SameSite=", "Path=/group/"):
        assert part in signed_in.headers["Set-Cookie"]
    taken = browser.post("/group/upload", files=large)
    assert taken.status_code == 422, "it was read, and held no file under the name of the field"
    refused = browser.post("/group/seen", files=large)
    assert refused.status_code == 413
    assert "At most 64 kB" in refused.text


@pytest.mark.parametrize("name", ["synth", "synth-gunicorn", "synth-worker"])
def test_the_units_of_systemd_are_valid(name: str, tmp_path: Path) -> None:
    checker = shutil.which("systemd-analyze")
    if checker is None:
        pytest.skip("systemd is not installed")
    for path in (ROOT / "deploy").glob("*.service"):
        text, n = re.subn(r"/srv/synth/venv/bin/\w+", "/bin/true", path.read_text(encoding="utf-8"))
        assert n == 1
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    command = [checker, "verify", str(tmp_path / f"{name}.service")]
    told = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, "")


def test_the_example_of_a_configuration_is_valid() -> None:
    from web.serving.configuration import load

    told = load(ROOT / "deploy" / "synth.toml", environment={}, options={})
    assert (told.address, told.trusted_proxies) == (f"https://{NAME}/group/", 1)
