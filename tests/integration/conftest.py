"""One real ComfyUI for all integration tests of a run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from anime_production.tools.comfyui import PACK, use_comfyui

from .client import ComfyClient
from .server import ComfyServer
from .tiny_wan import write_tiny_wan

# A directory name as users have it who unpack a downloaded archive: a space, hyphens, `-main`.
PACK_DIRECTORY = "anime production-main"
TESTING_NODES = Path(__file__).resolve().parent / "testing_nodes"


@pytest.fixture(scope="session")
def server(comfyui: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComfyServer]:
    """ComfyUI with the pack, the test-only nodes and tiny Wan models."""
    base = tmp_path_factory.mktemp("comfyui")
    use_comfyui(comfyui)
    write_tiny_wan(base / "models")
    packs = {PACK_DIRECTORY: PACK, "testing-nodes": TESTING_NODES}
    # Jobs go to the embedded database below the base directory, never to a developer's own.
    with ComfyServer(comfyui, base, packs, environment={"ANIME_DATABASE_URL": None}) as running:
        yield running
    assert running.end_databases() == [], "the embedded database outlived ComfyUI"


@pytest.fixture
def client(server: ComfyServer) -> ComfyClient:
    """A client of the session's server."""
    return ComfyClient(server)
