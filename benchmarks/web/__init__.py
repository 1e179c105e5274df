"""The viewer under load."""
