"""All SQL that reads and writes jobs."""
