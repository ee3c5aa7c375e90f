"""Sample clips: an anime-style character in motion, with faults of known strength."""
