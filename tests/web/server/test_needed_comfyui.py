"""A ComfyUI that lacks what the pack needs says which version is needed, without a traceback."""

import asyncio
import logging
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from anime_production.tools.comfyui import PACK, use_comfyui
from anime_production.web import server as pack_server
from anime_production.web.server import needed_comfyui

from .asking import ask_application

NEEDED = needed_comfyui.needed_version()


class LoadedIn:
    """The pack, loaded by ComfyUI's own loader into a ComfyUI whose server has these routes."""

    def __init__(self, comfyui: Any, folder: Any, caplog: pytest.LogCaptureFixture) -> None:
        self.routes = web.RouteTableDef()
        server = type("PromptServer", (), {"instance": SimpleNamespace(routes=self.routes)})
        link = folder / f"pack_{id(self)}"
        link.symlink_to(PACK, target_is_directory=True)
        before = comfyui.NODE_CLASS_MAPPINGS
        with pytest.MonkeyPatch.context() as patch, caplog.at_level(logging.INFO):
            patch.setattr(comfyui, "NODE_CLASS_MAPPINGS", dict(before))
            patch.setitem(sys.modules, "server", SimpleNamespace(PromptServer=server))
            self.is_loaded = asyncio.run(comfyui.load_custom_node(str(link)))
            self.nodes = set(comfyui.NODE_CLASS_MAPPINGS) - set(before)
        self.lines = [each.getMessage() for each in caplog.records]

    def get(self, path: str) -> Any:
        application = web.Application()
        application.add_routes(self.routes)
        (answer,) = ask_application(application, ("GET", path, None))
        return answer


@pytest.fixture
def load(comfyui, tmp_path, caplog) -> Callable[[], LoadedIn]:
    """A function that loads the pack into ComfyUI as a test has changed it."""
    use_comfyui(comfyui)
    import nodes

    return lambda: LoadedIn(nodes, tmp_path, caplog)


@pytest.mark.parametrize(
    ("feature", "version"),
    [
        ("comfy_api.latest.io.Schema.has_intermediate_output", "0.18.2"),
        ("comfy_api.latest.io.Autogrow", "0.3.64"),
        ("comfy_api.latest.ComfyExtension", "0.3.42"),  # its loader knows no comfy_entrypoint
    ],
)
def test_an_older_comfyui_is_told_which_version_is_needed(load, monkeypatch, feature, version):
    monkeypatch.delattr(feature)
    monkeypatch.setattr("comfyui_version.__version__", version)
    loaded = load()
    sentence = (
        f"Anime Production needs ComfyUI {NEEDED} or newer, and this is {version}. Update ComfyUI."
        " Until then the pack has no nodes."
    )
    assert (loaded.is_loaded, loaded.nodes, loaded.lines) == (True, set(), [sentence])
    health = loaded.get("/anime/health")
    assert (health.status, health.json["status"]) == (503, "down")
    (component,) = health.json["components"].values()
    assert (component["version"], component["needed"]) == (version, NEEDED)
    assert component["message"] == health.json["error"]["message"] == sentence
    refused = loaded.get("/anime/jobs?limit=5")
    assert (refused.status, refused.json["error"]["code"]) == (503, "comfyui_too_old")


def test_a_newer_comfyui_without_a_feature_is_told_to_update_the_pack(load, monkeypatch):
    monkeypatch.delattr("comfy_api.latest.io.MultiType")
    monkeypatch.setattr("comfyui_version.__version__", "1.3.0")
    loaded = load()
    assert (loaded.is_loaded, loaded.nodes) == (True, set())
    (line,) = loaded.lines
    assert "this ComfyUI (1.3.0) has no io.MultiType. Update Anime Production." in line


def test_the_version_alone_refuses_nothing(load, monkeypatch):
    monkeypatch.setattr("comfyui_version.__version__", "0.0.1")
    assert "AnimeLoopScore" in load().nodes


def test_where_prompts_cannot_be_watched_the_routes_answer_and_health_says_so(
    comfyui, monkeypatch, caplog, tmp_path, recorder, database_url
):
    use_comfyui(comfyui)
    monkeypatch.setitem(sys.modules, "execution", SimpleNamespace())
    monkeypatch.setattr(pack_server, "end_like_interrupt", lambda: None)
    monkeypatch.setattr("comfyui_version.__version__", "1.3.0")
    monkeypatch.setattr(pack_server, "recorder", lambda: recorder)
    monkeypatch.setattr(pack_server.folders, "private", lambda: tmp_path)
    instance = SimpleNamespace(routes=web.RouteTableDef(), send_sync=None)
    server = SimpleNamespace(PromptServer=SimpleNamespace(instance=instance))
    monkeypatch.setitem(sys.modules, "server", server)
    pack_server.attach()
    assert "could not be attached to this ComfyUI (1.3.0)" in caplog.text
    application = web.Application()
    application.add_routes(instance.routes)
    (health,) = ask_application(application, ("GET", "/anime/health", None))
    assert (health.status, health.json["status"]) == (503, "down")
    components = health.json["components"]
    assert components["comfyui"]["problem"] == "not_attached"
    assert components["database"]["status"] == "ok"
