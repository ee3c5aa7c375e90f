"""SQL statements in `.sql` files, looked up by their names."""

import re
from functools import cached_property
from pathlib import Path

NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
COMMENT = re.compile(r"^\s*--.*\n", re.MULTILINE)


class UnknownQuery(LookupError):
    """Error for a name that no statement of a folder has."""


class NamedQueries:
    """SQL statements of all `.sql` files of a folder, which are read at the first use.

    Each statement begins with a line `-- name: …`; the name is unique in the folder. Parameters
    are written as psycopg takes them, `%(project)s`. A part that the caller inserts, such as a
    condition, is written `{condition}`.
    """

    def __init__(self, folder: Path) -> None:
        """Remember the folder; no file is read yet."""
        self._folder = folder

    def __call__(self, name: str, **parts: str) -> bytes:
        """Return a statement, as bytes for psycopg.

        Args:
            name: name of the statement.
            parts: SQL text for each part in braces, by its name.

        Raises:
            UnknownQuery: no statement has this name.
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
