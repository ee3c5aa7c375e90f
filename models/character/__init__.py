"""Detection and comparison of characters: figures, embeddings, character sheets and scores."""
