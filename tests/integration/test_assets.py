"""With ComfyUI's assets on and off, only saved files are outputs: no report and no thumbnail."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from anime_production.tools.comfyui import PACK

from .client import ComfyClient, Prompt
from .conftest import PACK_DIRECTORY, TESTING_NODES
from .server import ComfyServer

PACKS = {PACK_DIRECTORY: PACK, "testing-nodes": TESTING_NODES}


@pytest.fixture(
    scope="module",
    params=["enable", pytest.param("disable", marks=pytest.mark.slow)],
)
def assets_client(
    request: pytest.FixtureRequest, comfyui: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ComfyClient]:
    """Give a client of a ComfyUI with assets on or off, and check that it says so.

    An option that this version doesn't know is its default: then assets are on or off without it.
    """
    option = f"--{request.param}-assets"
    known = option in (comfyui / "comfy" / "cli_args.py").read_text("utf-8")
    base = tmp_path_factory.mktemp("assets")
    arguments = ("--cpu", *((option,) if known else ()))
    variables = {"ANIME_DATABASE_URL": None}
    with ComfyServer(comfyui, base, PACKS, arguments, variables) as server:
        client = ComfyClient(server)
        assert client.get("/features")["assets"] is (request.param == "enable")
        yield client
    server.end_databases()


def test_only_saved_files_are_outputs_and_assets(assets_client: ComfyClient):
    client = assets_client
    prompt = Prompt()
    job = prompt.add("AnimeJob", project="Assets")
    clip = prompt.add("AnimeSampleClip", frames=4, width=64, height=64).out()
    still = prompt.add("AnimeStillQuality", images=clip)
    best = prompt.add("AnimeBestOf", images=clip, report=still.out(), k=2)
    sheet = prompt.add("AnimeCharacterSheet", references=clip, name="Mika")
    score = prompt.add("AnimeCharacterScore", images=best.out(0), character=sheet.out())
    prompt.add("AnimeJobSave", job=job.out(), images=best.out(0), report=score.out())
    run = client.run(prompt)
    (thumbnails,) = run.outputs[sheet]["anime_references"]
    assert len(thumbnails) == 4
    entry = client.get(f"/api/jobs/{run.prompt_id}")
    assert entry["outputs_count"] == 2, "two pictures were saved"
    assert entry["preview_output"]["type"] == "output"
    if not client.get("/features")["assets"]:
        return
    assets = client.get("/api/assets")["assets"]
    names = {each["name"] for each in assets if {"output", "temp"} & set(each["tags"])}
    saved = {each["filename"] for node in run.outputs.values() for each in node.get("images", ())}
    assert names == saved, "no thumbnail is an asset"
