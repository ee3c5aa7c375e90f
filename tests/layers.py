"""Layers of the tests by what they need, and the time that each layer took.

The layers are, from slow to fast: `browser`, `comfyui` (a running server), `database` (PostgreSQL),
and `fast` (nothing but this process). A test belongs to the slowest one that it needs, and has the
layer's name as a marker, so that `pytest -m fast` selects a layer.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

FAST, DATABASE, COMFYUI, BROWSER = LAYERS = ("fast", "database", "comfyui", "browser")
# Folders of tests whose layer is fixed.
FOLDERS = {"browser": BROWSER, "integration": COMFYUI, "soak": COMFYUI}
# The reason of a skip begins with this text if the assets beside the checkout are absent.
NO_ASSETS = "the assets beside the checkout are not there"
# Fixtures that start a PostgreSQL: the pack's embedded one, or the system's.
SERVERS = {"system_postgres", "embedded_postgres", "older_embedded_postgres"}


@dataclass
class LayerTotal:
    """Number of tests of a layer and their seconds, with set-up and tear-down.

    Attributes:
        tests: number of tests that ran or were skipped.
        seconds: sum of the durations of their set-ups, calls and tear-downs.
        without_assets: number of tests that were skipped because assets are absent.
    """

    tests: int = 0
    seconds: float = 0.0
    without_assets: int = 0


def layer_of(item: pytest.Item, tests: Path) -> str:
    """Return the layer of a test, or of a doctest.

    Args:
        item: test as pytest collected it.
        tests: folder of all tests. The doctests of files outside it are fast.
    """
    if not item.path.is_relative_to(tests):
        return FAST
    folder = item.path.relative_to(tests).parts[0]
    if folder in FOLDERS:
        return FOLDERS[folder]
    if item.get_closest_marker(DATABASE):  # the test starts a server without a fixture
        return DATABASE
    needed = set(getattr(item, "fixturenames", ()))
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    # A parametrised fixture gets its server by the name in its parameter, when it runs.
    chosen = {str(value) for value in parameters.values()}
    return DATABASE if (needed | chosen) & SERVERS else FAST


def totals(reports: Iterable[pytest.TestReport], absent: str) -> Mapping[str, LayerTotal]:
    """Return the totals of each layer.

    Args:
        reports: reports of the set-ups, calls and tear-downs of all tests.
        absent: text in the reason of a skip because assets are absent.
    """
    layer_totals: dict[str, LayerTotal] = defaultdict(LayerTotal)
    for report in reports:
        layer = next((each for each in LAYERS if each in report.keywords), FAST)
        layer_totals[layer].seconds += report.duration
        if report.when == "call" or (report.when == "setup" and not report.passed):
            layer_totals[layer].tests += 1
        if report.skipped and absent in str(report.longrepr):
            layer_totals[layer].without_assets += 1
    return layer_totals
