"""The words pages have for things that are counted, and for what the store calls by a code."""

from __future__ import annotations

from flask_babel import LazyString, format_decimal, lazy_gettext, ngettext

from synth.analytics.alerts import Kind, Missing
from synth.analytics.participation import Band, Light
from synth.errors import StoreTrouble
from synth.export.report import UNPLACED_WORDS
from synth.records import ExtractState, Nature, ParentEvidence, Stance, Unplaced
from web.ui.i18n import cached_by_language


def ngettext_noop(singular: str, plural: str) -> tuple[str, str]:
    """Mark both forms to be translated where they are shown."""
    return singular, plural


_COUNTED: dict[str, tuple[str, str]] = {
    "correction": ngettext_noop("%(n)s correction", "%(n)s corrections"),
    "day": ngettext_noop("%(n)s day", "%(n)s days"),
    "discussion": ngettext_noop("%(n)s discussion", "%(n)s discussions"),
    "file": ngettext_noop("%(n)s imported file", "%(n)s imported files"),
    "idea": ngettext_noop("%(n)s idea", "%(n)s ideas"),
    "job": ngettext_noop("%(n)s job with its log", "%(n)s jobs with their logs"),
    "key passage": ngettext_noop("%(n)s key passage", "%(n)s key passages"),
    "like": ngettext_noop("%(n)s like", "%(n)s likes"),
    "line": ngettext_noop("%(n)s line", "%(n)s lines"),
    "member": ngettext_noop("the roles of %(n)s member", "the roles of %(n)s members"),
    "message": ngettext_noop("%(n)s message", "%(n)s messages"),
    "new message": ngettext_noop("%(n)s new message", "%(n)s new messages"),
    "new passage": ngettext_noop("%(n)s new passage", "%(n)s new passages"),
    "new voice": ngettext_noop("%(n)s new voice", "%(n)s new voices"),
    "passage": ngettext_noop("%(n)s passage", "%(n)s passages"),
    "passage taken": ngettext_noop("%(n)s key passage taken", "%(n)s key passages taken"),
    "problem": ngettext_noop("%(n)s problem", "%(n)s problems"),
    "step": ngettext_noop("%(n)s step", "%(n)s steps"),
    "text": ngettext_noop("%(n)s text", "%(n)s texts"),
    "thread": ngettext_noop("%(n)s thread", "%(n)s threads"),
    "voice": ngettext_noop("%(n)s voice", "%(n)s voices"),
}


@cached_by_language
def counted(n: int, noun: str) -> str:
    """``1 message``, ``1,204 messages``, in the language of the page; KeyError for a noun that
    has no words here."""
    return ngettext(*_COUNTED[noun], n, n=format_decimal(n))


def counted_forms(noun: str) -> dict[str, str]:
    """``{"one": "{n} voice", "other": "{n} voices"}``: for scripts, which choose among them."""
    forms = _COUNTED[noun]
    return {"one": ngettext(*forms, 1, n="{n}"), "other": ngettext(*forms, 2, n="{n}")}


