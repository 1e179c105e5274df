"""What can go wrong with a model."""

from __future__ import annotations


class ModelMissing(Exception):
    """A model is not there, is damaged (checksum), or needs an extra that is not installed.

    The message is one line that names the model and the remedy.
    """


class ChatProblem(Exception):
    """A language model behind an address gave no answer that could be read.

    The message is one line that names the address and never the key.
    """
