"""How two sides are compared."""

import json

import pytest

from anime_production.benchmarks.timing import Comparison, alternate


def test_both_sides_take_turns_and_neither_always_goes_first():
    calls: list[str] = []
    ours, other = alternate(
        lambda: calls.append("ours"), lambda: calls.append("other"), rounds=2, warm_up=0
    )
    assert calls == ["ours", "other", "other", "ours"]
    assert (len(ours), len(other)) == (2, 2)


def test_warming_up_is_not_timed():
    calls: list[int] = []
    ours, _ = alternate(lambda: calls.append(1), lambda: None, rounds=1, warm_up=3)
    assert (len(calls), len(ours)) == (4, 1)


def test_a_comparison_is_one_line_of_strict_json(capsys: pytest.CaptureFixture[str]):
    Comparison("seam/lpips", ours=0.5, other=2.0, unit="s").print()
    printed = json.loads(capsys.readouterr().out)
    assert printed == {
        **{"benchmark": "seam/lpips", "ours": 0.5, "other": 2.0},
        **{"ratio": 0.25, "unit": "s"},
    }


def test_nothing_to_compare_with_gives_no_ratio():
    assert Comparison("a", ours=1.0, other=0.0, unit="s").ratio is None
