"""Morph of a clip's last drawing into its first one along the optical flow between them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from ...frames import as_frames
from ...image_ops.flow import grey_picture, optical_flow
from ...sound.edits import Extension
from ..in_betweens import missing_in_betweens
from .blend import check_blend_frames, premultiplied, straight_alpha
from .drawn_clip import Change, DrawnClip, note
from .recipe import Drawing, Poll, do_nothing
from .warp import flow_between, in_planes, visible_in_other, warp

FLOW_MORPH = note("flow_morph", "frames", 100.0)

# The flow at a point between two pictures is the flow of the point that moves there. That point is
# found by fixed-point iteration, in this many rounds.
ROUNDS = 5
# Trust in a pixel that the other picture doesn't show; 1 is the trust in all others. It is above 0,
# so that such pixels are still used at a place where both pictures have only such pixels.
HIDDEN = 0.05
# If the seam is narrower than this many steps, one more drawing there would stutter.
LEAST_JUMP = 1.4
# Shorter side in px of the pictures in which the speed beside the seam is measured. In pictures of
# half this size small things are lost.
PACE_SIDE = 384
LEAST_SPEED = 0.01  # px; below this nothing moves


@dataclass(frozen=True)
class Morph:
    """Smooth transition between two pictures.

    Attributes:
        first: picture at its start, shape (height, width, channels).
        second: picture at its end, shape (height, width, channels).
        forward: flow from the first picture to the second, px, shape (height, width, 2).
        backward: flow from the second picture to the first, px, shape (height, width, 2).
        poll: called between pieces of work; may raise to stop.
    """

    first: torch.Tensor
    second: torch.Tensor
    forward: torch.Tensor
    backward: torch.Tensor
    poll: Poll = do_nothing

    @classmethod
    def between(cls, first: torch.Tensor, second: torch.Tensor, poll: Poll = do_nothing) -> "Morph":
        """Return the morph from one image to another.

        Args:
            first: image of shape (height, width, channels).
            second: image of the same shape.
            poll: called between pieces of work; may raise to stop.
        """
        frames = as_frames(torch.stack([first, second]))[:]
        forward = flow_between(frames[0], frames[1])
        poll()
        return cls(first, second, forward, flow_between(frames[1], frames[0]), poll)

    def picture_at(self, share: float) -> torch.Tensor:
        """Return the picture at a share of the way, 0–1.

        Both pictures are moved to that place and mixed, the nearer one with more weight. A pixel
        that only one of them shows, because it is hidden in the other, comes from that one.
        """
        trust, trust_back = self._trust
        first, first_weight = _moved(
            self.first, self.forward, self.backward, trust, share, self.poll
        )
        second, second_weight = _moved(
            self.second, self.backward, self.forward, trust_back, 1 - share, self.poll
        )
        first_weight, second_weight = (1 - share) * first_weight, share * second_weight
        second_share = second_weight / (first_weight + second_weight)
        return straight_alpha(torch.lerp(first, second, second_share))

    @cached_property
    def _trust(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Trust in each pixel of both pictures, each of shape (height, width, 1)."""
        visible = (
            visible_in_other(self.forward, self.backward),
            visible_in_other(self.backward, self.forward),
        )
        first, second = (HIDDEN + (1 - HIDDEN) * each.float()[..., None] for each in visible)
        return first, second


