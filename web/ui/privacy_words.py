"""Words of the pages about privacy."""

from __future__ import annotations

from flask_babel import LazyString, lazy_gettext

from synth.masks import Masking, MaskKind

MASKINGS: dict[Masking, tuple[LazyString, LazyString]] = {
    Masking.CONTACTS: (
        lazy_gettext("Addresses and numbers"),
        lazy_gettext(
            "e-mail addresses, telephone numbers, IBANs, @handles, links to a person’s profile"
        ),
    ),
    Masking.NAMES: (
        lazy_gettext("Names of people, too"),
        lazy_gettext(
            "names of participants in every language, other names in English and French only; "
            "some are missed, and some words that are no names are masked"
        ),
    ),
    Masking.NOTHING: (
        lazy_gettext("Nothing"),
        lazy_gettext("texts are shown as they were written"),
    ),
}
"""What is masked → its name, and what that means."""
MASKS: dict[MaskKind, LazyString] = {
    MaskKind.EMAIL: lazy_gettext("E-mail addresses"),
    MaskKind.PHONE: lazy_gettext("Telephone numbers"),
    MaskKind.IBAN: lazy_gettext("IBANs"),
    MaskKind.HANDLE: lazy_gettext("Handles (@name)"),
    MaskKind.PROFILE: lazy_gettext("Links to a person’s profile"),
    MaskKind.NAME: lazy_gettext("Names of people"),
}
REASONS: dict[str, LazyString] = {
    "answer": lazy_gettext("To answer the person"),
    "safety": lazy_gettext("Somebody may be in danger"),
    "check": lazy_gettext("To see whether the mask is right"),
    "erasure": lazy_gettext("To find what is to be erased"),
}
"""Why somebody looks at an original."""
REMOVED: dict[str, LazyString] = {
    "messages": lazy_gettext("Messages emptied"),
    "passages": lazy_gettext("Passages"),
    "extracts": lazy_gettext("Key passages"),
    "quotes": lazy_gettext("Quotes, in their messages and of them in others"),
    "subjects": lazy_gettext("Subject lines"),
    "originals": lazy_gettext("Original forms of messages"),
    "masks": lazy_gettext("Names and addresses behind masks"),
    "titles": lazy_gettext("Titles made by the machine"),
    "prompts": lazy_gettext("Questions to a language model"),
    "proposals": lazy_gettext("Corrections that they proposed"),
    "vectors": lazy_gettext("Vectors of texts"),
    "names": lazy_gettext("Names"),
    "uploads": lazy_gettext("Uploads that waited"),
}
"""Kind of ``synth.store.erasures.REMOVED`` → what it is."""
