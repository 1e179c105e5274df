"""The viewer: people and pages, over the store and the pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from web.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> object:
    """``create_app``, loaded when it is asked for: the worker's processes need no Flask."""
    if name == "create_app":
        from web.app import create_app

        return create_app
    raise AttributeError(name)
