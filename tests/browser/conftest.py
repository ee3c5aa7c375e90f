"""A real ComfyUI with its real editor, in the system's Chromium."""

import importlib.util
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from anime_production.tools.comfyui import PACK

from ..file_server import FileServer, file_server
from ..integration.client import ComfyClient
from ..integration.conftest import TESTING_NODES
from ..integration.server import STOP_SECONDS, ComfyServer
from .editor import Editor, Mode
from .front_end import FrontEnd
from .panel import open_panel
from .panel_list import ListedJobs
from .studio import Studio, open_studio

# ComfyUI answers 404 to every file of a pack whose directory has a space in its name.
PACK_DIRECTORY = "anime-production-main"
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="package")
def browser() -> Iterator:
    """The system's Chromium, without a window.

    For these tests alone: as long as it lives, Playwright's event loop counts as running in this
    thread, and no other test could run one.
    """
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pip install playwright"
    )
    program = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium here: install one, or set CHROMIUM_PATH")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def hub() -> Iterator[FileServer]:
    """A mirror of the hub that weights come from."""
    with file_server() as offers:
        yield offers


@pytest.fixture(scope="package")
def editor_servers(
    browser, hub: FileServer, comfyui: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[FrontEnd], ComfyServer]]:
    """ComfyUI with the pack, one process for each editor; asked for after the browser."""
    if importlib.util.find_spec("comfyui_frontend_package") is None:
        pytest.skip("ComfyUI's frontend is not installed: pip install comfyui-frontend-package")
    variables: dict[str, str | None] = dict.fromkeys(("ANIME_DATABASE_URL", "ANIME_TRACKING"))
    variables |= {"HF_ENDPOINT": hub.address, "NO_PROXY": "127.0.0.1"}
    with ExitStack() as servers:

        @cache
        def server_of(front_end: FrontEnd) -> ComfyServer:
            base = tmp_path_factory.mktemp(front_end.value)
            arguments = ("--cpu", *front_end.arguments())
            packs = {PACK_DIRECTORY: PACK, "testing-nodes": TESTING_NODES}
            server = ComfyServer(comfyui, base, packs, arguments, variables)
            servers.callback(_end, server)
            server.start()
            return server

        yield server_of


def _end(server: ComfyServer) -> None:
    server.stop()
    deadline = time.monotonic() + STOP_SECONDS  # on a busy machine it ends a little later
    while server.databases() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert server.end_databases() == [], "the embedded database outlived ComfyUI"


Kind = tuple[FrontEnd, Mode]
USUAL: Kind = (FrontEnd.PINNED, Mode.CLASSIC)


def _kinds(*kinds: Kind) -> list[Any]:
    """Return parameters: all are slow but the usual editor in its usual canvas."""
    return [
        pytest.param(
            kind,
            marks=[] if kind == USUAL else [pytest.mark.slow],
            id=f"{kind[0].value}-{kind[1].value}",
        )
        for kind in kinds
    ]


EVERY_KIND = _kinds(*((front_end, mode) for front_end in FrontEnd for mode in Mode))
# Marks of tests, or of modules, that need not run in each editor and each canvas.
in_both_canvases = pytest.mark.parametrize(
    "kind", _kinds(*((FrontEnd.PINNED, mode) for mode in Mode)), indirect=True
)
in_the_usual_editor = pytest.mark.parametrize("kind", _kinds(USUAL), indirect=True)


@pytest.fixture(params=EVERY_KIND)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each editor in each canvas: slow, but for the pinned one in the classic canvas."""
    chosen: Kind = request.param
    return chosen


@pytest.fixture
def language() -> str:
    """Of the editor; a test that wants another one sets it as its parameter."""
    return "en"


@pytest.fixture
def editor(
    browser: Any,
    editor_servers: Callable[[FrontEnd], ComfyServer],
    kind: Kind,
    language: str,
    tmp_path: Path,
) -> Iterator[Editor]:
    """The editor, opened by a user who has not been here before; nothing in it may go wrong."""
    front_end, mode = kind
    with open_editor(browser, editor_servers(front_end), mode, tmp_path, language) as opened:
        yield opened
        opened.picture("the-end")
        assert opened.errors == []


@pytest.fixture
def client(editor: Editor) -> ComfyClient:
    """A client of the ComfyUI that serves the editor."""
    return ComfyClient(editor.server)


@contextmanager
def open_editor(
    browser: Any, server: ComfyServer, mode: Mode, pictures: Path, language: str = "en"
) -> Iterator[Editor]:
    """The editor in a browser of its own, as a `with` block."""
    settings = {
        "Comfy.VueNodes.Enabled": mode is Mode.NODES_2,
        "Comfy.TutorialCompleted": True,
        "Comfy.Locale": language,
    }
    ComfyClient(server).post("/settings", settings)
    with browser.new_context(viewport={"width": 1900, "height": 1200}) as context:
        opened = Editor(context.new_page(), server, pictures)
        opened.open()
        yield opened


@pytest.fixture(scope="package")
def studios(
    browser: Any, comfyui: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[FrontEnd], Studio]]:
    """ComfyUI with ten thousand jobs, one for each editor."""
    with ExitStack() as opened:

        @cache
        def studio_of(front_end: FrontEnd) -> Studio:
            base, arguments = tmp_path_factory.mktemp("studio"), front_end.arguments()
            studio = open_studio(comfyui, base, PACK_DIRECTORY, arguments=arguments)
            return opened.enter_context(studio)

        yield studio_of


@pytest.fixture
def studio(studios: Callable[[FrontEnd], Studio], kind: Kind) -> Studio:
    """A ComfyUI with ten thousand jobs."""
    return studios(kind[0])


@pytest.fixture
def with_panel(
    browser: Any, studio: Studio, kind: Kind, language: str, tmp_path: Path
) -> Iterator[Editor]:
    """The studio's editor with the panel open."""
    with open_editor(browser, studio.server, kind[1], tmp_path, language) as opened:
        open_panel(opened)
        opened.page.locator(".anime-row").first.wait_for()
        yield opened
        opened.picture("the-end")


@pytest.fixture
def jobs(with_panel: Editor) -> ListedJobs:
    """The list in the studio's panel."""
    return ListedJobs(with_panel)
