import ast
from pathlib import Path

import pytest

from anime_production.models.jobs import queries as jobs
from anime_production.models.named_queries import NamedQueries, UnknownQuery
from anime_production.models.production import queries as productions
from anime_production.tools.comfyui import PACK

WHO_ASKS = {jobs.sql: ("models/jobs",), productions.sql: ("models/production",)}
# Names that are put together: the table of a name, the group of a figure.
BY_PART = {
    *(f"{what}_{kind}" for what in ("find", "add") for kind in ("project", "shot", "character")),
    *("find_machine", "add_machine", "names_of_projects", "names_of_characters"),
    *("counts_by_day", "counts_by_key"),
}


def asked_for(*rooms: str) -> set[str]:
    """The names in `sql("…")` of all files below these folders."""
    calls = (
        node
        for room in rooms
        for path in (PACK / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sql"
    )
    names = (call.args[0] for call in calls)
    return {str(name.value) for name in names if isinstance(name, ast.Constant)}


@pytest.mark.parametrize("sql", WHO_ASKS)
def test_every_statement_that_is_asked_for_is_there_and_no_other(sql: NamedQueries):
    assert asked_for(*WHO_ASKS[sql]) == sql._statements.keys() - BY_PART


def test_a_statement_is_found_by_its_name_without_comments_and_with_its_parts(tmp_path: Path):
    text = "-- Of jobs: 100%.\n\n-- name: one\n-- 50%\nSELECT 1\n\n-- name: two\nSELECT {what}\n"
    (tmp_path / "jobs.sql").write_text(text)
    sql = NamedQueries(tmp_path)
    assert sql("one") == b"SELECT 1"
    assert sql("two", what="'葵'") == "SELECT '葵'".encode()


def test_an_unknown_name_says_where_a_statement_belongs(tmp_path: Path):
    with pytest.raises(UnknownQuery, match=r"'nothing'.*-- name: nothing") as refusal:
        NamedQueries(tmp_path)("nothing")
    assert str(tmp_path) in str(refusal.value)


def test_no_two_statements_share_a_name(tmp_path: Path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.sql").write_text("-- name: one\nSELECT 1\n")
    with pytest.raises(ValueError, match=r"b\.sql.*named one"):
        NamedQueries(tmp_path)("one")
