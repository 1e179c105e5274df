"""Who may correct the map, who may propose a correction, who may sign it off, and who acts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, current_app
from flask_babel import gettext as _

from web.http.security import may_write
from web.services.actors import PERSON

P = ParamSpec("P")
R = TypeVar("R")


def may_correct() -> bool:
    """Whether this request may change the map."""
    return may_write()


def may_sign_off() -> bool:
    """Whether this request may confirm all ideas at once."""
    return may_write()


def may_propose() -> bool:
    """Whether this request may ask for a correction: who may correct does not need to.

    Config ``PROPOSALS`` lets readers of this installation do so.
    """
    return bool(current_app.config.get("PROPOSALS")) and not may_correct()


def current_actor() -> str:
    """Who acts, as events name them."""
    return PERSON


def correctors_only(view: Callable[P, R]) -> Callable[P, R]:
    """403 for requests that may not change the map."""
    return _guarded(view, may_correct)


def contributors_only(view: Callable[P, R]) -> Callable[P, R]:
    """403 for requests that may neither change the map nor propose a correction."""
    return _guarded(view, lambda: may_correct() or may_propose())


def signers_only(view: Callable[P, R]) -> Callable[P, R]:
    """403 for requests that may not sign off."""
    return _guarded(view, may_sign_off)


def _guarded(view: Callable[P, R], is_allowed: Callable[[], bool]) -> Callable[P, R]:
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not is_allowed():
            abort(403, description=_("The map can only be corrected by those who may do so."))
        return view(*args, **kwargs)

    return guarded
