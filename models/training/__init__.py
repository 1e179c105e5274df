"""Teaches the encoder what the same point is; needs the ``transformers`` extra.

Nothing of the product imports this package. ``python -m models.training.same_point`` trains.
"""
