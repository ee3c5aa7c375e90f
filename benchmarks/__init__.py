"""Benchmarks, which compare the pack with a baseline: other code, or a limit.

A module with a function `run` is a benchmark. Its name is the name of the module.
"""
