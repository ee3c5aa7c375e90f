"""The unit tests of the browser's logic: one test here for each file that node runs."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
FILES = sorted(path.relative_to(HERE).as_posix() for path in HERE.rglob("*.test.js"))
OLDEST_NODE = (20, 11)  # the first whose mock timers are switched on as these tests do it


def find_node() -> str:
    """Return the path of node, or skip the test."""
    node = shutil.which("node")
    oldest = ".".join(map(str, OLDEST_NODE))
    if node is None:
        pytest.skip(f"node is not here: install Node.js {oldest} or newer (https://nodejs.org)")
    output = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60).stdout
    version = tuple(int(number) for number in re.findall(r"\d+", output)[:2])
    if version < OLDEST_NODE:
        pytest.skip(f"node {output.strip()} is too old: install Node.js {oldest} or newer")
    return node


@pytest.fixture(scope="module")
def node_results(request: pytest.FixtureRequest) -> dict[str, list[dict[str, Any]]]:
    """Results of the node tests by file; node runs once, for the files that pytest selected."""
    node = find_node()
    selected = [
        str(item.callspec.params["file"])
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and item.originalname == test_the_logic_in_the_browser.__name__
    ]
    command = [node, "--no-warnings", "--import", "./editor/register.js", "--test"]
    command += ["--test-reporter", "./editor/reporter.js", *selected]
    environment = {**os.environ, "TZ": "UTC"}
    finished = subprocess.run(
        command, cwd=HERE, env=environment, capture_output=True, encoding="utf-8", timeout=120
    )
    assert finished.stdout, finished.stderr
    results: dict[str, list[dict[str, Any]]] = {file: [] for file in selected}
    for line in finished.stdout.splitlines():
        result = json.loads(line)
        results[Path(result["file"]).relative_to(HERE).as_posix()].append(result)
    return results


@pytest.mark.parametrize("file", FILES, ids=[file.removesuffix(".test.js") for file in FILES])
def test_the_logic_in_the_browser(file: str, node_results: dict[str, list[dict[str, Any]]]):
    results = node_results[file]
    assert results, f"{file}: node ran no test"
    failures = [f"{each['name']}\n{each['reason']}" for each in results if not each["passed"]]
    if failures:
        pytest.fail("\n\n".join([f"{file}: {len(failures)} failed", *failures]), pytrace=False)


def test_every_module_with_a_test_exists():
    client = HERE.parents[1] / "web" / "client"
    modules = {
        re.sub(r"\..*", ".js", file) for file in FILES
    }  # feed.problems.test.js is of feed.js
    assert {module for module in modules if not (client / module).is_file()} == set()
