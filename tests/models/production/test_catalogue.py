import json
import shutil

import pytest

from anime_production.models import whole_files
from anime_production.models.production.catalogue import (
    SHIPPED,
    PhaseConflict,
    UnknownPhase,
    find_phase,
    list_phases,
    parse_definition,
    register_phase,
    remove_phase,
)
from anime_production.models.production.definition import (
    MOST_BYTES,
    DefinitionError,
    fill,
    read_definition,
)

IDS = {"sample_stills", "sample_loop", "sample_clip", "sdxl_stills", "wan22_loop", "wan22_clip"}


def test_the_shipped_phases_are_there_without_a_folder(tmp_path):
    phases = list_phases(tmp_path / "none")
    assert {each.id for each in phases} == IDS
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("name", sorted(IDS))
def test_a_shipped_phase_can_be_filled_by_what_a_production_says(name, tmp_path):
    phase = find_phase(tmp_path, name)
    said = {
        **{"prompt": "a girl", "negative_prompt": "blur", "seed": 3, "width": 512, "height": 768},
        **{"character": "Aiko", "profile": "draft", "project": "pilot"},
    }
    if phase.kind != "image":
        said |= {"frames": 48, "fps": 24.0, "image": "still.png [output]"}
    graph = fill(phase, said)
    values = {
        node["inputs"]["name"]: node["inputs"]["value"]
        for node in graph.values()
        if node["class_type"].startswith("AnimeParameter")
    }
    assert said.items() <= values.items()
    assert phase.kind == "image" or phase.takes == {"image": "image"}


def test_a_registered_phase_is_listed_found_replaced_and_removed(data, tmp_path):
    folder = tmp_path / "phases"
    phase = read_definition(data)
    assert register_phase(folder, phase)
    assert not register_phase(folder, phase), "the very same is no conflict"
    assert find_phase(folder, "own") == phase
    assert list_phases(folder)[-1] == phase
    other = read_definition({**data, "name": "Other"})
    with pytest.raises(PhaseConflict):
        register_phase(folder, other)
    assert register_phase(folder, other, replace=True)
    assert find_phase(folder, "own").name == "Other"
    assert [path.name for path in folder.iterdir()] == ["own.json"], "nothing is left over"
    remove_phase(folder, "own")
    with pytest.raises(UnknownPhase, match="sample_loop"):
        find_phase(folder, "own")
    with pytest.raises(UnknownPhase):
        remove_phase(folder, "own")


def test_a_shipped_phase_is_neither_shadowed_nor_removed(data, tmp_path, caplog):
    with pytest.raises(PhaseConflict, match="comes with the pack"):
        register_phase(tmp_path, read_definition({**data, "id": "sample_loop"}), replace=True)
    with pytest.raises(PhaseConflict):
        remove_phase(tmp_path, "sample_loop")
    text = json.dumps({**data, "id": "sample_loop"})
    (tmp_path / "sample_loop.json").write_text(text, encoding="utf-8")
    assert find_phase(tmp_path, "sample_loop").name == "Sample loop"
    assert len(list_phases(tmp_path)) == len(IDS)
    assert "is skipped" in caplog.text


def test_a_file_that_cannot_be_read_hides_no_other(data, tmp_path, caplog):
    register_phase(tmp_path, read_definition(data))
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    shutil.copy(tmp_path / "own.json", tmp_path / "another.json")
    assert {each.id for each in list_phases(tmp_path)} == {*IDS, "own"}
    assert "broken.json" in caplog.text
    assert "another.json" in caplog.text
    with pytest.raises(DefinitionError):
        find_phase(tmp_path, "broken")


@pytest.mark.parametrize("wanted", ["../sample_loop", "", "sample_loop.json", None, "a" * 100])
def test_an_id_leads_nowhere_else(wanted, tmp_path):
    with pytest.raises(UnknownPhase):
        find_phase(tmp_path, wanted)
    with pytest.raises(UnknownPhase):
        remove_phase(tmp_path, wanted)


def test_a_phase_is_written_whole_or_not_at_all(data, tmp_path, monkeypatch):
    register_phase(tmp_path, read_definition(data))

    def full(handle: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(whole_files.os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        register_phase(tmp_path, read_definition({**data, "name": "Other"}), replace=True)
    assert find_phase(tmp_path, "own").name == "Own"
    assert [path.name for path in tmp_path.iterdir()] == ["own.json"]


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, b"\xff\xfe{", " " * (MOST_BYTES + 1)])
def test_what_is_no_json_is_refused_in_words(text):
    with pytest.raises(DefinitionError, match="definition: "):
        parse_definition(text)


def test_no_shipped_file_is_written_over_by_a_test():
    assert {path.stem for path in SHIPPED.glob("*.json")} == IDS
