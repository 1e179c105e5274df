"""Serving the viewer: its configuration, its secret, and the servers that answer for it."""
