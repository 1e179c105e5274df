"""What a map tells of a discussion: who speaks, when, beside what, and what needs attention."""
