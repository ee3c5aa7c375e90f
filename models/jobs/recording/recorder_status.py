"""Status of the recording of jobs: database, outbox and shipper, for the health."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from ..database.database import Database, DatabaseUnavailable
from .outbox import Outbox
from .shipper import Shipper, ShippingStatus

RETRY_SECONDS = 2.0  # longest wait for a round of the shipper


@dataclass(frozen=True)
class RecorderStatus:
    """Status of the recording at one moment.

    Attributes:
        database: reason why the database can't be used; None if it answers.
        server: version of PostgreSQL; None if it doesn't answer.
        outbox: reason why the outbox can't be used; None if it can.
        shipping: result of the shipper's last round.
        backlog: number of events that wait for the database; None if the outbox can't be read.
        oldest: time of the oldest event that waits; None if none waits.
        rejected: number of events that are set aside; None if the outbox can't be read.
        lost: number of events that are not on the disk: those in memory and those dropped.
        dropped: number of events since the start that are neither on the disk nor in memory.
    """

    database: str | None
    server: str | None
    outbox: str | None
    shipping: ShippingStatus
    backlog: int | None
    oldest: datetime | None
    rejected: int | None
    lost: int
    dropped: int


def check(database: Database, outbox: Outbox, shipper: Shipper) -> RecorderStatus:
    """Return the status of the recording; a database that hangs is given up after seconds."""
    reason = server = None
    try:
        with database.connection() as connection:
            server = connection.info.parameter_status("server_version")
    except DatabaseUnavailable as error:
        reason = str(error)
    if reason is None and shipper.failure is not None:
        shipper.settle(RETRY_SECONDS)  # the failure of its last round may be over
    failure, backlog, oldest, rejected = outbox.failure, None, None, None
    try:
        backlog, oldest, rejected = outbox.backlog(), outbox.oldest_time(), outbox.rejected()
    except (sqlite3.Error, OSError) as error:
        failure = failure or str(error)
    return RecorderStatus(
        database=reason,
        server=server,
        outbox=failure,
        shipping=shipper.status,
        backlog=backlog,
        oldest=oldest,
        rejected=rejected,
        lost=outbox.lost,
        dropped=outbox.dropped,
    )
