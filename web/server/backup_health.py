"""The health of the daily backups."""

from datetime import datetime, timezone
from typing import Any

from ...models.jobs.recording.daily_backups import BackupStatus
from .health_status import DEGRADED, OK


def backups_health(status: BackupStatus) -> dict[str, Any]:
    """Return time, size and number of the backups; "degraded" if the last one failed or is late."""
    newest = status.newest
    fields = {
        "state": status.state.value,
        "count": status.count,
        "newest": newest.made_at.isoformat() if newest else None,
        "bytes": newest.size if newest else None,
    }
    if status.failure is not None:
        message = f"The last backup of the database failed: {status.failure}"
        return {"status": DEGRADED, "message": message, **fields}
    if status.is_late(datetime.now(timezone.utc)):
        message = (
            "No backup of the database was made for more than two periods"
            f" (ANIME_BACKUP_DAYS is {status.days})."
        )
        return {"status": DEGRADED, "message": message, **fields}
    return {"status": OK, **fields}
