"""The words of corrections: what each is called, what it does, and what its button says."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import LazyString, lazy_gettext

from synth.corrections.wanted import Kind
from synth.records import LinkKind


@dataclass(frozen=True, slots=True, kw_only=True)
class KindWords:
    name: LazyString
    """In the menu, and over the form."""
    effect: LazyString
    """What it does, in a sentence."""
    button: LazyString
    done: LazyString
    """What is said once it is done."""


KINDS: dict[Kind, KindWords] = {
    Kind.RENAME: KindWords(
        name=lazy_gettext("Rename"),
        effect=lazy_gettext("The title stays, also when the map is made anew."),
        button=lazy_gettext("Rename"),
        done=lazy_gettext("Renamed."),
    ),
    Kind.DESCRIBE: KindWords(
        name=lazy_gettext("Describe"),
        effect=lazy_gettext("Some sentences under the title, in your own words."),
        button=lazy_gettext("Save the description"),
        done=lazy_gettext("Described."),
    ),
    Kind.MERGE: KindWords(
        name=lazy_gettext("Merge with another idea"),
        effect=lazy_gettext("All passages of both come under one idea, and stay together."),
        button=lazy_gettext("Merge"),
        done=lazy_gettext("Merged."),
    ),
    Kind.SPLIT: KindWords(
        name=lazy_gettext("Split this idea"),
        effect=lazy_gettext(
            "What is ticked becomes an idea of its own; what is not ticked stays here."
        ),
        button=lazy_gettext("Split it"),
        done=lazy_gettext("Split."),
    ),
    Kind.MOVE: KindWords(
        name=lazy_gettext("Move in the outline"),
        effect=lazy_gettext("The idea goes, with all below it, under the one that you choose."),
        button=lazy_gettext("Move"),
        done=lazy_gettext("Moved."),
    ),
    Kind.LINK: KindWords(
        name=lazy_gettext("Link to another idea"),
        effect=lazy_gettext("Say how this idea stands to another one; pages and map show it."),
        button=lazy_gettext("Link"),
        done=lazy_gettext("Linked."),
    ),
    Kind.UNLINK: KindWords(
        name=lazy_gettext("Take a link away"),
        effect=lazy_gettext("The two ideas are no longer linked."),
        button=lazy_gettext("Take the link away"),
        done=lazy_gettext("The link is gone."),
    ),
    Kind.CONFIRM: KindWords(
        name=lazy_gettext("Confirm"),
        effect=lazy_gettext(
            "You say that the idea is right: it stays, with the passages it has now. "
            "The machine may still find a better title for it."
        ),
        button=lazy_gettext("Confirm"),
        done=lazy_gettext("Confirmed."),
    ),
    Kind.HIDE: KindWords(
        name=lazy_gettext("Hide"),
        effect=lazy_gettext(
            "Readers no longer see this idea, nor those below it. Its passages stay with it, and "
            "the outline tells you which ideas are hidden."
        ),
        button=lazy_gettext("Hide"),
        done=lazy_gettext("Hidden."),
    ),
    Kind.SHOW: KindWords(
        name=lazy_gettext("Neither confirmed nor hidden"),
        effect=lazy_gettext("Readers see the idea, and the machine may change it again."),
        button=lazy_gettext("Take it back"),
        done=lazy_gettext("Taken back."),
    ),
    Kind.LOCK: KindWords(
        name=lazy_gettext("Lock"),
        effect=lazy_gettext(
            "The machine changes nothing about this idea and those below it: neither title nor "
            "place, and it takes no passage away. Later messages may still come under it."
        ),
        button=lazy_gettext("Lock"),
        done=lazy_gettext("Locked."),
    ),
    Kind.UNLOCK: KindWords(
        name=lazy_gettext("Unlock"),
        effect=lazy_gettext("The machine may change this idea and those below it again."),
        button=lazy_gettext("Unlock"),
        done=lazy_gettext("Unlocked."),
    ),
    Kind.PLACE: KindWords(
        name=lazy_gettext("Place it elsewhere"),
        effect=lazy_gettext("The passage goes under the idea that you choose, and stays there."),
        button=lazy_gettext("Place it there"),
        done=lazy_gettext("Placed."),
    ),
    Kind.KEEP: KindWords(
        name=lazy_gettext("Keep it here"),
        effect=lazy_gettext("The passage stays under this idea, also when the map is made anew."),
        button=lazy_gettext("Keep it here"),
        done=lazy_gettext("Kept here."),
    ),
    Kind.RELEASE: KindWords(
        name=lazy_gettext("Leave its place to the machine"),
        effect=lazy_gettext("The next map may place the passage elsewhere."),
        button=lazy_gettext("Leave it to the machine"),
        done=lazy_gettext("Left to the machine."),
    ),
    Kind.UNPLACE: KindWords(
        name=lazy_gettext("Under no idea"),
        effect=lazy_gettext("The passage is about the question and stays under no idea."),
        button=lazy_gettext("Take it from its idea"),
        done=lazy_gettext("Taken from its idea."),
    ),
    Kind.ASIDE: KindWords(
        name=lazy_gettext("Not about the question"),
        effect=lazy_gettext("The passage goes to those that are not about the question."),
        button=lazy_gettext("Set it aside"),
        done=lazy_gettext("Set aside."),
    ),
    Kind.TOGETHER: KindWords(
        name=lazy_gettext("Keep together with another passage"),
        effect=lazy_gettext("Both always stand under the same idea, or both under none."),
        button=lazy_gettext("Keep together"),
        done=lazy_gettext("Kept together."),
    ),
    Kind.APART: KindWords(
        name=lazy_gettext("Keep apart from another passage"),
        effect=lazy_gettext("The two never stand under the same idea."),
        button=lazy_gettext("Keep apart"),
        done=lazy_gettext("Kept apart."),
    ),
}
LINKS: dict[LinkKind, LazyString] = {
    LinkKind.SUPPORTS: lazy_gettext("supports"),
    LinkKind.OPPOSES: lazy_gettext("opposes"),
    LinkKind.ANSWERS: lazy_gettext("is an answer to"),
    LinkKind.QUESTIONS: lazy_gettext("questions"),
    LinkKind.RELATED: lazy_gettext("is related to"),
}
"""How one idea stands to another, between the two."""
LINKED_FROM: dict[LinkKind, LazyString] = {
    LinkKind.SUPPORTS: lazy_gettext("is supported by"),
    LinkKind.OPPOSES: lazy_gettext("is opposed by"),
    LinkKind.ANSWERS: lazy_gettext("is answered by"),
    LinkKind.QUESTIONS: lazy_gettext("is questioned by"),
    LinkKind.RELATED: lazy_gettext("is related to"),
}
"""The same, seen from the other idea."""
