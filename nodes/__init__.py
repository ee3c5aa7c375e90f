"""ComfyUI nodes of the pack: one module per family; the computation itself is in `models`."""
