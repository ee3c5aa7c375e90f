"""All measures together: each is found by its subject, and can say what it declares."""

import ast
import importlib
from collections.abc import Iterator

import pytest

from anime_production.models.character.better_detector import ADVISED, all_codes
from anime_production.models.measures import MEASURES
from anime_production.models.reasons import sentences
from anime_production.models.report import SUBJECTS, UNDECLARED
from anime_production.tools.comfyui import PACK
from anime_production.tools.english_texts import declared_measures

# Codes that no measure declares, because any measure of a family can give them.
OF_ANY_MEASURE = {
    *("no_frames", "too_few_frames", "too_small", "not_finite", "too_few_drawings"),
    *("weights_unusable", "package_unusable", "no_memory", "none_passes_yet"),
}
DECLARED = {(each.name, each.passes): each for each in declared_measures()}.values()


def test_every_subject_that_the_pack_measures_has_its_measures():
    assert set(MEASURES) == set(SUBJECTS) - set(UNDECLARED)


@pytest.mark.parametrize("measure", DECLARED, ids=lambda each: each.name)
def test_a_measure_says_only_what_there_is_a_sentence_for(measure):
    assert [code for code in measure.codes if code not in sentences()] == []


def test_a_code_of_an_absence_has_a_sentence_and_is_declared_by_a_measure():
    codes = dict(_absences())
    declared = {code for measure in declared_measures() for code in measure.codes} | OF_ANY_MEASURE
    assert len(codes) > len(OF_ANY_MEASURE)
    assert {code: place for code, place in codes.items() if code not in sentences()} == {}
    assert {code: place for code, place in codes.items() if code not in declared} == {}, (
        "name the code in the `absences` of its measure"
    )


def _absences() -> Iterator[tuple[str, str]]:
    """Yield code and file of each `Absence(…)` whose code is a literal or a constant."""
    for path in (PACK / "models").rglob("*.py"):
        file = path.relative_to(PACK)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Absence" and node.args:
                code = node.args[0]
                if isinstance(code, ast.Constant):
                    yield str(code.value), str(file)
                elif isinstance(code, ast.Name):
                    name = ".".join(("anime_production", *file.with_suffix("").parts))
                    value = getattr(importlib.import_module(name), code.id, None)
                    if value is not None:
                        yield str(value), str(file)


@pytest.mark.parametrize(("subject", "family"), MEASURES.items())
def test_a_measure_with_a_function_has_a_sentence_for_its_value(subject, family):
    silent = [each.name for each in family if each.function and not (each.passes or each.reasons)]
    assert silent == []


def test_every_sentence_is_said_somewhere():
    written, begun = set(), set()
    for path in (PACK / "models").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                begun.add(_beginning(node))
            elif isinstance(node, ast.Constant):
                written.add(node.value)
    prefixes = tuple(each for each in begun if "_" in each)
    advised = {code for reason in ADVISED for code in all_codes(reason)}
    unsaid = [code for code in sentences() if code not in written | advised]
    assert [code for code in unsaid if not code.startswith(prefixes)] == []


def _beginning(string: ast.JoinedStr) -> str:
    """Return how the codes begin that an f-string makes; empty where it makes none."""
    first = string.values[0]
    text = str(first.value) if isinstance(first, ast.Constant) else ""
    return text if text.replace("_", "").isalpha() else ""
