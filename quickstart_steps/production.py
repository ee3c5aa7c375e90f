"""Program that orders a production on a running ComfyUI, follows it, and prints its results.

Run it as `python -m anime_production.quickstart_steps.production` in the pack's environment.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .comfyui_client import ComfyClient, ComfyFailed, RequestRefused
from .console import LiveLine, duration_text, prepare, say, width
from .table import Signs, signs_for, wrapped

LIMIT = 900.0  # seconds without a new line after which waiting ends; an attempt takes seconds
PAUSE = 0.3
# The loop jumps by eight steps of motion at its seam. After each attempt that fails for this
# reason, the phase's policy lowers the jump by four, so that the third attempt passes.
ORDER = {
    "project": "quickstart",
    "character": "heroine",
    "prompt": "a girl stands on a hill, wind in her hair",
    "seed": 5,
    "width": 256,
    "height": 256,
    "frames": 24,
    "fps": 12,
    "phases": "sample",
    "parameters": {"sample_loop": {"seam_jump": 8.0}},
}
ENDED = ("completed", "failed", "cancelled")
FINAL_STATES = ("passed", "failed", "lost", "superseded", "cancelled", "rejected")


def main(arguments: list[str]) -> int:
    """Run the production, and return 0 if it was completed."""
    prepare()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", required=True, help="of ComfyUI, http://host:port")
    parser.add_argument("--base", required=True, type=Path, help="ComfyUI's base directory")
    options = parser.parse_args(arguments)
    try:
        return run(ComfyClient(options.address), options.base)
    except ComfyFailed as problem:
        say(f"\nFAILED: {problem}")
        return 1
    except KeyboardInterrupt:
        return 130


def run(client: ComfyClient, base: Path) -> int:
    """Order the production, follow it to its end, and print attempts, verdicts and files."""
    signs, started = signs_for(sys.stdout.encoding), time.monotonic()
    try:
        path = client.post("/anime/orchestrate", ORDER)["url"]
    except RequestRefused as refusal:
        reason = f"The production was refused: {refusal.reason} (HTTP {refusal.status})"
        raise ComfyFailed(reason) from refusal
    say(f"  {client.address}{path}")
    production = follow(client, path, signs)
    say(f"  {production['state']} in {duration_text(time.monotonic() - started)}")
    if production["reason"]:
        say(f"  {production['reason']}")
    say("\nChosen files of each phase")
    for phase in production["phases"]:
        for file in phase["files"]:
            say(f"  {base / 'output' / file['path']}")
    say("\nAll decisions with their reasons, while ComfyUI runs (python quickstart.py serve):")
    say(f"  GET {path}")
    return 0 if production["state"] == "completed" else 1


def follow(client: ComfyClient, path: str, signs: Signs) -> Mapping[str, Any]:
    """Print each phase and each finished attempt until the production ends, and return it.

    Raises:
        ComfyFailed: nothing changed for a long time, or the server refused to answer.
    """
    printed = 0  # lines
    changed = time.monotonic()
    with LiveLine() as live:
        while True:
            try:
                production: Mapping[str, Any] = client.get(path)
            except RequestRefused as refusal:
                raise ComfyFailed(f"{refusal.reason} (HTTP {refusal.status})") from refusal
            for line in list(lines(production, signs))[printed:]:
                changed = time.monotonic()
                live.show("")
                say(line)
                printed += 1
            if production["state"] in ENDED:
                return production
            if time.monotonic() - changed > LIMIT:
                pause, state = duration_text(LIMIT), production["state"]
                raise ComfyFailed(f"Nothing has changed for {pause}: {state}.")
            live.show(
                f"{production['phase']}, attempt {production['attempt']},"
                f" {production['progress']:.0%} of the production"
            )
            time.sleep(PAUSE)


def lines(production: Mapping[str, Any], signs: Signs) -> Iterator[str]:
    """Yield a line for each phase that has begun and each attempt that has ended."""
    for phase in production["phases"]:
        if not phase["attempts"]:
            return
        yield f"  {phase['name']} ({phase['phase']}), up to {phase['attempt_limit']} attempts"
        for attempt in phase["attempts"]:
            if attempt["state"] not in FINAL_STATES:
                return
            yield from wrapped(_attempt(attempt, signs), width(), "    ")


def _attempt(attempt: Mapping[str, Any], signs: Signs) -> str:
    verdict = attempt["verdict"]
    outcome = f"{signs.verdicts.get(verdict, '')} {verdict}" if verdict else attempt["state"]
    score = "no score" if attempt["score"] is None else f"score {attempt['score']:.3g} of 100"
    reason = "" if verdict == "PASS" else _one_line(str(attempt["reason"] or ""))
    return f"attempt {attempt['number']}: {outcome}, {score}. {reason}".rstrip()


def _one_line(reason: str) -> str:
    """Return a gate's reasons on one line: its list items, or the whole text if it has no list."""
    items = [line[2:] for line in reason.splitlines() if line.startswith("- ")]
    return " ".join(" ".join(items or reason.splitlines()).split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
