"""Detectors of people in pictures: one module for each kind of detector."""
