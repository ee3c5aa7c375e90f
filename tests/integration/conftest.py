"""Fixtures of one real ComfyUI server that all integration tests of a run share."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from anime_production.tools.comfyui import PACK, use_comfyui

from .client import ComfyClient
from .server import ComfyServer
from .tiny_interpolator import write_tiny_interpolator
from .tiny_wan import write_tiny_wan

if TYPE_CHECKING:
    from .job_bench import Jobs

# Users who unpack a downloaded archive get such a name: with a space, hyphens and `-main`.
PACK_DIRECTORY = "anime production-main"
TESTING_NODES = Path(__file__).resolve().parent / "testing_nodes"


@pytest.fixture(scope="session")
def server(comfyui: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComfyServer]:
    """Give a ComfyUI with the pack, the nodes for tests and tiny models."""
    base = tmp_path_factory.mktemp("comfyui")
    use_comfyui(comfyui)
    write_tiny_wan(base / "models")
    write_tiny_interpolator(base / "models")
    packs = {PACK_DIRECTORY: PACK, "testing-nodes": TESTING_NODES}
    # Jobs must go to the embedded database below the base directory, not to a developer's database.
    with ComfyServer(comfyui, base, packs, environment={"ANIME_DATABASE_URL": None}) as running:
        yield running
    assert running.end_databases() == [], (
        "An embedded database server still runs after ComfyUI has stopped."
    )


@pytest.fixture
def client(server: ComfyServer) -> ComfyClient:
    """Return a client of the shared server."""
    return ComfyClient(server)


@pytest.fixture(scope="module")
def jobs(server: ComfyServer) -> Iterator["Jobs"]:
    """Give access to the embedded database of the server, also of a module's own server."""
    from .job_bench import EmbeddedJobs  # which imports this module

    record = EmbeddedJobs(server.base)
    yield record
    record.close()
