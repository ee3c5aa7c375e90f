"""Acting on a score: what goes on, what is tried again, and what is kept."""
