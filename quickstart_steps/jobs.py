"""Program that backs up the record of jobs, restores it, or moves it to another PostgreSQL.

It also shows the events that could not be written into the database.

Run it as `python -m anime_production.quickstart_steps.jobs` with the Python that runs ComfyUI. It
finds the database as ComfyUI does: by ANIME_DATABASE_URL, or by the private config file.
"""

import argparse
import sys
import time
from pathlib import Path

from .console import duration_text, prepare, say

PRIVATE_FOLDER = "__anime"  # below ComfyUI's user folder


def main(arguments: list[str]) -> int:
    """Run the command, and return 0 if it succeeded, 1 if it failed."""
    prepare()
    parser = argparse.ArgumentParser(prog="quickstart.py jobs", description=__doc__)
    parser.add_argument("--user", required=True, type=Path, help="ComfyUI's user folder")
    commands = parser.add_subparsers(dest="command", required=True)
    backup = commands.add_parser("backup", help="write all jobs into a file")
    restore = commands.add_parser("restore", help="put a backup into the database")
    move = commands.add_parser("move", help="copy the embedded database to the configured one")
    set_aside = commands.add_parser(
        "set-aside", help="show the events that could not be written into the database"
    )
    set_aside.add_argument("--retry", action="store_true", help="let them be written again")
    for command in (backup, restore):
        command.add_argument("file", type=Path)
    for command in (restore, move):
        command.add_argument(
            "--replace", action="store_true", help="first delete all that the target database holds"
        )
    options = parser.parse_args(arguments)
    private = options.user / PRIVATE_FOLDER
    if not options.user.is_dir():
        say(f"--user: there is no folder {options.user}")
        return 1
    try:
        if options.command == "set-aside":
            return _show_set_aside(private, options.retry)
        return _do(options, private)
    except KeyboardInterrupt:
        return 130


def _do(options: argparse.Namespace, private: Path) -> int:
    from ..models.dependency import MissingDependency
    from ..models.jobs.database.database import DatabaseUnavailable
    from ..models.jobs.database.transfer import TransferFailed
    from ..models.jobs.recording.backup import back_up, move, restore
    from ..models.settings import SettingsError

    started = time.monotonic()
    try:
        if options.command == "backup":
            contents = back_up(private, options.file, say)
        elif options.command == "restore":
            contents = restore(private, options.file, options.replace, say)
        else:
            contents = move(private, options.replace, say)
    except (
        TransferFailed,
        DatabaseUnavailable,
        SettingsError,
        MissingDependency,
        OSError,
    ) as error:
        say(f"\n{error}")
        return 1
    rows = sum(each.rows for each in contents.values())
    say(f"\nDone in {duration_text(time.monotonic() - started)}: {contents['jobs'].rows} jobs,")
    say(f"{rows} rows in {len(contents)} tables.")
    if options.command != "backup":
        say("The written rows were read back: all are the same as the original ones.")
    if options.command == "move":
        say("Start ComfyUI with the same setting. The embedded database was left as it is.")
    return 0


def _show_set_aside(private: Path, retry: bool) -> int:
    """Show the events that are set aside, or let them be written again."""
    import sqlite3

    from ..models.jobs.recording.recorder import OUTBOX
    from ..models.jobs.recording.set_aside import list_set_aside, retry_set_aside

    outbox = private / OUTBOX
    try:
        if not outbox.exists():
            say("No job was ever recorded here, so no event is set aside.")
        elif retry:
            say(
                f"{retry_set_aside(outbox)} events wait for the database again. ComfyUI writes them"
            )
            say("within ten seconds if it runs, else after its next start.")
        else:
            events = list_set_aside(outbox)
            for event in events:
                job = f"job {event.job_id}" if event.job_id else "no job"
                say(f"{event.at}  {event.kind}  {job}\n    {event.reason}")
            say(f"{len(events)} events are set aside.")
            if events:
                say("When their cause is gone: python quickstart.py jobs set-aside --retry")
    except (sqlite3.Error, OSError) as error:
        say(f"The outbox {outbox} can't be used: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
