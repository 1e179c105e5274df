"""How pages are rendered: one frozen Context a page, and what all templates may call."""

from __future__ import annotations

from dataclasses import Field, fields
from typing import Any, ClassVar, Protocol
from urllib.parse import urlsplit

from flask import Flask, render_template
from jinja2 import StrictUndefined

from web.http.consent import asks_consent
from web.http.permission import (
    address_asked,
    current_person,
    has_accounts,
    has_own_words,
    may,
    may_here,
    own_pseudonyms,
)
from web.http.proxy import public_address
from web.services.quotes import contained
from web.ui import (
    consent_words,
    correction_words,
    i18n,
    member_words,
    moderation_words,
    privacy_words,
    words,
)
from web.ui.query import page_address

Fields = dict[str, object]


class Context(Protocol):
    """All that one template is given; a frozen dataclass."""

    template: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


def render(context: Context) -> str:
    """The page: its template with the fields of ``context``, and nothing else."""
    return render_template(context.template, **values_of(context))


def values_of(context: Context) -> Fields:
    """Field name → value, one level deep."""
    return {field.name: getattr(context, field.name) for field in fields(context)}


def init_app(app: Flask) -> None:
    """Give the templates these words; a name that is not given fails loudly."""
    filters = (
        i18n.day, i18n.clock, i18n.number, i18n.decimal, i18n.percent, i18n.duration,
        i18n.language_name, i18n.language_tag, words.counted, web_address,
    )  # fmt: skip
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.finalize = contained
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update({f.__name__: f for f in filters})
    app.jinja_env.globals.update(
        page_address=page_address,
        public_address=public_address,
        kind_words=correction_words.KINDS,
        link_words=correction_words.LINKS,
        linked_from_words=correction_words.LINKED_FROM,
        asks_consent=asks_consent,
        may=may,
        address_asked=address_asked,
        may_here=may_here,
        has_accounts=has_accounts,
        own_pseudonyms=own_pseudonyms,
        has_own_words=has_own_words,
        current_person=current_person,
        role_words=member_words.ROLES,
        role_work=member_words.ROLE_WORK,
        audit_words=member_words.AUDITED,
        consent_words=consent_words.CONSENT_MODES,
        hidden_words=moderation_words.HIDDEN,
        visibility_words=member_words.VISIBILITIES,
        masking_words=privacy_words.MASKINGS,
        mask_words=privacy_words.MASKS,
        reason_words=privacy_words.REASONS,
        removed_words=privacy_words.REMOVED,
        natures=words.NATURES,
        evidence_words=words.EVIDENCE,
        state_words=words.STATES,
        key_words=words.KEY_PASSAGES,
        stance_words=words.STANCES,
        unplaced_words=words.UNPLACED,
        verb_words=words.VERBS,
        quality_words=words.QUALITIES,
        clusterer_words=words.CLUSTERERS,
        fate_words=words.FATES,
        source_words=words.SOURCE_STATES,
        alert_words=words.ALERTS,
        missing_words=words.MISSING,
        band_words=words.BANDS,
        light_words=words.LIGHTS,
        stage_words=words.STAGES,
        step_words=words.STEPS,
        unit_words=words.UNITS,
        job_words=words.JOB_STATES,
        job_kind_words=words.JOB_KINDS,
        job_step_words=words.JOB_STEPS,
    )


def web_address(url: str | None) -> str | None:
    """The address if it is plain http or https, else None: no other scheme becomes a link."""
    if url is None:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme in {"http", "https"} and parts.netloc else None
