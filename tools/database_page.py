"""The page docs/database.md, made from a live schema: a diagram, all tables and all columns."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..models.jobs.database.database import Database
from .comfyui import PACK

if TYPE_CHECKING:
    from psycopg import Connection

PAGE = PACK / "docs" / "database.md"

HEAD = """\
# The database

The pack stores its records in the schema `anime` of PostgreSQL 14 or newer. The embedded server
and a server of your own have the same schema. This page is generated from a live schema, and a test
keeps it up to date:

    python quickstart.py generate database-page

All times have a time zone. A name that was not entered is empty. A value that could not be measured
is NULL, and the reason is in a column beside it. JSONB columns hold data without a fixed shape:
graphs, workflows and details. When a job is deleted, everything that belongs to it is deleted too.

To back up the database, restore it, or move it from the embedded server to another one:

    python quickstart.py jobs backup jobs.zip
    python quickstart.py jobs restore jobs.zip
    ANIME_DATABASE_URL=… python quickstart.py jobs move

Use `--user DIR` for the user folder of a ComfyUI other than quickstart's own. If you set
`ANIME_KEEP_DAYS`, or `keep_days` in the private config file, jobs that ended more than that many
days ago are deleted, unless a person approved them.
"""

SHORT = {"timestamp with time zone": "timestamptz", "double precision": "double"}

TABLES = """
SELECT relname, coalesce(obj_description(oid, 'pg_class'), '')
FROM pg_class WHERE relnamespace = 'anime'::regnamespace AND relkind = 'r'
"""
COLUMNS = """
SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull,
    coalesce(col_description(attrelid, attnum), '')
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'anime'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
ORDER BY relname COLLATE "C", attnum
"""
KEYS = """
SELECT pg_class.relname, contype::text, coalesce(other.relname, ''), array(
    SELECT attname FROM unnest(conkey) WITH ORDINALITY AS parts (number, place)
    JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place
)::text[]
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
LEFT JOIN pg_class AS other ON other.oid = confrelid
WHERE connamespace = 'anime'::regnamespace AND contype IN ('p', 'f', 'u')
ORDER BY pg_class.relname COLLATE "C", other.relname COLLATE "C", conname COLLATE "C"
"""


@dataclass(frozen=True)
class Column:
    """Column of a table."""

    name: str
    type: str
    required: bool
    comment: str


@dataclass(frozen=True)
class Key:
    """Constraint: its kind in PostgreSQL's letters, its columns, the table it refers to."""

    kind: str
    columns: tuple[str, ...]
    refers_to: str


@dataclass(frozen=True)
class TableOnPage:
    """Table with all that the page says about it."""

    name: str
    comment: str
    columns: tuple[Column, ...]
    keys: tuple[Key, ...]


def page(connection: "Connection") -> str:
    """Return the page in Markdown, made from the schema of a database."""
    tables = _tables(connection)
    sections = [_section(table) for table in tables]
    return "\n".join([HEAD, "```mermaid", diagram(tables), "```", "", *sections])


def diagram(tables: list[TableOnPage]) -> str:
    """Return a Mermaid diagram of the tables and of how they refer to each other."""
    lines = ["erDiagram"]
    for table in tables:
        lines.append(f"    {table.name} {{")
        for column in table.columns:
            marks = _marks(table, column)
            lines.append(f"        {column.type} {column.name}{' ' if marks else ''}{marks}")
        lines.append("    }")
    for table in tables:
        for key in table.keys:
            if key.kind == "f":
                lines.append(f"    {_relation(table, key)}")
    return "\n".join(lines)


def _tables(connection: "Connection") -> list[TableOnPage]:
    columns: dict[str, list[Column]] = {}
    for table, name, kind, required, comment in connection.execute(COLUMNS.encode()):
        column = Column(name, str(SHORT.get(kind, kind)).replace(" ", "-"), required, comment)
        columns.setdefault(table, []).append(column)
    keys: dict[str, list[Key]] = {}
    for table, kind, refers_to, parts in connection.execute(KEYS.encode()):
        keys.setdefault(table, []).append(Key(kind, tuple(parts), refers_to))
    comments: dict[str, str] = dict(connection.execute(TABLES.encode()).fetchall())
    return [
        TableOnPage(name, comments[name], tuple(columns[name]), tuple(keys.get(name, ())))
        for name in sorted(comments)
    ]


def _marks(table: TableOnPage, column: Column) -> str:
    marks = {"p": "PK", "f": "FK", "u": "UK"}
    kinds = [key.kind for key in table.keys if column.name in key.columns]
    return ", ".join(mark for kind, mark in marks.items() if kind in kinds)


def _relation(table: TableOnPage, key: Key) -> str:
    required = all(each.required for each in table.columns if each.name in key.columns)
    alone = any(
        set(each.columns) <= set(key.columns) for each in table.keys if each.kind in ("p", "u")
    )
    parent, children = "||" if required else "|o", "o|" if alone else "o{"
    return f'{key.refers_to} {parent}--{children} {table.name} : "{", ".join(key.columns)}"'


def _section(table: TableOnPage) -> str:
    lines = [f"## {table.name}", "", table.comment, "", "| column | type | |", "|---|---|---|"]
    for column in table.columns:
        optional = "" if column.required else ", may be NULL"
        refers = [key.refers_to for key in table.keys
                  if key.kind == "f" and column.name in key.columns]  # fmt: skip
        words = [column.comment] if column.comment else []
        words += [f"→ {other}" for other in dict.fromkeys(refers)]
        text = " ".join(words).replace("|", "\\|")
        lines.append(f"| `{column.name}` | {column.type}{optional} | {text} |")
    return "\n".join([*lines, ""])


def generate(chosen: Sequence[str] = ()) -> None:
    """Write the page, from an embedded PostgreSQL that is made for it."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "private", only_embedded=True)
        try:
            with database.connect() as connection:
                PAGE.write_text(page(connection), encoding="utf-8")
        finally:
            database.close()
    print(PAGE)
