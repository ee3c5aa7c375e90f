"""The domain: torch, numpy and SQL in, Reports out; nothing of ComfyUI."""
