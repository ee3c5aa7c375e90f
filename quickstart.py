#!/usr/bin/env python3
"""Program that sets the pack up with a ComfyUI of its own: `python quickstart.py --help`."""

import sys

if not (3, 10) <= sys.version_info[:2] <= (3, 14):
    # No f-string: an old Python must be able to read this line.
    sys.exit(
        "Python 3.10 to 3.14 is needed, and this is {}.{}. Start quickstart.py with one of "
        "those, for example: python3.12 quickstart.py".format(*sys.version_info[:2])
    )

from quickstart_steps.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
