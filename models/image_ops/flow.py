"""Optical flow between pictures, and the grey pictures of a clip from which it is computed."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch

from ..dependency import require
from ..rgb_frames import Frames
from ..workers import in_order
from .area_mean import area_mean
from .warp import visible_in_both, warped

# Shorter side at which motion is measured, px. At this size a moving eye is still some pixels wide,
# and one flow takes about a millisecond.
FLOW_SIDE = 128
# OpenCV's DIS chooses its coarsest level by the width alone: 20 to 40 px wide. If the height of a
# picture is less than this share of its width, a patch of 8 px doesn't fit into that level, and the
# process crashes.
LEAST_ASPECT = 0.4
# Number of cells across and down of a thumbnail. Thumbnails are used where each picture is compared
# with all others.
THUMBNAIL_SIDE = 32
# Number of flows that a `GreyClip` caches: enough for two long loops (60 MB at 16:9).
MOST_FLOWS = 256


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


class GreyClip:
    """Grey pictures, thumbnails and flows of a clip, each computed at its first use."""

    def __init__(self, frames: Frames) -> None:
        """Take the frames of a clip: RGB in 0–1, shape (frames, height, width, 3)."""
        self._frames = frames
        self._pictures: dict[int, np.ndarray] = {}
        self._thumbnails: dict[int, torch.Tensor] = {}
        self._flows: dict[tuple[int, int], np.ndarray] = {}
        self._trackable_shares: dict[tuple[int, int], float] = {}

    def __len__(self) -> int:
        return len(self._frames)

    def picture(self, frame: int) -> np.ndarray:
        """Return a frame as a small grey picture; see `grey_picture`."""
        if frame not in self._pictures:
            self._pictures[frame] = self._read(frame)
        return self._pictures[frame]

    def thumbnail(self, frame: int) -> torch.Tensor:
        """Return the mean grey of each cell of a frame, in 0–255, flat.

        There are `THUMBNAIL_SIDE` × `THUMBNAIL_SIDE` cells.
        """
        if frame not in self._thumbnails:
            picture = torch.from_numpy(self.picture(frame)).float()
            cells = area_mean(picture[None, None], (THUMBNAIL_SIDE, THUMBNAIL_SIDE))
            self._thumbnails[frame] = cells.flatten()
        return self._thumbnails[frame]

    def prepare(
        self, frames: Sequence[int], poll: Callable[[], None] | None = None
    ) -> Iterator[int]:
        """Compute the pictures of frames on all cores, and yield each frame when it is ready.

        Args:
            frames: frames whose pictures are needed.
            poll: called again and again while one takes long; may raise to stop.
        """
        missing = [each for each in dict.fromkeys(frames) if each not in self._pictures]
        for frame, picture in zip(missing, in_order(self._read, missing, poll), strict=True):
            self._pictures[frame] = picture
            yield frame

    def prepare_flows(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Compute the flows between pairs of frames on all cores, at most `MOST_FLOWS`."""
        list(self.prepare([frame for pair in pairs for frame in pair]))
        missing = [each for each in dict.fromkeys(pairs) if each not in self._flows][:MOST_FLOWS]
        pictures = ((self.picture(first), self.picture(second)) for first, second in missing)
        flows = in_order(lambda pair: optical_flow(*pair), pictures)
        for pair, flow in zip(missing, flows, strict=True):
            self._keep(pair, flow)

    def flow(self, first: int, second: int) -> np.ndarray:
        """Return the flow from one frame to another; see `optical_flow`."""
        flow = self._flows.get((first, second))
        if flow is None:
            flow = optical_flow(self.picture(first), self.picture(second))
            self._keep((first, second), flow)
        return flow

    def _read(self, frame: int) -> np.ndarray:
        return grey_picture(self._frames[frame])

    def _keep(self, pair: tuple[int, int], flow: np.ndarray) -> None:
        if len(self._flows) >= MOST_FLOWS:
            del self._flows[next(iter(self._flows))]  # the oldest
        self._flows[pair] = flow

    def trackable_share(self, first: int, second: int) -> float:
        """Return the share of a frame's pixels that the flow tracks to another and back, 0–1."""
        if (first, second) not in self._trackable_shares:
            forward, backward = (
                torch.from_numpy(np.ascontiguousarray(flow.transpose(2, 0, 1)))
                for flow in (self.flow(first, second), self.flow(second, first))
            )
            trackable = visible_in_both(forward, warped(backward, forward))
            self._trackable_shares[first, second] = trackable.float().mean().item()
        return self._trackable_shares[first, second]

    def explained_share(self, first: int, second: int) -> float:
        """Return the share of the squared change between two frames that motion explains, up to 1.

        The second frame is warped back along the flow; motion explains what the two then have in
        common: all of a pan, but little of grain, because no pixel of the first frame moves to
        become grain in the second.
        """
        before, after = self._centred(first), self._centred(second)
        change = (before - after).square().mean().clamp(min=1e-9).item()
        return 1 - self.unexplained(first, second) / change

    def unexplained(self, first: int, second: int) -> float:
        """Return the mean squared change between two frames that motion doesn't explain.

        Returns:
            Squared grey levels of 255, without a change of the mean.
        """
        flow = torch.from_numpy(np.ascontiguousarray(self.flow(first, second).transpose(2, 0, 1)))
        before, after = self._centred(first), self._centred(second)
        return (before - warped(after[None], flow)[0]).square().mean().item()

    def _centred(self, frame: int) -> torch.Tensor:
        """Return a frame as a grey picture whose mean is 0, float32, shape (height, width)."""
        picture = torch.from_numpy(self.picture(frame)).float()
        return picture - picture.mean()


