"""Program that lists the weights that the pack can use, and fetches some.

Run it as `python -m anime_production.quickstart_steps.weights`. Any Python can show the list;
fetching needs `requests` and `filelock`, which come with ComfyUI.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ..models.weights import RECOMMENDED, WEIGHTS, Weight
from ..models.weights.weight import fetch_command, files_in
from .console import LiveLine, duration_text, prepare, say

SECONDS_BETWEEN_LINES = 0.2


def main(arguments: list[str]) -> int:
    """Run the command, and return 0 on success, 1 if a download failed, 2 if it was refused."""
    prepare()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", required=True, type=Path, help="ComfyUI's models folder")
    parser.add_argument("--fetch", nargs="+", metavar="NAME", help="weights to fetch")
    parser.add_argument("--accept-licence", action="store_true", help="non-commercial ones too")
    options = parser.parse_args(arguments)
    try:
        if options.fetch is None:
            say("\n".join(listing(options.models)))
            return 0
        return fetch_all(options.fetch, options.models, options.accept_licence)
    except KeyboardInterrupt:
        return 130


def listing(models: Path) -> list[str]:
    """Return two lines for each set of weights: state, size and licence, and what it is for."""
    lines = [
        f"Weights in {models}",
        "The pack works without them, and fetches none on its own. Weights marked with ! may not",
        "be used commercially; to fetch them, add --accept-licence.",
        "",
    ]
    name_width = max(map(len, WEIGHTS))
    for weight in WEIGHTS.values():
        is_installed = weight.installed(files_in(models / weight.folder)) is not None
        state = "installed" if is_installed else "missing"
        mark = "!" if weight.non_commercial else " "
        lines.append(
            f"{mark} {weight.name:<{name_width}}  {state:<9}  {weight.size:>7}  {weight.licence}"
        )
        lines.append(f"      {weight.purpose}.")
    lines += ["", f"To fetch some: {fetch_command('NAME', '[NAME ...]')}"]
    command = fetch_command(*(weight.name for weight in RECOMMENDED))
    return [*lines, f"Recommended, to see anime characters in any frame: {command}"]


def fetch_all(names: list[str], models: Path, accept_licence: bool) -> int:
    """Fetch weights one after the other, and return the exit status."""
    unknown = [name for name in names if name not in WEIGHTS]
    if unknown:
        say(f"There are no weights {', '.join(unknown)}. There are: {', '.join(WEIGHTS)}.")
        return 2
    weights = [WEIGHTS[name] for name in dict.fromkeys(names)]
    non_commercial = [weight for weight in weights if weight.non_commercial]
    if non_commercial and not accept_licence:
        for weight in non_commercial:
            say(f"{weight.name} may not be used commercially: {weight.licence}.")
        say("Nothing was fetched. If you accept these licences, add --accept-licence.")
        return 2
    return max([_fetch(weight, models) for weight in weights])


def _fetch(weight: Weight, models: Path) -> int:
    try:
        from ..models.weights.fetch import FetchFailed, fetch
    except ModuleNotFoundError as error:
        say(
            f"Fetching needs {error.name}, which this Python does not have. Run: "
            f'"{sys.executable}" -m pip install requests filelock'
        )
        return 1
    files = files_in(models / weight.folder)
    if weight.complete(files):
        say(f"{weight.name}: installed already (delete {weight.installed(files)} to fetch it anew)")
        return 0
    say(f"{weight.name} ({weight.size}; {weight.licence}) ...")
    started = time.monotonic()
    try:
        with LiveLine() as live:
            paths = fetch(weight, models, _progress_on(live))
    except FetchFailed as failure:
        say(f"FAILED: {weight.name}. {failure}")
        return 1
    say(f"{weight.name}: done in {duration_text(time.monotonic() - started)}")
    for path in paths:
        say(f"  {path}")
    return 0


def _progress_on(live: LiveLine) -> Callable[[int, int | None], None]:
    """Return a function that shows the progress of a download on a line of the terminal."""
    last_shown = -SECONDS_BETWEEN_LINES

    def report(done: int, total: int | None) -> None:
        nonlocal last_shown
        if live.seconds - last_shown >= SECONDS_BETWEEN_LINES:
            last_shown = live.seconds
            whole = "" if not total else f" of {total / 1e6:.1f} MB ({done / total:.0%})"
            live.show(f"{done / 1e6:.1f}{whole or ' MB'}")

    return report


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
