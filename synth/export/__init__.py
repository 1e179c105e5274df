"""A discussion as files: CSV tables, ``run.json`` and one offline report."""

from __future__ import annotations

from synth.export.report import write_report
from synth.export.tables import write_tables

__all__ = ["write_report", "write_tables"]
