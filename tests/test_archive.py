"""What the archive of the Comfy registry has, and what it leaves out."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from anime_production.tools.comfyui import PACK

from .archive import archived_files, install, left_out, pack_now

FOR_DEVELOPERS = ("benchmarks", "tests", "tools", ".ci")
LARGEST = 8_000_000  # bytes; on 2026-11-30 it had 3.4 million
# Imports the pack as ComfyUI's loader does, by its path, and then every module of it.
IMPORT_ALL = """
import importlib, importlib.util, pkgutil, sys
from pathlib import Path
pack = Path(sys.argv[1])
spec = importlib.util.spec_from_file_location(
    "unpacked", pack / "__init__.py", submodule_search_locations=[str(pack)])
module = importlib.util.module_from_spec(spec)
sys.modules["unpacked"] = module
spec.loader.exec_module(module)
sys.path.insert(0, sys.argv[2])
sys.argv[1:] = ["--cpu"]  # ComfyUI's option, which it reads when it is imported
importlib.import_module("comfy.options").enable_args_parsing()
for each in pkgutil.walk_packages([str(pack)], "unpacked."):
    if each.name != "unpacked.quickstart":  # a program, which runs from its own folder
        importlib.import_module(each.name)
        print(each.name)
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pack_now(tmp_path_factory.mktemp("archive") / "node.zip")


def product_files() -> list[str]:
    """The files of the product in the checkout, whether git knows them or not."""
    folders = ("docs", "example_workflows", "locales", "models", "nodes", "quickstart_steps")
    return [
        path.relative_to(PACK).as_posix()
        for folder in (*folders, "subgraphs", "web")
        for path in (PACK / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]


def test_it_has_all_files_of_the_product():
    files = set(product_files())
    assert files >= {
        "models/jobs/queries/listing.sql",
        "models/weights/catalogue.json",
        "models/profiles/supporting.json",
        "web/client/docs/AnimeGate/ja.md",
        "locales/zh/main.json",
    }
    only_for_the_registry = {"docs/pictures/icon.png", "docs/pictures/banner.png"}
    assert files - set(archived_files()) == only_for_the_registry


def test_it_has_the_files_at_the_root_that_comfyui_pip_and_people_read():
    at_the_root = {name for name in archived_files() if "/" not in name}
    assert at_the_root == {
        *("__init__.py", "pyproject.toml", "requirements.txt", "quickstart.py"),
        *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"),
    }


def test_it_has_nothing_that_is_for_developers():
    assert not [name for name in archived_files() if name.split("/")[0] in FOR_DEVELOPERS]
    made = [".quickstart/comfyui/main.py", "test-artifacts/a.png", "models/.mypy_cache/a.json"]
    made += ["node_modules/a.js", "models/__pycache__/a.pyc", "build/a", "dist/a", "node.zip"]
    assert left_out(made) == made


def test_it_is_small(archive):
    assert archive.stat().st_size < LARGEST


def test_every_module_of_it_can_be_imported_without_the_rest(archive, comfyui, tmp_path):
    pack = install(archive, tmp_path)
    command = [sys.executable, "-c", IMPORT_ALL, str(pack), str(comfyui)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert result.returncode == 0, result.stderr[-3000:]
    assert {"unpacked.nodes.gate", "unpacked.models.loop.find"} <= {*result.stdout.split()}


def test_every_link_of_its_pages_leads_into_it_or_to_the_web():
    files = set(archived_files())
    # Links of the help pages are addresses of ComfyUI's server; tests/test_help.py follows them.
    for page in (name for name in files if re.fullmatch(r"(docs/)?[^/]+\.md", name)):
        text = (PACK / page).read_text(encoding="utf-8")
        for target in re.findall(
            r"\]\(([^)#\s]+)", re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.S)
        ):
            if "://" in target or target.startswith("/"):
                continue
            path = (PACK / page).parent.joinpath(target).resolve()
            assert path.relative_to(PACK.resolve()).as_posix() in files or path.is_dir(), (
                f"{page} links to {target}, which the archive lacks"
            )
