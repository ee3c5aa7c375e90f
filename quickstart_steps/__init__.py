"""What quickstart.py does, step by step.

Standard library only, except for `example`, which runs in the environment that the others made, and
for fetching `weights`, which needs what comes with every ComfyUI. The tests and benchmarks take
ComfyUI's process and its client from here.
"""
