"""What every test can ask for."""

from pathlib import Path

import pytest

from .comfyui import ABSENT, PACK, find_comfyui


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
        pytest.skip("the test-bench assets are not here: ../shared/assets beside the project")
    return assets
