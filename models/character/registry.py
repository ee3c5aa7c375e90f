"""Registry of all detectors and embedders that a user can choose, collected from their modules."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

from . import detectors, embedders
from .declaration import AUTO, DetectorDeclaration, EmbedderDeclaration, Weights

D = TypeVar("D", DetectorDeclaration, EmbedderDeclaration)


def _declared(kind: type[D]) -> dict[str, D]:
    """Return the declarations of one kind by name, in the order of their ranks."""
    modules = [
        import_module(f"{package.__name__}.{module.name}")
        for package in (detectors, embedders)
        for module in iter_modules(package.__path__)
    ]
    values = [value for module in modules for value in vars(module).values()]
    declarations = {value for value in values if isinstance(value, kind)}
    return {each.name: each for each in sorted(declarations, key=lambda each: each.rank)}


DETECTORS = _declared(DetectorDeclaration)
EMBEDDERS = _declared(EmbedderDeclaration)

DETECTOR_NAMES, BACKENDS = (AUTO, *DETECTORS), (AUTO, *EMBEDDERS)
FOLDERS = tuple(
    dict.fromkeys(each.folder for each in (*EMBEDDERS.values(), *DETECTORS.values()) if each.folder)
)


def choices_of(
    declared: Mapping[str, DetectorDeclaration] | Mapping[str, EmbedderDeclaration],
    weights: Weights,
) -> list[str]:
    """Return the names of the weights that a user can choose for some declarations.

    Args:
        declared: `DETECTORS` or `EMBEDDERS`.
        weights: installed files of each of `FOLDERS`.
    """
    lists = [each.choices(weights.get(each.folder, {})) for each in declared.values()]
    return list(dict.fromkeys(name for names in lists for name in names))
