"""Optical flow between pictures, and the grey pictures from which it is computed."""

import numpy as np
import torch

from ..dependency import require

# Shorter side at which motion is measured, px. At this size a moving eye is still some pixels wide,
# and one flow takes about a millisecond.
FLOW_SIDE = 128
# OpenCV's DIS chooses its coarsest level by the width alone: 20 to 40 px wide. If the height of a
# picture is less than this share of its width, a patch of 8 px doesn't fit into that level, and the
# process crashes.
LEAST_ASPECT = 0.4


def grey_picture(frame: torch.Tensor, side: int = FLOW_SIDE) -> np.ndarray:
    """Convert a frame to the small grey picture from which the flow is computed.

    Args:
        frame: RGB in 0–1, shape (height, width, 3), any device.
        side: greatest length of the result's shorter side, px. Smaller frames keep their size.

    Returns:
        Grey in 0–255 (uint8), shape (height, width).
    """
    cv2 = require("cv2")
    height, width = frame.shape[:2]
    shrink = min(1.0, side / min(height, width))
    # The conversion to grey comes first: one channel shrinks in a third of the time of three.
    grey = _grey(frame.cpu().numpy())
    size = (round(width * shrink), round(height * shrink))
    # Halving comes first: areas of 2 × 2 px take a twentieth of the time of other areas.
    while min(grey.shape[0] // size[1], grey.shape[1] // size[0]) >= 2 and not _has_odd_side(grey):
        halved = (grey.shape[1] // 2, grey.shape[0] // 2)
        grey = cv2.resize(grey, halved, interpolation=cv2.INTER_AREA)
    if grey.shape != size[::-1]:
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.rint(grey.clip(0, 1) * 255).astype(np.uint8)


def _grey(picture: np.ndarray) -> np.ndarray:
    """Return a picture in grey, float32, as OpenCV weighs the colours.

    A picture in planes, as ComfyUI's VAE Decode gives it, is weighed plane by plane. OpenCV takes
    pictures in pixels only, and to copy it into that order takes longer than all the rest.
    """
    cv2 = require("cv2")
    if picture.strides[2] <= picture.strides[0]:
        grey: np.ndarray = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
        return grey
    red, green, blue = (np.ascontiguousarray(picture[..., each]) for each in range(3))
    weights = (0.299, 0.587, 0.114)
    planes: np.ndarray = cv2.addWeighted(red, weights[0], green, weights[1], 0)
    return np.asarray(cv2.scaleAdd(blue, weights[2], planes))


def _has_odd_side(picture: np.ndarray) -> bool:
    return any(side % 2 for side in picture.shape)


def mean_length(flow: np.ndarray) -> float:
    """Return the mean length, in px, of the vectors of a flow of shape (height, width, 2)."""
    cv2 = require("cv2")
    return float(cv2.magnitude(flow[..., 0], flow[..., 1]).mean())


def optical_flow(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the displacement of each pixel from the first picture to the second.

    Method: Kroeger et al., Fast Optical Flow using Dense Inverse Search, ECCV 2016.

    Args:
        first: grey in 0–255 (uint8), shape (height, width), at least 16 px a side.
        second: the same, of the same size.

    Returns:
        Displacement to the right and downwards, px, float32, shape (height, width, 2).
    """
    cv2 = require("cv2")
    # Each call creates its own search, because a search holds buffers that two threads must not
    # share.
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    height, width = first.shape
    if height < LEAST_ASPECT * width:
        transposed = search.calc(
            np.ascontiguousarray(first.T), np.ascontiguousarray(second.T), None
        )
        return np.ascontiguousarray(transposed.transpose(1, 0, 2)[..., ::-1])
    return search.calc(first, second, None)
