"""Records of remedies: how often recorded jobs passed that had a remedy for a failed node."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...node_types import LOOP_CLOSE, RETRY_END
from . import sql
from .rows import rows_of

if TYPE_CHECKING:
    from psycopg import Connection

NEXT_SEED = "next_seed"
LEAST = 3  # judged jobs; fewer say nothing about a remedy
LAST = 20  # newest judged jobs with a remedy that count
SEARCHED = 1000  # newest judged jobs that are searched, so that old habits don't count


@dataclass(frozen=True)
class Mark:
    """Sign of a remedy in a recorded job.

    Attributes:
        path: path expression of PostgreSQL (jsonpath) that finds the remedy in the job's graph.
        subject: subject of the reports that show whether it helped; "" for the job's own verdict.
    """

    path: str
    subject: str = ""


def _node(class_type: str) -> str:
    return f'$.* ? (@.class_type == "{class_type}")'


# The remedies of `web/client/remedies/table.js` that a graph shows.
MARKS = {
    "close_loop": Mark(_node(LOOP_CLOSE.id), "loop"),
    "deflicker": Mark(_node("VideoDeflicker"), "clip_quality"),
    "retry": Mark(_node(RETRY_END.id)),
    "draft": Mark('$.*.inputs ? (@.profile == "draft")'),
}


def records_of_remedies(connection: "Connection") -> list[dict[str, Any]]:
    """Return how often the newest jobs with each remedy passed.

    A job counts if a person could have learned from it: it completed and passed or failed. With a
    remedy for one subject, the deciding reports on this subject count, or those merged from
    several. Another seed counts as tried if the job before, of the same graph but for the seed,
    failed.

    Returns:
        For each remedy its `name`; `judged`, the number of jobs that count, at most `LAST`;
        `passed`, the number of those that passed, None if fewer than `LEAST` count; and `least`.
    """
    values = {
        "names": list(MARKS),
        "paths": [mark.path for mark in MARKS.values()],
        "subjects": [mark.subject for mark in MARKS.values()],
        "searched": SEARCHED,
        "last": LAST,
    }
    rows = [
        *rows_of(connection, sql("records_of_nodes"), values),
        *rows_of(connection, sql("record_of_seeds"), {**values, "seed": NEXT_SEED}),
    ]
    counts = {row["name"]: row for row in rows}
    return [_record(name, counts.get(name)) for name in (*MARKS, NEXT_SEED)]


def _record(name: str, row: dict[str, Any] | None) -> dict[str, Any]:
    judged = row["judged"] if row else 0
    passed = row["passed"] if row and judged >= LEAST else None
    return {"name": name, "passed": passed, "judged": judged, "least": LEAST}
