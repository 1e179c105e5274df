"""The ``synth`` command. Each sub-command is one module, loaded when it is called."""

from __future__ import annotations

from synth.cli.group import main

__all__ = ["main"]