NATURES: dict[Nature, LazyString] = {
    Nature.ISSUE: lazy_gettext("Issue"),
    Nature.SOLUTION: lazy_gettext("Solution"),
    Nature.KNOWLEDGE: lazy_gettext("Knowledge"),
    Nature.EXAMPLE: lazy_gettext("Example"),
    Nature.CONCEPT: lazy_gettext("Concept"),
    Nature.ARGUMENT: lazy_gettext("Argument"),
    Nature.BIAS: lazy_gettext("Bias"),
}
STATES: dict[ExtractState, LazyString] = {
    ExtractState.SUGGESTED: lazy_gettext("suggested"),
    ExtractState.TAKEN: lazy_gettext("taken"),
    ExtractState.REJECTED: lazy_gettext("rejected"),
}
KEY_PASSAGES: dict[ExtractState, LazyString] = {
    ExtractState.SUGGESTED: lazy_gettext("A key passage, as the machine suggests"),
    ExtractState.TAKEN: lazy_gettext("A key passage that a person took"),
}
"""Of words marked in their thread; those that were rejected are not marked."""
STANCES: dict[Stance, LazyString] = {
    Stance.FOR: lazy_gettext("for"),
    Stance.AGAINST: lazy_gettext("against"),
}
EVIDENCE: dict[ParentEvidence, LazyString] = {
    ParentEvidence.HEADER: lazy_gettext("said by the message itself"),
    ParentEvidence.REFERENCES: lazy_gettext("an older ancestor named by the message"),
    ParentEvidence.QUOTE: lazy_gettext("quotes the words it answers"),
    ParentEvidence.SUBJECT: lazy_gettext("same subject, later"),
    ParentEvidence.MENTION: lazy_gettext("addresses an earlier speaker"),
    ParentEvidence.NONE: lazy_gettext("answers nothing, or nobody can tell"),
}
VERBS: dict[str, LazyString] = {
    "renamed": lazy_gettext("renamed"),
    "merged": lazy_gettext("merged"),
    "split": lazy_gettext("split"),
    "moved": lazy_gettext("moved in the outline"),
    "pinned": lazy_gettext("passages put under it"),
    "unplaced": lazy_gettext("passages taken out"),
    "confirmed": lazy_gettext("confirmed"),
    "unconfirmed": lazy_gettext("no longer confirmed"),
    "hidden": lazy_gettext("hidden"),
    "shown": lazy_gettext("shown again"),
    "linked": lazy_gettext("passages tied together"),
    "parted": lazy_gettext("passages kept apart"),
    "described": lazy_gettext("described"),
    "locked": lazy_gettext("locked"),
    "unlocked": lazy_gettext("unlocked"),
    "related": lazy_gettext("linked to another idea"),
    "unrelated": lazy_gettext("a link taken away"),
    "set_aside": lazy_gettext("passages set aside as not about the question"),
    "released": lazy_gettext("passages left to the machine"),
    "sided": lazy_gettext("the side of a message was set"),
    "signed_off": lazy_gettext("all ideas signed off"),
    "reopened": lazy_gettext("the sign-off taken back"),
}
"""What people did to the map."""
UNPLACED: dict[Unplaced, LazyString] = {
    code: lazy_gettext(text) for code, text in UNPLACED_WORDS.items()
}
QUALITIES: dict[str, LazyString] = {
    "full": lazy_gettext("full"),
    "draft": lazy_gettext("draft"),
}
CLUSTERERS: dict[str, LazyString] = {
    "linkage": lazy_gettext("smoothed average linkage (usual)"),
    "hdbscan": lazy_gettext("HDBSCAN, by density"),
    "kmeans": lazy_gettext("k-means, with a readable number of ideas"),
    "leiden": lazy_gettext("Leiden, by neighbours"),
}
FATES: dict[str, LazyString] = {
    "kept": lazy_gettext("kept"),
    "split": lazy_gettext("split"),
    "merged": lazy_gettext("merged"),
    "born": lazy_gettext("new"),
    "gone": lazy_gettext("gone"),
}
"""What becomes of ideas from one map to the next."""
SOURCE_STATES: dict[str, LazyString] = {
    "running": lazy_gettext("being read"),
    "failed": lazy_gettext("could not be read"),
    "interrupted": lazy_gettext("interrupted"),
}
JOB_STATES: dict[str, LazyString] = {
    "waiting": lazy_gettext("waiting"),
    "running": lazy_gettext("at work"),
    "done": lazy_gettext("done"),
    "failed": lazy_gettext("failed"),
    "cancelled": lazy_gettext("cancelled"),
    "interrupted": lazy_gettext("interrupted"),
}
JOB_KINDS: dict[str, LazyString] = {
    "upload": lazy_gettext("upload"),
    "build": lazy_gettext("new map"),
}
JOB_STEPS: dict[str, LazyString] = {
    "import": lazy_gettext("reading the files"),
    "draft": lazy_gettext("the draft map"),
    "full": lazy_gettext("the full map"),
    "tidy": lazy_gettext("tidying up"),
}
"""By the values of ``Step``."""
STAGES: dict[str, LazyString] = {
    "Import": lazy_gettext("Read"),
    "Store": lazy_gettext("Store"),
    "Thread": lazy_gettext("Find who answers whom"),
    "Cut": lazy_gettext("Cut into passages"),
    "Embed": lazy_gettext("Read for meaning"),
    "Find ideas": lazy_gettext("Find ideas"),
    "Title and lay out": lazy_gettext("Name and lay out"),
    "Suggest": lazy_gettext("Suggest key passages"),
    "Read sides": lazy_gettext("Read who is for and who against"),
    "Ask the LLM": lazy_gettext("Ask the language model"),
}
"""By the name that the pipeline gives the stage; others are shown by that name."""
STEPS: dict[str, LazyString] = {
    "passages": lazy_gettext("passages"),
    "embed": lazy_gettext("meaning"),
    "find ideas": lazy_gettext("ideas"),
    "place": lazy_gettext("places of what is new"),
    "title and lay out": lazy_gettext("titles and map"),
    "suggest": lazy_gettext("key passages"),
    "sides": lazy_gettext("sides"),
    "write": lazy_gettext("writing"),
}
"""What the time of a build was spent on, by the names that the pipeline keeps."""
UNITS: dict[str, LazyString] = {
    "answers": lazy_gettext("answers"),
    "ideas": lazy_gettext("ideas"),
    "messages": lazy_gettext("messages"),
    "passages": lazy_gettext("passages"),
}
HTTP_ERRORS: dict[int, tuple[LazyString, LazyString]] = {
    400: (
        lazy_gettext("This cannot be understood"),
        lazy_gettext("Something is wrong in the address or the form."),
    ),
    401: (lazy_gettext("Not signed in"), lazy_gettext("Sign in to see this.")),
    403: (lazy_gettext("Not allowed"), lazy_gettext("This is not open to everybody.")),
    404: (lazy_gettext("Not found"), lazy_gettext("There is nothing at this address.")),
    405: (lazy_gettext("Not possible here"), lazy_gettext("This address cannot be used that way.")),
    413: (lazy_gettext("Too large"), lazy_gettext("The upload is larger than this viewer takes.")),
    429: (
        lazy_gettext("Too often"),
        lazy_gettext("Wait a little, then try again."),
    ),
    502: (
        lazy_gettext("No answer from elsewhere"),
        lazy_gettext("Another service that is needed for this does not answer."),
    ),
    500: (
        lazy_gettext("Something went wrong"),
        lazy_gettext("The fault is ours; the log has the details."),
    ),
}
"""Status → its name, and what to say where the code says nothing more exact."""
STORE_TROUBLES: dict[StoreTrouble, tuple[LazyString, LazyString]] = {
    StoreTrouble.LOCKED: (
        lazy_gettext("Somebody else is writing just now"),
        lazy_gettext(
            "The discussion file was busy for some seconds, so what you sent was not stored. "
            "Wait a moment, go back and send it again."
        ),
    ),
    StoreTrouble.FULL: (
        lazy_gettext("The disk is full"),
        lazy_gettext(
            "What you sent was not stored. Who runs this place has to make room; then it can be "
            "sent again."
        ),
    ),
    StoreTrouble.DAMAGED: (
        lazy_gettext("The discussion file is damaged"),
        lazy_gettext(
            "Who runs this place can bring back the last backup with “synth restore”. Until then "
            "nothing can be stored."
        ),
    ),
    StoreTrouble.FORBIDDEN: (
        lazy_gettext("The discussion file cannot be written"),
        lazy_gettext(
            "Who runs this place has to make the file and its folder readable and writable."
        ),
    ),
    StoreTrouble.DISK: (
        lazy_gettext("The disk does not answer"),
        lazy_gettext(
            "Who runs this place has to look at the disk. Nothing can be stored until then."
        ),
    ),
    StoreTrouble.OTHER: (
        lazy_gettext("The discussion file cannot be used"),
        lazy_gettext("The log has the details."),
    ),
}
"""What keeps the file from being used → what it is called, and what can be done."""
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
