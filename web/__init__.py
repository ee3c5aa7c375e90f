"""The web face: what the browser loads, and what the server answers."""
