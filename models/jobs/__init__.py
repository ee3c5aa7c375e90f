"""Jobs: what is remembered of every tracked prompt, in PostgreSQL."""
