"""Tests of databases that answer but can't be used: wrong encoding, read-only, missing rights."""

import psycopg
import pytest

from anime_production.models.jobs.database.database import Database, DatabaseUnavailable

from ..postgres import PASSWORD, USER


@pytest.fixture
def database(private, system_url):
    database = Database(private)
    yield database
    database.close()


def write(connection: psycopg.Connection) -> None:
    connection.execute("CREATE TABLE anime.texts (text text)")


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_can_not_hold_every_text_is_refused(
    private, system_postgres, monkeypatch, encoding
):
    options = f"TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'"
    monkeypatch.setenv("ANIME_DATABASE_URL", system_postgres.new_database(options))
    database = Database(private)
    for use in (database.connect, lambda: database.run(write)):
        with pytest.raises(DatabaseUnavailable) as refused:
            use()
        assert f"has the encoding {encoding}" in str(refused.value)
        assert "createdb -E UTF8 -T template0" in str(refused.value)
    database.close()


def test_the_clients_encoding_is_utf8_whatever_the_server_or_the_address_says(
    private, system_postgres, system_url, monkeypatch
):
    system_postgres.execute(system_url, f"ALTER ROLE {USER} SET client_encoding = 'LATIN1'")
    monkeypatch.setenv("ANIME_DATABASE_URL", f"{system_url}?client_encoding=latin1")
    database = Database(private)
    try:
        with database.connection() as connection:
            assert connection.info.encoding == "utf-8"
            assert connection.execute("SELECT %s::text", ("冬🌸",)).fetchone() == ("冬🌸",)
    finally:
        database.close()
        system_postgres.execute(system_url, f"ALTER ROLE {USER} RESET client_encoding")


def test_a_read_only_database_can_be_read_and_says_what_to_do_for_writing(
    database, system_postgres, system_url
):
    database.run(write)
    name = psycopg.conninfo.conninfo_to_dict(system_url)["dbname"]
    system_postgres.execute(
        system_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on"
    )
    database.close()  # the setting holds for new connections
    assert database.run(lambda connection: connection.execute("TABLE anime.texts").fetchall()) == []
    with pytest.raises(DatabaseUnavailable, match=r"It is read-only.*Connect to the primary"):
        database.run(write)
    # The remedy helps at once, although a session keeps the setting that it was opened with.
    elsewhere = system_url.replace(name, "postgres")
    system_postgres.execute(elsewhere, f"ALTER DATABASE {name} RESET default_transaction_read_only")
    database.run(lambda connection: connection.execute("DROP TABLE anime.texts"))


def test_a_role_without_rights_is_told_which_ones_it_needs(
    private, system_postgres, system_url, monkeypatch
):
    Database(private).connect().close()  # creates the schema
    system_postgres.execute(
        system_url,
        f"CREATE ROLE guest LOGIN PASSWORD '{PASSWORD}';"
        " GRANT USAGE ON SCHEMA anime TO guest;"
        " GRANT SELECT ON ALL TABLES IN SCHEMA anime TO guest",
    )
    # The server asks only `keeper` for a password over TCP, so the guest uses its socket.
    name = psycopg.conninfo.conninfo_to_dict(system_url)["dbname"]
    address = f"host={system_postgres.folder} port={system_postgres.port}"
    monkeypatch.setenv("ANIME_DATABASE_URL", f"{address} user=guest dbname={name}")
    database = Database(private)
    try:
        with pytest.raises(DatabaseUnavailable, match=r"lacks a right. Make it the owner"):
            database.run(write)
        empty = psycopg.conninfo.conninfo_to_dict(system_postgres.new_database())["dbname"]
        monkeypatch.setenv("ANIME_DATABASE_URL", f"{address} user=guest dbname={empty}")
        with pytest.raises(DatabaseUnavailable, match=r"lacks a right. Make it the owner"):
            database.connect()
    finally:
        database.close()
        system_postgres.execute(system_url, "DROP OWNED BY guest; DROP ROLE guest")
