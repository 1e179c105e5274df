"""Who asks, and what they may do.

Every address is checked before its page runs. One with ``<slug>`` needs the permission to read
that discussion, or what ``needs`` says; one without must be marked by ``needs`` or
``open_to_all``. An address that says neither stops the viewer from starting.

There are two ways to run a viewer. With *accounts* everybody is a visitor until they sign in.
Without, on a laptop for one person, whoever uses the machine itself is the owner and nothing is
asked; this holds on loopback addresses only, and until the first account is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from synth.permissions import Permission, Role, Visibility, allows, role_in
from synth.store import Discussion, Member, Session
from synth.store.members import PERSON
from web.http.discussion_cache import cached_for_file
from web.http.security import LOOPBACK, came_through_proxy, named_host
from web.http.sessions import session_here
from web.http.store import current_store, find_discussion

P = ParamSpec("P")
R = TypeVar("R")
View = Callable[P, R]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who sent a request."""

    member: Member | None = None
    """None for visitors, and for who works without an account."""
    session: Session | None = None
    is_local: bool = False
    """Whether they use the machine itself, where nobody has an account."""

    @property
    def actor(self) -> str:
        """As events name them."""
        return self.member.actor if self.member is not None else PERSON

    @property
    def is_owner(self) -> bool:
        return self.is_local or (self.member is not None and self.member.is_owner)


def has_accounts() -> bool:
    """Whether people sign in here; see the head of this module."""
    if "has_accounts" not in g:
        g.has_accounts = _find_accounts()
    return bool(g.has_accounts)


def forget_person() -> None:
    """Take who asks for a visitor who cannot sign in: the file that knows them cannot be used."""
    g.has_accounts, g.person, g.is_file_unusable = False, Person(), True


def _find_accounts() -> bool:
    chosen = current_app.config["ACCOUNTS"]
    if chosen != "auto":
        return bool(chosen == "on")
    config = current_app.config
    for_others = ("PUBLIC_URL", "HOSTS", "TRUSTED_PROXIES", "ROOT")
    if config["HOST"] not in LOOPBACK or any(config[name] for name in for_others):
        return True

    def find() -> bool:
        return current_store().members.are_there()

    return cached_for_file(("", "has accounts"), find)


def current_person() -> Person:
    """Who sent this request."""
    if "person" not in g:
        g.person = _find_person()
    found: Person = g.person
    return found


def current_actor() -> str:
    """Who sent this request, as events name them."""
    return current_person().actor


def role_here(discussion: Discussion) -> Role | None:
    """The role of who sent this request; None where they may not know of the discussion."""
    known: dict[int, Role | None] = g.setdefault("roles_here", {})
    if discussion.id not in known:
        known[discussion.id] = _find_role(discussion)
    return known[discussion.id]


def _find_role(discussion: Discussion) -> Role | None:
    person = current_person()
    roles: dict[int, Role] = {}
    if person.member is not None and not person.is_owner:
        if "roles" not in g:
            g.roles = current_store().memberships.roles(person.member.id)
        roles = g.roles
    return role_in(
        discussion.visibility,
        is_owner=person.is_owner,
        membership=roles.get(discussion.id),
        is_going=discussion.goes_at is not None,
    )


def may(permission: Permission | str, discussion: Discussion | None = None) -> bool:
    """Whether who sent this request may do that, in a discussion or in the installation."""
    wanted, person = Permission(permission), current_person()
    if discussion is not None:
        return allows(role_here(discussion), wanted, is_read_only=discussion.is_read_only)
    if person.is_owner:
        return allows(Role.OWNER, wanted)
    is_starter = person.member is not None and person.member.may_start
    return wanted is Permission.START and is_starter


def may_upload() -> bool:
    """Whether who sent this request may bring in messages anywhere."""
    return may(Permission.START) or any(
        may(Permission.UPLOAD, one) for one in current_store().discussions.all()
    )


def require_upload() -> None:
    """End the request of those who may upload nowhere."""
    if not may_upload():
        require(Permission.START)


def is_listed(discussion: Discussion) -> bool:
    """Whether the discussion stands in the list that who sent this request sees."""
    role = role_here(discussion)
    is_public = discussion.visibility is Visibility.PUBLIC
    return role is not None and (is_public or role is not Role.VISITOR)


def may_here(permission: Permission | str) -> bool:
    """The same in the discussion of this page; False on pages that belong to none."""
    slug = (request.view_args or {}).get("slug")
    if slug is None or g.get("is_file_unusable"):
        return False
    if "discussion_here" not in g:
        try:
            g.discussion_here = find_discussion(slug)
        except NotFound:  # this is the page that says so
            g.discussion_here = None
    return g.discussion_here is not None and may(permission, g.discussion_here)


def own_pseudonyms() -> frozenset[str]:
    """The pseudonyms under which who asks wrote in the discussion of this page."""
    member, slug = current_person().member, (request.view_args or {}).get("slug")
    if member is None or slug is None:
        return frozenset()
    if "own_pseudonyms" not in g:
        claims = current_store().claims.of(find_discussion(slug).id, member_id=member.id)
        g.own_pseudonyms = frozenset(one.pseudonym for one in claims)
    found: frozenset[str] = g.own_pseudonyms
    return found


def has_own_words() -> bool:
    """Whether who asks wrote in the discussion of this page, or did before it was erased."""
    member, slug = current_person().member, (request.view_args or {}).get("slug")
    if member is None or slug is None:
        return False
    return bool(own_pseudonyms()) or bool(
        current_store().erasures.of(find_discussion(slug).id, member_id=member.id)
    )


def require(permission: Permission, discussion: Discussion | None = None) -> None:
    """End the request where ``may`` says no.

    404 where not even the discussion may be known; else 401 for visitors, 403 for others.
    """
    if discussion is not None and not may(Permission.READ, discussion):
        abort(404)
    if not may(permission, discussion):
        if discussion is not None and allows(role_here(discussion), permission):
            abort(403, description=_("This discussion is archived: it is read, and not changed."))
        code = 401 if _can_sign_in() else 403
        abort(code, description=tell_refused(code))


def needs(permission: Permission) -> Callable[[View[P, R]], View[P, R]]:
    """Let a page run only for those with that permission; in the discussion ``slug`` where its
    address has one."""

    def mark(view: View[P, R]) -> View[P, R]:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def open_to_all(view: View[P, R]) -> View[P, R]:
    """Let a page without a discussion in its address run for everybody. What it shows or does, it
    checks itself (``may``, ``require``)."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def needs_account(view: View[P, R]) -> View[P, R]:
    """Let a page without a discussion in its address run only for who is signed in; 401 for
    others, 404 where nobody can be."""
    view.permission = None  # type: ignore[attr-defined]
    view.needs_account = True  # type: ignore[attr-defined]
    return view


def address_asked() -> str:
    """The address of this request, with the path under which all pages stand."""
    return f"{request.script_root}{request.full_path}".rstrip("?")


def sign_in_address() -> str | None:
    """Where a visitor who opens this page is led to sign in; None for data and for forms."""
    if request.method != "GET" or request.path.startswith("/api/"):
        return None
    return url_for("accounts.sign_in", next=address_asked())


def own_address(address: str) -> str | None:
    """An address of this viewer that a form asks to go on to; None for any other."""
    is_path = address.startswith("/") and not address.startswith("//")
    is_plain = address.isprintable() and "\\" not in address
    if not (is_path and is_plain):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc else address


def init_app(app: Flask) -> None:
    """To be called after sessions are, and before answers are cached."""
    app.config.setdefault("ACCOUNTS", "auto")
    app.before_request(_check)
    app.after_request(_keep_private)


def check_addresses(app: Flask) -> None:
    """Raise RuntimeError where an address does not say who may use it."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        is_said = hasattr(view, "permission") or "slug" in rule.arguments
        if not is_said and rule.endpoint != "static":
            raise RuntimeError(f"{rule.rule} ({rule.endpoint}) does not say who may use it")


def _check() -> None:
    if request.endpoint is None or request.endpoint == "static":
        return
    view = current_app.view_functions[request.endpoint]
    slug = (request.view_args or {}).get("slug")
    permission = getattr(view, "permission", Permission.READ if slug is not None else None)
    if permission is not None:
        require(permission, None if slug is None else find_discussion(slug))
    if getattr(view, "needs_account", False) and current_person().member is None:
        abort(401 if has_accounts() else 404)


def _can_sign_in() -> bool:
    return has_accounts() and current_person().member is None


def _find_person() -> Person:
    if not has_accounts():
        return Person(is_local=_is_on_this_machine())
    found = session_here()
    return Person() if found is None else Person(session=found[0], member=found[1])


def _is_on_this_machine() -> bool:
    """Whether the request was sent on the machine itself, and by no proxy on it for others.

    Proxies that say nothing of themselves speak HTTP/1.0 to what is behind them, as nginx does
    unless told otherwise; browsers do not.
    """
    if request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0" or not _is_loopback():
        return False
    is_here = current_app.config["HOST"] in LOOPBACK and named_host() in LOOPBACK
    return is_here and not came_through_proxy()


def _is_loopback() -> bool:
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _keep_private(response: Response) -> Response:
    """What a member sees is not for caches that others share."""
    if g.get("is_secret"):
        # A page with a link that signs in, or with an original, is not kept on any disk.
        response.headers["Cache-Control"] = "no-store"
    elif g.get("person") is not None and current_person().member is not None:
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def tell_refused(code: int) -> str:
    """Why a page is refused, in a sentence."""
    if code == 401:
        return _("Sign in to do this.")
    if has_accounts():
        return _("Your role in this discussion does not allow this.")
    return _("Changes can only be made on the machine that serves this page.")
