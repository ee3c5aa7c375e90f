"""Generator of the thumbnails of the example workflows, each from a real run of its example.

A thumbnail is a square card: pictures of the run, and lines with its verdicts. `thumbnail_plans.py`
says which. An example that loads the results of another one is drawn after it, because the examples
are drawn in their order.
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from ..models.gating.frame_verdicts import judge_frames
from ..models.report import Report
from ..tests.integration.client import ComfyClient, Run
from ..tests.integration.server import ComfyServer
from .comfyui import NO_COMFYUI, PACK, find_comfyui
from .examples import TITLES, api_file, thumbnail
from .sample_video import write_video
from .thumbnail_card import Line, Picture, draw_card
from .thumbnail_plans import CLIP, PLANS, Plan

QUALITY = 88
SECONDS = 600  # timeout of a run on a busy machine


def draw(client: ComfyClient, name: str) -> Path:
    """Run one example and write its thumbnail beside the editor's workflow.

    Args:
        client: client of a running server that has the pack.
        name: key of `TITLES`.

    Returns:
        The path of the thumbnail.
    """
    plan = PLANS[name]
    prompt = json.loads(api_file(plan.run or name).read_text(encoding="utf-8"))
    for node, inputs in plan.inputs.items():
        prompt[node]["inputs"].update(inputs)
    run = client.run(prompt, SECONDS)
    path = thumbnail(name)
    draw_card(_pictures(client, run, plan), plan.columns, _lines(run, plan)).save(
        path, quality=QUALITY
    )
    return path


def _pictures(client: ComfyClient, run: Run, plan: Plan) -> list[Picture]:
    pictures = []
    for node, indices in plan.pictures:
        files = run.outputs[node]["images"]
        for index in indices:
            image = Image.open(BytesIO(client.fetch("/view", **_file(files[index])))).convert("RGB")
            pictures.append(Picture(image, _mark(run, plan, index), plan.whole))
    return pictures


def _file(entry: dict[str, Any]) -> dict[str, str]:
    return {key: entry[key] for key in ("filename", "subfolder", "type")}


def _mark(run: Run, plan: Plan, index: int) -> str:
    """Return the mark of a picture: the verdict on its frame, or its place among the best."""
    if plan.marked_by:
        report = Report.from_dict(run.report(plan.marked_by))
        return str(judge_frames(report)[index].verdict.value)
    if plan.ranked_by:
        ((ranking,),) = run.outputs[plan.ranked_by]["anime_ranking"]
        return next(
            (str(each["rank"]) for each in ranking["ranking"]
             if each["number"] == index and each["kept"]), "",
        )  # fmt: skip
    return ""


def _lines(run: Run, plan: Plan) -> list[Line]:
    lines = []
    for text, node in plan.lines:
        report = run.report(node) if node else {}
        lines.append(Line(text, report.get("verdict", ""), report.get("score")))
    return lines


def generate(chosen: Sequence[str] = ()) -> None:
    """Draw the thumbnails of the chosen examples, or of all."""
    comfyui = find_comfyui()
    if comfyui is None:
        sys.exit(NO_COMFYUI)
    with tempfile.TemporaryDirectory() as base:
        write_video(Path(base) / "input" / CLIP, seam_jump=4, side=384)
        with ComfyServer(comfyui, Path(base), {"anime-production": PACK}) as server:
            for name in TITLES:
                if name in (chosen or TITLES):
                    print(draw(ComfyClient(server), name), flush=True)
            server.stop()
            server.end_databases()
