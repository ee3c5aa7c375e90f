"""A character that is saved by one prompt and loaded by the next, in a running ComfyUI."""

import time
from pathlib import Path

import pytest

from anime_production.models.jobs.database.database import Database
from anime_production.models.node_types import CHARACTER_LOAD

from .client import ComfyClient, Node, Prompt, RequestRefused
from .server import ComfyServer

NAME = "葵　花子"


@pytest.fixture
def library(server: ComfyServer) -> Path:
    return server.base / "user" / "default" / "anime_characters"


VERSIONS = """
SELECT version, model, (
    SELECT count(*) FROM anime.character_references WHERE version_id = character_versions.id
)
FROM anime.character_versions JOIN anime.characters ON characters.id = character_id
WHERE name = %s ORDER BY version
"""


@pytest.fixture
def in_database(server: ComfyServer, monkeypatch):
    """What the database knows of a character's versions, once so many are there."""
    monkeypatch.delenv("ANIME_DATABASE_URL", raising=False)
    database = Database(server.base / "user" / "__anime")

    def ask(name: str, count: int) -> list[tuple]:
        end = time.monotonic() + 20
        with database.connect() as connection:
            while len(rows := connection.execute(VERSIONS, (name,)).fetchall()) < count:
                assert time.monotonic() < end, "the version never arrived"
                time.sleep(0.05)
        return rows

    yield ask
    database.close()


def learn(prompt: Prompt, name: str, seed: int = 1) -> Node:
    clip = prompt.add("AnimeSampleClip", frames=3, width=160, height=160, seed=seed)
    return prompt.add("AnimeCharacterSheet", references=clip.out(), name=name)


def save(client: ComfyClient, name: str, seed: int = 1) -> tuple[dict, bool]:
    """What Save Character shows, and whether its result came from the cache."""
    prompt = Prompt()
    saved = prompt.add("AnimeCharacterSave", character=learn(prompt, name, seed).out())
    run = client.run(prompt)
    return run.outputs[saved]["anime_character"][0][0], run.cached(saved)


def load(name: str, **inputs: object) -> tuple[Prompt, Node, Node]:
    prompt = Prompt()
    loaded = prompt.add("AnimeCharacterLoad", name=name, **inputs)
    clip = prompt.add("AnimeSampleClip", frames=4, width=160, height=160, seed=2)
    score = prompt.add("AnimeCharacterScore", images=clip.out(), character=loaded.out())
    info = prompt.add("PreviewAny", source=loaded.out(CHARACTER_LOAD.number("info")))
    return prompt, score, info


def test_a_saved_character_is_loaded_by_the_next_prompt_and_scored(client, library, in_database):
    prompt, _, _ = load(NAME)
    with pytest.raises(RequestRefused, match="expected a character of the library"):
        client.submit(prompt)
    assert save(client, NAME) == ({"name": NAME, "version": 1, "new": True}, False)
    options = client.get("/object_info/AnimeCharacterLoad")["AnimeCharacterLoad"]
    assert NAME in options["input"]["required"]["name"][1]["options"]

    prompt, score, info = load(NAME)
    run = client.run(prompt)
    assert run.report(score)["verdict"] == "PASS"
    assert f"{NAME}, version 1, saved" in run.outputs[info]["text"][0]
    assert client.run(prompt).cached(score)
    assert len(list(library.glob(f"{NAME}-*/*/character.safetensors"))) == 1
    assert in_database(NAME, 1) == [(1, "palette/figure", 3)]


def test_a_newer_version_is_picked_up_and_the_same_one_is_saved_once(client, library, in_database):
    for _ in range(3):
        shown, cached = save(client, "Ren")
        assert shown["version"] == 1
    assert cached  # the library was as the node left it
    prompt, score, info = load("Ren")
    client.run(prompt)
    assert save(client, "Ren", seed=5)[0] == {"name": "Ren", "version": 2, "new": True}
    run = client.run(prompt)
    assert not run.cached(score)
    assert "Ren, version 2" in run.outputs[info]["text"][0]
    prompt, _, info = load("Ren", version=1)
    assert "Ren, version 1" in client.run(prompt).outputs[info]["text"][0]
    # Another version lies on top now: what the first workflow made is the newest again.
    assert save(client, "Ren")[0] == {"name": "Ren", "version": 3, "new": True}
    assert len([path for path in library.glob("Ren-*/*") if path.name.isdigit()]) == 3
    assert [version for version, _, _ in in_database("Ren", 3)] == [1, 2, 3]
