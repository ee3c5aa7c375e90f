"""Morph a clip's last drawing into its first one along the optical flow between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from ...image_ops.flow import grey_picture, optical_flow
from .blend import check_blend_frames, straight, weighed
from .drawn import Change, Drawn, note
from .warp import flow_between, is_seen, warp

FLOW_MORPH = note("flow_morph", "frames", 100.0)

# The flow at a point between two pictures is that of the point it came from: found in rounds.
ROUNDS = 5
# Trust in a pixel that the other picture doesn't show: enough to be taken where neither does.
UNSEEN = 0.05
# Below so many steps at the seam one more drawing there would stutter.
LEAST_JUMP = 1.4
PACE_SIDE = 384  # px, for how far it is to the first drawing: half of that loses small things
LEAST_SPEED = 0.02  # px; below, nothing moves


@dataclass(frozen=True)
class Morph:
    """What lies between two pictures.

    Attributes:
        first, second: shape (height, width, channels).
        forward, backward: flow of RGB from one to the other and back, shape (height, width, 2).
    """

    first: torch.Tensor
    second: torch.Tensor
    forward: torch.Tensor
    backward: torch.Tensor

    @classmethod
    def between(cls, clip: Drawn, first: int, second: int) -> "Morph":
        """The morph from one frame of a clip to another."""
        pictures = clip.frames[first], clip.frames[second]
        return cls(
            clip.images[first],
            clip.images[second],
            flow_between(*pictures),
            flow_between(*reversed(pictures)),
        )

    def at(self, share: float) -> torch.Tensor:
        """The picture at a share of the way.

        Both pictures are moved to meet there, and mixed by how near each is. A pixel that only
        one of them shows (the other's is hidden there) is taken from that one.
        """
        seen, seen_back = self._trust
        first, first_worth = _moved(self.first, self.forward, self.backward, seen, share)
        second, second_worth = _moved(
            self.second, self.backward, self.forward, seen_back, 1 - share
        )
        first_worth, second_worth = (1 - share) * first_worth, share * second_worth
        return straight(torch.lerp(first, second, second_worth / (first_worth + second_worth)))

    @cached_property
    def _trust(self) -> tuple[torch.Tensor, torch.Tensor]:
        seen = is_seen(self.forward, self.backward), is_seen(self.backward, self.forward)
        first, second = (UNSEEN + (1 - UNSEEN) * each.float()[..., None] for each in seen)
        return first, second


def _moved(
    picture: torch.Tensor,
    flow: torch.Tensor,
    back: torch.Tensor,
    trust: torch.Tensor,
    share: float,
) -> tuple[torch.Tensor, torch.Tensor]:
    """A picture `share` of the way along its flow, and what each of its pixels is worth there.

    What arrives at a pixel is looked for from two sides: by the flow of what was there before, and
    of what will be there. Where one thing moves over another both may be found; the one that the
    other picture shows too lies above. Where none is found the picture has nothing to show.

    Args:
        picture: shape (height, width, channels).
        flow, back: to the other picture, and from that one.
        trust: in each pixel of the picture, shape (height, width, 1).
        share: of the way, 0–1.
    """
    best, most = torch.zeros_like(flow), torch.zeros_like(trust)
    for begin in (flow, -back):
        come = share * begin
        for _ in range(ROUNDS):
            following = share * warp(flow, -come)
            amiss = (following - come).square().sum(dim=-1, keepdim=True)
            worth = warp(trust, -come) / (1 + amiss) ** 2
            best, most = torch.where(worth > most, come, best), torch.maximum(worth, most)
            come = following
    return warp(weighed(picture), -best), most


def flow_morphed(clip: Drawn, blend_frames: int) -> Iterator[Change]:
    """The clip with new drawings after its last one, which lead back to the first.

    It gets longer by them; every frame that was there stays as it is.

    Args:
        clip: the clip.
        blend_frames: how many frames to add; rounded to whole drawings.

    Raises:
        InputError: `blend_frames` is more than half of the clip.
    """
    check_blend_frames(clip, blend_frames)
    yield _morphed(clip, _seam(clip), clip.drawn_in(blend_frames))


def flow_morphed_to_fit(clip: Drawn, most_frames: int) -> Iterator[Change]:
    """The clip with as many new drawings as the way back to the first takes at its own pace.

    As `flow_morphed`, but no more than `most_frames`, nor than half of the clip; nothing where no
    drawing is missing.
    """
    count = min(drawings_missing(clip), clip.drawn_in(most_frames), len(clip.drawings) // 2)
    if count > 0:
        yield _morphed(clip, _seam(clip), count)


def drawings_missing(clip: Drawn) -> int:
    """How many drawings the way from the last to the first would take at the pace beside it."""
    steps = clip.steps
    jump = (steps[-1] / steps[:-1].median().clamp(min=1e-6)).item()
    if jump < LEAST_JUMP:
        return 0
    # Pictures differ less and less the further things move; the flow goes on growing, until it
    # finds them no more. The larger of the two is the nearer one.
    ends = (*clip.drawings[:2], *clip.drawings[-2:])
    first, second, last_but_one, last = (
        grey_picture(clip.frames[each], PACE_SIDE) for each in ends
    )
    beside = _speed(first, second) + _speed(last_but_one, last)
    way = 2 * _speed(last, first) / max(beside, LEAST_SPEED)
    return max(1, round(max(jump, way)) - 1)


def _speed(first: np.ndarray, second: np.ndarray) -> float:
    """Root mean square of the flow between two pictures, px."""
    return float(np.sqrt(np.square(optical_flow(first, second)).mean()))


def _seam(clip: Drawn) -> Morph:
    return Morph.between(clip, clip.drawings[-1], 0)


def _morphed(clip: Drawn, morph: Morph, count: int) -> Change:
    hold = clip.pattern.typical
    made = [morph.at((each + 1) / (count + 1)).to(clip.images) for each in range(count)]
    images = torch.cat([clip.images, torch.stack(made).repeat_interleave(hold, dim=0)])
    values = {"frames": count * hold, "left": len(images)}
    return Change(images, (FLOW_MORPH.measured(count * hold, reason_values=values),))
