"""Temporal measures of a clip: light, steadiness, timing of the drawings, and motion."""
