"""SQL statements in `.sql` files, each found by its name."""

import re
from functools import cached_property
from pathlib import Path

NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
COMMENT = re.compile(r"^\s*--.*\n", re.MULTILINE)


class UnknownQuery(LookupError):
    """A name that no statement of a folder has."""


class NamedQueries:
    """The statements of all `.sql` files of a folder, read once.

    Each begins with a line `-- name: …`, which names it in the whole folder. Parameters are
    written as psycopg takes them, `%(project)s`. A part that depends on what is asked for, such as
    a condition, is written `{condition}`.
    """

    def __init__(self, folder: Path) -> None:
        """Read nothing yet."""
        self._folder = folder

    def __call__(self, name: str, **parts: str) -> bytes:
        """Return a statement, for psycopg.

        Args:
            name: of the statement.
            parts: SQL for what stands in braces in it.

        Raises:
            UnknownQuery: there is none.
        """
        if name not in self._statements:
            raise UnknownQuery(
                f"Expected the name of a statement in {self._folder}, got {name!r}. Write it below"
                f" a line `-- name: {name}` in one of the .sql files there."
            )
        statement = self._statements[name]
        return (statement.format(**parts) if parts else statement).encode()

    @cached_property
    def _statements(self) -> dict[str, str]:
        statements: dict[str, str] = {}
        for path in sorted(self._folder.glob("*.sql")):
            _, *parts = NAME.split(path.read_text(encoding="utf-8"))
            for name, statement in zip(parts[::2], parts[1::2], strict=True):
                if name in statements:
                    raise ValueError(f"{path}: a second statement is named {name}; rename it.")
                statements[name] = COMMENT.sub("", statement).strip()
        return statements
