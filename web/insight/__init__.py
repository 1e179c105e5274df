"""Figures of ideas and of the whole discussion, as pages show them."""
