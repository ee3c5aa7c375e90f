"""What every test can ask for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from anime_production.tools.comfyui import ABSENT, PACK, find_comfyui

from .databases import (  # noqa: F401
    by_hand,
    database,
    database_url,
    embedded,
    every_database,
    every_url,
    older_embedded,
    private,
    studio_url,
)
from .layers import FAST, LAYERS, NO_ASSETS, layer_of, totals

TESTS = Path(__file__).parent  # as pytest was given it: maybe through a link

if "PYTEST_XDIST_WORKER" in os.environ:  # before torch is imported, here and in a ComfyUI
    os.environ["OMP_NUM_THREADS"] = "1"  # the other cores belong to the other workers


@pytest.hookimpl(tryfirst=True)  # before `-m` selects by the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test with its layer, and put the dearest layers and the linters first.

    At the end of a run, when the workers have few tests left to share, these are short ones.
    """
    order: dict[pytest.Item, tuple[int, bool]] = {}
    for item in items:
        layer = layer_of(item, TESTS)
        item.add_marker(getattr(pytest.mark, layer))
        order[item] = -LAYERS.index(layer), item.path.parent != TESTS
    items.sort(key=order.__getitem__)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how long each layer took, and which tests had no assets."""
    stats = terminalreporter.stats
    reports = [
        report
        for outcome in ("", "passed", "failed", "error", "skipped")
        for report in stats.get(outcome, ())
        if isinstance(report, pytest.TestReport)
    ]
    of_layer = totals(reports, NO_ASSETS)
    terminalreporter.section("time by layer")
    for layer in LAYERS:
        if layer in of_layer:
            total = of_layer[layer]
            terminalreporter.line(f"{layer:9} {total.tests:5} tests {total.seconds:7.1f} s")
    without = {layer: total.without_assets for layer, total in of_layer.items()}
    if any(without.values()):
        counts = ", ".join(f"{count} of {layer}" for layer, count in without.items() if count)
        terminalreporter.line(f"Skipped, as the assets beside the checkout are not here: {counts}.")


@pytest.fixture(autouse=True)
def servers_started(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Fail a test of the fast layer that starts a PostgreSQL: it belongs to another layer."""
    if request.node.get_closest_marker(FAST) is None:
        yield
        return
    from anime_production.models.jobs.database.cluster import Cluster, EmbeddedFailure

    started: list[Cluster] = []

    def start(cluster: Cluster) -> str:
        started.append(cluster)
        raise EmbeddedFailure("A test of the fast layer has no PostgreSQL.")

    monkeypatch.setattr(Cluster, "start", start)
    # The wheel refuses this version, so that a child process starts none either.
    monkeypatch.setenv("PGSERVER_POSTGRES_VERSION", "0")
    yield
    assert not started, "it starts a PostgreSQL: take a fixture of databases.py, or mark it"


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The project's root, with links resolved."""
    return PACK


@pytest.fixture(scope="session")
def comfyui() -> Path:
    """ComfyUI's root."""
    root = find_comfyui()
    if root is None:
        pytest.skip(ABSENT)
    return root


@pytest.fixture(scope="session")
def shared_assets() -> Path:
    """Real weights, characters, clips and loops, which lie beside the project."""
    assets = PACK.parent / "shared" / "assets"
    if not assets.is_dir():
        pytest.skip(f"{NO_ASSETS}: ../shared/assets beside the project")
    return assets
