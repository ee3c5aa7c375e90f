"""Docstrings say what they are about in their first word, and names name the thing in them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from anime_production.tools.comfyui import PACK

ROOMS = ("models", "nodes", "web", "quickstart_steps", "benchmarks", "tools")
# A docstring that begins so is a question or half a sentence: "What a search found."
OPENERS = {
    *("how", "of", "that", "those", "what", "where", "whether"),
    *("which", "who", "whom", "whose", "why"),
}
# They name an act of somebody, not the thing that the variable holds.
VAGUE = {
    *("asked", "came", "found", "given", "known", "others", "said", "seen"),
    *("shown", "there", "told", "took", "wanted"),
}
LOOP_VAGUE = VAGUE | {"each"}  # "each" is short enough for a comprehension, which fits on a line
# `const found`, `let said`, `function told`, `(known) =>`: what a script of the editor declares.
SCRIPT_NAMES = re.compile(
    rf"\b(?:const|let|var|function) ({'|'.join(sorted(LOOP_VAGUE))})\b"
    rf"|\(({'|'.join(sorted(VAGUE))})\) =>"
)


def python_files() -> list[Path]:
    files = [path for room in ROOMS for path in sorted((PACK / room).rglob("*.py"))]
    return [PACK / "__init__.py", PACK / "quickstart.py", *files]


def offences(name: str, source: str) -> Iterator[str]:
    """Docstrings and names that a reader can't understand at once, with file and line."""
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 1)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = (ast.get_docstring(node) or "").strip()
            first = docstring.partition("\n")[0]
            if re.split(r"\W", first.lower(), maxsplit=1)[0] in OPENERS or "?" in first:
                yield f"{name}:{line}: {first}"
        for declared in _declared(node):
            yield f"{name}:{line}: {declared}"


def _declared(node: ast.AST) -> Iterator[str]:
    """Vague names that a node of the syntax tree declares."""
    if isinstance(node, ast.arg) and node.arg in VAGUE:
        yield node.arg
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in VAGUE:
        yield node.id
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in VAGUE:
        yield f".{node.attr}"
    if isinstance(node, ast.For | ast.AsyncFor) and isinstance(node.target, ast.Name):
        yield from {node.target.id} & (LOOP_VAGUE - VAGUE)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in VAGUE:
        yield node.name


def test_docstrings_and_names_of_the_product_are_plain():
    offending = [
        offence
        for path in python_files()
        for offence in offences(path.relative_to(PACK).as_posix(), path.read_text("utf-8"))
    ]
    assert not offending, "\n".join(offending)


def test_names_in_the_editors_scripts_are_plain():
    client = PACK / "web" / "client"
    scripts = [path for path in client.rglob("*.js") if "vendor" not in path.parts]
    assert scripts
    vague = [
        f"{path.relative_to(PACK).as_posix()}:{number}: {line.strip()}"
        for path in sorted(scripts)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if SCRIPT_NAMES.search(line)
    ]
    assert not vague, "\n".join(vague)


def test_a_question_and_names_that_say_nothing_are_seen():
    lines = ['"""What it found."""', "def f(wanted):", "  for each in wanted: found = each"]
    seen = [offence.rpartition(": ")[2] for offence in offences("f.py", "\n".join(lines))]
    assert sorted(seen) == ["What it found.", "each", "found", "wanted"]
    plain = ['"""Search of a clip."""', "def f(clip): return [each for each in clip]"]
    assert list(offences("f.py", "\n".join(plain))) == []
