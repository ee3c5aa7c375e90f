"""The score that the editor works out for a measurement is the one of the domain."""

import pytest

from ...models.measurement import Better, Measure
from .editor import Mode

MEASURES = (
    Measure("a", "", Better.HIGHER, 0, 1, "test", threshold=0.7, required=True),
    Measure("b", "", Better.LOWER, 0, 5, "test", threshold=2.0, required=True),
    Measure("c", "", Better.BAND, 0, 4, "test", threshold=(0.5, 1.5), required=True),
    Measure("d", "", Better.HIGHER, 0, 1, "test", threshold=1, required=True),
    Measure("e", "", Better.LOWER, 0, 1, "test"),
)
VALUES = (-1, 0, 0.2, 0.5, 0.7, 1, 1.4, 1.5, 2, 3, 5, 9)


@pytest.mark.parametrize("mode", [Mode.CLASSIC], indirect=True)
def test_the_editor_scores_a_measurement_as_the_domain_does(editor, pack_address):
    told = [each.measured(value, "no_frames") for each in MEASURES for value in VALUES]
    scores = editor.page.evaluate(
        """async ([module, measurements]) => {
            const { scoreOf } = await import(module);
            return measurements.map(scoreOf);
        }""",
        [f"{pack_address}/report/score.js", [each.to_dict() for each in told]],
    )
    assert scores == pytest.approx([each.score for each in told])
