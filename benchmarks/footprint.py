"""How many megabytes the pack's dependencies add to a ComfyUI that is already there."""

import importlib.metadata
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from .timing import Comparison, print_table

PACK = Path(__file__).parent.parent


def run() -> None:
    """List what the pack brings that ComfyUI does not, with sizes."""
    if "COMFYUI_PATH" not in os.environ:
        raise SystemExit("COMFYUI_PATH is not set: run this by `python quickstart.py bench`.")
    comfyui = closure(requirements_in(Path(os.environ["COMFYUI_PATH"], "requirements.txt")))
    own = list(requirements_in(PACK / "requirements.txt"))
    new = closure(own) - comfyui
    added = {name: megabytes(name) for name in sorted(new)}
    direct = {canonicalize_name(requirement.name) for requirement in own}
    rows = [
        (
            name,
            importlib.metadata.version(name),
            ", ".join([*(["the pack"] if name in direct else []), *requirers(name, new)]),
            size,
        )
        for name, size in sorted(added.items(), key=lambda item: -item[1])
    ]
    print_table(("package", "version", "needed by", "MB"), rows)
    total, theirs = sum(added.values()), sum(map(megabytes, comfyui))
    print(f"{len(added)} packages, {total:.0f} MB; ComfyUI's own: {len(comfyui)}, {theirs:.0f} MB")
    Comparison("footprint/installed", total, theirs, "MB").print()


def requirements_in(file: Path) -> Iterator[Requirement]:
    """The requirements of a pip file."""
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            yield Requirement(line.partition("#")[0].strip())
        except InvalidRequirement:
            continue  # an empty line, or one of pip's options


def closure(requirements: Iterable[Requirement]) -> set[str]:
    """Names of all installed packages that these requirements lead to."""
    found: set[str] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = list(requirements)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in seen or not _applies(requirement, set()):
            continue
        seen.add(key)
        try:
            texts = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # ComfyUI asks for one that is not needed, and not here
        found.add(name)
        further = map(Requirement, texts)
        waiting += [_bare(each) for each in further if _applies(each, requirement.extras)]
    return found


def _applies(requirement: Requirement, extras: set[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in (extras or {""}))


def _bare(requirement: Requirement) -> Requirement:
    """Without its marker, which has been looked at with the extras that it was written for."""
    requirement.marker = None
    return requirement


def requirers(name: str, among: Iterable[str]) -> list[str]:
    """Which of the given packages ask for this one."""
    return [
        other
        for other in sorted(among)
        if any(
            canonicalize_name(requirement.name) == name and _applies(requirement, set())
            for requirement in map(Requirement, importlib.metadata.requires(other) or [])
        )
    ]


def megabytes(name: str) -> float:
    """Size of a package's files on disk, bytecode left out."""
    files = importlib.metadata.files(name) or []
    paths = [Path(str(file.locate())) for file in files if file.suffix != ".pyc"]
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6
