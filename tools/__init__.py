"""Generators that write files of the pack anew, for developers: `python quickstart.py generate`.

ComfyUI never loads this package, and the registry's archive leaves it out.
"""
