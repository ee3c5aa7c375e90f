"""Disk space that the pack's dependencies add to an installed ComfyUI."""

import importlib.metadata
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from .timing import Comparison, print_table

PACK = Path(__file__).parent.parent


def run() -> None:
    """Print the packages that the pack needs and ComfyUI does not, with their sizes."""
    if "COMFYUI_PATH" not in os.environ:
        raise SystemExit("COMFYUI_PATH is not set: run this by `python quickstart.py bench`.")
    comfyui_packages = closure(
        requirements_in(Path(os.environ["COMFYUI_PATH"], "requirements.txt"))
    )
    own = list(requirements_in(PACK / "requirements.txt"))
    new = closure(own) - comfyui_packages
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
    total, comfyui_total = sum(added.values()), sum(map(megabytes, comfyui_packages))
    print(f"The pack adds {len(added)} packages with {total:.0f} MB.")
    print(f"ComfyUI has {len(comfyui_packages)} packages with {comfyui_total:.0f} MB.")
    Comparison("footprint/installed", total, comfyui_total, "MB").print()


def requirements_in(file: Path) -> Iterator[Requirement]:
    """Yield the requirements in a file in pip's format."""
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            yield Requirement(line.partition("#")[0].strip())
        except InvalidRequirement:
            continue  # an empty line, or one of pip's options


def closure(requirements: Iterable[Requirement]) -> set[str]:
    """Return the names of all installed packages that requirements need, directly or not."""
    names: set[str] = set()
    visited: set[tuple[str, frozenset[str]]] = set()
    pending = list(requirements)
    while pending:
        requirement = pending.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in visited or not _applies(requirement, set()):
            continue
        visited.add(key)
        try:
            texts = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # an optional package of ComfyUI that is not installed
        names.add(name)
        needed = map(Requirement, texts)
        pending += [_without_marker(each) for each in needed if _applies(each, requirement.extras)]
    return names


def _applies(requirement: Requirement, extras: set[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in (extras or {""}))


def _without_marker(requirement: Requirement) -> Requirement:
    """Return the requirement without its marker, which was checked with the right extras."""
    requirement.marker = None
    return requirement


def requirers(name: str, among: Iterable[str]) -> list[str]:
    """Return those packages of `among` that need a package directly."""
    return [
        other
        for other in sorted(among)
        if any(
            canonicalize_name(requirement.name) == name and _applies(requirement, set())
            for requirement in map(Requirement, importlib.metadata.requires(other) or [])
        )
    ]


def megabytes(name: str) -> float:
    """Return the size of a package's files on disk in MB, without bytecode."""
    files = importlib.metadata.files(name) or []
    paths = [Path(str(file.locate())) for file in files if file.suffix != ".pyc"]
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6
