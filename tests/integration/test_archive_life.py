"""The archive of the registry in a bare ComfyUI: installed, updated from 0.1.0, and uninstalled."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from anime_production.tools.comfyui import PACK

from ..archive import PACK_ID, RELEASED_0_1_0, install, pack_now, pack_of
from .client import ComfyClient, Run
from .server import ComfyServer
from .test_examples import job_of

# More than 100 characters, with spaces, quotation marks and letters of two scripts.
ODD_FOLDER = Path('Ai\'s "films" – アニメ制作', "for a rather long name of a folder " * 3 + "été")
OUTPUT_NAME = "花子 {scene}/" + "a long name with spaces, ümläuts and 漢字 " * 3 + "cut 1"
# As Python has it in a Windows of Western Europe, where the output is no window.
WESTERN = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
PROFILES = "user/default/anime_profiles"


def example(pack: Path, **of_the_clip: Any) -> dict[str, Any]:
    """The example "check a clip" of an installed pack, with inputs for its clip."""
    text = (pack / "example_workflows" / "api" / "check_a_clip.json").read_text(encoding="utf-8")
    prompt = json.loads(text)
    prompt["1"]["inputs"].update(of_the_clip)
    return prompt


def server_below(comfyui: Path, base: Path) -> ComfyServer:
    """A ComfyUI on a console of code page 1252, with the pack if custom_nodes has it."""
    pack = base / "custom_nodes" / PACK_ID
    packs = {PACK_ID: pack} if pack.exists() else {}
    return ComfyServer(comfyui, base, packs, environment={**WESTERN, "ANIME_DATABASE_URL": None})


def log_of(server: ComfyServer) -> str:
    return server.log.read_bytes().decode("cp1252", errors="replace")


def saved_file(server: ComfyServer, run: Run) -> Path:
    (saved,) = run.outputs["11"]["images"]
    return Path(server.base, "output", saved["subfolder"], saved["filename"])


def jobs(client: ComfyClient) -> dict[str, Any]:
    """The jobs of the list, by their id."""
    return {job["id"]: job for job in client.get("/anime/jobs")["jobs"]}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pack_now(tmp_path_factory.mktemp("archive") / "node.zip")


@pytest.fixture(scope="module")
def odd(comfyui: Path, archive: Path, tmp_path_factory) -> Iterator[ComfyServer]:
    """A ComfyUI in a folder with an odd name, into which the archive was installed."""
    base = tmp_path_factory.mktemp("odd") / ODD_FOLDER
    install(archive, base / "custom_nodes")
    with server_below(comfyui, base) as server:
        yield server
    assert server.end_databases() == []


def test_comfyui_serves_all_that_the_archive_has_for_the_editor(odd):
    client = ComfyClient(odd)
    nodes = json.loads((PACK / "tests" / "nodes" / "schemas.json").read_text(encoding="utf-8"))
    assert set(nodes) <= set(client.get("/object_info"))
    own = f"/extensions/{PACK_ID}/"
    scripts = {path for path in client.get("/extensions") if path.startswith(own)}
    web = PACK / "web" / "client"
    assert scripts == {own + path.relative_to(web).as_posix() for path in web.rglob("*.js")}
    for path in (*scripts, f"{own}docs/AnimeGate.md", f"{own}docs/AnimeGate/ja.md"):
        assert client.fetch(path)
    languages = client.get("/i18n")
    names = {languages[each]["nodeDefs"]["AnimeGate"]["display_name"] for each in languages}
    assert set(languages) >= {"en", "ja", "zh"}
    assert len(names) >= 3
    templates = client.get("/workflow_templates")[PACK_ID]
    assert set(templates) == {path.stem for path in (PACK / "example_workflows").glob("*.json")}
    for template in templates:
        name = quote(f"{template}.json")  # it contains spaces
        assert client.get(f"/api/workflow_templates/{PACK_ID}/{name}")["nodes"]
    blueprints = [each["name"] for each in client.get("/global_subgraphs").values()]
    assert {path.stem for path in (PACK / "subgraphs").glob("*.json")} <= set(blueprints)


def test_the_first_run_is_measured_saved_and_remembered_in_folders_of_any_name(odd):
    client = ComfyClient(odd)
    prompt = example(odd.base / "custom_nodes" / PACK_ID)
    prompt["11"]["inputs"]["filename"] = OUTPUT_NAME
    run = client.run(prompt)
    assert {node: run.report(node)["verdict"] for node in "3456"} == dict.fromkeys("3456", "PASS")
    path = saved_file(odd, run)
    assert path.is_file()
    assert "ümläuts and 漢字" in path.name
    assert path.parent.name.startswith("花子")
    answer = job_of(client, run.prompt_id)
    assert answer["job"]["verdict"] == "PASS"
    (artifact,) = answer["artifacts"]
    assert (odd.base / "output" / artifact["path"]).samefile(path)
    assert client.get("/anime/health")["status"] == "ok"
    assert (odd.base / "user" / "__anime" / "postgres" / "data" / "PG_VERSION").is_file()


def test_no_line_of_the_log_failed_on_a_western_console(odd):
    # ComfyUI's own first line, with the base directory, fails before any pack is loaded.
    before, times, text = log_of(odd).partition("Import times for custom nodes")
    assert times, before[-3000:]
    assert PACK_ID in text
    for trouble in ("Logging error", "Traceback", "UnicodeEncodeError", "IMPORT FAILED"):
        assert trouble not in text, text[-3000:]
    assert r"\u30a2\u30cb\u30e1" in text, "the folder's Japanese letters are escaped"


def test_the_example_of_the_quickstart_is_printed_on_a_western_console(odd, tmp_path):
    pack = odd.base / "custom_nodes" / PACK_ID
    (tmp_path / "anime_production").symlink_to(pack, target_is_directory=True)
    program = "anime_production.quickstart_steps.example"
    result = subprocess.run(
        [sys.executable, "-m", program, "--address", odd.address, "--base", str(odd.base)],
        cwd=tmp_path,
        env={**os.environ, **WESTERN},
        capture_output=True,
        encoding="cp1252",
    )
    assert result.returncode == 0, result.stderr
    assert "PASS" in result.stdout
    assert r"\u30a2\u30cb\u30e1" in result.stdout, "the path of what was saved"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_jobs_and_settings_survive_an_update_of_0_1_0_and_an_uninstall(
    comfyui, archive, tmp_path_factory
):
    base = tmp_path_factory.mktemp("life")
    custom_nodes = base / "custom_nodes"
    pack = install(pack_of(RELEASED_0_1_0, base), custom_nodes)
    assert 'version = "0.1.0"' in (pack / "pyproject.toml").read_text(encoding="utf-8")
    profile = base / PROFILES / "night.json"
    profile.parent.mkdir(parents=True)
    profile.write_text(json.dumps({"loop": {}}), encoding="utf-8")
    with server_below(comfyui, base) as server:
        client = ComfyClient(server)
        first = client.run(example(pack, width=160, height=160))
        broken = client.run(example(pack, width=160, height=160, seam_jump=4))
        before = [job_of(client, run.prompt_id)["job"] for run in (first, broken)]
        ids = {job["id"] for job in before}
        picture = saved_file(server, first)
        content = picture.read_bytes()
    server.end_databases()
    config = base / "user" / "__anime" / "config.json"
    config.write_text(json.dumps({"tracking": "all"}), encoding="utf-8")

    old_files = {path.relative_to(pack) for path in pack.rglob("*.py")}
    assert install(archive, custom_nodes) == pack
    new_files = {path.relative_to(pack) for path in pack.rglob("*.py")}
    assert old_files - new_files, "an update deletes modules that are gone"
    with server_below(comfyui, base) as server:
        client = ComfyClient(server)
        kept = jobs(client)
        assert set(kept) == ids
        for job in before:
            for name in ("state", "verdict", "project", "finished_at"):
                assert kept[job["id"]][name] == job[name]
        unmarked = example(pack, width=160, height=160)
        for node in ("10", "11"):  # its job, and what saves into it
            del unmarked[node]
        assert job_of(client, client.run(unmarked).prompt_id), "the setting holds: all are recorded"
        assert len(jobs(client)) == 3
        assert client.get("/anime/health")["status"] == "ok"
        assert "Traceback" not in log_of(server)
    server.end_databases()

    shutil.rmtree(pack)
    with server_below(comfyui, base) as server:
        client = ComfyClient(server)
        assert "AnimeGate" not in client.get("/object_info")
        assert not [path for path in client.get("/extensions") if PACK_ID in path]
    assert picture.read_bytes() == content
    assert profile.is_file()
    private = {path.name for path in (base / "user").iterdir() if "anime" in path.name}
    assert private <= {"__anime", "__anime_backups"}
    assert (base / "user" / "__anime" / "postgres" / "data" / "PG_VERSION").is_file()

    install(archive, custom_nodes)
    with server_below(comfyui, base) as server:
        client = ComfyClient(server)
        assert ids <= set(jobs(client))
        assert len(jobs(client)) == 3
    server.end_databases()
