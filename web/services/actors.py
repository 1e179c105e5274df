"""Who did something, as pages name them."""

from __future__ import annotations

from flask_babel import gettext as _

from synth.store import Store

PERSON = "person"
"""Who acts where nobody signs in."""


def name_of(_store: Store, actor: str) -> str:
    """The name of an actor of an event."""
    if actor == PERSON:
        return _("A person")
    if actor == "facilitator":
        return _("A facilitator")
    return actor
