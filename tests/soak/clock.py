"""A clock that can be put back by an hour, for one process alone."""

import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("clock_back.c")
FILE = "SOAK_CLOCK_BACK"


class Clock:
    """Clock of a process, which is late by an hour while `put_back` holds.

    Args:
        folder: folder for the library and the file that the library looks for.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "the clock is late"
        self._library = folder / "clock_back.so"
        compiler = shutil.which("cc")
        if compiler is not None:
            command = [compiler, "-shared", "-fPIC", "-O2", str(SOURCE), "-o", str(self._library)]
            subprocess.run(command, check=True)

    @property
    def can_be_changed(self) -> bool:
        """True if this machine has a C compiler."""
        return self._library.exists()

    @property
    def environment(self) -> dict[str, str | None]:
        """Variables of the process."""
        if not self.can_be_changed:
            return {}
        return {"LD_PRELOAD": str(self._library), FILE: str(self._file)}

    def put_back(self) -> None:
        """Put the clock back by an hour."""
        self._file.touch()

    def put_right(self) -> None:
        """Put the clock right again."""
        self._file.unlink(missing_ok=True)
