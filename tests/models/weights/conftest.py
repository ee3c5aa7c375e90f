"""A server to fetch from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from anime_production.models.weights import Weight, WeightFile

from ...file_server import FileServer, file_server


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """A server that offers nothing yet."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with file_server() as server:
        yield server


def a_weight(*files: WeightFile, **more) -> Weight:
    """Weights of a family that does not exist."""
    return Weight("sample", "kind", files, "MIT", ("backend",), **more)


def left_behind(models: Path) -> list[str]:
    """Names of all files below a folder, but for those of locks."""
    return sorted(
        path.name for path in models.rglob("*") if path.is_file() and path.suffix != ".lock"
    )
