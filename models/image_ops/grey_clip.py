"""Grey pictures, thumbnails and flows of a clip, each computed once."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch

from ..rgb_frames import Frames
from ..workers import in_order
from .area_mean import area_mean
from .flow import grey_picture, optical_flow
from .warp import visible_in_both, warped

# Number of cells across and down of a thumbnail. Thumbnails are used where each picture is compared
# with all others.
THUMBNAIL_SIDE = 32
# Number of flows that a `GreyClip` caches: enough for two long loops (60 MB at 16:9).
MOST_FLOWS = 256


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
