"""Still quality: how clean single pictures are."""
