"""How pages are written: words, numbers, addresses and templates."""
