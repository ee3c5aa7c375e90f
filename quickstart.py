#!/usr/bin/env python3
"""Sets the pack up with a ComfyUI of its own and runs it: `python quickstart.py --help`."""

import sys

if not (3, 10) <= sys.version_info[:2] <= (3, 13):
    # No f-string: this line must reach the eyes of someone who has an old Python.
    sys.exit(
        "Python 3.10 to 3.13 is needed, and this is {}.{}. Start quickstart.py with one of "
        "those, for example: python3.12 quickstart.py".format(*sys.version_info[:2])
    )

from quickstart_steps.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
