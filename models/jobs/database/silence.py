"""Memory of a database that did not answer, so that not every thread waits for it anew."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .deadlines import NoAnswer

RETRY_SECONDS = 1.0  # pause between two tries while the database does not answer


class Silence:
    """State of a database: it answers, or it did not answer the last time.

    While it does not answer, one thread at a time may try again, and all others are refused at
    once. The first answer ends this state for all.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._reason: str | None = None  # text of the last `NoAnswer`; None if it answers
        self._is_tried = False  # True while a thread tries whether it answers again
        self._next_try = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Let the `with` block use the database, and remember if it raised `NoAnswer`.

        Raises:
            NoAnswer: the database did not answer a moment ago, or another thread tries it now.
        """
        is_try = self._enter()
        try:
            yield
        except NoAnswer as error:
            self.begin(error)
            raise
        finally:
            if is_try:
                with self._mutex:
                    self._is_tried = False

    def begin(self, error: NoAnswer) -> None:
        """Note that the database did not answer."""
        with self._mutex:
            self._reason, self._next_try = str(error), time.monotonic() + RETRY_SECONDS

    def end(self) -> None:
        """Note that the database has just answered."""
        with self._mutex:
            self._reason = None

    def _enter(self) -> bool:
        """Return True if this thread tries whether the database answers again."""
        with self._mutex:
            if self._reason is None:
                return False
            if self._is_tried or time.monotonic() < self._next_try:
                raise NoAnswer(self._reason)
            self._is_tried = True
            return True
