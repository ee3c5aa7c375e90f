"""Rows of a job's generation parameters."""

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
    """Add the generation parameters in a job's graph.

    If a graph can't be read, its parameters are left out and the error is logged; the job itself is
    recorded anyway.

    Args:
        connection: connection inside a transaction.
        job_id: id of the job.
        graph: graph of the job in API format.
        find_file: function that finds the model files that the graph names, for their hashes; None
            adds no hashes.
    """
    from psycopg import DataError, IntegrityError

    from ..provenance.generation_parameters import generation_parameters

    try:
        parameters = generation_parameters(graph)
        if find_file is not None:
            parameters = with_hashes(parameters, find_file)
        rows = [
            {"job_id": job_id, "position": position, **asdict(parameter)}
            for position, parameter in enumerate(parameters)
        ]
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(sql("add_parameter"), rows)
    except (
        DataError,
        IntegrityError,
        ValueError,
        TypeError,
        LookupError,
        RecursionError,
        OSError,  # a folder of models can't be read
    ):
        log.exception("The parameters of job %s can't be read from its graph.", job_id)
