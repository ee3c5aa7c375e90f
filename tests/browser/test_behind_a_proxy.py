"""The editor behind a reverse proxy, below a path: the panel, the nodes, and the user's token."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from anime_production.models.settings import TOKEN, read_config

from ..integration.client import ComfyClient, RequestRefused
from ..integration.server import ComfyServer
from .editor import Editor, small_check
from .front_end import FrontEnd
from .panel import expect, open_panel
from .prompts import loop_prompt
from .proxy import Proxy

SECRET = "correct-horse-battery-staple-0123456789"
# The editor itself asks for the icons of its tab outside of the path.
EDITORS_OWN = re.compile(r"(http://[^/]+)?/(assets/(images/)?)?favicon")
IS_DRAWN = "(picture) => picture.complete && picture.naturalWidth > 0"
MODULES = """() => performance.getEntriesByType("resource").map((each) => each.name)
    .filter((name) => name.includes("anime"))"""


@pytest.fixture(params=[FrontEnd.PINNED, pytest.param(FrontEnd.NEWEST, marks=pytest.mark.slow)])
def server(
    editor_servers: Callable[[FrontEnd], ComfyServer], request: pytest.FixtureRequest
) -> ComfyServer:
    """The ComfyUI behind the proxy."""
    return editor_servers(request.param)


@pytest.fixture
def proxy(server: ComfyServer) -> Iterator[Proxy]:
    """A proxy before ComfyUI; nothing was asked for outside of its path in the end."""
    with Proxy(server.address) as running:
        yield running
        assert [path for path in running.outside if not EDITORS_OWN.match(path)] == []


@pytest.fixture
def token(server: ComfyServer) -> Iterator[str]:
    """The user's token, as `quickstart.py token` writes it."""
    private = server.base / "user" / "__anime"
    TOKEN.write(private, SECRET)
    yield SECRET
    config = {name: value for name, value in read_config(private).items() if name != TOKEN.key}
    (private / "config.json").write_text(json.dumps(config))


@pytest.fixture
def editor(browser: Any, server: ComfyServer, proxy: Proxy, tmp_path: Path) -> Iterator[Editor]:
    """The editor through the proxy."""
    with editor_through(proxy, browser, server, tmp_path) as opened:
        yield opened


@contextmanager
def editor_through(
    proxy: Proxy, browser: Any, server: ComfyServer, tmp_path: Path
) -> Iterator[Editor]:
    """Open the editor through a proxy, as a `with` block."""
    with browser.new_context(viewport={"width": 1900, "height": 1200}) as context:
        opened = Editor(context.new_page(), server, tmp_path)
        opened.address = proxy.address
        ComfyClient(server).post("/settings", {"Comfy.TutorialCompleted": True})
        opened.open()
        yield opened
        opened.picture("the-end")


def test_the_panel_and_the_nodes_work_below_a_path_and_what_destroys_needs_the_token(
    editor: Editor, proxy: Proxy, server: ComfyServer, token: str
):
    client = ComfyClient(server)
    panel = open_panel(editor)
    job = a_job_appears_with_its_picture(editor, panel, client)
    a_verdict_shows_on_its_node(editor)
    it_is_deleted_once_the_token_is_right(editor, panel, client, job, token)
    assert ("GET", "/api/anime/jobs") in {(how, path.split("?")[0]) for how, path in proxy.asked}
    modules = editor.page.evaluate(MODULES)
    assert any("/extensions/" in name for name in modules)
    assert [name for name in modules if not name.startswith(proxy.address)] == []
    expected = re.compile(rf"403 .*/anime/jobs/{job}|{EDITORS_OWN.pattern}")
    assert [each for each in editor.errors if not expected.search(each)] == []


@pytest.mark.slow  # tests/web/server/test_access.py has the refusals alone
def test_under_a_name_that_is_not_allowed_the_panel_says_what_to_do(
    browser: Any, server: ComfyServer, tmp_path: Path
):
    with (
        Proxy(server.address, "studio.example") as named,
        editor_through(named, browser, server, tmp_path) as editor,
    ):
        panel = open_panel(editor)
        sentence = "The name studio.example isn't allowed here. Open ComfyUI by its address"
        expect(panel.get_by_text(sentence).first).to_be_visible()
        expect(panel.locator(".anime-health")).to_contain_text("The name studio.example isn't")


def a_job_appears_with_its_picture(editor: Editor, panel: Any, client: ComfyClient) -> str:
    shot = f"proxied {time.time_ns()}"
    run = client.run_without_client(loop_prompt(shot))
    row = panel.get_by_role("option").filter(has_text=shot)
    expect(row).to_be_visible()  # ComfyUI's websocket told of it
    expect(row).to_contain_text("FAIL")
    picture = row.locator("img").element_handle()
    editor.page.wait_for_function(IS_DRAWN, arg=picture)
    return str(client.get(f"/anime/jobs/{run.prompt_id}")["job"]["id"])


def a_verdict_shows_on_its_node(editor: Editor) -> None:
    editor.load(small_check())
    editor.run()
    expect(editor.page.locator(".anime-results").first).to_contain_text("PASS")


def it_is_deleted_once_the_token_is_right(
    editor: Editor, panel: Any, client: ComfyClient, job: str, token: str
) -> None:
    shot = client.get(f"/anime/jobs/{job}")["job"]["shot"]
    panel.get_by_role("option").filter(has_text=shot).click()
    detail = panel.locator(".anime-view > .anime-detail")
    delete = detail.get_by_role("button", name="Delete job", exact=True)
    dialog = editor.page.get_by_role("dialog", name="Token needed")

    delete_and_confirm(editor, delete)
    expect(dialog).to_contain_text("run python quickstart.py token in the pack's folder")
    editor.picture("token")
    dialog.get_by_role("button", name="Close").click()
    expect(detail).to_contain_text("another machine needs the token of this ComfyUI")
    assert client.get(f"/anime/jobs/{job}")["job"]["id"] == job

    delete_and_confirm(editor, delete)
    dialog.get_by_label("Token", exact=True).fill("a token of another ComfyUI トークン")
    dialog.get_by_role("button", name="Continue").click()
    expect(dialog).to_contain_text("isn't that of this ComfyUI")
    dialog.get_by_label("Token", exact=True).fill(f" {token} ")
    dialog.get_by_role("button", name="Continue").click()
    expect(editor.page.get_by_role("listbox")).to_be_visible()  # back among the jobs
    with pytest.raises(RequestRefused, match="unknown_job"):
        client.get(f"/anime/jobs/{job}")
    kept = editor.page.evaluate("() => Object.entries(localStorage)")
    assert ["Anime.Token:/comfy", token] in kept, "the browser keeps it"


def delete_and_confirm(editor: Editor, delete: Any) -> None:
    """Press Delete, in the panel and in the editor's question; another dialog may follow."""
    delete.click()
    question = editor.page.get_by_role("dialog").filter(has_text="Delete")
    question.get_by_role("button", name="Delete").click()
    question.wait_for(state="hidden")
