"""Check of deadlines that users rely on, such as the time until an absent database is reported.

Benchmarks measure exact times on a quiet machine. A machine that runs tests is busy, so a test
allows five times the deadline. That is still short enough to notice an unwanted wait.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

BUSY = 5  # factor by which a busy machine may be slower


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fail if the `with` block takes longer than five times a deadline.

    Args:
        seconds: deadline on a quiet machine.
    """
    started = time.monotonic()
    yield
    duration = time.monotonic() - started
    assert duration < BUSY * seconds, (
        f"It took {duration:.1f} s; the deadline is {seconds:.0f} s on a quiet machine."
    )
