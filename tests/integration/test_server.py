"""The pack in a running ComfyUI, and the bench itself: what it shows must be true."""

import pytest

from .client import ComfyClient, Prompt, RequestRefused
from .conftest import PACK_DIRECTORY
from .server import ComfyServer, ServerFailed


def test_the_pack_is_loaded_from_a_directory_with_a_space_and_hyphens(client: ComfyClient):
    nodes = client.get("/object_info")
    ours = [name for name, node in nodes.items() if node["python_module"].endswith(PACK_DIRECTORY)]
    assert "AnimeLoopScore" in ours
    assert "IMPORT FAILED" not in client.server.log.read_text(errors="replace")


def test_the_same_prompt_again_comes_from_the_cache(client: ComfyClient):
    prompt = Prompt()
    number = prompt.add("TestNumber", number="0.125")
    shown = prompt.add("TestConsumer", value=number.out())
    first, second = client.run(prompt), client.run(prompt)
    assert first.ran(number)
    assert not first.cached(number)
    assert second.cached(number)
    assert not second.ran(number)
    assert first.outputs[shown] == second.outputs[shown] == {"text": ["0.125"]}


def test_a_prompt_without_a_client_ends_in_the_history_too(client: ComfyClient):
    prompt = Prompt()
    shown = prompt.add("TestConsumer", value=prompt.add("TestNumber", number="2").out())
    assert client.run_without_client(prompt).outputs[shown] == {"text": ["2.0"]}


def test_an_output_that_comfyui_drops_is_an_error_here(client: ComfyClient):
    prompt = Prompt()
    prompt.add("TestConsumer", value=prompt.add("TestNumber", number="3").out())
    broken = prompt.add("PreviewImage")
    with pytest.raises(RequestRefused, match="Required input is missing") as refusal:
        client.run(prompt)
    assert f'"{broken}"' in refusal.value.body


def test_a_server_that_cannot_start_shows_why(server: ComfyServer, tmp_path):
    broken = ComfyServer(server.comfyui, tmp_path, {}, arguments=["--no-such-option"])
    with pytest.raises(ServerFailed, match="unrecognized arguments: --no-such-option"):
        broken.start()
    assert not broken.alive
