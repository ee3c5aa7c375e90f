"""Generators that write files of the pack, for developers: `python quickstart.py generate`.

ComfyUI never loads this package, and the registry's archive does not contain it.
"""
