"""A clip that an attempt makes, with measurements that it shares with the input."""

from collections.abc import Sequence

import torch

from ...holds import moving_only, moving_shares
from ...image_ops.precision import summing_device
from ...perceptual.backend import Progress
from ...perceptual.products import ProgressCounter, compare_blocks, rowwise_squared_distances
from ...perceptual.structural import Structural
from ..clip_measurements import ClipMeasurements
from ..structural_pass import FrameRecords, structural_steps
from .grey import RecipeGreyClip
from .recipe import Recipe, RecipeFrames
from .shared_measurements import SharedMeasurements

PAIRS_AT_ONCE = 64  # pairs of frames whose features are compared together
# Memory for the features of small pictures, which aren't kept, while all pairs are compared; bytes.
SMALL_MEMORY = 64 * 1024**2


class ClipDistances:
    """Distances of any frames of a clip, whose features are shared or were measured with it."""

    def __init__(
        self, frames: RecipeFrames, shared: SharedMeasurements, report_progress: Progress
    ) -> None:
        """Measure the new drawings of the clip, if it has some.

        Args:
            frames: frames of the clip.
            shared: measurements of the frames of the input that the clip has.
            report_progress: called with (work done, all work); may raise to stop.
        """
        self._frames, self._shared = frames, shared
        # New drawings are counted after the shared frames.
        self.indices = [
            shared.index(picture) if picture >= 0 else len(shared) - 1 - picture
            for picture in frames.order
        ]
        count = len(frames.pictures.recipe.drawings)
        for number in range(count):
            frames.pictures.image(-1 - number)  # drawn here, where the work can be stopped
        records = FrameRecords(count, kept_share=torch.inf)
        drawings = frames.of_pictures([-1 - number for number in range(count)])
        self.drawn = structural_steps(drawings, shared.structural, report_progress, records)
        self._drawn_features = records.features

    def between(self, first: Sequence[int], second: Sequence[int]) -> torch.Tensor:
        """Return the distances of pairs of frames by the backend; see `ClipMeasurements`."""
        if isinstance(self._shared.backend, Structural):
            return self.structural_between(first, second)
        sides = (self._frames[list(side)] for side in (first, second))
        return self._shared.backend.between(*sides).cpu()

    def structural_between(self, first: Sequence[int], second: Sequence[int]) -> torch.Tensor:
        """Return the structural distances of pairs of frames, ΔE.

        Args:
            first: first frame of each pair.
            second: second frame of each pair.

        Returns:
            Shape (pairs,), on the CPU.
        """
        squares = [torch.empty(0)]
        for start in range(0, len(first), PAIRS_AT_ONCE):
            one, other = (each[start : start + PAIRS_AT_ONCE] for each in (first, second))
            frames = list(dict.fromkeys([*one, *other]))
            features, places = self._features(frames), {each: n for n, each in enumerate(frames)}
            one_rows, other_rows = (
                features[[places[each] for each in side]] for side in (one, other)
            )
            squares.append(rowwise_squared_distances(one_rows, other_rows).cpu())
        return self._shared.structural.distances(torch.cat(squares))

    def all_pairs(self, frames: Sequence[int], report_progress: Progress = None) -> torch.Tensor:
        """Return the structural distance of each of some frames to each later one.

        Args:
            frames: the frames, ascending.
            report_progress: called with (work done, all work); may raise to stop.

        Returns:
            ΔE by first and second frame, shape (frames, frames); infinite if the second comes
            before the first.
        """
        indices, shared = [self.indices[frame] for frame in frames], self._shared
        if shared.distances is None or not set(indices) <= set(shared.distances[0]):
            shared.distances = indices, self._measured_pairs(frames, report_progress)
        measured, distances = shared.distances
        places = {index: place for place, index in enumerate(measured)}
        chosen = [places[index] for index in indices]
        return distances[chosen][:, chosen]

    def _measured_pairs(self, frames: Sequence[int], report_progress: Progress) -> torch.Tensor:
        count, structural = len(frames), self._shared.structural
        if self._shared.keeps_features:
            features, rows = self._features(frames), range(count)
            features = features.to(summing_device(features.device))
            squares = features.new_full((count, count), torch.inf)
            progress = ProgressCounter(count, report_progress)
            compare_blocks(squares, features, rows, features, rows, structural.precision, progress)
            squares[:, 0] = 0
            band = structural.distances(squares).cpu()
        else:
            selected = self._frames.of_pictures([self._frames.order[frame] for frame in frames])
            small = Structural(structural.device, SMALL_MEMORY)
            band = small.band(selected, count - 1, report_progress).cpu()
        gaps = torch.arange(count)[None] - torch.arange(count)[:, None]
        return band.gather(1, gaps.clamp(min=0)).where(gaps >= 0, torch.inf)

    def _features(self, frames: Sequence[int]) -> torch.Tensor:
        """Return the structural features of some frames, shape (frames, features)."""
        indices, own = [self.indices[frame] for frame in frames], len(self._shared)
        drawn = self._drawn_features
        if drawn is None or not indices:
            return self._shared.features(indices)
        shared = [index for index in indices if index < own]
        # The features of a learned backend's pass may lie on another device than these.
        rows = torch.cat([self._shared.features(shared).to(drawn.device), drawn])
        places = {index: place for place, index in enumerate(shared)}
        return rows[[places.get(index, len(shared) + index - own) for index in indices]]


