"""What quickstart.py does, step by step.

Standard library only, except for `example`, which runs in the environment that the others made.
"""
