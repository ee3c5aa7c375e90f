"""Is this still the same character? Figures, descriptors, character sheets and scores."""
