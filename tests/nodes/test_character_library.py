import asyncio
import importlib
import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from anime_production.models.character.detection import IdentityModel, Region
from anime_production.models.character.detectors.whole_image import WholeImageDetector
from anime_production.models.character.embedders.palette import PaletteEmbedder
from anime_production.models.character.sheet import make_character
from anime_production.models.frames import InputError
from anime_production.models.sample.sample_clip import draw_clip
from anime_production.nodes import character_library, comfyui
from anime_production.nodes.character_library import AnimeCharacterLoad, AnimeCharacterSave


@pytest.fixture(scope="module")
def learnt():
    cpu = torch.device("cpu")
    model = IdentityModel(WholeImageDetector(cpu), PaletteEmbedder(Region.FIGURE, cpu))
    return make_character("葵", draw_clip(3, 160, 160, 3, 0, 1), model)[0]


@pytest.fixture(autouse=True)
def library(tmp_path, monkeypatch):
    """An empty library."""
    import folder_paths

    monkeypatch.setattr(folder_paths, "user_directory", str(tmp_path / "user"))
    return tmp_path / "user" / "default" / "anime_characters"


@pytest.fixture(autouse=True)
def recorded(monkeypatch):
    """What would go to the database."""
    events: list = []
    recorder = SimpleNamespace(record=events.append)
    monkeypatch.setattr(character_library, "open_recorder", lambda directory: recorder)
    monkeypatch.setattr(comfyui, "private_directory", lambda: None)
    return events


@pytest.fixture
def validate(monkeypatch):
    """What ComfyUI itself says of a prompt that loads a character: is it valid, and why not."""
    execution = importlib.import_module("execution")
    mapping = {"AnimeCharacterLoad": AnimeCharacterLoad}
    monkeypatch.setattr(importlib.import_module("nodes"), "NODE_CLASS_MAPPINGS", mapping)
    AnimeCharacterLoad.GET_SCHEMA()

    def ask(**inputs):
        prompt = {"1": {"class_type": "AnimeCharacterLoad", "inputs": inputs}}
        return asyncio.run(execution.validate_inputs("a prompt", prompt, "1", {}, []))[:2]

    return ask


def test_what_is_saved_is_loaded_with_a_picture_and_words(run_node, learnt, library):
    answer = run_node(AnimeCharacterSave, character=learnt)
    same, where = answer.args
    assert same is learnt
    assert where.startswith(str(library))
    character, info = run_node(AnimeCharacterLoad, name="葵").args
    assert torch.equal(character.embeddings, learnt.embeddings)
    assert character.statuses == learnt.statuses
    assert info.startswith("葵, version 1, saved 20")
    assert "3 of 3 references are used" in info
    assert learnt.model in info


def test_what_the_editor_is_shown_is_json_and_no_path_of_this_machine(run_node, learnt, library):
    shown = [run_node(AnimeCharacterSave, character=learnt).ui for _ in range(2)]
    assert json.loads(json.dumps(shown)) == shown
    assert shown[0] == {"anime_character": [[{"name": "葵", "version": 1, "new": True}]]}
    assert shown[1] == {"anime_character": [[{"name": "葵", "version": 1, "new": False}]]}


def test_a_version_is_recorded_and_the_same_one_again_as_the_same(run_node, learnt, recorded):
    for _ in range(2):
        run_node(AnimeCharacterSave, character=learnt)
    run_node(AnimeCharacterSave, character=replace(learnt, threshold=0.5))
    first, again, second = recorded
    assert first == again
    assert second.id != first.id
    assert (first.character.name, first.character.version, second.character.version) == ("葵", 1, 2)
    assert first.character.model == learnt.model
    assert len(first.character.references) == 3


def test_an_older_version_is_loaded_when_it_is_asked_for(run_node, learnt):
    for threshold in (0.5, 0.6):
        run_node(AnimeCharacterSave, character=replace(learnt, threshold=threshold))
    loaded = [run_node(AnimeCharacterLoad, name="葵", version=v).args[0] for v in (0, 1, 2)]
    assert [each.threshold for each in loaded] == [0.6, 0.5, 0.6]


def test_the_combo_lists_what_is_saved_now(run_node, learnt):
    def options() -> list[str]:
        return AnimeCharacterLoad.INPUT_TYPES()["required"]["name"][1]["options"]

    assert options() == ["(nothing saved yet)"]
    for name in ("Ren", "葵"):
        run_node(AnimeCharacterSave, character=replace(learnt, name=name))
    assert options() == ["Ren", "葵"]


@pytest.mark.parametrize("name", ["(nothing saved yet)", "Ren", "../../x", ""])
def test_what_is_not_there_is_said_when_it_runs(run_node, learnt, name: str):
    with pytest.raises(InputError, match=r"^name: expected.*The library is empty: save one first"):
        run_node(AnimeCharacterLoad, name=name)
    run_node(AnimeCharacterSave, character=learnt)
    with pytest.raises(InputError, match=r"Saved are: 葵\."):
        run_node(AnimeCharacterLoad, name=name)


def test_comfyui_takes_a_character_that_was_saved_after_its_start(run_node, learnt, validate):
    valid, errors = validate(name="葵")
    assert not valid
    assert "The library is empty" in errors[0]["details"]
    run_node(AnimeCharacterSave, character=learnt)
    assert validate(name="葵") == (True, [])
    assert validate(name="葵", version=1) == (True, [])
    for wrong in ({"name": "Ren"}, {"name": "葵", "version": 2}, {"name": "葵", "version": -1}):
        valid, errors = validate(**wrong)
        assert not valid
        assert "葵" in errors[0]["details"]


def test_a_newer_version_is_picked_up_and_an_older_one_stays_cached(run_node, learnt):
    run_node(AnimeCharacterSave, character=learnt)
    newest = AnimeCharacterLoad.fingerprint_inputs(name="葵")
    first = AnimeCharacterLoad.fingerprint_inputs(name="葵", version=1)
    linked = AnimeCharacterLoad.fingerprint_inputs(name=None, version=0)
    run_node(AnimeCharacterSave, character=learnt)  # the same
    assert AnimeCharacterLoad.fingerprint_inputs(name="葵") == newest
    assert AnimeCharacterLoad.fingerprint_inputs(name=None, version=0) == linked
    run_node(AnimeCharacterSave, character=replace(learnt, threshold=0.5))
    assert AnimeCharacterLoad.fingerprint_inputs(name="葵") != newest
    assert AnimeCharacterLoad.fingerprint_inputs(name="葵", version=1) == first
    assert AnimeCharacterLoad.fingerprint_inputs(name=None, version=0) != linked


def test_a_save_is_cached_only_while_the_library_is_as_it_left_it(run_node, learnt, library):
    before = AnimeCharacterSave.fingerprint_inputs()
    run_node(AnimeCharacterSave, character=learnt)
    after = AnimeCharacterSave.fingerprint_inputs()
    assert after != before
    assert AnimeCharacterSave.fingerprint_inputs() == after
    run_node(AnimeCharacterSave, character=replace(learnt, name="Ren"))
    assert AnimeCharacterSave.fingerprint_inputs() != after
    shutil.rmtree(library)
    assert AnimeCharacterSave.fingerprint_inputs() == before
    assert run_node(AnimeCharacterSave, character=learnt).args[1].endswith("0001")
