"""Runs the benchmarks that are named, or all: `python quickstart.py bench [names...]`."""

import importlib
import pkgutil
import sys
from types import ModuleType

from . import __name__ as package
from . import __path__ as places


def benchmarks() -> dict[str, ModuleType]:
    """Every module of this folder that has a `run` function, by name."""
    names = [module.name for module in pkgutil.iter_modules(places) if module.name != "__main__"]
    modules = {name: importlib.import_module(f"{package}.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "run")}


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks; each prints its table and one line of JSON for every row."""
    known = benchmarks()
    unknown = [name for name in chosen if name not in known]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(known)}.")
        return 2
    for name in chosen or known:
        print(f"\n{name}: {(known[name].__doc__ or '').splitlines()[0]}\n", flush=True)
        known[name].run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
