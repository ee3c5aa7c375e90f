"""All measures together: each is found by its subject, and can say what it declares."""

import ast

import pytest

from anime_production.models.measures import MEASURES
from anime_production.models.reasons import sentences
from anime_production.models.report import MERGED, SUBJECTS
from anime_production.tools.comfyui import PACK
from anime_production.tools.english_texts import declared_measures

DECLARED = {(each.name, each.passes): each for each in declared_measures()}.values()


def test_every_subject_but_the_merged_one_has_its_measures():
    assert set(MEASURES) == set(SUBJECTS) - {MERGED}


@pytest.mark.parametrize("measure", DECLARED, ids=lambda each: each.name)
def test_a_measure_says_only_what_there_is_a_sentence_for(measure):
    assert [code for code in measure.codes if code not in sentences()] == []


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
    unsaid = [code for code in sentences() if code not in written]
    assert [code for code in unsaid if not code.startswith(prefixes)] == []


def _beginning(string: ast.JoinedStr) -> str:
    """Return how the codes begin that an f-string makes; empty where it makes none."""
    first = string.values[0]
    text = str(first.value) if isinstance(first, ast.Constant) else ""
    return text if text.replace("_", "").isalpha() else ""
