"""Who may do what: roles, permissions, and the one table that joins them.

Pages, API and command line all ask this table. A role holds in one discussion; the owner's
holds in the whole installation.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody is in a discussion; each may do what those before it may, and more."""

    VISITOR = "visitor"
    """Anybody who has the address."""
    PARTICIPANT = "participant"
    HARVESTER = "harvester"
    SYNTHESIZER = "synthesizer"
    FACILITATOR = "facilitator"
    OWNER = "owner"
    """Of the installation: one person, in every discussion."""

    @property
    def rank(self) -> int:
        """Rises with what the role may do."""
        return list(Role).index(self)


class Permission(StrEnum):
    """One kind of thing that somebody may do."""

    READ = "read"
    """Map, ideas, threads, search; everything that changes nothing."""
    PROPOSE = "propose"
    """Ask for a correction, which a facilitator accepts or declines."""
    HARVEST = "harvest"
    """Take and reject key passages, tag them, say what they are."""
    CORRECT = "correct"
    """Change the map: ideas, places of passages, links."""
    SIGN_OFF = "sign off"
    """Declare the ideas settled, so that later messages are placed under them."""
    FRAME = "frame"
    """Question, introduction, who may see and embed the discussion."""
    UPLOAD = "upload"
    """Add messages to the discussion."""
    BUILD = "build"
    """Make the map anew."""
    INVITE = "invite"
    """Invite people, change their roles, remove them."""
    MODERATE = "moderate"
    """Answer participants who want their words erased."""
    STUDY = "study"
    """See by pseudonym who answers whom; others see figures of three people and more."""
    START = "start"
    """Open new discussions; also given to single members by the owner."""
    ADMINISTER = "administer"
    """Accounts, and the installation as a whole."""


def _table() -> Mapping[Role, frozenset[Permission]]:
    visitor = frozenset({Permission.READ})
    participant = visitor | {Permission.PROPOSE}
    harvester = participant | {Permission.HARVEST}
    synthesizer = harvester | {Permission.CORRECT}
    facilitator = synthesizer | {
        Permission.SIGN_OFF,
        Permission.FRAME,
        Permission.UPLOAD,
        Permission.BUILD,
        Permission.INVITE,
        Permission.MODERATE,
        Permission.STUDY,
    }
    return {
        Role.VISITOR: visitor,
        Role.PARTICIPANT: participant,
        Role.HARVESTER: harvester,
        Role.SYNTHESIZER: synthesizer,
        Role.FACILITATOR: facilitator,
        Role.OWNER: facilitator | {Permission.START, Permission.ADMINISTER},
    }


PERMISSIONS: Final = _table()
"""Role → what it may do."""
READ_ONLY: Final = frozenset(
    {Permission.READ, Permission.FRAME, Permission.INVITE, Permission.MODERATE}
)
"""What may still be done in a discussion that is archived or going to be deleted."""
INVITED: Final = (Role.PARTICIPANT, Role.HARVESTER, Role.SYNTHESIZER, Role.FACILITATOR)
"""The roles that an invitation can give."""


class Visibility(StrEnum):
    """Who may read a discussion without being a member of it."""

    PUBLIC = "public"
    """Anybody; it stands in the list of discussions."""
    UNLISTED = "unlisted"
    """Anybody who has its address."""
    PRIVATE = "private"
    """Nobody."""


def role_in(
    visibility: Visibility, *, is_owner: bool, membership: Role | None, is_going: bool = False
) -> Role | None:
    """Somebody's role in a discussion; None where they may not know that it exists.

    ``is_going``: whether it is going to be deleted; then only its facilitators and the owner know.
    """
    if is_owner:
        return Role.OWNER
    if is_going:
        return membership if membership is Role.FACILITATOR else None
    if membership is not None:
        return membership
    return None if visibility is Visibility.PRIVATE else Role.VISITOR


def allows(role: Role | None, permission: Permission, *, is_read_only: bool = False) -> bool:
    """Whether a role may do that; ``is_read_only``: in a discussion that nobody adds to."""
    if role is None or (is_read_only and permission not in READ_ONLY):
        return False
    return permission in PERMISSIONS[role]
