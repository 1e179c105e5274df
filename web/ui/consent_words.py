"""The words with which members are asked to consent to the publication of what they wrote."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from synth.store.consents import ConsentMode

CONSENT_MODES: dict[ConsentMode, tuple[LazyString, LazyString]] = {
    ConsentMode.OFF: (
        lazy_gettext("Nobody is asked"),
        lazy_gettext("what was imported is shown under pseudonyms; earlier refusals still count"),
    ),
    ConsentMode.ASKED: (
        lazy_gettext("Members are asked"),
        lazy_gettext("who refuses has their words hidden; who does not answer does not"),
    ),
    ConsentMode.REQUIRED: (
        lazy_gettext("Only with consent"),
        lazy_gettext(
            "of members who claimed their messages, only the words of who said yes are shown"
        ),
    ),
}
"""Mode → its name and what it does."""


def usual_text() -> Sequence[str]:
    """The paragraphs of the text where facilitators wrote none of their own."""
    return (
        _(
            "What you wrote in this discussion is published here under a pseudonym: in threads, on "
            "the map, in summaries, reports and files that researchers can use. Names and "
            "addresses are not published."
        ),
        _(
            "You decide whether you consent. If you do not, your messages are hidden from "
            "everybody but the facilitators, and do not count on the map."
        ),
        _(
            "You can change your answer on this page at any time. Files that others saved before "
            "keep what was published until then. You can also ask that your words be erased."
        ),
    )
