"""Which models there are, and the one of a name."""

from __future__ import annotations

from models.embedders import Embedder, ModelCard, ModelMissing

DEFAULT = "e5-same-point"
DRAFT = "draft"


def cards() -> tuple[ModelCard, ...]:
    """The cards of the models that need nothing but the installed packages."""
    from models import blend, e5

    return (e5.SAME_POINT_CARD, e5.CARD, blend.DRAFT_CARD)


def load(name: str = DEFAULT) -> Embedder:
    """The model ``name``: ``e5-same-point``, ``e5-small``, ``draft``, ``st:NAME`` or a folder.

    ``st:NAME`` and folders are sentence-transformers models (the ``transformers`` extra);
    NAME is looked up on the model hub. Weights are checked and read at the first call of
    ``encode``, so loading is instant. Raises ModelMissing for a name nobody knows.
    """
    from models import blend, e5, transformer

    for card in (e5.SAME_POINT_CARD, e5.CARD):
        if name == card.name:
            return e5.E5Embedder(card=card)
    if name == blend.DRAFT_CARD.name:
        return blend.DraftEmbedder()
    if transformer.is_name(name):
        return transformer.TransformerEmbedder(name)
    known = ", ".join(card.name for card in cards())
    raise ModelMissing(
        f"{name}: no such model; known are {known}, st:NAME for a model of the hub, "
        "or the folder of a sentence-transformers model"
    )