class GreyPictures:
    """Grey pictures of some frames of a clip, or of a part of it, which play as a loop.

    A place is the position of a picture among these, from 0. The place after the last one is the
    first again.

    Attributes:
        indices: indices of the frames, in the order in which they play, counted from the first
            frame of the part.
        start: index of the part's first frame in the clip.
        frames: number of frames of the part.
    """

    def __init__(
        self,
        clip: Frames | GreyClip,
        indices: Sequence[int],
        start: int = 0,
        frames: int | None = None,
    ) -> None:
        """Take some frames of a clip.

        Args:
            clip: RGB in 0–1, shape (frames, height, width, 3), or a `GreyClip` whose pictures and
                flows are shared.
            indices: indices of the frames in the order in which they play, counted from `start`.
            start: index of the part's first frame in the clip.
            frames: number of frames of the part; None for all up to the end of the clip.
        """
        self._clip = clip if isinstance(clip, GreyClip) else GreyClip(clip)
        self.start = start
        self.indices = tuple(indices)
        self.frames = len(self._clip) - start if frames is None else frames

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, place: int) -> np.ndarray:
        return self._clip.picture(self._frame(place))

    def thumbnails(self, limit: int | None = None) -> torch.Tensor:
        """Return the thumbnails of the first `limit` pictures, shape (pictures, cells)."""
        frames = map(self._frame, range(len(self))[:limit])
        return torch.stack([self._clip.thumbnail(frame) for frame in frames])

    def prepare(self, report_progress: Callable[[int, int], None] | None = None) -> None:
        """Compute all pictures and thumbnails now.

        Args:
            report_progress: called with (pictures done, pictures in all); may raise to stop.
        """
        frames = [self._frame(place) for place in range(len(self))]
        ready = 0

        def report() -> None:
            if report_progress is not None:
                report_progress(ready, len(self))

        for frame in self._clip.prepare(frames, report):
            self._clip.thumbnail(frame)
            ready = ready + 1
            report()
        ready = len(self)  # some may have been ready before
        report()

    def prepare_flows(self, places: Sequence[tuple[int, int]]) -> None:
        """Compute the flows between pairs of the pictures, given by their places, on all cores."""
        self._clip.prepare_flows([(self._frame(one), self._frame(two)) for one, two in places])

    def flow(self, first: int, second: int) -> np.ndarray:
        """Return the flow from one of the pictures to another, both given by their places."""
        return self._clip.flow(self._frame(first), self._frame(second))

    def trackable_share(self, first: int, second: int) -> float:
        """Return the share of a picture's pixels that the flow tracks to another and back, 0–1."""
        return self._clip.trackable_share(self._frame(first), self._frame(second))

    def explained_share(self, first: int, second: int) -> float:
        """Return the share of the change between two pictures that motion explains, up to 1."""
        return self._clip.explained_share(self._frame(first), self._frame(second))

    def unexplained(self, first: int, second: int) -> float:
        """Return the mean squared change between two pictures that motion doesn't explain."""
        return self._clip.unexplained(self._frame(first), self._frame(second))

    def spread(self, limit: int) -> list[int]:
        """Return the places of at most `limit` pictures, evenly spread.

        They lie at multiples of a power of two, counted in frames of the whole clip. So overlapping
        parts choose the same frames and share their flows.
        """
        distance = 1
        while self.frames > distance * limit:
            distance *= 2
        frames = np.add(self.indices, self.start)
        marks = np.arange(-(-frames[0] // distance) * distance, frames[-1] + 1, distance)
        return np.unique(np.searchsorted(frames, marks)).tolist()

    def _frame(self, place: int) -> int:
        return self.start + self.indices[place % len(self.indices)]


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
