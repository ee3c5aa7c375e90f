"""Fixture of an embedded database."""

import psycopg
import pytest

from anime_production.models.jobs.database.embedded import EmbeddedServer

from ..postgres import private_folder


@pytest.fixture(scope="module")
def place():
    """A folder with a database in it; the tests leave it without a running server."""
    with private_folder() as folder:
        place = folder / "postgres"
        server = EmbeddedServer(place)
        with psycopg.connect(server.connection_string()) as connection:
            connection.execute("CREATE TABLE kept (word text)")
            connection.execute("INSERT INTO kept VALUES ('still here')")
        server.leave()
        yield place
