"""Provenance of a job: its graph, parameters, prompt texts, model hashes, verdict and files."""
