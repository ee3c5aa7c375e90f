"""ComfyUI's modules in this process, without its server, for tests of single nodes."""

import asyncio
import importlib
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from anime_production.tools.comfyui import NO_COMFYUI, find_comfyui, pack_nodes, use_comfyui

COMFYUI = find_comfyui()
if COMFYUI is not None:
    use_comfyui(COMFYUI)  # before the test modules, which import nodes at their top


class WithoutComfyUI(pytest.Module):
    """A test module that cannot be imported here; its whole result is one skip with the reason."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Skip the module."""
        pytest.skip(NO_COMFYUI)


def pytest_pycollect_makemodule(
    module_path: Path, parent: pytest.Collector
) -> WithoutComfyUI | None:
    """Skip this directory's modules where ComfyUI is absent; pytest's own way elsewhere."""
    if COMFYUI is not None:
        return None
    module: WithoutComfyUI = WithoutComfyUI.from_parent(parent, path=module_path)
    return module


@pytest.fixture(scope="session", autouse=True)
def no_server() -> None:
    """Nodes must work where no PromptServer was started; nothing here may start one."""
    server: Any = sys.modules.get("server")
    assert server is None or not hasattr(server.PromptServer, "instance")


@pytest.fixture(scope="session")
def node_classes() -> dict[str, Any]:
    """The pack's node classes by id."""
    classes: list[Any] = pack_nodes()
    return {node.GET_SCHEMA().node_id: node for node in classes}


@pytest.fixture(scope="session")
def run_node() -> Callable[..., Any]:
    """Executes a node class as ComfyUI does and returns its `io.NodeOutput`.

    `run_node(AnimeLoopScore, images=frames, fps=12.0).args[0]` is its first output.
    """
    torch: Any = importlib.import_module("torch")
    execution_context: Any = importlib.import_module("comfy_execution.utils")

    def run(node: Any, **inputs: Any) -> Any:
        node.GET_SCHEMA()
        node.VALIDATE_CLASS()
        execute = getattr(node.PREPARE_CLASS_CLONE(None), node.FUNCTION)
        with torch.inference_mode(), execution_context.CurrentNodeContext("a prompt", "1"):
            answer = execute(**inputs)
            return asyncio.run(answer) if inspect.iscoroutine(answer) else answer

    return run


@pytest.fixture
def saving(
    run_node: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """Save Job in an empty output folder; see `job_files.Saving`."""
    module: Any = importlib.import_module("anime_production.tests.nodes.job_files")
    with module.open_saving(run_node, tmp_path, monkeypatch) as saving:
        yield saving


@pytest.fixture
def installed_nodes(
    node_classes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """ComfyUI's node classes by id: its core's, the pack's, and those that only tests need."""
    testing: Any = importlib.import_module("anime_production.tests.integration.testing_nodes")
    known: dict[str, Any] = importlib.import_module("nodes").NODE_CLASS_MAPPINGS
    for node in asyncio.run(testing.comfy_entrypoint().get_node_list()):
        monkeypatch.setitem(known, node.GET_SCHEMA().node_id, node)
    for node_id, node in node_classes.items():
        monkeypatch.setitem(known, node_id, node)
    return known


@pytest.fixture
def executor(installed_nodes: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """ComfyUI's executor with nodes of the pack and of tests; see `executor.Executor`."""
    module: Any = importlib.import_module("anime_production.tests.nodes.executor")
    monkeypatch.setitem(installed_nodes, "TestFault", module.TestFault)
    return module.Executor()


@pytest.fixture
def refusals(
    installed_nodes: dict[str, Any],
) -> Callable[[dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """Return what ComfyUI refuses in a prompt in API format, before anything of it would run.

    `refusals(prompt)["3"]` are the errors of node 3. Beside the pack's nodes and ComfyUI's core,
    the prompt may have the nodes that only tests need.
    """
    execution: Any = importlib.import_module("execution")

    def ask(prompt: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        *_, refused = asyncio.run(execution.validate_prompt("a prompt", prompt, None))
        return {node_id: answer["errors"] for node_id, answer in refused.items()}

    return ask


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with tiny video models of random values."""
    folder = tmp_path_factory.mktemp("models")
    importlib.import_module("anime_production.tests.integration.tiny_wan").write_tiny_wan(folder)
    return folder


@pytest.fixture
def looping(run_node: Callable[..., Any]) -> Callable[..., Any]:
    """A function that applies Loop Generator to a model."""
    from anime_production.nodes.loop_generate import AnimationLoopGenerator

    def apply(model: Any, **settings: Any) -> Any:
        return run_node(AnimationLoopGenerator, model=model, **settings).args[0]

    return apply
