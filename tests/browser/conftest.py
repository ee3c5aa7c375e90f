"""Fixtures of a real ComfyUI with its real editor, opened in the system's Chromium."""

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

from anime_production.tools.comfyui import PACK, use_comfyui

from ..file_server import FileServer, file_server
from ..integration.client import ComfyClient
from ..integration.conftest import TESTING_NODES
from ..integration.server import STOP_SECONDS, ComfyServer
from ..integration.tiny_interpolator import write_tiny_interpolator
from .editor import Editor, Mode
from .front_end import FrontEnd
from .panel import open_panel
from .panel_list import ListedJobs
from .studio import Studio, open_studio

# No space: ComfyUI answers 404 to every file of a pack whose directory has a space in its name.
PACK_DIRECTORY = "anime-production-main"
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="package")
def browser() -> Iterator:
    """Give the system's Chromium, without a window, or skip the test.

    The fixture ends with the tests of this folder: as long as it lives, Playwright's event loop
    counts as running in this thread, and tests of other folders could not run an event loop.
    """
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pip install playwright"
    )
    program = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("Chromium is not installed: install it, or set CHROMIUM_PATH")
    with playwright.sync_playwright() as library:
        chromium = library.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def hub() -> Iterator[FileServer]:
    """Give a local server in place of the hub that weights are downloaded from."""
    with file_server() as offers:
        yield offers


@pytest.fixture(scope="package")
def editor_servers(
    browser, hub: FileServer, comfyui: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[FrontEnd], ComfyServer]]:
    """Give a function that returns the ComfyUI of an editor, and starts it at the first call.

    The fixture needs the browser first, so that no server starts if there is no browser.
    """
    if importlib.util.find_spec("comfyui_frontend_package") is None:
        pytest.skip("ComfyUI's frontend is not installed: pip install comfyui-frontend-package")
    variables: dict[str, str | None] = dict.fromkeys(("ANIME_DATABASE_URL", "ANIME_TRACKING"))
    use_comfyui(comfyui)
    variables |= {"HF_ENDPOINT": hub.address, "NO_PROXY": "127.0.0.1"}
    with ExitStack() as servers:

        @cache
        def server_of(front_end: FrontEnd) -> ComfyServer:
            base = tmp_path_factory.mktemp(front_end.value)
            write_tiny_interpolator(base / "models")
            arguments = ("--cpu", *front_end.arguments())
            packs = {PACK_DIRECTORY: PACK, "testing-nodes": TESTING_NODES}
            server = ComfyServer(comfyui, base, packs, arguments, variables)
            servers.callback(_end, server)
            server.start()
            return server

        yield server_of


def _end(server: ComfyServer) -> None:
    server.stop()
    # On a busy machine the database server ends a little later than ComfyUI.
    deadline = time.monotonic() + STOP_SECONDS
    while server.databases() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert server.end_databases() == [], (
        "An embedded database server still runs after ComfyUI has stopped."
    )


Kind = tuple[FrontEnd, Mode]
USUAL: Kind = (FrontEnd.PINNED, Mode.CLASSIC)


def _kinds(*kinds: Kind) -> list[Any]:
    """Return parameters; all but the usual editor in its usual canvas are marked as slow."""
    return [
        pytest.param(
            kind,
            marks=[] if kind == USUAL else [pytest.mark.slow],
            id=f"{kind[0].value}-{kind[1].value}",
        )
        for kind in kinds
    ]


EVERY_KIND = _kinds(*((front_end, mode) for front_end in FrontEnd for mode in Mode))
# Mark for tests, or for modules, of what lies beside the canvas: in every editor, in one canvas.
in_the_classic_canvas = pytest.mark.parametrize(
    "kind", _kinds(*((front_end, Mode.CLASSIC) for front_end in FrontEnd)), indirect=True
)


@pytest.fixture(params=EVERY_KIND)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Return an editor and a canvas; the test runs once for each pair."""
    chosen: Kind = request.param
    return chosen


@pytest.fixture
def language() -> str:
    """Return the language of the editor; a test sets another one as its parameter."""
    return "en"


@pytest.fixture
def editor(
    browser: Any,
    editor_servers: Callable[[FrontEnd], ComfyServer],
    kind: Kind,
    language: str,
    tmp_path: Path,
) -> Iterator[Editor]:
    """Give the editor as a new user opens it; the test fails if the page has an error."""
    front_end, mode = kind
    with open_editor(browser, editor_servers(front_end), mode, tmp_path, language) as opened:
        yield opened
        opened.picture("the-end")
        assert opened.errors == []


@pytest.fixture
def client(editor: Editor) -> ComfyClient:
    """Return a client of the ComfyUI that serves the editor."""
    return ComfyClient(editor.server)


@contextmanager
def open_editor(
    browser: Any, server: ComfyServer, mode: Mode, pictures: Path, language: str = "en"
) -> Iterator[Editor]:
    """Open the editor in a browser context of its own, as a `with` block.

    Args:
        browser: Playwright's browser.
        server: running ComfyUI.
        mode: canvas of the editor.
        pictures: folder for screenshots.
        language: language of the editor.
    """
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
    """Give a function that returns an editor's ComfyUI with 10,000 jobs, started at first use."""
    with ExitStack() as opened:

        @cache
        def studio_of(front_end: FrontEnd) -> Studio:
            base, arguments = tmp_path_factory.mktemp("studio"), front_end.arguments()
            studio = open_studio(comfyui, base, PACK_DIRECTORY, arguments=arguments)
            return opened.enter_context(studio)

        yield studio_of


@pytest.fixture
def studio(studios: Callable[[FrontEnd], Studio], kind: Kind) -> Studio:
    """Return a ComfyUI with 10,000 jobs."""
    return studios(kind[0])


@pytest.fixture
def with_panel(
    browser: Any, studio: Studio, kind: Kind, language: str, tmp_path: Path
) -> Iterator[Editor]:
    """Give the editor of the studio with the panel open."""
    with open_editor(browser, studio.server, kind[1], tmp_path, language) as opened:
        open_panel(opened)
        opened.page.locator(".anime-row").first.wait_for()
        yield opened
        opened.picture("the-end")


@pytest.fixture
def jobs(with_panel: Editor) -> ListedJobs:
    """Return the list of jobs in the studio's panel."""
    return ListedJobs(with_panel)
