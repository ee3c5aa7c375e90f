"""What tests of the quickstart share."""

from pathlib import Path

import pytest

from anime_production.quickstart_steps.places import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")
