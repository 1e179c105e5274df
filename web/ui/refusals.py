"""Why a correction was refused, in the language of the page."""

from __future__ import annotations

from flask_babel import gettext as _

from synth.corrections.stored_map import CalledIdea, CalledPassage
from synth.errors import CorrectionRefused


def refusal(refused: CorrectionRefused) -> str:
    """As a sentence, with the ideas by their titles."""
    values = {name: _told(value) for name, value in refused.values.items()}
    text = _(refused.text, **values)
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _told(value: object) -> object:
    if isinstance(value, CalledIdea):
        return _("“%(title)s”", title=value.title)
    if isinstance(value, CalledPassage):
        return _("the passage of message %(id)s", id=value.message_id)
    return _(value) if isinstance(value, str) and value else value
