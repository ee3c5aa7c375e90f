"""Thumbnails that a node shows in the editor, saved as temporary files."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from comfy_api.latest import io, ui

from ..models.character.sheet import Character
from ..models.gating.ranking import Ranking
from ..models.image_ops.area_mean import area_mean
from ..models.node_ui import own_ui

MOST_THUMBNAILS = 8  # references of a character; the contact sheet shows all
MOST_RANKED = 12  # pictures of a ranking, so that the node keeps a usual size
MOST_GATED = 24  # frames of a gate
RANKED_SIDE = 128  # longer side of a ranking's pictures, px; the node shows them smaller
# Pictures of a question are large enough to be judged; those of a large batch are smaller, so that
# all of them together have at most this many pixels: about 60 MB of temporary files.
ASKED_PIXELS = 32_000_000
LARGEST_ASKED, SMALLEST_ASKED = 1024, 192  # longer side, px
# Places of a ranking in `ui`, which ComfyUI sends to the browser and keeps in its history: about
# 50 kB. The output `ranking` has all.
MOST_PLACES = 64


def reference_thumbnails(character: Character) -> dict[str, list[Any]]:
    """Return a node's `ui` with a character's first references."""
    files = _saved(list(character.pictures[:MOST_THUMBNAILS]), "reference")
    return own_ui("anime_references", *files)


def ranking_ui(ranking: Ranking, pictures: Sequence[torch.Tensor | None]) -> dict[str, list[Any]]:
    """Return a node's `ui` with a ranking and small pictures of the best.

    Args:
        ranking: ranking of frames or takes.
        pictures: picture of each frame or take by its index, shape (height, width, channels); None
            for one without pictures.
    """
    values = ranking.to_dict(MOST_PLACES)
    best = [(place, pictures[index]) for place, index in enumerate(ranking.order[:MOST_RANKED])]
    with_picture = [(p, _small(each)) for p, each in best if each is not None and each.numel()]
    files = _saved([each for _, each in with_picture], "ranked")
    for (place, _), file in zip(with_picture, files, strict=True):
        values["ranking"][place]["picture"] = file
    return own_ui("anime_ranking", values)


def attempt_picture(slots: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a small picture of an attempt: the middle frame of its first slot with images.

    Args:
        slots: slot values of the attempt.
    """
    for value in slots.values():
        is_batch = isinstance(value, torch.Tensor) and value.ndim == 4 and value.is_floating_point()
        if is_batch and value.numel() and value.shape[-1] in (1, 3, 4):
            (file,) = _saved([_small(value[len(value) // 2])], "attempt")
            return file
    return None


def gated_pictures(frames: list[dict[str, Any]], images: torch.Tensor | None) -> None:
    """Add small pictures to frames that a gate shows.

    Args:
        frames: result of `gated_frames`.
        images: all images of the batch, shape (frames, height, width, channels); None if none is
            connected.
    """
    if images is None or not images.numel():
        return
    files = _saved([_small(images[each["frame"]]) for each in frames], "gated")
    for each, file in zip(frames, files, strict=True):
        each["picture"] = file


def asked_pictures(
    frames: list[dict[str, Any]], images: torch.Tensor, interrupt: Callable[[], None]
) -> None:
    """Add pictures to the frames that a question shows.

    Args:
        frames: result of `asked_frames`.
        images: all images of the batch, shape (frames, height, width, channels).
        interrupt: function that raises an exception if the prompt is to end.
    """
    side = round((ASKED_PIXELS / max(1, len(frames))) ** 0.5)
    side = min(LARGEST_ASKED, max(SMALLEST_ASKED, side))
    for frame in frames:
        interrupt()
        (frame["picture"],) = _saved([_small(images[frame["frame"]], side)], "asked")


def _small(picture: torch.Tensor, side: int = RANKED_SIDE) -> torch.Tensor:
    """Return a picture in RGB whose longer side has at most `side` pixels."""
    height, width, channels = picture.shape
    factor = side / max(height, width)
    picture = picture[..., : 3 if channels >= 3 else 1].float().nan_to_num(0.0)
    picture = picture.expand(-1, -1, 3)  # a grey picture has one channel
    if factor >= 1:
        return picture
    size = max(1, round(height * factor)), max(1, round(width * factor))
    channels_first = picture.movedim(-1, 0)[None]
    small = area_mean(channels_first, size)
    return small[0].movedim(0, -1)


def _saved(pictures: Sequence[torch.Tensor], name: str) -> list[dict[str, Any]]:
    """Save pictures as temporary files, and return how the editor finds them."""
    if not pictures:
        return []
    files = ui.ImageSaveHelper.save_images(
        pictures, f"anime_{name}", io.FolderType.temp, cls=None, compress_level=1
    )
    return [dict(each) for each in files]
