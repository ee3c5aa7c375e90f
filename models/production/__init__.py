"""Phases of a production: what runs, what can be set, when it passes, and what is tried again."""
