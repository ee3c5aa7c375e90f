"""Command line of quickstart.py: parses it and runs the command."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from .comfyui_process import ComfyUIProcess
from .console import duration_text, prepare, say
from .install import set_up
from .lock import Lock
from .places import CHECKOUT, ComfyUI, Home, Refusal, choose_comfyui, home_directory, link
from .server import running_comfyui
from .steps import NEEDS_SET_UP, TAIL, StepFailed, run_attended

PACKAGE = "anime_production"
FAST, FAST_TESTS = "--fast", ("-m", "fast and not slow")
# One worker for each core, each with its own ComfyUI if its tests need one; a worker that is done
# takes tests from another. Four at most, because each may take 3 GB of memory.
PARALLEL = ("-n", "auto", "--maxprocesses", "4", "--dist", "worksteal")
HELP = """\
commands:
  run      set up, start ComfyUI with the pack, run the example workflow, show its verdicts
           (what happens when no command is given)
  serve    set up and leave the editor running, until Ctrl-C
  test     set up and run the tests; further arguments go to pytest; --fast runs those that
           need neither database, server nor browser
  bench    set up and run the benchmarks, all or those named
  generate list the generators of the pack's files and the state of the translations; with names
           of generators, set up and run these generators
  weights  list the weights that the pack can use, or fetch some of them; sets nothing up
  phases   list the phases that productions can run; phases register FILE adds a workflow, phases
           remove ID removes it; needs a set-up environment
  jobs     back up the record of jobs, restore it, or move it to another PostgreSQL:
           jobs backup FILE, jobs restore FILE, jobs move (to ANIME_DATABASE_URL); jobs set-aside
           shows the events that could not be written, and with --retry tries them again
  clean    remove everything that quickstart made

