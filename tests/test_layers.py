"""Each test is in the layer of the dearest thing that it needs."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from .layers import BROWSER, COMFYUI, DATABASE, FAST, LAYERS, layer_of, totals

TESTS = Path("/pack/tests")


def item(path: str, *fixtures: str, **parameters: str) -> Any:
    """Return a stand-in for a collected test, with the attributes that decide its layer.

    Args:
        path: path of its file, relative to the folder of tests or absolute.
        fixtures: names of the fixtures that it needs.
        parameters: its parameters as text.
    """
    return SimpleNamespace(
        path=TESTS / path,
        fixturenames=fixtures,
        callspec=SimpleNamespace(params=parameters),
        get_closest_marker=lambda name: None,
    )


@pytest.mark.parametrize(
    ("test", "layer"),
    [
        (item("browser/test_a.py"), BROWSER),
        (item("integration/test_a.py", "system_postgres"), COMFYUI),
        (item("models/jobs/test_a.py", "system_url", "system_postgres"), DATABASE),
        (item("models/jobs/test_a.py", "every_url", every_url="older_embedded_postgres"), DATABASE),
        (item("models/loop/test_a.py", "tmp_path", backend="structural"), FAST),
        (item("test_a.py"), FAST),
        (item("/pack/models/loop/seam.py"), FAST),  # a doctest
    ],
)
def test_a_test_is_in_the_layer_of_the_dearest_thing_that_it_needs(test: Any, layer: str):
    assert layer_of(test, TESTS) == layer


def test_every_test_that_was_collected_has_one_layer(request: pytest.FixtureRequest):
    for test in request.session.items:
        assert len([layer for layer in LAYERS if test.get_closest_marker(layer)]) == 1, test.nodeid


def report(layer: str, when: Any, seconds: float, outcome: Any = "passed", reason: str = ""):
    keywords: Any = {layer: 1}
    longrepr = ("a.py", 1, f"Skipped: {reason}") if reason else None
    return pytest.TestReport(
        "a.py::b", ("a.py", 1, "b"), keywords, outcome, longrepr, when, [], seconds
    )


def test_a_layer_has_its_tests_and_all_their_seconds():
    reports = [
        report(FAST, "setup", 1.0), report(FAST, "call", 2.0), report(FAST, "teardown", 4.0),
        report(BROWSER, "setup", 0.5, "skipped", "no assets: somewhere"),
    ]  # fmt: skip
    of_layer = totals(reports, "no assets")
    fast, browser = of_layer[FAST], of_layer[BROWSER]
    assert (fast.tests, fast.seconds, fast.without_assets) == (1, 7.0, 0)
    assert (browser.tests, browser.seconds, browser.without_assets) == (1, 0.5, 1)
