"""Sessions: one browser in which a member is signed in, from sign-in to sign-out.

The cookie holds the token of the session, the file its hash. A session ends on the server: when
its member signs out, signs in as somebody else in the same browser, or ends it from another.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta

from flask import Flask, current_app, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import generate_csrf

from synth.errors import StoreProblem
from synth.store import Member, Session, open_store
from synth.store.rows import now
from web.http.known_devices import remember_device
from web.http.store import current_store


class _SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login brings no types
    """What Flask-Login keeps in the cookie: the token of the session, not the member."""

    def __init__(self, token: str, session: Session, member: Member) -> None:
        self.id = token
        self.session = session
        self.member = member


def session_here() -> tuple[Session, Member] | None:
    """The session of this request and whose it is; None where nobody is signed in."""
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return None
    user = current_user._get_current_object()
    return (user.session, user.member) if user.is_authenticated else None


def begin_session(member: Member) -> None:
    """Sign a member in in this browser.

    What the cookie held before is dropped, and the session of before ends, whosever it was.
    """
    store = current_store()
    lasts = current_app.permanent_session_lifetime
    device = device_of(request.user_agent.string)
    with store.atomic():
        _end_here()
        token = store.sessions.begin(member.id, device=device, lasts=lasts)
    session.clear()
    session.permanent = True
    found = store.sessions.find(token)
    assert found is not None
    login_user(_SignedIn(token, *found))
    remember_device(member)
    generate_csrf()  # now: an answer on its way must not bring a cookie back that has none
    for known in ("person", "roles", "roles_here"):
        g.pop(known, None)


def end_session() -> None:
    """Sign out in this browser."""
    _end_here()
    logout_user()
    session.clear()
    g.pop("person", None)


def _end_here() -> None:
    found = session_here()
    if found is not None:
        current_store().sessions.end(found[0].id, found[1].id)


def device_of(user_agent: str) -> str:
    """Browser and system in two words, ``Firefox, Android``; nothing that tells more."""
    browsers = ("Edg", "Firefox", "Chrome", "Safari")
    systems = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
    found = [
        next((name for name in names if name in user_agent), "") for names in (browsers, systems)
    ]
    return ", ".join(name.replace("Edg", "Edge") for name in found if name)


def init_app(app: Flask) -> None:
    """To be called after the file is opened for a request."""
    manager = LoginManager()
    manager.session_protection = None  # addresses of phones change; sessions can be ended
    manager.user_loader(_load)
    manager.init_app(app, add_context_processor=False)


def _load(token: str) -> _SignedIn | None:
    found = current_store().sessions.find(token)
    if found is None:
        return None
    if found[0].seen_on != now().date().isoformat():
        what = (current_app.config["DB"], found[0].id, current_app.permanent_session_lifetime)
        threading.Thread(target=_see, args=what, daemon=True).start()
        session.modified = True  # the cookie lasts its full time again, too
    return _SignedIn(token, *found)


def _see(db: str, session_id: int, lasts: timedelta) -> None:
    """Note that a session is used today. In the background: a reader waits for no writer."""
    with suppress(StoreProblem), open_store(db) as store:
        store.sessions.see(session_id, lasts=lasts)
