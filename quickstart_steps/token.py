"""Program that shows the token that other machines need for routes that destroy something.

Run it as `python -m anime_production.quickstart_steps.token`; any Python can. The first run makes
the token and writes it into the private config file, which a running ComfyUI reads at once.
"""

import argparse
import secrets
import sys
from pathlib import Path

from ..models.settings import TOKEN, SettingsError
from .console import prepare, say

PRIVATE_FOLDER = "__anime"  # below ComfyUI's user folder
TOKEN_BYTES = 24  # 192 random bits, written with 32 letters


def main(arguments: list[str]) -> int:
    """Show the token and return 0; return 1 if the private config file can't be used."""
    prepare()
    parser = argparse.ArgumentParser(prog="quickstart.py token", description=__doc__)
    parser.add_argument("--user", required=True, type=Path, help="ComfyUI's user folder")
    parser.add_argument("--new", action="store_true", help="make a new one, so that the old ends")
    options = parser.parse_args(arguments)
    private = options.user / PRIVATE_FOLDER
    try:
        token = TOKEN.read(private)
        is_from_environment = TOKEN.is_in_environment()
        if (options.new or not token) and not is_from_environment:
            token = secrets.token_urlsafe(TOKEN_BYTES)
            TOKEN.write(private, token)
    except SettingsError as error:
        say(str(error))
        return 1
    say(token)
    if options.new and is_from_environment:
        say(f"It comes from the environment variable {TOKEN.variable}. Change it there.")
        return 1
    say("Enter it where the panel asks for it, or send it in the header X-Anime-Token.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
