"""Generator of the thumbnails of the example workflows, each from a real run of its example.

A thumbnail shows the first picture that the example saved, and beside it the first preview with a
single picture (a plot). An example whose models are absent keeps its thumbnail. An example that
loads the results of another one (`review_a_shot`, `use_a_kept_character`) must be drawn after it.
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image

from ..tests.integration.client import ComfyClient, RequestRefused, Run
from ..tests.integration.server import ComfyServer
from .comfyui import NO_COMFYUI, PACK, find_comfyui

HEIGHT = 400  # height in px; the editor shows thumbnails smaller
EXAMPLES = PACK / "example_workflows"


def draw(client: ComfyClient, example: Path) -> Path:
    """Run one example and write its thumbnail beside the editor's workflow.

    Args:
        client: client of a running server that has the pack.
        example: file of the example in API format.

    Returns:
        The path of the thumbnail.
    """
    run = client.run(json.loads(example.read_text(encoding="utf-8")))
    pictures = [_fetch(client, file) for file in _files(run)]
    scaled = [each.resize((each.width * HEIGHT // each.height, HEIGHT)) for each in pictures]
    sheet = Image.new("RGB", (sum(each.width for each in scaled), HEIGHT), "white")
    left = 0
    for picture in scaled:
        sheet.paste(picture, (left, 0))
        left += picture.width
    path = EXAMPLES / f"{example.stem}.jpg"
    sheet.save(path, quality=88)
    return path


def _files(run: Run) -> list[dict[str, str]]:
    """Return the first saved file, and the first preview of a single picture."""
    # The ids of nodes that a retry copied are no numbers.
    nodes = sorted(filter(str.isdecimal, run.outputs), key=int)
    outputs = [run.outputs[node] for node in nodes]
    groups = [output["images"] for output in outputs if output.get("images")]
    saved = [group[0] for group in groups if group[0]["type"] == "output"]
    single = [group[0] for group in groups if group[0]["type"] == "temp" and len(group) == 1]
    return saved[:1] + single[:1]


def _fetch(client: ComfyClient, file: dict[str, str]) -> Image.Image:
    return Image.open(BytesIO(client.fetch("/view", **file))).convert("RGB")


def generate(chosen: Sequence[str] = ()) -> None:
    """Draw the thumbnails of the chosen examples, or of all."""
    comfyui = find_comfyui()
    if comfyui is None:
        sys.exit(NO_COMFYUI)
    names = chosen or sorted(path.stem for path in (EXAMPLES / "api").glob("*.json"))
    with (
        tempfile.TemporaryDirectory() as base,
        ComfyServer(comfyui, Path(base), {"anime-production": PACK}) as server,
    ):
        for name in names:
            try:
                print(draw(ComfyClient(server), EXAMPLES / "api" / f"{name}.json"))
            except RequestRefused as refusal:  # its models are not installed
                print(f"{name}: not drawn. {refusal}")
        server.end_databases()
