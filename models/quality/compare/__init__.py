"""Comparison of pictures with references: pixel, structure, colour and network measures."""
