"""Type of the callback that displays a report on the frames measured so far."""

from collections.abc import Callable
from typing import TypeAlias

from .report import Report

ShowPartial: TypeAlias = Callable[[Callable[[], Report]], object] | None
"""Callback of a long measurement, called often, or None.

Its argument is a function that returns the report on what is measured so far. Most calls don't need
the report, so that it is made only if the callback calls the function. A partial report must never
be taken for the result: its verdict may change with the next frame.
"""
