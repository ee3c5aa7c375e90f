"""Layers of the tests: what each test needs, and how long each layer took.

A test belongs to the dearest thing that it needs: a browser, a ComfyUI server, a database, or
nothing but this process. Each has a marker of its layer's name, so that `-m fast` selects one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

FAST, DATABASE, COMFYUI, BROWSER = LAYERS = ("fast", "database", "comfyui", "browser")
FOLDERS = {"browser": BROWSER, "integration": COMFYUI}  # below tests
NO_ASSETS = "the test-bench assets are not here"  # begins the reason of a skip for want of them
# Fixtures that start a PostgreSQL, of the pack's own or as a person starts one.
SERVERS = {"by_hand", "embedded", "older_embedded"}


@dataclass
class LayerTotal:
    """Number and seconds of one layer's tests, set-up and tear-down among them."""

    tests: int = 0
    seconds: float = 0.0
    without_assets: int = 0


def layer_of(item: pytest.Item, tests: Path) -> str:
    """Return the layer of a test.

    Args:
        item: the test.
        tests: the folder of all tests.
    """
    folder = item.path.relative_to(tests).parts[0]
    if folder in FOLDERS:
        return FOLDERS[folder]
    if item.get_closest_marker(DATABASE):  # it starts a server of its own
        return DATABASE
    needed = set(getattr(item, "fixturenames", ()))
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    # A fixture may ask for a server by name only when it runs, by what it is parametrised with.
    chosen = {str(value) for value in parameters.values()}
    return DATABASE if (needed | chosen) & SERVERS else FAST


def totals(reports: Iterable[pytest.TestReport], absent: str) -> Mapping[str, LayerTotal]:
    """Return the totals of each layer.

    Args:
        reports: of the phases of all tests.
        absent: begins the reason of a skip for want of the assets beside the checkout.
    """
    of_layer: dict[str, LayerTotal] = defaultdict(LayerTotal)
    for report in reports:
        layer = next((each for each in LAYERS if each in report.keywords), FAST)
        of_layer[layer].seconds += report.duration
        if report.when == "call" or (report.when == "setup" and not report.passed):
            of_layer[layer].tests += 1
        if report.skipped and absent in str(report.longrepr):
            of_layer[layer].without_assets += 1
    return of_layer
