"""What is told to pip, to the Comfy registry and to ComfyUI-Manager must be one and the same."""

import importlib.metadata
import re
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from anime_production.models.dependency import PACKAGES
from anime_production.quickstart_steps.install import development_requirements
from anime_production.quickstart_steps.places import least_comfyui
from anime_production.web.server import needed_comfyui
from anime_production.web.server.needed_comfyui import needed_version

if sys.version_info >= (3, 11):
    import tomllib
else:  # pytest brings it there
    import tomli as tomllib

PACK = Path(__file__).resolve().parents[1]
PYPROJECT_TEXT = (PACK / "pyproject.toml").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads(PYPROJECT_TEXT)
PROJECT = PYPROJECT["project"]


def requirements() -> list[str]:
    lines = (PACK / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def name_of(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_requirements_txt_lists_what_pyproject_lists():
    assert requirements() == PROJECT["dependencies"]


def test_quickstart_reads_the_same_dev_extra_as_a_toml_reader():
    extra = PROJECT["optional-dependencies"]["dev"]
    assert development_requirements(PYPROJECT_TEXT) == extra


@pytest.mark.parametrize("package", sorted(set(PACKAGES.values())))
def test_a_package_that_is_imported_late_is_installed_with_the_pack(package: str):
    if package in {requirement.partition(">")[0] for requirement in requirements()}:
        return
    brought_along = {
        name_of(further)
        for requirement in requirements()
        for further in importlib.metadata.requires(name_of(requirement)) or []
        if "extra ==" not in further
    }
    assert name_of(package) in brought_along


def test_every_requirement_is_met_here():
    listed = [*requirements(), *PROJECT["optional-dependencies"]["dev"]]
    versions = {each: importlib.metadata.version(name_of(each)) for each in listed}
    unmet = {
        each: version
        for each, version in versions.items()
        if not Requirement(each).specifier.contains(version, prereleases=True)
    }
    assert unmet == {}


def test_the_registry_knows_publisher_name_and_comfyui():
    comfy = PYPROJECT["tool"]["comfy"]
    assert comfy["PublisherId"] == "anime-production"
    assert comfy["DisplayName"] == "Anime Production"
    assert re.fullmatch(r">=\d+\.\d+\.\d+", comfy["requires-comfyui"])
    # With WEB_DIRECTORY, which the pack uses, every script would be loaded twice.
    assert "web" not in comfy


def test_every_page_and_program_names_the_same_least_comfyui():
    least = PYPROJECT["tool"]["comfy"]["requires-comfyui"].removeprefix(">=")
    assert needed_version() == least
    assert least_comfyui() == tuple(map(int, least.split(".")))
    pages = [PACK / name for name in ("README.md", "CONTRIBUTING.md")]
    pages += (PACK / "docs").glob("*.md")
    named = {
        (page.name, version)
        for page in pages
        for version in re.findall(
            r"ComfyUI (\d+\.\d+(?:\.\d+)?) or newer", page.read_text(encoding="utf-8")
        )
    }
    assert {name for name, _ in named} >= {"README.md", "compatibility.md"}
    assert {version for _, version in named} == {least}


def test_quickstart_the_pages_and_the_metadata_name_the_same_pythons():
    quickstart = (PACK / "quickstart.py").read_text(encoding="utf-8")
    ((low, high),) = re.findall(r"if not \(3, (\d+)\) <= .* <= \(3, (\d+)\)", quickstart)
    assert PROJECT["requires-python"] == f">=3.{low}"
    classified = re.findall(r"Python :: 3\.(\d+)", "\n".join(PROJECT["classifiers"]))
    assert [*map(int, classified)] == [*range(int(low), int(high) + 1)]
    assert PYPROJECT["tool"]["ruff"]["target-version"] == f"py3{low}"
    texts = [quickstart, (PACK / "quickstart_steps" / "install.py").read_text(encoding="utf-8")]
    texts += [
        (PACK / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")
    ]
    texts += [page.read_text(encoding="utf-8") for page in (PACK / "docs").glob("*.md")]
    named = set(re.findall(r"Python (3\.\d+ to 3\.\d+)", "\n".join(texts)))
    assert named == {f"3.{low} to 3.{high}"}


def test_nothing_of_the_pack_needs_torchaudio():
    """The newest ComfyUI doesn't require it any more."""
    assert not any(name_of(each) == "torchaudio" for each in requirements())
    importing = [
        path
        for folder in ("models", "nodes", "web")
        for path in (PACK / folder).rglob("*.py")
        if "torchaudio" in path.read_text(encoding="utf-8")
    ]
    assert importing == []


def test_the_registry_finds_icon_and_banner_in_the_repository_that_the_metadata_name():
    repository = PROJECT["urls"]["Repository"]
    raw = repository.replace("github.com", "raw.githubusercontent.com") + "/main/"
    for key in ("Icon", "Banner"):
        url = PYPROJECT["tool"]["comfy"][key]
        assert url.startswith(raw)
        assert (PACK / url.removeprefix(raw)).is_file()
    assert PROJECT["urls"]["Issues"] == f"{repository}/issues"


def test_the_names_of_the_extensions_begin_with_the_display_name():
    """ComfyUI's other packs share one list of names; comfy-test demands this prefix."""
    scripts = (PACK / "web" / "client").rglob("*.js")
    names = [
        name
        for script in scripts
        for name in re.findall(
            r"""^  name: "([A-Za-z]+\.[A-Za-z]+)",$""", script.read_text(encoding="utf-8"), re.M
        )
    ]
    assert len(names) == 5
    prefix = PYPROJECT["tool"]["comfy"]["DisplayName"].lower().replace(" ", "") + "."
    assert all(name.startswith(prefix) for name in names), names


def test_the_version_is_three_numbers_and_the_newest_of_the_changelog():
    assert re.fullmatch(r"\d+\.\d+\.\d+", PROJECT["version"])
    changelog = (PACK / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[(.+)\] - (Unreleased|\d{4}-\d\d-\d\d)$", changelog, re.M)
    assert headings[0][0] == PROJECT["version"]
    assert len(headings) == len(re.findall(r"^## ", changelog, re.M))
    assert "Unreleased" not in [date for _, date in headings[1:]]


def test_the_version_stands_in_pyproject_only():
    """Other files tell of past versions, as in "versions before 0.2.0"; no code has the number."""
    version = re.escape(PROJECT["version"])
    code = [
        path for ending in ("py", "js", "json", "sql", "toml") for path in PACK.rglob(f"*.{ending}")
    ]
    own = [path for path in code if not {"tests", ".quickstart", "node_modules"} & {*path.parts}]
    holding = [
        path.relative_to(PACK).as_posix()
        for path in own
        if re.search(rf"""["']v?{version}["']""", path.read_text(encoding="utf-8"))
    ]
    assert holding == ["pyproject.toml"]
    assert needed_comfyui.pack_version() == PROJECT["version"]


def test_the_files_that_the_metadata_names_exist():
    assert (PACK / PROJECT["readme"]).is_file()
    assert "MIT License" in (PACK / PROJECT["license"]["file"]).read_text(encoding="utf-8")


def test_comfyui_reads_the_metadata(comfyui: Path):
    sys.path.insert(0, str(comfyui))
    try:
        from comfy_config.config_parser import extract_node_configuration
    finally:
        sys.path.remove(str(comfyui))
    read = extract_node_configuration(str(PACK))
    assert read.project.name == "anime-production"
    assert read.project.supported_comfyui_version == PYPROJECT["tool"]["comfy"]["requires-comfyui"]
    assert read.tool_comfy.publisher_id == "anime-production"
