"""Program that lists, registers and removes the phases that productions can run.

Run it as `python -m anime_production.quickstart_steps.phases` with a Python that has ComfyUI's
packages.
"""

import argparse
import sys
from pathlib import Path

from ..models.jobs.recording.recorder import PRIVATE_FOLDER
from ..models.production.catalogue import (
    PhaseConflict,
    UnknownPhase,
    is_shipped,
    list_phases,
    parse_definition,
    register_phase,
    registered_folder,
    remove_phase,
)
from ..models.production.definition import DefinitionError, read_definition
from .console import prepare, say


def main(arguments: list[str]) -> int:
    """Run the command, and return 0 if it succeeded, 2 if it was refused."""
    prepare()
    parser = argparse.ArgumentParser(prog="quickstart.py phases", description=__doc__)
    parser.add_argument("--user", required=True, type=Path, help="ComfyUI's user folder")
    actions = parser.add_subparsers(dest="action")
    actions.add_parser("list", help="all phases")
    register = actions.add_parser("register", help="add a definition, a JSON file")
    register.add_argument("file", type=Path, metavar="FILE")
    register.add_argument("--replace", action="store_true", help="replace one with the same id")
    actions.add_parser("remove", help="a registered phase").add_argument("id", metavar="ID")
    options = parser.parse_args(arguments)
    folder = registered_folder(options.user / f"__{PRIVATE_FOLDER}")
    try:
        if options.action == "register":
            return _register(folder, options.file, options.replace)
        if options.action == "remove":
            remove_phase(folder, options.id)
            say(f"{options.id} is removed.")
            return 0
    except (OSError, DefinitionError, PhaseConflict, UnknownPhase) as error:
        say(f"Nothing was done. {error}")
        return 2
    say("\n".join(listing(folder)))
    return 0


def listing(folder: Path) -> list[str]:
    """Return a line for each phase: id, kind, origin and name, with a heading and a hint."""
    phases = list_phases(folder)
    id_width = max(len(each.id) for each in phases)
    lines = [f"Registered phases lie in {folder}", ""]
    for phase in phases:
        origin = "shipped" if is_shipped(phase.id) else "registered"
        kind = phase.kind.value
        lines.append(f"{phase.id:<{id_width}}  {kind:<5}  {origin:<10}  {phase.name}")
    return [*lines, "", "To register one: python quickstart.py phases register FILE"]


def _register(folder: Path, file: Path, replace: bool) -> int:
    definition = read_definition(parse_definition(file.read_bytes()))
    if register_phase(folder, definition, replace):
        say(f"{definition.id} is registered, with the parameters:")
        for parameter in definition.parameters:
            say(f"  {parameter.name} ({parameter.expected})")
        say("A running ComfyUI lists it at /anime/phases, with the nodes and models it lacks.")
    else:
        say(f"{definition.id} was registered already, with the same content.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
