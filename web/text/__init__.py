"""People's words as they stand on pages."""
