"""Animations and videos of Save Job in Chromium: they play, endlessly, with their alpha."""

import base64
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from anime_production.models.media.clip import Clip
from anime_production.models.media.formats import FORMATS
from anime_production.models.sound.sound import Sound

RATE, FRAMES, SIDE = 10, 8, 48
TYPES = {".webp": "image/webp", ".png": "image/png", ".gif": "image/gif", ".mp4": "video/mp4",
         ".webm": "video/webm"}  # fmt: skip
# Draws an animation or a video again and again, and returns the colours of two pixels, one in the
# clear corner and one in the bar's row, as they change.
WATCH = """async ([address, isVideo, seconds]) => {
  const picture = document.createElement(isVideo ? "video" : "img");
  if (isVideo) { picture.muted = true; picture.loop = true; }
  picture.src = address;
  document.body.append(picture);
  if (isVideo) await picture.play(); else await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = picture.videoWidth || picture.naturalWidth;
  canvas.height = picture.videoHeight || picture.naturalHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const seen = [];
  const until = performance.now() + 1000 * seconds;
  while (performance.now() < until) {
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(picture, 0, 0);
    const corner = [...context.getImageData(1, 1, 1, 1).data];
    const row = context.getImageData(0, 24, canvas.width, 1).data;
    seen.push([corner[3], Array.from(row).filter((_, index) => index % 4 === 0)]);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  return { size: [canvas.width, canvas.height], duration: picture.duration ?? null, seen };
}"""


def bar() -> torch.Tensor:
    """A white bar that moves over a dark square, with clear corners."""
    images = torch.zeros(FRAMES, SIDE, SIDE, 4)
    images[:, 8:40, :, :3] = 0.2
    images[:, 8:40, :, 3] = 1
    for number in range(FRAMES):
        images[number, 8:40, number * 6 : number * 6 + 6, :3] = 1
    return images


def watched(browser: Any, path: Path, seconds: float = 3.0) -> dict[str, Any]:
    """Open a file in a page and return what is seen."""
    kind = TYPES[path.suffix]
    address = f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
    page = browser.new_page()
    try:
        answer: dict[str, Any] = page.evaluate(WATCH, [address, kind.startswith("video"), seconds])
        return answer
    finally:
        page.close()


@pytest.mark.parametrize("name", ["webm", "mp4"])
def test_a_video_plays_endlessly_with_its_alpha(browser, tmp_path, name):
    file_format = FORMATS[name]
    path = tmp_path / f"a{file_format.suffix}"
    sound = Sound(torch.zeros(1, FRAMES * 4800), 48_000)
    assert file_format.write is not None
    file_format.write(path, Clip(bar(), Fraction(RATE), sound), {})
    answer = watched(browser, path)
    assert answer["size"] == [SIDE, SIDE]
    assert answer["duration"] == pytest.approx(FRAMES / RATE, abs=0.01)
    check(answer["seen"], 0 if name == "webm" else 255)


@pytest.mark.parametrize("name", ["apng", "webp", "webp lossless", "gif"])
def test_an_animation_plays_endlessly_with_its_alpha(browser, tmp_path, name):
    file_format = FORMATS[name]
    path = tmp_path / f"a{file_format.suffix}"
    assert file_format.write is not None
    file_format.write(path, Clip(bar(), Fraction(RATE)), {})
    # Chromium draws the first frame of an <img> into a canvas, so the page itself is looked at.
    kind = TYPES[path.suffix]
    address = f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
    page = browser.new_page()
    try:
        page.set_content(f'<body style="margin:0;background:#00f"><img src="{address}"></body>')
        page.wait_for_function("document.images[0].complete")
        seen = []
        for _ in range(24):  # a frame takes 0.1 s, all of them 0.8 s
            seen.append(pixels(page.screenshot(clip={"x": 0, "y": 0, "width": 48, "height": 48})))
            page.wait_for_timeout(70)
    finally:
        page.close()
    check([[0 if corner == (0, 0, 255) else 255, row] for corner, row in seen], 0)


def pixels(png: bytes) -> tuple[tuple[int, ...], list[int]]:
    """Return the colour of a corner, and the reds of the row through the middle."""
    import io

    from PIL import Image

    with Image.open(io.BytesIO(png)) as shot:
        picture = shot.convert("RGB")
        corner = picture.getpixel((1, 1))
        assert isinstance(corner, tuple)
        return corner, [picture.getpixel((x, 24))[0] for x in range(SIDE)]  # type: ignore[index]


def check(seen: list[Any], corner: int) -> None:
    """Check that the corner stays, and that the bar comes to the left again after the right."""
    assert {alpha for alpha, _ in seen} == {corner}
    places = [max(range(SIDE), key=row.__getitem__) // 6 for _, row in seen]
    assert len(set(places)) >= 3, "the bar moves"
    returns = sum(after < before for before, after in pairwise(places))
    assert returns >= 1, "it begins again"
