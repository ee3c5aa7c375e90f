"""Where every pixel goes from one picture to another; one home for optical flow."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch.nn.functional import adaptive_avg_pool2d

from ..dependency import require
from .warp import visible_in_both, warped

# Shorter side at which motion is measured, px: a moving eye is still some pixels wide, and a flow
# takes about a millisecond.
FLOW_SIDE = 128
# OpenCV's DIS chooses its coarsest level by the width alone: 20 to 40 px wide. On a picture lower
# than this share of its width a patch of 8 px doesn't fit there, and the process crashes.
LEAST_ASPECT = 0.4
# Cells across and down of the smallest pictures, in which all are compared with all.
THUMBNAIL_SIDE = 32
# Flows that a clip keeps at one time: those of two long loops (60 MB at 16:9).
MOST_FLOWS = 256


def grey_picture(frame: torch.Tensor, side: int = FLOW_SIDE) -> np.ndarray:
    """A frame as the flow wants it: grey and small.

    Args:
        frame: RGB in 0–1, shape (height, width, 3), any device.
        side: the result's shorter side at most; smaller frames keep their size.

    Returns:
        Grey in 0–255 (uint8), shape (height, width).
    """
    cv2 = require("cv2")
    height, width = frame.shape[:2]
    shrink = min(1.0, side / min(height, width))
    # Grey first: one channel shrinks in a third of the time of three.
    grey = cv2.cvtColor(np.ascontiguousarray(frame.cpu().numpy()), cv2.COLOR_RGB2GRAY)
    size = (round(width * shrink), round(height * shrink))
    # Halved first: areas of two by two take a twentieth of the time of others.
    while min(grey.shape[0] // size[1], grey.shape[1] // size[0]) >= 2 and not _odd(grey):
        halved = (grey.shape[1] // 2, grey.shape[0] // 2)
        grey = cv2.resize(grey, halved, interpolation=cv2.INTER_AREA)
    if grey.shape != size[::-1]:
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.rint(grey.clip(0, 1) * 255).astype(np.uint8)


def _odd(picture: np.ndarray) -> bool:
    return any(side % 2 for side in picture.shape)


class GreyClip:
    """A clip as the flow wants it; each picture and each flow is made when first asked for."""

    def __init__(self, frames: torch.Tensor) -> None:
        """Take a clip: RGB in 0–1, shape (frames, height, width, 3)."""
        self._frames = frames
        self._pictures: dict[int, np.ndarray] = {}
        self._thumbnails: dict[int, torch.Tensor] = {}
        self._flows: dict[tuple[int, int], np.ndarray] = {}
        self._followed: dict[tuple[int, int], float] = {}

    def __len__(self) -> int:
        return len(self._frames)

    def picture(self, frame: int) -> np.ndarray:
        """A frame, grey and small; see `grey_picture`."""
        if frame not in self._pictures:
            self._pictures[frame] = grey_picture(self._frames[frame])
        return self._pictures[frame]

    def thumbnail(self, frame: int) -> torch.Tensor:
        """A frame's mean greys in `THUMBNAIL_SIDE` × `THUMBNAIL_SIDE` cells, in 0–255, flat."""
        if frame not in self._thumbnails:
            picture = torch.from_numpy(self.picture(frame)).float()
            self._thumbnails[frame] = adaptive_avg_pool2d(picture[None], THUMBNAIL_SIDE).flatten()
        return self._thumbnails[frame]

    def flow(self, first: int, second: int) -> np.ndarray:
        """From one frame to another; see `optical_flow`."""
        found = self._flows.get((first, second))
        if found is None:
            found = optical_flow(self.picture(first), self.picture(second))
            if len(self._flows) >= MOST_FLOWS:
                del self._flows[next(iter(self._flows))]  # the oldest
            self._flows[first, second] = found
        return found

    def followed(self, first: int, second: int) -> float:
        """Which share of a frame's pixels can be followed to another frame and back, 0–1."""
        if (first, second) not in self._followed:
            out, back = (
                torch.from_numpy(np.ascontiguousarray(flow.transpose(2, 0, 1)))
                for flow in (self.flow(first, second), self.flow(second, first))
            )
            seen = visible_in_both(out, warped(back, out))
            self._followed[first, second] = seen.float().mean().item()
        return self._followed[first, second]

    def explained(self, first: int, second: int) -> float:
        """Which share of the squared change from a frame to another its motion explains; up to 1.

        Motion explains what the other frame, laid back along the flow, is like: all of a pan,
        little of grain, whose pixels come from nowhere.
        """
        flow = np.ascontiguousarray(self.flow(first, second).transpose(2, 0, 1))
        before, after = (
            picture - picture.mean()
            for picture in (
                torch.from_numpy(self.picture(frame)).float() for frame in (first, second)
            )
        )
        left = (before - warped(after[None], torch.from_numpy(flow))[0]).square().mean()
        return 1 - (left / (before - after).square().mean().clamp(min=1e-9)).item()


