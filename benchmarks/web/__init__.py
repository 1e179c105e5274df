"""The viewer under load, and in a browser."""
