"""What pages call the alerts, bands and lights, and the rule behind each in one sentence."""

from __future__ import annotations

from flask_babel import LazyString, lazy_gettext

from synth.analytics.alerts import Kind, Missing
from synth.analytics.participation import Band, Light

ALERTS: dict[Kind, tuple[LazyString, LazyString]] = {
    Kind.IGNORED_POST: (
        lazy_gettext("Messages that nobody answered"),
        lazy_gettext("They open a thread, and a week later no other voice had written in it."),
    ),
    Kind.HOT_POST: (
        lazy_gettext("Messages that many answered"),
        lazy_gettext("At least five different voices answered them directly."),
    ),
    Kind.ORPHANED_IDEA: (
        lazy_gettext("Ideas without an echo"),
        lazy_gettext("None of the messages under them was answered by another voice."),
    ),
    Kind.DOMINANT_IDEA: (
        lazy_gettext("An idea that takes most of the room"),
        lazy_gettext(
            "A third of the messages or more stand under it, and twice as many as under any other."
        ),
    ),
    Kind.MATURE_ISSUE: (
        lazy_gettext("Ideas ripe for a synthesis"),
        lazy_gettext(
            "At least three of the ideas right under them have an argument: a message that takes a "
            "side, or a key passage of that nature."
        ),
    ),
    Kind.IMMATURE_ISSUE: (
        lazy_gettext("Ideas that are not ripe yet"),
        lazy_gettext("Fewer than three of the ideas right under them have an argument."),
    ),
    Kind.CONTENTIOUS_ISSUE: (
        lazy_gettext("Top ideas that divide"),
        lazy_gettext(
            "Of at least five voices who take a side, three in ten or more are on the smaller one."
        ),
    ),
    Kind.CONTROVERSIAL_IDEA: (
        lazy_gettext("Finer ideas that divide"),
        lazy_gettext("The same, for the ideas below the top ones."),
    ),
    Kind.INACTIVE_VOICE: (
        lazy_gettext("Active voices that fell silent"),
        lazy_gettext(
            "They are among the few who wrote half of the messages, and wrote nothing in the last "
            "quarter of the time."
        ),
    ),
}
MISSING: dict[Missing, LazyString] = {
    Missing.REPLIES: lazy_gettext("the export does not say who answers whom"),
    Missing.SIDES: lazy_gettext("the platform does not say who is for and who against"),
    Missing.ARGUMENTS: lazy_gettext(
        "no message takes a side, and no key passage is called an argument"
    ),
    Missing.DATES: lazy_gettext("no message has a date"),
    Missing.IDEAS: lazy_gettext("there is no map yet"),
}
BANDS: dict[Band, tuple[LazyString, LazyString]] = {
    Band.DOZEN: (
        lazy_gettext("up to twelve voices"),
        lazy_gettext("Everybody can follow everybody; roles need no shares yet."),
    ),
    Band.HUNDRED: (
        lazy_gettext("12 to 100 voices"),
        lazy_gettext(
            "Usually one to a few in a hundred of a group are proactive, some tens react, and "
            "most only watch."
        ),
    ),
    Band.THOUSANDS_TO_COME: (
        lazy_gettext("100 to 2,000 voices"),
        lazy_gettext(
            "Nobody can follow all of it: those who watch need a map and regular syntheses."
        ),
    ),
    Band.THOUSANDS: (
        lazy_gettext("thousands of voices"),
        lazy_gettext("The group works through those who connect its parts."),
    ),
    Band.TENS_OF_THOUSANDS: (
        lazy_gettext("tens of thousands of voices"),
        lazy_gettext("A crowd: what is said has to be gathered before anybody can answer it."),
    ),
}
LIGHTS: dict[Light, LazyString] = {
    Light.RED: lazy_gettext("red"),
    Light.ORANGE: lazy_gettext("orange"),
    Light.GREEN: lazy_gettext("green"),
}
