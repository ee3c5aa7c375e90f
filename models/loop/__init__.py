"""Loops: scoring a clip's seam, finding the best loop of a clip, closing and generating loops."""
