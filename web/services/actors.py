"""Who did something, as pages name them."""

from __future__ import annotations

from functools import cached_property

from flask_babel import gettext as _

from synth.store import Store
from synth.store.members import PERSON


class ActorNames:
    """The names of actors; a page that names many makes one, which reads all members once."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, actor: str) -> str:
        """The name of an actor of an event. For members only: it may be somebody's own name."""
        if actor in {"", PERSON}:
            return _("Somebody")
        if actor == "console":
            return _("the console")
        if actor == "viewer":
            return _("the viewer")
        if actor == "import":
            return _("An import")
        if actor == "facilitator":
            return _("A facilitator")
        return self._members.get(actor, actor)

    @cached_property
    def _members(self) -> dict[str, str]:
        return self._store.members.names()


def name_of(store: Store, actor: str) -> str:
    """The name of one actor; see :class:`ActorNames`."""
    return ActorNames(store).of(actor)
