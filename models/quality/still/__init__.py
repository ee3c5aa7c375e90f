"""Still quality: measures of single pictures."""
