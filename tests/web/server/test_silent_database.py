"""Tests of the routes while the database hangs, is read-only, or refuses the pack's role."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from anime_production.models.jobs.database import database as database_module
from anime_production.models.jobs.recording.recorder import Recorder

from ...deadlines import within
from ...models.jobs.postgres import USER, SystemPostgres
from .asking import Desk

LIST = "/anime/jobs?limit=50"


@pytest.fixture
def desk(
    private: Path, system_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """Give the routes on the system's PostgreSQL, with shorter deadlines."""
    monkeypatch.setattr(database_module, "CHECK_SECONDS", 0.5)
    recorder = Recorder(private)
    yield Desk(recorder, tmp_path)
    recorder.close()


def test_while_the_database_hangs_files_are_served_and_every_list_is_refused_in_a_sentence(
    desk, system_postgres, story
):
    page = desk.folder / "index.html"
    page.write_text("<title>ComfyUI</title>")
    for event in story:
        desk.recorder.record(event)

    async def test() -> None:
        application = desk.application()
        application.add_routes([web.static("/files", desk.folder)])
        async with TestClient(TestServer(application)) as client:

            async def ask(path: str) -> tuple[int, dict]:
                async with client.get(path) as response:
                    return response.status, await response.json()

            thumbnail = f"/anime/jobs/{story[0].job.id}/thumbnail"
            assert (await ask(LIST))[0] == 200
            with system_postgres.suspended():
                paths = [*[LIST] * 12, *[thumbnail] * 6]
                pending = [asyncio.ensure_future(ask(path)) for path in paths]
                for _ in range(20):
                    with within(0.2):
                        async with client.get("/files/index.html") as file:
                            assert await file.text() == "<title>ComfyUI</title>"
                    await asyncio.sleep(0.05)
                with within(7):
                    answers = await asyncio.gather(*pending)
                for status, answer in answers:
                    error = answer["error"]
                    assert (status, error["code"]) == (503, "database_away")
                    assert "did not answer within" in error["message"]
                with within(0.2):
                    assert (await ask(LIST))[0] == 503
            end = time.monotonic() + 5 * 2
            while (await ask(LIST))[0] != 200:
                assert time.monotonic() < end
                await asyncio.sleep(0.1)

    asyncio.run(test())


def test_a_read_only_database_refuses_what_writes_with_503_and_a_remedy(
    desk, system_postgres: SystemPostgres, system_url, story
):
    for event in story:
        desk.recorder.record(event)
    job = f"/anime/jobs/{story[0].job.id}"
    assert desk.get(job)[0].status == 200
    name = psycopg.conninfo.conninfo_to_dict(system_url)["dbname"]
    system_postgres.execute(
        system_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on"
    )
    system_postgres.cut_connections()
    read, deleted = desk.ask(("GET", job, None), ("DELETE", job, None))
    assert read.status == 200
    assert (deleted.status, deleted.json["error"]["code"]) == (503, "database_away")
    assert "It is read-only" in deleted.json["error"]["message"]


def test_a_role_that_lost_a_right_is_refused_with_503_and_a_remedy(
    desk, system_postgres: SystemPostgres, system_url, story
):
    for event in story:
        desk.recorder.record(event)
    job = f"/anime/jobs/{story[0].job.id}"
    assert desk.get(job)[0].status == 200
    system_postgres.execute(
        system_url,
        f"ALTER TABLE anime.jobs OWNER TO postgres; REVOKE DELETE ON anime.jobs FROM {USER};"
        f" GRANT SELECT, UPDATE ON anime.jobs TO {USER}",
    )
    (deleted,) = desk.ask(("DELETE", job, None))
    assert (deleted.status, deleted.json["error"]["code"]) == (503, "database_away")
    assert "lacks a right" in deleted.json["error"]["message"]


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_of_another_encoding_is_refused_with_503_and_a_remedy(
    desk, system_postgres, monkeypatch, encoding
):
    options = f"TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'"
    monkeypatch.setenv("ANIME_DATABASE_URL", system_postgres.new_database(options))
    listed, named = desk.get(LIST, "/anime/jobs?project=冬")
    for answer in (listed, named):
        assert (answer.status, answer.json["error"]["code"]) == (503, "database_away")
        assert f"has the encoding {encoding}" in answer.json["error"]["message"]
