"""Deadlines that users rely on, such as how soon an absent database is reported.

Figures, such as milliseconds per write, are measured by `benchmarks/` on a quiet machine. A machine
that runs tests is busy: a deadline is held at five times its bound, which still tells a wait from
none.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

BUSY = 5


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fail if the block takes longer than a busy machine may.

    Args:
        seconds: bound on a quiet machine.
    """
    began = time.monotonic()
    yield
    taken = time.monotonic() - began
    assert taken < BUSY * seconds, f"{taken:.1f} s instead of {seconds:.0f} s on a quiet machine"
