"""Pages, one concern a module."""
