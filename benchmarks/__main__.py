"""Command that runs benchmarks, all or the named ones: `python quickstart.py bench [NAME ...]`."""

import importlib
import pkgutil
import sys
from types import ModuleType

from ..quickstart_steps.console import prepare
from . import __name__ as package
from . import __path__ as package_paths


def benchmarks() -> dict[str, ModuleType]:
    """Return all modules of this package that have a function `run`, by name."""
    names = [
        module.name for module in pkgutil.iter_modules(package_paths) if module.name != "__main__"
    ]
    modules = {name: importlib.import_module(f"{package}.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "run")}


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks, or all if none is chosen, and return the exit status.

    Each benchmark prints tables and lines of JSON.
    """
    prepare()
    modules = benchmarks()
    unknown = [name for name in chosen if name not in modules]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(modules)}.")
        return 2
    for name in chosen or modules:
        print(f"\n{name}: {(modules[name].__doc__ or '').splitlines()[0]}\n", flush=True)
        modules[name].run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
