"""Decisions by a score: gates, rankings, retries and merges of reports."""
