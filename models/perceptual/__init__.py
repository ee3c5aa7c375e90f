"""Perceptual distances between frames: one without weights, and LPIPS."""
