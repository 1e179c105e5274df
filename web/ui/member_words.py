"""The words that pages have for roles, visibilities, and what is done about accounts."""

from __future__ import annotations

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from synth.errors import AccessRefused, Refusal
from synth.permissions import Role, Visibility

ROLES: dict[Role, LazyString] = {
    Role.VISITOR: lazy_gettext("visitor"),
    Role.PARTICIPANT: lazy_gettext("participant"),
    Role.HARVESTER: lazy_gettext("harvester"),
    Role.SYNTHESIZER: lazy_gettext("synthesizer"),
    Role.FACILITATOR: lazy_gettext("facilitator"),
    Role.OWNER: lazy_gettext("owner"),
}
ROLE_WORK: dict[Role, LazyString] = {
    Role.PARTICIPANT: lazy_gettext("reads, and proposes corrections"),
    Role.HARVESTER: lazy_gettext("also takes key passages"),
    Role.SYNTHESIZER: lazy_gettext("also corrects the map"),
    Role.FACILITATOR: lazy_gettext("also uploads, invites, signs ideas off, says who may read"),
}
"""What somebody with that role does, for those who give it."""
VISIBILITIES: dict[Visibility, tuple[LazyString, LazyString]] = {
    Visibility.PUBLIC: (
        lazy_gettext("Public"),
        lazy_gettext("anybody may read it; it stands in the list of discussions"),
    ),
    Visibility.UNLISTED: (
        lazy_gettext("Unlisted"),
        lazy_gettext("anybody who has its address may read it"),
    ),
    Visibility.PRIVATE: (
        lazy_gettext("Private"),
        lazy_gettext("only its members may read it"),
    ),
}
REFUSALS: dict[Refusal, LazyString] = {
    "no name": lazy_gettext("Write a name."),
    "name": lazy_gettext("A name has no @ in it."),
    "name taken": lazy_gettext("Somebody here has this name already; choose another."),
    "address": lazy_gettext("This is no e-mail address."),
    "address taken": lazy_gettext("Somebody here has this e-mail address already."),
    "owner": lazy_gettext("This installation has its owner already."),
    "claimed": lazy_gettext("Somebody else has shown that these messages are theirs."),
    "invitation": lazy_gettext(
        "This invitation cannot be used any more. Ask who sent it for a new one."
    ),
    "role": lazy_gettext("This role does not allow it."),
    "link": lazy_gettext("This link cannot be used any more. Ask for a new one."),
    "identity": lazy_gettext(
        "This person has another account here, or your account knows you under another name there."
    ),
    "no password": lazy_gettext("Choose a password first: you could not sign in any more."),
    "last facilitator": lazy_gettext(
        "A discussion keeps at least one facilitator. Make somebody else facilitator first."
    ),
}


def refused_access(refused: AccessRefused) -> str:
    """Why, in a sentence, with the discussion that stands in the way."""
    told = str(REFUSALS[refused.kind])
    if not refused.about:
        return told
    about = _("It is about “%(title)s”.", title=refused.about)
    return f"{told} {about}"


AUDITED: dict[str, LazyString] = {
    "made owner": lazy_gettext("became the owner"),
    "changed address": lazy_gettext("e-mail address changed"),
    "confirmed address": lazy_gettext("e-mail address confirmed"),
    "linked identity": lazy_gettext("sign-in by another service added"),
    "unlinked identity": lazy_gettext("sign-in by another service taken away"),
    "changed password": lazy_gettext("password changed"),
    "may start": lazy_gettext("may open discussions"),
    "may not start": lazy_gettext("may open discussions no more"),
    "disabled": lazy_gettext("account closed"),
    "enabled": lazy_gettext("account opened again"),
    "gave role": lazy_gettext("role given"),
    "removed": lazy_gettext("removed from the discussion"),
    "invited": lazy_gettext("invitation made"),
    "revoked invitation": lazy_gettext("invitation revoked"),
    "made sign-in link": lazy_gettext("link to sign in made"),
    "changed masking": lazy_gettext("masking of texts changed"),
    "saw original": lazy_gettext("original of a message seen"),
    "changed visibility": lazy_gettext("visibility changed"),
    "changed consent": lazy_gettext("what members are asked to consent to changed"),
    "changed retention": lazy_gettext("how long names are kept changed"),
    "erased names": lazy_gettext("names of participants erased"),
    "changed embedding": lazy_gettext("which sites may show the map changed"),
    "renamed": lazy_gettext("discussion renamed"),
    "archived": lazy_gettext("discussion archived"),
    "took out of the archive": lazy_gettext("discussion taken out of the archive"),
    "asked deletion": lazy_gettext("deletion of the discussion begun"),
    "took deletion back": lazy_gettext("deletion of the discussion taken back"),
    "deleted": lazy_gettext("discussion deleted"),
}
"""Verb of the audit → what was done."""
