"""Provenance of a job: its graph, parameters, texts, model hashes, verdict and files."""
