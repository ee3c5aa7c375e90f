"""The databases and jobs of the domain's tests, and the routes that tell of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from anime_production.models.jobs.recording.recorder import Recorder

from ...models.jobs.conftest import (  # noqa: F401
    artifact,
    job,
    report,
    saved,
    story,
)
from .asking import Desk


@pytest.fixture
def recorder(private: Path) -> Iterator[Recorder]:
    """A recorder with nothing in it."""
    recorder = Recorder(private, longest_pause=0.05)
    yield recorder
    recorder.close()


@pytest.fixture
def desk(recorder: Recorder, tmp_path: Path) -> Desk:
    """The routes of that recorder."""
    return Desk(recorder, tmp_path)
