"""ComfyUI's modules in this process, without its server."""

from typing import Any

import pytest

from anime_production.tools.comfyui import use_comfyui


@pytest.fixture(scope="session")
def execution(comfyui) -> Any:
    """ComfyUI's `execution` module, with the queue that runs prompts."""
    use_comfyui(comfyui)
    import execution

    return execution
