"""Steps of the set-up: a finished one is skipped, an unfinished one starts over."""

import json
import os
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from .console import LiveLine, duration_text, say

NEEDS_SET_UP = 3  # exit status of a valid command that needs a set-up environment to run
TAIL = 20  # lines of a failed command that are shown
INTERRUPT_LIMIT = 30.0  # seconds that an interrupted command may take for stopping its servers


class StepFailed(Exception):
    """Failure of a step.

    Attributes:
        tail: last lines of the step's output.
        remedy: what the user can do, or "".
        log: file with all of the output, or None.
    """

    def __init__(
        self, what: str, tail: Sequence[str] = (), remedy: str = "", log: Path | None = None
    ) -> None:
        super().__init__(what)
        self.tail, self.remedy, self.log = list(tail), remedy, log


@dataclass(frozen=True)
class Step:
    """Step of the set-up that leaves a stamp behind.

    Attributes:
        name: name of the stamp.
        title: name of the step that is shown to the user.
        key: text that changes when the step's input changes; the step is then done again.
        work: function that does the step. It must also work if an interrupted run has left files.
        present: function that returns True if the result still exists.
        expect: size and duration, printed before a long step starts; "" for a short one.
    """

    name: str
    title: str
    key: str
    work: Callable[[], None]
    present: Callable[[], bool] = lambda: True
    expect: str = ""


def do_step(step: Step, stamps: Path) -> bool:
    """Do a step, unless its stamp shows that it is done; return True if it was done now."""
    stamp = stamps / f"{step.name}.json"
    if _stamped_key(stamp) == step.key and step.present():
        say(f"  {step.title}: ready")
        return False
    say(f"  {step.title}{f' ({step.expect})' if step.expect else ''} ...")
    stamp.unlink(missing_ok=True)
    started = time.monotonic()
    step.work()
    seconds = time.monotonic() - started
    _write_stamp(stamp, step, seconds)
    say(f"  {step.title}: done in {duration_text(seconds)}")
    return True


def stamp_text(stamps: Path, name: str) -> str:
    """Return the text of a stamp, or "" if there is none; it changes each time the step is done."""
    stamp = stamps / f"{name}.json"
    return stamp.read_text(encoding="utf-8") if stamp.is_file() else ""


def _stamped_key(stamp: Path) -> str | None:
    try:
        key = json.loads(stamp.read_text(encoding="utf-8"))["key"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return key if isinstance(key, str) else None


def _write_stamp(stamp: Path, step: Step, seconds: float) -> None:
    stamp.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "step": step.name,
        "key": step.key,
        "finished": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
        "seconds": round(seconds, 1),
    }
    partial = stamp.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=1), encoding="utf-8")
    partial.replace(stamp)  # so that no incomplete stamp ever exists


def run_attended(
    command: Sequence[str | Path], directory: Path, environment: Mapping[str, str] | None = None
) -> int:
    """Run a command whose output goes to the terminal, and return its exit status.

    At Ctrl-C the terminal sends the signal to the command too. The command then gets
    `INTERRUPT_LIMIT` seconds to end.
    """
    process = subprocess.Popen(
        [str(part) for part in command], cwd=directory, env={**os.environ, **(environment or {})}
    )
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.wait(INTERRUPT_LIMIT)
        raise
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def run_command(
    command: Sequence[str | Path],
    what: str,
    log: Path,
    remedy: Callable[[str], str] = lambda output: "",
    directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run a command to its end, and write its output to a log file.

    Args:
        command: program and arguments.
        what: what the command does, for the message of a failure.
        log: file that is overwritten with all output.
        remedy: function that returns what to do about a failure, from the last lines of output.
        directory: working directory of the command.
        environment: further environment variables.

    Raises:
        StepFailed: the command ended with a status other than 0.
    """
    tail: deque[str] = deque(maxlen=TAIL)
    log.parent.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=directory,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    try:
        with log.open("w", encoding="utf-8") as file, LiveLine() as live:
            assert process.stdout is not None
            for line in process.stdout:
                file.write(line)
                if line.strip():
                    tail.append(line.rstrip())
                    live.show(line.strip())
        status = process.wait()
    finally:
        if process.poll() is None:  # an exception, such as at Ctrl-C, has ended the reading
            process.terminate()
            process.wait()
    if status != 0:
        message = f"{what} failed (exit status {status})"
        raise StepFailed(message, tail, remedy("\n".join(tail)), log)


def explain(failure: StepFailed, seconds: float) -> None:
    """Print why a step failed, the end of its output, and what to do."""
    say(f"\nFAILED after {duration_text(seconds)}: {failure}")
    for line in failure.tail:
        say(f"  | {line}")
    if failure.remedy:
        say(f"What to do: {failure.remedy}")
    if failure.log is not None:
        say(f"All of its output: {failure.log}")