Packages are fetched with pip's settings on this machine, so PIP_INDEX_URL and
PIP_EXTRA_INDEX_URL can choose another build of PyTorch.
"""


def main(arguments: list[str]) -> int:
    """Run the command that the arguments name, and return its exit status."""
    prepare()
    _handle_signals()
    options, further = parse(arguments)
    started = time.monotonic()
    try:
        return _do(options, further)
    except Refusal as refusal:
        say(f"\n{refusal}")
        return 2
    except StepFailed as failure:
        _explain(failure, time.monotonic() - started)
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Run the same command again to continue.")
        return 130


def parse(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return quickstart's own options, and the further arguments, which the command parses."""
    parser = argparse.ArgumentParser(
        prog="quickstart.py",
        description="Sets Anime Production up with a ComfyUI of its own, and runs it.",
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = ["run", "serve", "test", "bench", "generate", "weights", "phases", "jobs", "clean"]
    parser.add_argument("command", nargs="?", default="run", choices=commands)
    parser.add_argument("--clip", type=Path, metavar="FILE", help="run: check this video or GIF")
    parser.add_argument("--production", action="store_true", help="run: run a production too")
    parser.add_argument("--comfyui", metavar="PATH", help="use this ComfyUI, unchanged")
    parser.add_argument(
        "--home", metavar="DIR", help="directory for everything (default: .quickstart)"
    )
    parser.add_argument("--port", type=int, metavar="N", help="run, serve: ComfyUI's port")
    parser.add_argument("--fetch", nargs="+", metavar="NAME", help="weights: fetch these")
    parser.add_argument("--models", metavar="DIR", help="weights: the models folder to use")
    parser.add_argument("--user", metavar="DIR", help="phases, jobs: ComfyUI's user folder")
    parser.add_argument(
        "--accept-licence", action="store_true", help="weights: fetch non-commercial ones too"
    )
    options, further = parser.parse_known_args(arguments)
    if further and options.command not in ("test", "bench", "generate", "phases", "jobs"):
        parser.error(f"unrecognized arguments: {' '.join(further)}")
    if options.clip is not None and not options.clip.is_file():
        parser.error(f"--clip: there is no file {options.clip}")
    if options.production and options.command != "run":
        parser.error("--production needs the command run")
    if options.command != "weights" and (options.fetch or options.models):
        parser.error("--fetch and --models need the command weights")
    if options.command not in ("phases", "jobs") and options.user:
        parser.error("--user needs the command phases or jobs")
    return options, further


def _do(options: argparse.Namespace, further: list[str]) -> int:
    home = home_directory(options.home, os.environ)
    if options.command == "clean":
        return _clean(home)
    if options.command == "weights":
        return _weights(home, options)
    if options.command == "phases":
        return _phases(home, options.user, further)
    if options.command == "jobs":
        return _jobs(home, options, further)
    needed_folders = {"test": "tests", "bench": "benchmarks", "generate": "tools"}
    folder = needed_folders.get(options.command, "")
    if not (CHECKOUT / folder).is_dir():
        raise Refusal(f"This copy of the pack has no {folder}; clone its repository instead.")
    if options.command == "generate":
        # Only generators need the set-up; a wrong name must not cost a download of gigabytes.
        status = _generate_without_set_up(home, further)
        if status != NEEDS_SET_UP:
            return status
    comfyui = choose_comfyui(options.comfyui, os.environ, CHECKOUT, home)
    home.make()
    say(f"Setting up in {home.root}")
    with Lock(home.root / "setting-up.lock", "setting up"):
        set_up(home, comfyui)
    if options.command == "test":
        return _python(home, comfyui, ["-m", "pytest", *pytest_arguments(further, Path.cwd())])
    if options.command == "bench":
        return _python(home, comfyui, ["-m", f"{PACKAGE}.benchmarks", *further])
    if options.command == "generate":
        return _python(home, comfyui, ["-m", f"{PACKAGE}.tools", *further])
    say("\nStarting ComfyUI")
    with (
        Lock(home.root / "running.lock", "running ComfyUI"),
        running_comfyui(home, comfyui, options.port) as server,
    ):
        if options.command == "serve":
            return _serve(server)
        say("\nRunning the example workflow")
        clip = [] if options.clip is None else ["--clip", os.path.abspath(options.clip)]
        status = _run(home, server, "example", "The example workflow", *clip)
        if status == 0 and options.production:
            say("\nRunning a production")
            status = _run(home, server, "production", "The production")
        return status


def _run(home: Home, server: ComfyUIProcess, step: str, what: str, *arguments: str) -> int:
    command = [str(home.python), "-m", f"{PACKAGE}.quickstart_steps.{step}"]
    command += ["--address", server.address, "--base", str(home.base), *arguments]
    status = run_attended(command, home.package)
    if status not in (0, 130):
        raise StepFailed(
            f"{what} did not succeed; the reason is above",
            server.tail(TAIL),
            "Fix what the reason names, then run this again. The lines here are ComfyUI's last.",
            server.log,
        )
    return status


def _serve(server: ComfyUIProcess) -> int:
    say(f"\nThe editor is at {server.address} (Ctrl-C ends it; log: {server.log})")
    while server.alive:
        time.sleep(0.5)
    raise StepFailed("ComfyUI ended by itself", server.tail(TAIL), log=server.log)


def _weights(home: Home, options: argparse.Namespace) -> int:
    """List or fetch weights with any Python; this sets up no environment."""
    if options.models is not None:
        models = Path(os.path.abspath(os.path.expanduser(options.models)))
        if not models.is_dir():
            raise Refusal(f"--models: there is no folder {models}")
    else:
        comfyui = choose_comfyui(options.comfyui, os.environ, CHECKOUT, home)
        models = (comfyui.source if comfyui.existing else home.base) / "models"
    home.make()
    link(CHECKOUT, home.package / PACKAGE)
    python = home.python if home.python.exists() else Path(sys.executable)
    command = [str(python), "-m", f"{PACKAGE}.quickstart_steps.weights", "--models", str(models)]
    if options.accept_licence:
        command.append("--accept-licence")
    if options.fetch:
        command += ["--fetch", *options.fetch]
    return run_attended(command, home.package)


def _generate_without_set_up(home: Home, further: list[str]) -> int:
    """Run `generate` with any Python, and return its exit status.

    The status is NEEDS_SET_UP if the names are right and their generators need ComfyUI.
    """
    home.make()
    link(CHECKOUT, home.package / PACKAGE)
    command = [sys.executable, "-m", f"{PACKAGE}.tools", "--without-set-up", *further]
    return run_attended(command, home.package)


def _phases(home: Home, user: str | None, further: list[str]) -> int:
    """List, register or remove phases with the Python that runs ComfyUI."""
    folder = Path(os.path.abspath(os.path.expanduser(user))) if user else home.base / "user"
    if user and not folder.is_dir():
        raise Refusal(f"--user: there is no folder {folder}")
    home.make()
    link(CHECKOUT, home.package / PACKAGE)
    python = _python_with_packages(home)
    command = [str(python), "-m", f"{PACKAGE}.quickstart_steps.phases", "--user", str(folder)]
    return run_attended([*command, *map(_absolute, further)], home.package)


def _jobs(home: Home, options: argparse.Namespace, further: list[str]) -> int:
    """Back up, restore or move the record of jobs with the Python that runs ComfyUI."""
    if options.user is not None:
        user = Path(os.path.abspath(os.path.expanduser(options.user)))
    else:
        comfyui = choose_comfyui(options.comfyui, os.environ, CHECKOUT, home)
        user = (comfyui.source if comfyui.existing else home.base) / "user"
    python = _python_with_packages(home)
    if not user.is_dir():
        raise Refusal(f"There is no folder {user}. Give ComfyUI's user folder with --user.")
    home.make()
    link(CHECKOUT, home.package / PACKAGE)
    command = [str(python), "-m", f"{PACKAGE}.quickstart_steps.jobs", "--user", str(user)]
    # The first word is the action, the second one a file, which may not exist yet.
    words = [*further[:1], *(word if word[:1] == "-" else os.path.abspath(word)
                             for word in further[1:])]  # fmt: skip
    return run_attended([*command, *words], home.package)


def _python_with_packages(home: Home) -> Path:
    """Return the environment's Python, or this one if it has ComfyUI's packages.

    Raises:
        Refusal: neither has them.
    """
    if home.python.exists():
        return home.python
    if find_spec("torch") is None:
        raise Refusal(
            "This needs ComfyUI's packages, and this Python lacks them. Run `python quickstart.py` "
            "first, or start this with the Python that runs your ComfyUI."
        )
    return Path(sys.executable)


def _absolute(argument: str) -> str:
    """Return the absolute path of an existing file; return any other argument unchanged.

    The command runs in another directory, where a relative path would not lead to the file.
    """
    return os.path.abspath(argument) if os.path.isfile(argument) else argument


def _python(home: Home, comfyui: ComfyUI, arguments: list[str]) -> int:
    """Run the environment's Python in the directory that holds the link to the checkout.

    The link has a valid package name, which the name of the checkout may not be.
    """
    say()
    command = [str(home.python), *arguments]
    return run_attended(command, home.package, {"COMFYUI_PATH": str(comfyui.source)})


def pytest_arguments(
    further: Sequence[str], working_directory: Path, checkout: Path = CHECKOUT
) -> list[str]:
    """Return the arguments for pytest.

    Pytest runs in the directory that holds the link to the checkout, so paths of tests are changed.
    They may be relative to the checkout or to `working_directory`. Without any path, several
    workers run all tests. `--fast` leaves out those that need a database, a server or a browser.

    Args:
        further: arguments that the user gave after `test`.
        working_directory: directory in which the user started quickstart.py.
        checkout: directory of the pack.
    """
    arguments: list[str] = []
    paths = 0
    for argument in further:
        if argument == FAST:
            arguments += FAST_TESTS
            continue
        path, separator, test = argument.partition("::")
        inside = (
            _inside_checkout(path, working_directory, checkout)
            if not path.startswith("-")
            else None
        )
        if inside is None:
            arguments.append(argument)
        else:
            paths += 1
            arguments.append((Path(PACKAGE) / inside).as_posix() + separator + test)
    start = ["-c", f"{PACKAGE}/pyproject.toml", "--rootdir", PACKAGE]
    if paths:
        return [*start, *arguments]
    return [*start, *PARALLEL, *arguments, f"{PACKAGE}/tests"]  # a later -n replaces this one


def _inside_checkout(path: str, working_directory: Path, checkout: Path) -> Path | None:
    """Return `path` relative to the checkout, or None if it is no path in the checkout."""
    for start in (checkout, working_directory):
        place = Path(os.path.abspath(start / path))
        if path and place.exists() and place.is_relative_to(checkout):
            return place.relative_to(checkout)
    return None


def _clean(home: Home) -> int:
    if not home.root.exists():
        say(f"There is nothing to remove: {home.root} does not exist.")
        return 0
    home.check_ours()
    for name in ("setting-up.lock", "running.lock"):
        with Lock(home.root / name, "cleaning up"):
            pass
    say(f"Removing {home.root} ({home.size() / 1e9:.1f} GB) ...")
    started = time.monotonic()
    home.remove()
    say(f"Removed in {duration_text(time.monotonic() - started)}.")
    return 0


def _explain(failure: StepFailed, seconds: float) -> None:
    say(f"\nFAILED after {duration_text(seconds)}: {failure}")
    for line in failure.tail:
        say(f"  | {line}")
    if failure.remedy:
        say(f"What to do: {failure.remedy}")
    if failure.log is not None:
        say(f"All of its output: {failure.log}")


def _handle_signals() -> None:
    """Make Ctrl-C, `kill` and a closed terminal raise an exception, so that `finally` runs."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    # A shell starts background jobs with SIGINT ignored, and ComfyUI would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, end)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, end)
