"""Commands of quickstart.py, and the ComfyUI process and client that tests and benchmarks use.

Everything here needs the standard library only, so that any Python can run it. There are two
exceptions: `example` runs in the environment that the other steps made, and fetching `weights`
needs packages that come with every ComfyUI.
"""