class GreyPictures:
    """Some frames of a clip, or of a part of it, as the flow wants them, in a circle.

    Attributes:
        indices: the frames, in the order in which they play, counted from the part's first.
        start: the part's first frame.
        frames: how many frames the part has.
    """

    def __init__(
        self,
        clip: torch.Tensor | GreyClip,
        indices: Sequence[int],
        start: int = 0,
        frames: int | None = None,
    ) -> None:
        """Take frames of a clip.

        Args:
            clip: RGB in 0–1, shape (frames, height, width, 3), or one that shares its pictures.
            indices: the frames, counted from `start`.
            start, frames: the part's first frame and its number of frames; None: to the end.
        """
        self._clip = clip if isinstance(clip, GreyClip) else GreyClip(clip)
        self.start = start
        self.indices = tuple(indices)
        self.frames = len(self._clip) - start if frames is None else frames

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, place: int) -> np.ndarray:
        return self._clip.picture(self._frame(place))

    def thumbnails(self, most: int | None = None) -> torch.Tensor:
        """The first ones of the pictures as mean greys of few cells, shape (pictures, cells)."""
        frames = map(self._frame, range(len(self))[:most])
        return torch.stack([self._clip.thumbnail(frame) for frame in frames])

    def look(self, report_progress: Callable[[int, int], None] | None = None) -> None:
        """Make all pictures and thumbnails now.

        Args:
            report_progress: called with (pictures done, pictures in all); may raise to stop.
        """
        for place in range(len(self)):
            self._clip.thumbnail(self._frame(place))
            if report_progress is not None:
                report_progress(place + 1, len(self))

    def flow(self, first: int, second: int) -> np.ndarray:
        """How far the pixels of one of the pictures move to the other; places in the circle."""
        return self._clip.flow(self._frame(first), self._frame(second))

    def followed(self, first: int, second: int) -> float:
        """Which share of one of the pictures can be followed to the other and back, 0–1."""
        return self._clip.followed(self._frame(first), self._frame(second))

    def explained(self, first: int, second: int) -> float:
        """Which share of the change from one of the pictures to the other is motion, up to 1."""
        return self._clip.explained(self._frame(first), self._frame(second))

    def spread(self, most: int) -> list[int]:
        """Places of at most so many pictures, evenly spread.

        Those at certain frames of the whole clip, so that its parts share what is measured there.
        """
        apart = 1
        while self.frames > apart * most:
            apart *= 2
        frames = np.add(self.indices, self.start)
        marks = np.arange(-(-frames[0] // apart) * apart, frames[-1] + 1, apart)
        return np.unique(np.searchsorted(frames, marks)).tolist()

    def _frame(self, place: int) -> int:
        return self.start + self.indices[place % len(self.indices)]


def mean_length(flow: np.ndarray) -> float:
    """How far a flow goes on average, px; shape (height, width, 2)."""
    cv2 = require("cv2")
    return float(cv2.magnitude(flow[..., 0], flow[..., 1]).mean())


def optical_flow(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """How far each pixel of the first picture moves to be found in the second.

    Method: Kroeger et al., Fast Optical Flow using Dense Inverse Search, ECCV 2016.

    Args:
        first, second: grey in 0–255 (uint8), of one size, at least 16 px a side.

    Returns:
        px to the right and downwards, float32, shape (height, width, 2).
    """
    cv2 = require("cv2")
    # A search of its own each time: it holds buffers, which two threads would share.
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    height, width = first.shape
    if height < LEAST_ASPECT * width:
        turned = search.calc(np.ascontiguousarray(first.T), np.ascontiguousarray(second.T), None)
        return np.ascontiguousarray(turned.transpose(1, 0, 2)[..., ::-1])
    return search.calc(first, second, None)
