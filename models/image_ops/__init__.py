"""Pixels: conversions that several measures share."""
