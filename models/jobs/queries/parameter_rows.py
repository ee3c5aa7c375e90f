"""The rows of what a job's pictures were made with."""

import logging
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..provenance.model_hashes import FindFile, with_hashes
from . import sql

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)


def add_parameters(
    connection: "Connection",
    job_id: UUID,
    graph: Mapping[str, Any],
    find_file: FindFile | None = None,
) -> None:
    """Add the parameters that stand in a job's graph.

    A graph may hold anything. One that can't be read costs its parameters, not the job.

    Args:
        connection: inside a transaction.
        job_id: whose graph it is.
        graph: in API format.
        find_file: finds the model files that the graph names; their hashes are added where they
            are known.
    """
    from psycopg import DataError, IntegrityError

    from ..provenance.generation_parameters import generation_parameters

    try:
        params = generation_parameters(graph)
        if find_file is not None:
            params = with_hashes(params, find_file)
        rows = [
            {"job_id": job_id, "position": position, **asdict(param)}
            for position, param in enumerate(params)
        ]
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(sql("add_param"), rows)
    except (DataError, IntegrityError, ValueError, TypeError, LookupError, RecursionError):
        log.exception("The parameters of job %s can't be read from its graph.", job_id)