class MeasuredClip:
    """Clip of a recipe, of which only what differs from the shared frames is measured anew.

    These are the new drawings, and the steps between frames that don't follow each other among the
    shared frames.

    Attributes:
        frames: frames of the clip.
        shared: frames that the clip consists of, apart from new drawings.
        distances: distances of any frames of the clip.
        measurements: measurements of the clip as a loop.
    """

    def __init__(
        self, frames: RecipeFrames, shared: SharedMeasurements, report_progress: Progress = None
    ) -> None:
        """Measure a clip.

        Args:
            frames: frames of the clip, whose recipe has the correction of the shared frames.
            shared: measurements of the frames of the input that the clip has.
            report_progress: called with (work done, all work); may raise to stop.
        """
        self.frames, self.shared = frames, shared
        self.distances = ClipDistances(frames, shared, report_progress)
        self.measurements = self._measurements()

    @property
    def recipe(self) -> Recipe:
        """Recipe of the clip."""
        return self.frames.pictures.recipe

    def _measurements(self) -> ClipMeasurements:
        shared, own, drawn = self.shared.measurements, len(self.shared), self.distances.drawn
        indices = torch.tensor(self.distances.indices)
        following = indices.roll(-1)
        # Steps of the shared frames, and such steps backwards, which are equally long.
        onwards = (indices < own) & (following == (indices + 1) % own)
        backwards = (following < own) & (indices == (following + 1) % own)
        place = torch.where(onwards, indices, following).clamp(max=own - 1)
        new = (~(onwards | backwards)).nonzero().flatten().tolist()
        structural_steps = shared.structural_steps[place]
        seconds = [(frame + 1) % len(self.frames) for frame in new]
        structural_steps[new] = self.distances.structural_between(new, seconds)
        steps = structural_steps
        if not isinstance(self.shared.backend, Structural):
            steps = shared.steps[place]
            for run in _runs(new):
                steps[run] = self.shared.backend.steps(self._frames_of(run)).cpu()[:-1]
        shares = shared.moving_shares[place]
        for run in _runs((~onwards).nonzero().flatten().tolist()):
            shares[run] = moving_shares(self._frames_of(run))[:-1]
        return ClipMeasurements(
            steps,
            structural_steps,
            moving_only(structural_steps, shares),
            shares,
            torch.cat([shared.colours, drawn.colours])[indices],
            torch.cat([shared.sharpness, drawn.sharpness])[indices],
            RecipeGreyClip(self.frames, self.shared.grey, self.distances.indices),
            self.distances.between,
        )

    def _frames_of(self, run: Sequence[int]) -> RecipeFrames:
        """Return the frames of a run of steps: one more than it has steps."""
        ends = [*run, (run[-1] + 1) % len(self.frames)]
        return self.frames.of_pictures([self.frames.order[frame] for frame in ends])


def _runs(places: Sequence[int]) -> list[list[int]]:
    """Divide ascending places into runs of places that follow each other."""
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs
