"""All phases that there are: those that come with the pack, and those that a user registered."""

import json
import logging
import os
import tempfile
from pathlib import Path
from typing import Any

from .definition import MOST_BYTES, DefinitionError, PhaseDefinition, phase_id, read_definition

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).parent / "phases"
FOLDER = "phases"  # below the pack's private folder


class UnknownPhase(LookupError):
    """There is no phase of an id; the message names those that there are."""


class PhaseConflict(ValueError):
    """A phase can't be registered or removed under this id; the message says why."""


def registered_folder(private: Path) -> Path:
    """Where registered phases lie, below the pack's private folder; it needn't exist."""
    return private / FOLDER


def list_phases(folder: Path) -> tuple[PhaseDefinition, ...]:
    """The shipped phases by their ids, then the registered ones.

    A registered file that can't be read is left out and logged: the others are of use without it.

    Args:
        folder: that of registered phases.
    """
    shipped = [_read(path) for path in sorted(SHIPPED.glob("*.json"))]
    taken = {each.id for each in shipped}
    registered = []
    for path in sorted(folder.glob("*.json")):
        try:
            if path.stem in taken:
                raise DefinitionError("a phase of this id is shipped; rename the file and its id.")
            registered.append(_read(path))
        except (OSError, DefinitionError) as error:
            log.warning("Anime Production: the phase %s is left out: %s", path, error)
    return (*shipped, *registered)


def find_phase(folder: Path, wanted: str) -> PhaseDefinition:
    """A phase by its id.

    Raises:
        UnknownPhase: there is none.
        DefinitionError: its file can't be read.
    """
    for place in (SHIPPED, folder):
        try:
            path = place / f"{phase_id(wanted)}.json"
        except DefinitionError:
            break
        if path.is_file():
            return _read(path)
    known = ", ".join(each.id for each in list_phases(folder))
    raise UnknownPhase(f"There is no phase {str(wanted)[:64]!r}; there are {known}.")


def is_shipped(wanted: str) -> bool:
    """Whether a phase of this id comes with the pack."""
    return (SHIPPED / f"{phase_id(wanted)}.json").is_file()


def register_phase(folder: Path, definition: PhaseDefinition, replace: bool = False) -> bool:
    """Keep a phase, so that productions can name it.

    Args:
        folder: that of registered phases; it is made.
        definition: of the phase.
        replace: whether it may take the place of a registered one of the same id.

    Returns:
        Whether something was written; False where this very phase was there.

    Raises:
        PhaseConflict: a shipped phase has this id, or another registered one and `replace` is off.
    """
    if is_shipped(definition.id):
        raise PhaseConflict(f"A phase {definition.id} comes with the pack; choose another id.")
    path = folder / f"{definition.id}.json"
    if path.is_file():
        try:
            if _read(path).version == definition.version:
                return False
        except DefinitionError:
            pass  # a broken one may be mended, if asked for
        if not replace:
            raise PhaseConflict(
                f"Another phase {definition.id} is registered; choose another id, or say that it"
                " shall be replaced."
            )
    folder.mkdir(parents=True, exist_ok=True)
    _write(path, json.dumps(definition.to_dict(), indent=2, ensure_ascii=False) + "\n")
    return True


def remove_phase(folder: Path, wanted: str) -> None:
    """Forget a registered phase.

    Raises:
        UnknownPhase: there is none.
        PhaseConflict: it comes with the pack.
    """
    try:
        identity = phase_id(wanted)
    except DefinitionError as error:
        raise UnknownPhase(f"There is no phase {str(wanted)[:64]!r}.") from error
    if is_shipped(identity):
        raise PhaseConflict(f"The phase {identity} comes with the pack and can't be removed.")
    try:
        (folder / f"{identity}.json").unlink()
    except FileNotFoundError as error:
        raise UnknownPhase(f"No phase {identity} is registered.") from error


def parse(text: str | bytes) -> Any:
    """JSON values of a definition's text.

    Raises:
        DefinitionError: it is no JSON, or too long.
    """
    if len(text) > MOST_BYTES:
        raise DefinitionError(f"definition: at most {MOST_BYTES} bytes are allowed.")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DefinitionError(f"definition: it is no JSON ({str(error)[:100]}).") from error


def _read(path: Path) -> PhaseDefinition:
    definition = read_definition(parse(path.read_bytes()))
    if definition.id != path.stem:
        raise DefinitionError(f"id: expected {path.stem}, as the file is called.")
    return definition


def _write(path: Path, text: str) -> None:
    """All of it, or nothing."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
