"""The sentences of docs/security.md have tests; those about the whole pack are here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from anime_production.models.weights.catalogue import WEIGHTS
from anime_production.tools.comfyui import PACK

from .test_architecture import PRODUCT, imports_of, name_of, sources

PAGE = PACK / "docs" / "security.md"
TEST = re.compile(r"`(tests/\S+\.py)::(\w+)`")
# Modules that open connections to other machines, or ports.
NETWORK = {"ftplib", "http", "requests", "smtplib", "socket", "socketserver", "ssl", "telnetlib",
           "urllib", "websocket", "xmlrpc"}  # fmt: skip
HARMLESS = {"http", "urllib.parse"}  # `http` itself holds the names of statuses
PROGRAMS = {"multiprocessing", "pty", "subprocess"}
UNPICKLERS = {"dill", "joblib", "marshal", "pickle", "shelve", "yaml"}
# Only names and numbers of the code are put into statements, in these files.
SQL_FILES = {
    "models/jobs/database/cluster.py",
    "models/jobs/database/opening.py",
    "models/jobs/database/transfer.py",
    "models/jobs/recording/outbox.py",
    "models/jobs/recording/outbox_file.py",
    "models/production/phase_queue.py",
    "models/production/queue_reader.py",
}


def importers(modules: set[str]) -> dict[str, set[str]]:
    """Return the files of the product that import any of these modules, with what they import."""
    result: dict[str, set[str]] = {}
    for path in sources(*PRODUCT):
        for module in imports_of(path) - HARMLESS:
            if module.split(".")[0] in modules:
                result.setdefault(name_of(path), set()).add(module)
    return result


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls in a file with the name of what they call, such as `torch.load`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


@pytest.mark.parametrize(("file", "test"), TEST.findall(PAGE.read_text(encoding="utf-8")))
def test_the_test_of_each_sentence_exists(file, test):
    assert f"def {test}(" in (PACK / file).read_text(encoding="utf-8")


def test_every_sentence_of_a_table_has_a_test():
    rows = re.findall(r"^\| (?!what|---|folder)(.*) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    sentences = [row for row in rows if row.count(" | ") == 1]
    assert sentences
    assert [row for row in sentences if not TEST.search(row)] == []


def test_only_the_download_of_weights_speaks_to_the_internet():
    # The database's modules use sockets too: they cut connections that hang, and ask the system
    # for a free port and whether a folder can hold a socket.
    users = importers(NETWORK)
    assert users.pop("models/weights/download.py") == {"requests"}
    assert all(name.startswith("models/jobs/database/") for name in users)
    assert set().union(*users.values()) == {"socket"}


def test_nothing_in_the_pack_listens():
    listening = ("listen", "serve_forever", "start_server", "TCPSite", "run_app")
    found = [
        f"{name_of(path)}: {name}"
        for path in sources(*PRODUCT)
        for name, _ in calls(path)
        if name.rpartition(".")[2] in listening
    ]
    assert found == []


def test_only_the_database_starts_programs():
    users = importers(PROGRAMS)
    assert all(name.startswith("models/jobs/database/") for name in users)
    assert set().union(*users.values()) == {"subprocess"}
    for path in sources(*PRODUCT):
        for name, call in calls(path):
            assert name not in ("os.system", "os.popen", "os.execv", "os.spawnv"), name_of(path)
            assert all(keyword.arg != "shell" for keyword in call.keywords), name_of(path)


def test_nothing_is_run_that_came_as_data():
    # torch.load raises pickle's error for a damaged file.
    assert importers(UNPICKLERS) == {"models/perceptual/lpips_files.py": {"pickle"}}
    for path in sources(*PRODUCT):
        for name, call in calls(path):
            assert name not in ("eval", "exec", "compile", "__import__"), name_of(path)
            assert not name.endswith(("pickle.load", "pickle.loads")), name_of(path)
            if name in ("torch.load", "numpy.load", "np.load"):
                options = {each.arg: ast.unparse(each.value) for each in call.keywords}
                safe = (
                    ("weights_only", "True") if name == "torch.load" else ("allow_pickle", "False")
                )
                assert options.get(safe[0]) == safe[1], name_of(path)


def test_no_statement_is_put_together_from_values():
    put_together = {
        name_of(path)
        for path in sources(*PRODUCT)
        for name, call in calls(path)
        if name.rpartition(".")[2] in ("execute", "executemany", "copy") and call.args
        if not ast.unparse(call.args[0]).startswith("sql(")  # reads a statement by its name
        for part in ast.walk(call.args[0])
        if isinstance(part, ast.JoinedStr)
    }
    assert put_together <= SQL_FILES


def test_every_weight_comes_over_https():
    assert [
        file.source
        for weight in WEIGHTS.values()
        for file in weight.files
        if not file.source.startswith("https://")
    ] == []
