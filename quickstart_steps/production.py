"""Orders a production on a ComfyUI that is up, follows it, and shows what came of it.

`python -m anime_production.quickstart_steps.production`, in the environment that the pack runs in.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .comfyui_client import ComfyClient, ComfyFailed, RequestRefused
from .console import LiveLine, prepare, say, spoken, width
from .table import Signs, signs_for, wrapped

LIMIT = 900.0  # seconds without a change; each attempt takes seconds
PAUSE = 0.3
# The loop misses eight steps of motion at its seam. The phase's policy takes four off whenever that
# is what an attempt fails by, so that the third one passes.
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
SHOWN = ("passed", "failed", "lost", "superseded", "cancelled", "rejected")


def main(arguments: list[str]) -> int:
    """Run it; 0 when it was completed."""
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
    """Order it, follow it to its end, and print attempts, verdicts and files."""
    signs, started = signs_for(sys.stdout.encoding), time.monotonic()
    try:
        path = client.post("/anime/orchestrate", ORDER)["url"]
    except RequestRefused as refusal:
        reason = f"The production was refused: {refusal.reason} (HTTP {refusal.status})"
        raise ComfyFailed(reason) from refusal
    say(f"  {client.address}{path}")
    production = follow(client, path, signs)
    say(f"  {production['state']} in {spoken(time.monotonic() - started)}")
    if production["reason"]:
        say(f"  {production['reason']}")
    say("\nFiles, chosen of each phase")
    for phase in production["phases"]:
        for file in phase["files"]:
            say(f"  {base / 'output' / file['path']}")
    say("\nEverything that was decided, and why, while ComfyUI runs (python quickstart.py serve):")
    say(f"  GET {path}")
    return 0 if production["state"] == "completed" else 1


def follow(client: ComfyClient, path: str, signs: Signs) -> Mapping[str, Any]:
    """Say of each phase and each attempt what became of it, until the production has ended.

    Raises:
        ComfyFailed: nothing changed for a long time, or it can't be asked about.
    """
    said: list[str] = []
    changed = time.monotonic()
    with LiveLine() as live:
        while True:
            try:
                production: Mapping[str, Any] = client.get(path)
            except RequestRefused as refusal:
                raise ComfyFailed(f"{refusal.reason} (HTTP {refusal.status})") from refusal
            for line in list(lines(production, signs))[len(said) :]:
                changed = time.monotonic()
                live.show("")
                say(line)
                said.append(line)
            if production["state"] in ENDED:
                return production
            if time.monotonic() - changed > LIMIT:
                pause, state = spoken(LIMIT), production["state"]
                raise ComfyFailed(f"Nothing has changed for {pause}: {state}.")
            live.show(
                f"{production['phase']}, attempt {production['attempt']},"
                f" {production['progress']:.0%} of all"
            )
            time.sleep(PAUSE)


def lines(production: Mapping[str, Any], signs: Signs) -> Iterator[str]:
    """What is decided of a production so far, in its order."""
    for phase in production["phases"]:
        if not phase["attempts"]:
            return
        yield f"  {phase['name']} ({phase['phase']}), up to {phase['attempt_limit']} attempts"
        for attempt in phase["attempts"]:
            if attempt["state"] not in SHOWN:
                return
            yield from wrapped(_attempt(attempt, signs), width(), "    ")


def _attempt(attempt: Mapping[str, Any], signs: Signs) -> str:
    verdict = attempt["verdict"]
    shown = f"{signs.verdicts.get(verdict, '')} {verdict}" if verdict else attempt["state"]
    score = "no score" if attempt["score"] is None else f"score {attempt['score']:.3g} of 100"
    why = "" if verdict == "PASS" else _why(str(attempt["reason"] or ""))
    return f"attempt {attempt['number']}: {shown}, {score}. {why}".rstrip()


def _why(reason: str) -> str:
    """What a gate found on one line: its points, or all of it where it makes none."""
    points = [line[2:] for line in reason.splitlines() if line.startswith("- ")]
    return " ".join(" ".join(points or reason.splitlines()).split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
