"""The words that pages have for what facilitators hide, and the policy where they wrote none."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from synth.records import HiddenReason

HIDDEN: dict[HiddenReason, tuple[LazyString, LazyString]] = {
    HiddenReason.INSULT: (
        lazy_gettext("insults"),
        lazy_gettext("attacks or insults somebody instead of what they say"),
    ),
    HiddenReason.HATE: (
        lazy_gettext("hate"),
        lazy_gettext("demeans people for their origin, religion, sex, disability or the like"),
    ),
    HiddenReason.PERSONAL: (
        lazy_gettext("private matters of others"),
        lazy_gettext("gives names, addresses or other private facts of somebody who is not asked"),
    ),
    HiddenReason.UNLAWFUL: (
        lazy_gettext("unlawful"),
        lazy_gettext("breaks the law, or the rights of others in words and pictures"),
    ),
    HiddenReason.ADVERTISING: (
        lazy_gettext("advertising"),
        lazy_gettext("sells or promotes something"),
    ),
    HiddenReason.REPEATED: (
        lazy_gettext("repeated messages"),
        lazy_gettext("says the same many times, or nothing that can be understood"),
    ),
    HiddenReason.RULES: (
        lazy_gettext("rules of this discussion"),
        lazy_gettext("goes against a rule that the facilitators have published"),
    ),
    HiddenReason.WITHDRAWN: (
        lazy_gettext("withdrawn"),
        lazy_gettext("its author asked for it"),
    ),
    HiddenReason.NO_CONSENT: (
        lazy_gettext("no consent"),
        lazy_gettext("its author did not consent to its publication"),
    ),
}
"""Reason → its name, and what it says of a message."""


def usual_policy() -> Sequence[str]:
    """The paragraphs of the policy where facilitators wrote none of their own."""
    return (
        _(
            "Opinions are never a reason to hide a message: people disagree here, and that is what "
            "a discussion is for. Facilitators hide a message only for one of the reasons below."
        ),
        _(
            "A hidden message stays in its place without its words. Its words are shown to the "
            "facilitators alone, and stand in no search, map, export or report. How many messages "
            "are hidden, and why, is counted here."
        ),
        _(
            "Each step is kept in a log and can be taken back. Who wrote a message that was "
            "hidden, or thinks that another one should be, can ask the facilitators to look again."
        ),
    )
