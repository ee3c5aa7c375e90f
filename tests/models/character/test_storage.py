import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from anime_production.models.character import storage
from anime_production.models.character.detection import IdentityModel, Region
from anime_production.models.character.detectors.whole_image import WholeImageDetector
from anime_production.models.character.embedders.palette import PaletteEmbedder
from anime_production.models.character.library import (
    list_characters,
    load_character,
    save_character,
)
from anime_production.models.character.sheet import Character, make_character
from anime_production.models.character.storage import LibraryError

from .keepsakes import assert_same, hard_to_save

CPU = torch.device("cpu")


@pytest.fixture
def character():
    return hard_to_save()


def test_what_is_loaded_is_what_was_saved_bit_for_bit(tmp_path, character):
    saved = save_character(tmp_path / "library", character)
    assert (saved.version, saved.is_new) == (1, True)
    assert_same(load_character(tmp_path / "library", "Aoi"), character)


def test_a_character_without_a_usable_reference_is_saved_too(tmp_path, character):
    nobody = replace(
        character,
        embeddings=torch.zeros(0, 0),
        pictures=torch.zeros(0, 1, 1, 3),
        boxes=torch.zeros(0, 4),
        similarities=(),
        statuses=(),
    )
    save_character(tmp_path, nobody)
    assert_same(load_character(tmp_path, "Aoi"), nobody)


def test_a_character_that_was_learnt_is_saved_and_loaded(tmp_path, sample):
    model = IdentityModel(WholeImageDetector(CPU), PaletteEmbedder(Region.FIGURE, CPU))
    learnt, _ = make_character("Aoi", sample(0, 1, frames=3), model)
    save_character(tmp_path, learnt)
    loaded = load_character(tmp_path, "Aoi")
    assert_same(loaded, learnt)
    assert loaded.usable == (True, True, True)


def test_people_see_the_references_as_pictures(tmp_path, character):
    path = save_character(tmp_path, character).path
    assert len(list(path.glob("*.png"))) == 3
    with Image.open(path / "reference_02.png") as picture:
        pixel = picture.getpixel((4, 7))
    assert pixel == tuple((character.pictures[2, 7, 4] * 255).round().int().tolist())


def changed(path: Path, entry: str, value: object) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    data[entry] = value
    path.write_text(json.dumps(data), encoding="utf-8")


def test_a_file_of_a_newer_pack_says_to_update(tmp_path, character):
    path = save_character(tmp_path, character).path / "character.json"
    changed(path, "schema", 2)
    with pytest.raises(LibraryError, match=r"has schema 2, made by a newer version.*Update") as why:
        load_character(tmp_path, "Aoi")
    assert str(path) in str(why.value)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("character.json", None),
        ("character.json", b""),
        ("character.json", b"[]"),
        ("character.json", b"\xff\xfe{}"),
        ("character.json", b"[" * 100_000),
        ("character.json", b'{"schema": "x"}'),
        ("character.json", b'{"schema": 1}'),
        ("character.safetensors", None),
        ("character.safetensors", b""),
        ("character.safetensors", b"\x80\x04\x95cos\nsystem\n"),  # a pickle
        ("character.safetensors", b"\xff" * 64),
    ],
)
def test_a_damaged_file_is_named_and_saving_again_helps(
    tmp_path, character, file: str, content: bytes | None
):
    path = save_character(tmp_path, character).path / file
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(LibraryError, match="is missing or damaged") as why:
        load_character(tmp_path, "Aoi")
    assert str(path) in str(why.value)
    list_characters(tmp_path)  # never raises
    assert save_character(tmp_path, character).version == 2
    assert_same(load_character(tmp_path, "Aoi"), character)


def test_a_single_changed_bit_is_noticed(tmp_path, character):
    path = save_character(tmp_path, character).path
    tensors = bytearray((path / "character.safetensors").read_bytes())
    tensors[-1] ^= 1
    (path / "character.safetensors").write_bytes(tensors)
    with pytest.raises(LibraryError, match=r"character\.safetensors is missing or damaged"):
        load_character(tmp_path, "Aoi")


def test_a_field_that_came_later_is_filled_in(tmp_path, character, monkeypatch):
    @dataclass(frozen=True, eq=False)
    class Later(Character):
        mood: str = "calm"

    save_character(tmp_path, character)
    monkeypatch.setattr(storage, "Character", Later)
    loaded = load_character(tmp_path, "Aoi")
    assert isinstance(loaded, Later)
    assert loaded.mood == "calm"
    assert_same(loaded, character)


def test_a_file_that_holds_more_or_less_than_a_character_is_refused(character):
    packed = storage.pack(character)
    more = storage.Packed({**packed.facts, "mood": "sad"}, packed.tensors)
    with pytest.raises(ValueError, match="it holds mood, which this pack doesn't know"):
        storage.unpack(more)
    less = {name: value for name, value in packed.facts.items() if name != "model"}
    with pytest.raises(ValueError, match="it lacks model"):
        storage.unpack(storage.Packed(less, packed.tensors))


def test_a_field_that_no_file_can_hold_is_said_at_once(tmp_path, character):
    with pytest.raises(TypeError, match=r"Character\.backend: a library can't hold a dict"):
        save_character(tmp_path, replace(character, backend={}))
    assert not list(tmp_path.iterdir())
