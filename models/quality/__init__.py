"""Picture quality of stills and clips, and comparison of pictures with references."""
