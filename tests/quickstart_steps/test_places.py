"""Which ComfyUI is used, and what becomes of directories."""

import subprocess
import sys
from pathlib import Path

import pytest

from anime_production.quickstart_steps.places import (
    Home,
    Refusal,
    choose_comfyui,
    home_directory,
    link,
)

from . import make_comfyui

PACK = Path(__file__).resolve().parents[2]


def test_the_option_wins_over_the_variable_and_the_place(tmp_path: Path, home: Home):
    asked, named, around = (make_comfyui(tmp_path / name) for name in ("a", "b", "c"))
    checkout = around / "custom_nodes" / "pack"
    chosen = choose_comfyui(str(asked), {"COMFYUI_PATH": str(named)}, checkout, home)
    assert (chosen.source, chosen.existing) == (asked, True)
    chosen = choose_comfyui(None, {"COMFYUI_PATH": str(named)}, checkout, home)
    assert chosen.source == named
    chosen = choose_comfyui(None, {}, checkout, home)
    assert (chosen.source, chosen.existing) == (around, True)


def test_a_checkout_anywhere_else_gets_one_of_its_own(tmp_path: Path, home: Home):
    chosen = choose_comfyui(None, {}, tmp_path / "pack", home)
    assert (chosen.source, chosen.existing) == (home.comfyui, False)


def test_a_directory_without_comfyui_is_refused_by_name(tmp_path: Path, home: Home):
    with pytest.raises(Refusal, match=r"COMFYUI_PATH: .*main\.py"):
        choose_comfyui(None, {"COMFYUI_PATH": str(tmp_path)}, tmp_path / "pack", home)


def test_a_comfyui_that_is_too_old_is_refused(tmp_path: Path, home: Home):
    old = make_comfyui(tmp_path / "old", "0.9.2")
    with pytest.raises(Refusal, match=r"ComfyUI 0\.9\.2.*needs 0\.30\.0"):
        choose_comfyui(str(old), {}, tmp_path / "pack", home)


def test_is_the_option_then_the_variable_then_the_checkout(tmp_path: Path):
    variable = {"ANIME_QUICKSTART_HOME": str(tmp_path / "b")}
    assert home_directory(str(tmp_path / "a"), variable).root == tmp_path / "a"
    assert home_directory(None, variable).root == tmp_path / "b"
    assert home_directory(None, {}).root.name == ".quickstart"


def test_a_directory_with_other_files_is_neither_used_nor_removed(home: Home):
    home.root.mkdir()
    precious = home.root / "thesis.txt"
    precious.touch()
    with pytest.raises(Refusal, match="did not make"):
        home.make()
    with pytest.raises(Refusal, match="did not make"):
        home.remove()
    assert precious.exists()


def test_removing_it_leaves_the_checkout_that_it_links_to(tmp_path: Path, home: Home):
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "code.py").touch()
    home.make()
    link(checkout, home.package / "anime_production")
    link(checkout, home.base / "custom_nodes" / "anime-production")
    assert (home.package / "anime_production" / "code.py").exists()
    home.remove()
    assert not home.root.exists()
    assert (checkout / "code.py").exists()


def test_a_link_follows_a_checkout_that_moved(tmp_path: Path):
    old, new, place = tmp_path / "old", tmp_path / "new", tmp_path / "deep" / "link"
    old.mkdir()
    link(old, place)
    old.rename(new)
    link(new, place)
    assert place.resolve() == new


def test_clean_says_so_where_there_is_nothing(tmp_path: Path):
    ran = quickstart("clean", "--home", str(tmp_path / "absent"))
    assert (ran.returncode, "nothing to remove" in ran.stdout) == (0, True)


def test_clean_leaves_a_foreign_directory_untouched(tmp_path: Path):
    (tmp_path / "thesis.txt").touch()
    ran = quickstart("clean", "--home", str(tmp_path))
    assert ran.returncode == 2
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def quickstart(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PACK / "quickstart.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)
