"""How pages are written: languages and numbers, words, the query of an address, templates."""
