"""Reports that say where a network ran if the card had no room for it."""

from collections.abc import Mapping
from dataclasses import replace

from .graphics_memory import reported_name
from .report import Report


def with_places(report: Report, networks: Mapping[str, object]) -> Report:
    """Return a report whose backends say which networks ran on the CPU for lack of room.

    Args:
        report: report of this run.
        networks: network, or object with the attribute `had_no_room`, by the name of its backend.
    """
    measurements = tuple(
        replace(each, backend=reported_name(each.backend, networks.get(each.backend)))
        for each in report.measurements
    )
    return replace(report, measurements=measurements)
