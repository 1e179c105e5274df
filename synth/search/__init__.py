"""Find what was said: by its words, by its meaning, and by what else is known of it."""
