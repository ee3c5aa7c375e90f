"""The example "check a clip": the node that is for a planted fault finds it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from anime_production.models.report import Verdict
from anime_production.tools.comfyui import PACK

EXAMPLE = PACK / "example_workflows" / "api" / "check_a_clip.json"


@pytest.mark.parametrize(
    ("fault", "class_type", "measurement"),
    [
        ({}, "AnimeLoopScore", None),
        ({}, "AnimeClipQuality", None),
        ({"seam_jump": 6.0}, "AnimeLoopScore", "seam_position"),
        ({"flicker": 8.0}, "AnimeClipQuality", "flicker"),
        ({"blur": 3.0}, "AnimeClipQuality", "edge_width"),
        ({"hold": 6}, "AnimeClipQuality", "drawing_rate"),
    ],
    ids=str,
)
def test_a_planted_fault_is_found(
    run_node: Callable[..., Any],
    node_classes: dict[str, Any],
    fault: dict[str, Any],
    class_type: str,
    measurement: str | None,
):
    graph = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    settings = {
        node["class_type"]: {
            name: value for name, value in node["inputs"].items() if not isinstance(value, list)
        }
        for node in graph.values()
    }
    drawn = {**settings["AnimeSampleClip"], "width": 240, "height": 240, **fault}
    images, fps = run_node(node_classes["AnimeSampleClip"], **drawn).args
    report = run_node(
        node_classes[class_type], images=images, **{"fps": fps, **settings[class_type]}
    ).args[0]
    assert report.verdict is (Verdict.FAIL if fault else Verdict.PASS)
    failed = {each.name for each in report.required if each.verdict is Verdict.FAIL}
    assert measurement in failed if measurement else not failed
