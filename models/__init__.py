"""Measures, gates, jobs and productions of the pack; nothing in here imports ComfyUI.

Frames come in as torch tensors, rows as psycopg connections; scores come out as `Report`s.
"""
