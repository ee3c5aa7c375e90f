"""Catalogue of phases: those shipped with the pack and those that a user registered."""

import json
import logging
from pathlib import Path
from typing import Any

from ..whole_files import write_whole
from .definition import MOST_BYTES, DefinitionError, PhaseDefinition, phase_id, read_definition

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).parent / "phases"
FOLDER = "phases"  # subfolder of the pack's private folder


class UnknownPhase(LookupError):
    """Error for an id that no phase has; the message lists the ids that exist."""


class PhaseConflict(ValueError):
    """Error for an id under which a phase can't be registered or removed; the message says why."""


def registered_folder(private: Path) -> Path:
    """Return the folder of registered phases in the pack's private folder; it may not exist."""
    return private / FOLDER


def list_phases(folder: Path) -> tuple[PhaseDefinition, ...]:
    """Return all phases: the shipped ones sorted by id, then the registered ones sorted by id.

    A registered file that can't be read is skipped with a warning in the log, so that the other
    phases stay usable.

    Args:
        folder: folder of registered phases.
    """
    shipped = [_read_file(path) for path in sorted(SHIPPED.glob("*.json"))]
    shipped_ids = {each.id for each in shipped}
    registered = []
    for path in sorted(folder.glob("*.json")):
        try:
            if path.stem in shipped_ids:
                raise DefinitionError("a shipped phase has this id; rename the file and its id.")
            registered.append(_read_file(path))
        except (OSError, DefinitionError) as error:
            log.warning("Anime Production: the phase in %s is skipped: %s", path, error)
    return (*shipped, *registered)


def find_phase(folder: Path, identity: str) -> PhaseDefinition:
    """Return the phase with an id.

    Args:
        folder: folder of registered phases.
        identity: id of the phase.

    Raises:
        UnknownPhase: no phase has this id.
        DefinitionError: the phase's file can't be read.
    """
    for directory in (SHIPPED, folder):
        try:
            path = directory / f"{phase_id(identity)}.json"
        except DefinitionError:
            break
        if path.is_file():
            return _read_file(path)
    ids = ", ".join(each.id for each in list_phases(folder))
    raise UnknownPhase(f"There is no phase {str(identity)[:64]!r}; the phases are {ids}.")


def is_shipped(identity: str) -> bool:
    """Return True if a phase with this id is shipped with the pack."""
    return (SHIPPED / f"{phase_id(identity)}.json").is_file()


def register_phase(folder: Path, definition: PhaseDefinition, replace: bool = False) -> bool:
    """Write a phase into the folder of registered phases, so that productions can run it.

    Args:
        folder: folder of registered phases; it is created if needed.
        definition: definition of the phase.
        replace: True to replace another registered phase with the same id.

    Returns:
        True if the file was written; False if this very definition was registered already.

    Raises:
        PhaseConflict: a shipped phase has this id, or another registered one and `replace` is off.
    """
    if is_shipped(definition.id):
        raise PhaseConflict(f"A phase {definition.id} comes with the pack; choose another id.")
    path = folder / f"{definition.id}.json"
    if path.is_file():
        try:
            if _read_file(path).version == definition.version:
                return False
        except DefinitionError:
            pass  # `replace` may overwrite a file that can't be read
        if not replace:
            raise PhaseConflict(
                f"Another phase {definition.id} is registered; choose another id, or use the option"
                " that replaces it."
            )
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(definition.to_dict(), indent=2, ensure_ascii=False)
    write_whole(path, f"{text}\n".encode())
    return True


def remove_phase(folder: Path, identity: str) -> None:
    """Delete a registered phase.

    Args:
        folder: folder of registered phases.
        identity: id of the phase.

    Raises:
        UnknownPhase: no registered phase has this id.
        PhaseConflict: the phase is shipped with the pack.
    """
    try:
        phase_id(identity)
    except DefinitionError as error:
        raise UnknownPhase(f"There is no phase {str(identity)[:64]!r}.") from error
    if is_shipped(identity):
        raise PhaseConflict(f"The phase {identity} comes with the pack and can't be removed.")
    try:
        (folder / f"{identity}.json").unlink()
    except FileNotFoundError as error:
        raise UnknownPhase(f"No phase {identity} is registered.") from error


def parse_definition(text: str | bytes) -> Any:
    """Return the JSON values of a definition's text.

    Raises:
        DefinitionError: the text is no JSON, or has more than `MOST_BYTES` bytes.
    """
    if len(text) > MOST_BYTES:
        raise DefinitionError(f"definition: at most {MOST_BYTES} bytes are allowed.")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DefinitionError(f"definition: it is no JSON ({str(error)[:100]}).") from error


def _read_file(path: Path) -> PhaseDefinition:
    definition = read_definition(parse_definition(path.read_bytes()))
    if definition.id != path.stem:
        raise DefinitionError(
            f"id: expected {path.stem}, which is the file's name, got {definition.id}."
        )
    return definition
