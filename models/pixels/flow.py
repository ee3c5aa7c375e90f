"""Where every pixel goes from one picture to another; one home for optical flow."""

from collections.abc import Sequence

import numpy as np
import torch

from ..dependency import require

# Shorter side at which motion is measured, px: a moving eye is still some pixels wide, and a flow
# takes about a millisecond.
FLOW_SIDE = 128


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
    picture = frame.cpu().numpy()
    if shrink < 1:
        size = (round(width * shrink), round(height * shrink))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
    return np.rint(grey.clip(0, 1) * 255).astype(np.uint8)


class GreyPictures:
    """Some frames of a clip as the flow wants them, in a circle; each made when first asked for.

    Attributes:
        indices: the frames, in the order in which they play.
        frames: how many frames the clip has.
    """

    def __init__(self, frames: torch.Tensor, indices: Sequence[int]) -> None:
        """Take frames of a clip: RGB in 0–1, shape (frames, height, width, 3)."""
        self.indices = tuple(indices)
        self.frames = len(frames)
        self._clip = frames
        self._pictures: dict[int, np.ndarray] = {}

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, place: int) -> np.ndarray:
        index = self.indices[place % len(self.indices)]
        if index not in self._pictures:
            self._pictures[index] = grey_picture(self._clip[index])
        return self._pictures[index]


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
    return search.calc(first, second, None)
