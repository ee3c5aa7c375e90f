"""The examples in the docstrings of `models` run, and each function for scripts has one.

The modules are found by their text, so that collecting these tests imports none of them.
"""

import doctest
import importlib
import inspect
from types import ModuleType

import pytest

from anime_production.tools.comfyui import PACK

# The functions that a script uses to measure and repair clips, by module below `models`.
ENTRY_POINTS = {
    "character.character_score": "score_characters",
    "character.sheet": "make_character",
    "loop.close": "close_loop",
    "loop.find": "find_loops",
    "loop.seam": "score_loop",
    "quality.clip_quality": "score_clip_quality",
    "quality.compare.comparison": "compare_pictures",
    "quality.still.still_quality": "score_still_quality",
}
PROMPT = ">>> "  # begins an example


def modules_with_examples() -> list[str]:
    """Return the names, below `models`, of the modules that have examples."""
    models = PACK / "models"
    files = [path for path in models.rglob("*.py") if PROMPT in path.read_text(encoding="utf-8")]
    names = [".".join(path.relative_to(models).with_suffix("").parts) for path in files]
    return sorted(name.removesuffix(".__init__") for name in names)


def module_below_models(name: str) -> ModuleType:
    return importlib.import_module(f"anime_production.models.{name}")


@pytest.mark.parametrize("name", modules_with_examples())
def test_the_examples_of_a_module_run(name: str):
    failures: list[str] = []
    runner = doctest.DocTestRunner()
    for example in doctest.DocTestFinder().find(module_below_models(name)):
        runner.run(example, out=failures.append)
    results = runner.summarize(verbose=False)
    assert results.attempted > 0, "The text has an example, but none is in a docstring."
    assert not failures, "".join(failures)


@pytest.mark.parametrize(("name", "function"), ENTRY_POINTS.items())
def test_a_function_for_scripts_has_an_example(name: str, function: str):
    docstring = inspect.getdoc(getattr(module_below_models(name), function)) or ""
    assert PROMPT in docstring
