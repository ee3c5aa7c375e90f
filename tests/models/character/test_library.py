import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from anime_production.models.character import library
from anime_production.models.character.library import (
    find_character,
    list_characters,
    load_character,
    save_character,
    version_record,
)
from anime_production.models.character.storage import LibraryError, read_label
from anime_production.models.frames import InputError

from .keepsakes import another, assert_same, hard_to_save

BEGINNING = """
import sys
from dataclasses import replace
from pathlib import Path
from anime_production.models.character.library import load_character, save_character
folder = Path(sys.argv[1])
character = load_character(folder, "Aoi", 1)
print("ready", flush=True)
sys.stdin.readline()
"""
SAVE_TEN = """
for number in range(10):
    save_character(folder, replace(character, threshold=float(sys.argv[2]) + number / 100))
    save_character(folder, replace(character, name="same"))
"""
SAVE_FOREVER = """
number = 0
while True:
    number += 1
    saved = save_character(folder, replace(character, threshold=float(number)))
    print(saved.version, flush=True)
"""
NAMES = ["雪", "葵　花子", "が", "Ærøskøbing", "👩‍🎨", "عائشة", "a" * 200, "雪" * 200]
WICKED = ["..", "../..", "/etc/passwd", "..\\..\\x", "C:\\x", "con", "NUL.txt", "aux", "com1.a",
          ".", "...", "~", "a:b", "name.", ".saving-x", "0001", "*?<>|", "COM¹.x"]  # fmt: skip


@pytest.fixture
def character():
    return hard_to_save()


