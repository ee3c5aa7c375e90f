"""The graph face of the pack: one module per family, each node a schema and a short execute."""
