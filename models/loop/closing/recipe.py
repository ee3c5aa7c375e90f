"""Recipe of a changed clip: frames of the input in their order, and what is drawn or corrected.

Attempts to close a clip are compared as recipes. Only the chosen one is rendered.
"""

import mmap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from ...frames import as_frames
from ...perceptual.backend import Progress
from ...rgb_frames import Frames, Index
from ...workers import in_order
from .drift import Correction

Poll = Callable[[], None]  # called between two pieces of work; may raise to stop
# Function that takes the images at both ends of a transition, and returns the function that draws
# the image at a share of the way between them.
Transition = Callable[[torch.Tensor, torch.Tensor, Poll], Callable[[float], torch.Tensor]]

WRITTEN_AT_ONCE = 8  # frames that are written between two calls of the progress callback
LEAST_MAPPED = 2**20  # bytes from which memory is taken from the system itself
WHOLE = slice(None)


def do_nothing() -> None:
    """Take the place of a `Poll` where nothing can be interrupted."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """New picture on the way from one picture of a recipe to another.

    Attributes:
        transition: function that draws it.
        first: picture at the start of the way, as `Recipe.pictures` counts them.
        second: picture at the end of the way.
        share: share of the way, 0–1.
    """

    transition: Transition
    first: int
    second: int
    share: float


@dataclass(frozen=True, eq=False)
class Recipe:
    """Clip that is made of frames of the input and of new drawings.

    Attributes:
        images: the input, shape (frames, height, width, channels).
        pictures: picture of each frame of the clip: the index of a frame of the input, or −1 for
            the first of the new drawings, −2 for the second and so on.
        correction: removal of a drift of colour from the frames of the input, before anything is
            drawn from them; None if there is none.
        drawings: the new drawings.
    """

    images: torch.Tensor
    pictures: tuple[int, ...]
    correction: Correction | None = None
    drawings: tuple[Drawing, ...] = ()

    @classmethod
    def of_input(cls, images: torch.Tensor) -> "Recipe":
        """Return the recipe of the input as it is."""
        return cls(images, tuple(range(len(images))))

    def __len__(self) -> int:
        return len(self.pictures)

    def of_frames(self, frames: Sequence[int] | range) -> "Recipe":
        """Return the recipe of some frames of this clip, in a new order."""
        return replace(self, pictures=tuple(self.pictures[frame] for frame in frames))

    def with_drawings(self, drawings: Sequence[Drawing], frames: Sequence[int]) -> "Recipe":
        """Return the recipe of a clip with new drawings.

        Args:
            drawings: the new drawings.
            frames: for each frame of the new clip the index of a frame of this clip, or −1 for the
                first of `drawings`, −2 for the second and so on.
        """
        drawn_before = len(self.drawings)
        pictures = (self.pictures[each] if each >= 0 else each - drawn_before for each in frames)
        return replace(self, pictures=tuple(pictures), drawings=(*self.drawings, *drawings))

    def corrected(self, correction: Correction) -> "Recipe":
        """Return the recipe of the clip with corrected colours.

        Raises:
            ValueError: the clip has a correction or new drawings already.
        """
        if self.correction is not None or self.drawings:
            raise ValueError("Colours are corrected once, and before anything is drawn.")
        return replace(self, correction=correction)

    def render(self, report_progress: Progress = None) -> torch.Tensor:
        """Return the images of the clip; see `RecipePictures.render`."""
        return RecipePictures(self).render(report_progress)


class RecipePictures:
    """Images of a recipe, each made when it is read; new drawings are kept.

    Attributes:
        recipe: the recipe.
        poll: called before each image is made and between the parts of a drawing.
    """

    def __init__(self, recipe: Recipe, poll: Poll = do_nothing) -> None:
        """Take a recipe; nothing is made yet."""
        self.recipe = recipe
        self.poll = poll
        self._drawn: dict[int, torch.Tensor] = {}
        self._way: tuple[Drawing, Callable[[float], torch.Tensor]] | None = None

    def image(self, picture: int) -> torch.Tensor:
        """Return a picture of the recipe, shape (height, width, channels).

        Args:
            picture: as `Recipe.pictures` counts them.
        """
        if picture < 0:
            return self._drawing(-1 - picture)
        image, correction = self.recipe.images[picture], self.recipe.correction
        if correction is None:
            return image
        return correction.correct(image, picture, torch.empty_like(image))

    def write(
        self,
        pictures: Sequence[int],
        images: torch.Tensor,
        rows: slice = WHOLE,
        columns: slice = WHOLE,
    ) -> None:
        """Write some pixels of pictures into memory.

        Args:
            pictures: as `Recipe.pictures` counts them.
            images: memory of shape (pictures, rows, columns, channels).
            rows: rows of the pixels.
            columns: columns of the pixels.
        """
        own, correction = [], self.recipe.correction
        for place, picture in enumerate(pictures):
            if picture < 0:
                images[place] = self._drawing(-1 - picture)[rows, columns]
            else:
                own.append((place, picture))

        def write_own(place_and_picture: tuple[int, int]) -> None:
            place, picture = place_and_picture
            image = self.recipe.images[picture, rows, columns]
            if correction is None:
                images[place] = image
            else:
                correction.correct(image, picture, images[place])

        for _ in in_order(write_own, own, self.poll):
            self.poll()

    def _drawing(self, number: int) -> torch.Tensor:
        if number not in self._drawn:
            drawing = self.recipe.drawings[number]
            image = self._way_of(drawing)(drawing.share)
            self._drawn[number] = image.to(self.recipe.images)
        return self._drawn[number]

    def _way_of(self, drawing: Drawing) -> Callable[[float], torch.Tensor]:
        """Return the function that draws on the way of a drawing; the last one is kept."""
        kept = self._way
        if kept is not None and _same_way(kept[0], drawing):
            return kept[1]
        ends = self.image(drawing.first), self.image(drawing.second)
        draw = drawing.transition(*ends, self.poll)
        self._way = drawing, draw
        return draw

    def render(self, report_progress: Progress = None) -> torch.Tensor:
        """Return the images of the whole clip, with their values in the order of the input's.

        Args:
            report_progress: called with (frames done, all frames); may raise to stop.
        """
        recipe, count = self.recipe, len(self.recipe)
        images = _empty_images(recipe.images, count)
        for start in range(0, count, WRITTEN_AT_ONCE):
            part = slice(start, start + WRITTEN_AT_ONCE)
            self.write(recipe.pictures[part], images[part])
            if report_progress is not None:
                report_progress(min(start + WRITTEN_AT_ONCE, count), count)
        return images


def _same_way(one: Drawing, other: Drawing) -> bool:
    ends = (one.first, one.second) == (other.first, other.second)
    return ends and one.transition is other.transition


def _empty_images(like: torch.Tensor, count: int) -> torch.Tensor:
    """Return memory for images like others, with colours in pixels or in planes as in those."""
    return _arranged(like.new_empty(count * like[:1].numel()), like, count)


def _arranged(values: torch.Tensor, like: torch.Tensor, count: int) -> torch.Tensor:
    """Return flat values as images, with colours in pixels or in planes as in others."""
    _, height, width, channels = like.shape
    if like.stride(3) > like.stride(1):
        return values.view(channels, count, height, width).movedim(0, -1)
    return values.view(count, height, width, channels)


def _passing_memory(like: torch.Tensor, count: int) -> torch.Tensor:
    """Return memory for images that are soon freed, as `_empty_images` does.

    It goes back to the system then. The C library would keep it, and as small results are stored
    in its gaps, a long clip would in the end take more than its own size.
    """
    size = count * like[:1].numel() * like.element_size()
    if like.device.type != "cpu" or size < LEAST_MAPPED:
        return _empty_images(like, count)
    values = torch.frombuffer(mmap.mmap(-1, size), dtype=like.dtype)
    return _arranged(values, like, count)


class RecipeFrames:
    """Frames of a recipe's clip as RGB, which are made where they are read; see `Frames`.

    Attributes:
        pictures: the images of the recipe.
        order: picture of each frame.
        shape: number of frames, height, width and 3.
        device: device of the frames.
    """

    def __init__(
        self, pictures: RecipePictures, frames: Frames, order: tuple[int, ...] | None = None
    ) -> None:
        """Take the images of a recipe.

        Args:
            pictures: images of the recipe.
            frames: the input as RGB frames.
            order: picture of each frame; None for the clip of the recipe.
        """
        self.pictures = pictures
        self.order = pictures.recipe.pictures if order is None else order
        self.shape = torch.Size((len(self.order), *frames.shape[1:]))
        self.device = frames.device
        self._frames = frames

    def of_pictures(self, order: Sequence[int]) -> "RecipeFrames":
        """Return pictures of the recipe in another order, without making them yet."""
        return RecipeFrames(self.pictures, self._frames, tuple(order))

    def __len__(self) -> int:
        return len(self.order)

    def __iter__(self) -> Iterator[torch.Tensor]:
        return (self[frame] for frame in range(len(self)))

    def __getitem__(self, index: Index, /) -> torch.Tensor:
        frames, rows, columns = index if isinstance(index, tuple) else (index, WHOLE, WHOLE)
        assert isinstance(rows, slice)
        assert isinstance(columns, slice)
        if isinstance(frames, int):
            frames = frames % len(self)
            return self._read(self.order[frames : frames + 1], rows, columns)[0]
        if isinstance(frames, slice):
            return self._read(self.order[frames], rows, columns)
        return self._read(tuple(self.order[frame] for frame in frames), rows, columns)

    def _read(
        self, order: tuple[int, ...], rows: slice = WHOLE, columns: slice = WHOLE
    ) -> torch.Tensor:
        self.pictures.poll()
        recipe = self.pictures.recipe
        if recipe.correction is None and min(order, default=0) >= 0:
            start = order[0] if order else 0
            if order == tuple(range(start, start + len(order))):
                return self._frames[start : start + len(order), rows, columns]
            return torch.stack([self._frames[frame, rows, columns] for frame in order])
        images = _passing_memory(recipe.images[:, rows, columns], len(order))
        self.pictures.write(order, images, rows, columns)
        return as_frames(images)[:]
