"""Embedders of detected people: one module for each way of describing a character."""
