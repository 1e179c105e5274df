"""The viewer: people and pages, over the store and the pipeline."""

from __future__ import annotations

from web.app import create_app

__all__ = ["create_app"]
