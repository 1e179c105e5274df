"""Passages as vectors: what stands around them, and which are near which."""
