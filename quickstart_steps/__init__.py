"""Commands of quickstart.py, and the ComfyUI process and client that tests and benchmarks use.

Most modules need only the standard library, so that any Python can run them. The exceptions run in
the environment that the set-up made, or with the packages of a ComfyUI: `example`, `production`,
`phases`, `jobs`, and the downloads of `weights`.
"""
