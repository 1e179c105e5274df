"""Who did something, as pages name them."""

from __future__ import annotations

from flask_babel import gettext as _

from synth.store import Store
from synth.store.members import PERSON


def name_of(store: Store, actor: str) -> str:
    """The name of an actor of an event. For members only: it may be somebody's own name."""
    if actor in {"", PERSON}:
        return _("Somebody")
    if actor == "console":
        return _("the console")
    if actor == "import":
        return _("An import")
    if actor == "facilitator":
        return _("A facilitator")
    return store.members.names().get(actor, actor)
