"""Function that fills a database with many made-up jobs, for benchmarks and tests."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psycopg import Connection

COUNTS = {"projects": 12, "shots": 480, "characters": 60, "models": 9}
FILL = Path(__file__).with_suffix(".sql")
WORDS = "INSERT INTO anime.job_words (job_id, words) SELECT id, anime.words_of(id) FROM anime.jobs"
INDEX_OF_WORDS = "SELECT pg_get_indexdef('anime.job_words_by_gram'::regclass)"


def fill(connection: "Connection", jobs: int) -> None:
    """Add jobs to an empty, migrated database, and update the statistics of its tables.

    Args:
        connection: connection in autocommit mode.
        jobs: number of jobs to add.
    """
    counts = {**COUNTS, "jobs": jobs}
    placeholders = re.compile(rf"(?<!:):({'|'.join(counts)})\b")
    sql = placeholders.sub(lambda match: str(counts[match[1]]), FILL.read_text(encoding="utf-8"))
    with connection.transaction():
        connection.execute(sql.encode())
    connection.execute("VACUUM ANALYZE")
    # Building the index once at the end takes a tenth of the time of updating it row by row.
    (index,) = connection.execute(INDEX_OF_WORDS).fetchone() or ("",)
    connection.execute("DROP INDEX anime.job_words_by_gram")
    connection.execute(WORDS)
    connection.execute(index.encode())
    connection.execute("VACUUM ANALYZE anime.job_words")
