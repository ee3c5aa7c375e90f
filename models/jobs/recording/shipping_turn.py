"""Turns of the processes that ship the events of one outbox."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)

POLL_SECONDS = 0.02  # between two checks if another process has finished
LONGEST_TURN = 30.0  # seconds; a process that ships for longer probably hangs


class ShippingTurn:
    """A lock file that lets one process at a time ship the events of an outbox.

    Two processes that wrote the same rows at the same time would block each other.
    """

    def __init__(self, outbox: Path) -> None:
        """Store the path of the lock file, which the first turn creates.

        Args:
            outbox: path of the outbox.
        """
        self._path = outbox.with_name(f"{outbox.name}.turn")
        self._lock = FileLock(self._path, timeout=0, mode=0o600, thread_local=False)
        self._waits_since: float | None = None

    @contextmanager
    def take(self) -> Iterator[bool]:
        """Take the turn if no other process has it.

        Yields:
            True if this process may ship; False, after a short wait, if another process ships. A
            process that ships for longer than `LONGEST_TURN` may hang, so others then ship as
            well; shipping an event twice does no harm.
        """
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire()
            may_ship = True
        except Timeout:
            may_ship = False
        except (OSError, NotImplementedError) as error:
            log.debug("This file system has no locks, so processes may ship together: %s", error)
            may_ship = True
        if may_ship:
            self._waits_since = None
        else:
            now = time.monotonic()
            self._waits_since = self._waits_since or now
            may_ship = now - self._waits_since > LONGEST_TURN
            time.sleep(0 if may_ship else POLL_SECONDS)
        try:
            yield may_ship
        finally:
            self._lock.release()
