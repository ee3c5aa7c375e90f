"""Writes docs/database.md from the live schema, after a migration changed it."""

import tempfile
from pathlib import Path

from anime_production.models.jobs.database.database import Database
from anime_production.tests.models.jobs.schema_page import page

PAGE = Path(__file__).parents[3] / "docs" / "database.md"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "private", only_embedded=True)
        try:
            with database.connect() as connection:
                PAGE.parent.mkdir(exist_ok=True)
                PAGE.write_text(page(connection), encoding="utf-8")
        finally:
            database.close()


if __name__ == "__main__":
    main()
