"""A search, from its address to what was found."""
