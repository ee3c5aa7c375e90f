"""Large stills and long clips are graded in memory that does not grow with them."""

import pytest

from ..memory import peak_above

ROOM = 2048  # MB above the frames

LONG = """
from anime_production.models.quality.clip_quality import score_clip_quality
from anime_production.models.quality.still.still_quality import score_still_quality
from anime_production.models.sample.sample_clip import draw_clip

frames = torch.empty(600, 480, 832, 3)
frames[:24] = draw_clip(24, 832, 480, 24, 0, 1)
for start in range(24, 600, 24):
    frames[start : start + 24] = frames[:24]
"""
LARGE = """
from anime_production.models.quality.still.still_quality import score_still_quality

torch.manual_seed(0)
score_still_quality(torch.rand(1, 256, 256, 3))
frames = torch.rand(1, 4096, 4096, 3)
y = torch.linspace(0, 1, 4096)
frames[0, :, :2048] = (y[:, None, None] * 60).round() / 255
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("before", "measured"),
    [
        (LONG, "score_clip_quality(frames, 24.0)"),
        (LONG, "score_still_quality(frames[:60])"),
        (LARGE, "score_still_quality(frames)"),
    ],
    ids=["600 frames as a clip", "60 frames as stills", "4096×4096"],
)
def test_it_takes_less_than_two_gigabytes_above_the_frames(before: str, measured: str):
    assert peak_above(before, measured) < ROOM