def _moved(
    picture: torch.Tensor,
    flow: torch.Tensor,
    back: torch.Tensor,
    trust: torch.Tensor,
    share: float,
    poll: Poll,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Move a picture a share of the way along its flow.

    The search for the point that arrives at a pixel starts twice: from the flow of the point that
    was at the pixel before, and from the flow of the point that will be there. If one thing moves
    over another, both starts may find a point; the one that the other picture shows too lies on
    top and has more weight. A pixel at which no point arrives gets nearly no weight.

    Args:
        picture: picture to move, shape (height, width, channels).
        flow: flow from this picture to the other one, px, shape (height, width, 2).
        back: flow from the other picture to this one, px, shape (height, width, 2).
        trust: trust in each pixel of the picture, shape (height, width, 1).
        share: share of the way, 0–1.
        poll: called between pieces of work; may raise to stop.

    Returns:
        The moved picture with premultiplied alpha, and the weight of each of its pixels, shape
        (height, width, 1).
    """
    flow, back = in_planes(flow), in_planes(back)
    best_displacement, best_weight = torch.zeros_like(flow), torch.zeros_like(trust)
    # Both are looked up at the same places.
    flow_and_trust = in_planes(torch.cat([flow, trust], dim=-1))
    for first_guess in (flow, -back):
        displacement = share * first_guess
        for _ in range(ROUNDS):
            poll()
            moved_flow, moved_trust = warp(flow_and_trust, -displacement).split([2, 1], dim=-1)
            next_displacement = share * moved_flow
            residual = (next_displacement - displacement).square().sum(dim=-1, keepdim=True)
            weight = moved_trust / (1 + residual) ** 2
            better = weight > best_weight
            best_displacement = torch.where(better, displacement, best_displacement)
            best_weight = torch.maximum(weight, best_weight)
            displacement = next_displacement
    return warp(premultiplied(picture), -best_displacement), best_weight


def flow_morphed(clip: DrawnClip, blend_frames: int) -> Iterator[Change]:
    """Yield the clip with new drawings after its last one, which lead back to the first.

    The clip gets longer by the new drawings; its own frames stay as they are.

    Args:
        clip: the clip.
        blend_frames: number of frames to add; rounded to whole drawings.

    Raises:
        InputError: `blend_frames` is more than half of the clip.
    """
    check_blend_frames(clip, blend_frames)
    yield _morphed(clip, clip.drawings_in(blend_frames))


def flow_morphed_to_fit(clip: DrawnClip, most_frames: int) -> Iterator[Change]:
    """Yield the clip with as many new drawings as the way back to the first needs at its own pace.

    This adds drawings as `flow_morphed` does, but at most as many as fill `most_frames`, and at
    most half as many as the clip has. If no drawing is missing it yields nothing.

    Args:
        clip: the clip.
        most_frames: largest number of frames to add.
    """
    count = min(drawings_missing(clip), clip.drawings_in(most_frames), len(clip.drawings) // 2)
    if count > 0:
        yield _morphed(clip, count)


def drawings_missing(clip: DrawnClip) -> int:
    """Return the number of drawings between the last and the first at the pace beside the seam.

    If the clip has in-betweens everywhere but at its seam, these are the missing drawings.
    """
    steps = clip.steps
    missing = missing_in_betweens(clip.pictures)
    if missing:
        return missing
    jump = (steps[-1] / steps[:-1].median().clamp(min=1e-6)).item()
    if jump < LEAST_JUMP:
        return 0
    # Differences of pictures grow ever more slowly as things move further. The flow keeps growing
    # until it can't match the pictures any more. So both may be too small, and the larger is taken.
    ends = (*clip.drawings[:2], *clip.drawings[-2:])
    first, second, last_but_one, last = (
        grey_picture(clip.frames[each], PACE_SIDE) for each in ends
    )
    speed_beside = (_speed(first, second) + _speed(last_but_one, last)) / 2
    flow_steps = _speed(last, first) / max(speed_beside, LEAST_SPEED)
    return max(1, round(max(jump, flow_steps)) - 1)


def _speed(first: np.ndarray, second: np.ndarray) -> float:
    """Return the root mean square of the flow between two pictures, px."""
    return float(np.sqrt(np.square(optical_flow(first, second)).mean()))


def _morphed(clip: DrawnClip, count: int) -> Change:
    first, second = clip.recipe.pictures[clip.drawings[-1]], clip.recipe.pictures[0]
    drawings = [
        Drawing(_morph, first, second, share=number / (count + 1)) for number in range(1, count + 1)
    ]
    hold = clip.pattern.typical
    added = [-1 - number for number in range(count) for _ in range(hold)]
    frames = [*range(len(clip)), *added]
    values = {"frames": len(added), "left": len(frames)}
    morph_note = FLOW_MORPH.measured(len(added), reason_values=values)
    recipe = clip.recipe.with_drawings(drawings, frames)
    return Change(recipe, (morph_note,), Extension(len(added)))


def _morph(
    first: torch.Tensor, second: torch.Tensor, poll: Poll
) -> Callable[[float], torch.Tensor]:
    """Return the function that draws the morph of two images; see `Transition`."""
    return Morph.between(first, second, poll).picture_at
