"""Two users of a ComfyUI with `--multi-user`: each in an editor of their own, with one record."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from anime_production.tools.comfyui import PACK

from ..integration.client import ComfyClient, Prompt
from ..integration.conftest import TESTING_NODES
from ..integration.server import ComfyServer
from .conftest import PACK_DIRECTORY
from .editor import Editor, small_check
from .panel import expect, open_panel

SETTINGS = {"Comfy.TutorialCompleted": True, "Comfy.Locale": "en"}
NAME_THE_SHOT = """(shot) => {
    const job = app.graph.nodes.find(({ type }) => type === "AnimeJob");
    job.widgets.find(({ name }) => name === "shot").value = shot;
}"""
SIGN_IN = (
    "([id, name]) => Object.assign(localStorage, { 'Comfy.userId': id, 'Comfy.userName': name })"
)


@pytest.fixture(scope="module")
def shared(
    browser: Any, comfyui: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ComfyServer]:
    """Give a ComfyUI that keeps the files of several users apart."""
    base = tmp_path_factory.mktemp("users")
    packs = {PACK_DIRECTORY: PACK, "testing-nodes": TESTING_NODES}
    arguments, variables = ("--cpu", "--multi-user"), {"ANIME_DATABASE_URL": None}
    with ComfyServer(comfyui, base, packs, arguments, variables) as server:
        yield server
    server.end_databases()


@contextmanager
def editor_of(browser: Any, server: ComfyServer, name: str, pictures: Path) -> Iterator[Editor]:
    """Make a user, and open the editor as this user."""
    user = ComfyClient(server).post("/users", {"username": name})
    settings = server.base / "user" / user / "comfy.settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps(SETTINGS), encoding="utf-8")
    with browser.new_context(viewport={"width": 1900, "height": 1200}) as context:
        context.add_init_script(f"({SIGN_IN})({json.dumps([user, name])})")
        editor = Editor(context.new_page(), server, pictures)
        editor.open()
        yield editor
        editor.picture(name)
        assert editor.errors == []


@pytest.mark.slow
def test_two_users_run_jobs_and_each_sees_both(browser: Any, shared: ComfyServer, tmp_path: Path):
    for name in ("Mika", "Rin"):
        with editor_of(browser, shared, name, tmp_path) as editor:
            editor.load(small_check())
            editor.page.evaluate(NAME_THE_SHOT, f"of {name}")
            editor.run()
            editor.results(3).wait_for()
            panel = open_panel(editor)
            rows = panel.get_by_role("option")
            expect(rows.filter(has_text=f"of {name}")).to_be_visible()
            expect(rows.filter(has_text="of Mika")).to_be_visible()
            panel.get_by_role("tab", name="Productions").click()
            expect(panel.get_by_role("alert")).to_have_count(0)


@pytest.mark.slow
def test_saved_characters_and_profiles_are_everybodys(shared: ComfyServer):
    client = ComfyClient(shared)
    folder = shared.base / "user" / "default" / "anime_profiles"
    folder.mkdir(parents=True, exist_ok=True)
    limits = {"schema": 1, "loop": {"seam_position": {"threshold": [0.0, 9.5]}}}
    (folder / "night.json").write_text(json.dumps(limits), encoding="utf-8")
    prompt = Prompt()
    clip = prompt.add("AnimeSampleClip", frames=12, width=96, height=96).out()
    score = prompt.add("AnimeLoopScore", images=clip, profile="night")
    sheet = prompt.add("AnimeCharacterSheet", references=clip, name="Hana")
    prompt.add("AnimeCharacterSave", character=sheet.out())
    measurements = client.run(prompt).report(score)["measurements"]
    (seam,) = [each for each in measurements if each["name"] == "seam_position"]
    assert seam["threshold"] == [0.0, 9.5]
    info = client.get("/object_info/AnimeCharacterLoad")["AnimeCharacterLoad"]
    assert "Hana" in json.dumps(info["input"])