def files_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def start(script: str, *arguments: object) -> subprocess.Popen:
    command = [sys.executable, "-c", BEGINNING + script, *map(str, arguments)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process


def go(process: subprocess.Popen) -> None:
    assert process.stdout.readline() == "ready\n"  # type: ignore[union-attr]
    process.stdin.write("go\n")  # type: ignore[union-attr]
    process.stdin.flush()  # type: ignore[union-attr]


def test_every_version_is_kept_and_the_newest_is_loaded(tmp_path, character):
    for number in range(1, 4):
        assert save_character(tmp_path, another(character, number)).version == number
    assert load_character(tmp_path, "Aoi").threshold == 3.0
    assert [load_character(tmp_path, "Aoi", version).threshold for version in (1, 2, 3)] == [
        1,
        2,
        3,
    ]


def test_saving_the_same_again_makes_no_second_version(tmp_path, character):
    first = save_character(tmp_path, character)
    again = save_character(tmp_path, load_character(tmp_path, "Aoi"))
    assert (again.version, again.is_new, again.label) == (1, False, first.label)
    save_character(tmp_path, another(character, 5))
    back = save_character(tmp_path, character)
    assert (back.version, back.is_new) == (3, True)  # or 5 would stay what is loaded


def test_one_bit_more_is_another_version(tmp_path, character):
    save_character(tmp_path, character)
    boxes = character.boxes.clone()
    boxes[0, 0] = torch.nextafter(boxes[0, 0], torch.tensor(2.0))
    assert save_character(tmp_path, replace(character, boxes=boxes)).version == 2


@pytest.mark.parametrize("name", [*NAMES, *WICKED])
def test_any_name_works_and_none_leaves_the_library(tmp_path, character, name: str):
    folder = tmp_path / "inside" / "library"
    path = save_character(folder, replace(character, name=name)).path
    assert path.parent.parent == folder
    assert path.parent.resolve().parent == folder.resolve()
    assert list((tmp_path / "inside").iterdir()) == [folder]
    assert list_characters(folder) == (find_character(folder, name).label.name,)
    assert_same(load_character(folder, name), replace(character, name=name))
    windows = set('<>:"/\\|?*')
    assert not windows & set(path.parent.name)
    assert path.parent.name.partition(".")[0].lower() not in ("con", "nul", "aux", "com1", "com¹")
    assert len(path.parent.name.encode()) < 240


def test_names_that_differ_in_case_alone_stay_apart_on_every_file_system(tmp_path, character):
    paths = [
        save_character(tmp_path, replace(another(character, number), name=name)).path.parent
        for number, name in enumerate(("Aoi", "aoi", "AOI", "a/b", "a_b"))
    ]
    assert len({path.name.casefold() for path in paths}) == 5
    assert load_character(tmp_path, "aoi").threshold == 1.0
    assert list_characters(tmp_path) == ("a/b", "a_b", "AOI", "Aoi", "aoi")


def test_a_name_is_the_same_however_its_letters_are_composed(tmp_path, character):
    save_character(tmp_path, replace(character, name=" か\u3099く "))
    loaded = load_character(tmp_path, "がく")
    assert loaded.name == " か\u3099く "
    assert list_characters(tmp_path) == ("がく",)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\0b", "a" * 201])
def test_what_is_no_name_is_refused(tmp_path, character, name: str):
    with pytest.raises(InputError, match=r"^name: expected"):
        save_character(tmp_path / "library", replace(character, name=name))
    assert not (tmp_path / "library").exists()


def test_an_empty_library_says_that_it_is_empty(tmp_path):
    assert list_characters(tmp_path / "nowhere") == ()
    with pytest.raises(InputError, match="The library is empty: save one first"):
        load_character(tmp_path / "nowhere", "Aoi")


def test_what_is_not_there_is_said_with_what_is(tmp_path, character):
    save_character(tmp_path, character)
    with pytest.raises(InputError, match=r"name: .*got 'Ren'\. Saved are: Aoi\."):
        load_character(tmp_path, "Ren")
    with pytest.raises(InputError, match=r"version: .*got 7\. Saved versions of Aoi: 1\."):
        load_character(tmp_path, "Aoi", 7)


def test_a_save_that_fails_leaves_nothing_behind(tmp_path, character, monkeypatch):
    save_character(tmp_path, character)
    before = files_of(tmp_path)

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    for step in ("fsync", "rename"):
        with monkeypatch.context() as broken:
            broken.setattr(os, step, full)
            with pytest.raises(LibraryError, match=r"can't be written.*No space left"):
                save_character(tmp_path, another(character, 2))
        assert files_of(tmp_path) == before
    assert save_character(tmp_path, another(character, 2)).version == 2


def test_a_process_that_is_killed_while_it_saves_leaves_no_half_version(tmp_path, character):
    save_character(tmp_path, character)
    acknowledged = 1
    for _ in range(4):
        process = start(SAVE_FOREVER, tmp_path)
        go(process)
        time.sleep(random.uniform(0.01, 0.3))
        process.kill()
        said = process.communicate()[0]
        acknowledged = max([acknowledged, *map(int, said.split())])
    newest = find_character(tmp_path, "Aoi").version
    assert newest >= acknowledged > 4
    for version in range(1, newest + 1):
        load_character(tmp_path, "Aoi", version)
    assert list_characters(tmp_path) == ("Aoi",)


def test_what_a_killed_process_left_is_removed_once_it_is_old(tmp_path, character):
    home = save_character(tmp_path, character).path.parent
    old, fresh = home / ".saving-old", home / ".saving-fresh"
    for path in (old, fresh):
        path.mkdir()
        (path / "character.json").write_text("{")
    os.utime(old, (time.time() - 7200,) * 2)
    save_character(tmp_path, another(character, 2))
    assert not old.exists()
    assert fresh.exists()
    assert find_character(tmp_path, "Aoi").version == 2


def test_processes_that_save_at_once_all_get_their_version(tmp_path, character):
    save_character(tmp_path, character)
    processes = [start(SAVE_TEN, tmp_path, base) for base in (10, 20, 30)]
    for process in processes:
        go(process)
    assert [process.wait(120) for process in processes] == [0, 0, 0]
    assert find_character(tmp_path, "Aoi").version == 31
    found = {load_character(tmp_path, "Aoi", version).threshold for version in range(2, 32)}
    assert found == {base + number / 100 for base in (10, 20, 30) for number in range(10)}
    assert find_character(tmp_path, "same").version == 1  # thirty times the same
    assert not list(tmp_path.rglob(".saving-*"))


def test_a_process_that_saved_just_this_while_we_wrote_is_noticed(tmp_path, character, monkeypatch):
    written = library.write

    def overtaken(*arguments: object) -> None:
        written(*arguments)
        monkeypatch.setattr(library, "write", written)
        assert save_character(tmp_path, character).is_new

    monkeypatch.setattr(library, "write", overtaken)
    saved = save_character(tmp_path, character)
    assert (saved.version, saved.is_new) == (1, False)
    assert len(list(saved.path.parent.iterdir())) == 1


def test_entries_that_are_not_characters_are_left_out_of_the_list(tmp_path, character, caplog):
    home = save_character(tmp_path, character).path.parent
    (tmp_path / "Thumbs.db").write_bytes(b"")
    (tmp_path / "empty").mkdir()
    (home / "0009").write_text("a file")
    (home / "notes").mkdir()
    broken = tmp_path / "broken-0123456789ab" / "0001"
    broken.mkdir(parents=True)
    (broken / "character.json").write_text("{")
    shutil.copytree(home, tmp_path / "a copy by hand")
    for _ in range(3):
        assert list_characters(tmp_path) == ("Aoi",)
    assert caplog.text.count("list of characters leaves one out") == 1
    assert find_character(tmp_path, "Aoi").version == 1
    assert save_character(tmp_path, another(character, 2)).version == 10  # 9 is taken


def test_a_library_that_cannot_be_written_is_said_with_its_folder(tmp_path, character):
    (tmp_path / "library").write_text("a file")
    with pytest.raises(LibraryError, match=r"library.*can't be written"):
        save_character(tmp_path / "library", character)
    assert list_characters(tmp_path / "library") == ()


def test_the_database_is_told_what_was_saved(tmp_path, character):
    saved = save_character(tmp_path, character)
    told = version_record(saved, character)
    assert (told.id, told.version, told.folder) == (saved.label.id, 1, saved.path.parent.name)
    assert (told.model, told.backend, told.threshold) == ("palette/figure", "palette", 0.1 + 0.2)
    assert [(r.standing, r.used, r.similarity) for r in told.references] == [
        ("used", True, 0.7),
        ("nobody visible", False, None),
        ("unlike the others", True, 1e-300),
    ]


def test_a_list_reads_no_pictures_and_each_characters_name_once(tmp_path, character, monkeypatch):
    names = tuple(f"{number:02}" for number in range(50))
    for name in names:
        save_character(tmp_path, replace(character, name=name))
    for file in (*tmp_path.rglob("*.safetensors"), *tmp_path.rglob("*.png")):
        file.unlink()
    read: list[Path] = []
    monkeypatch.setattr(library, "read_label", lambda path: read.append(path) or read_label(path))
    assert [list_characters(tmp_path) for _ in range(3)] == [names] * 3
    assert len(read) == len(names)
