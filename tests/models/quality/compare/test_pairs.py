import math

import pytest
import torch

from anime_production.models.frames import Absence, InputError
from anime_production.models.quality.compare.pairs import paired, resized


def pictures(count, height=32, width=48):
    return torch.rand(count, height, width, 3, generator=torch.Generator().manual_seed(count))


def test_each_image_has_its_own_reference():
    images, references = pictures(3), pictures(3).flip(0)
    for index, pair in enumerate(paired(images, references).batches()):
        assert torch.equal(pair.pictures.frames[0], images[index])
        assert torch.equal(pair.references.frames[0], references[index])


def test_one_reference_serves_all_and_its_grey_is_made_once():
    shared = [pair.references for pair in paired(pictures(3), pictures(1)).batches()]
    assert len(shared) == 3
    assert shared[0] is shared[1] is shared[2]


@pytest.mark.parametrize(("images", "references"), [(3, 2), (1, 3), (2, 4)])
def test_another_number_of_references_is_refused(images, references):
    with pytest.raises(InputError, match=rf"references: .*\({images}\), got {references}\."):
        paired(pictures(images), pictures(references))


def test_another_size_is_refused_and_the_message_says_what_to_set():
    with pytest.raises(InputError, match=r"48×32, got 60×40.*images_to_references"):
        paired(pictures(2), pictures(2, 40, 60))


@pytest.mark.parametrize(
    ("resize", "size", "what"),
    [
        ("images_to_references", (40, 60), "images"),
        ("references_to_images", (32, 48), "references"),
    ],
)
def test_one_of_the_two_takes_the_size_of_the_other_when_asked_to(resize, size, what):
    pairs = paired(pictures(2), pictures(2, 40, 60), resize)
    for pair in pairs.batches():
        assert pair.pictures.frames.shape == pair.references.frames.shape == (1, *size, 3)
    assert pairs.resized is not None
    assert pairs.resized["what"] == what
    assert pairs.resized["to"] == [size[1], size[0]]


def test_asking_for_a_resize_changes_nothing_where_the_sizes_agree():
    images = pictures(2)
    pairs = paired(images, images, "images_to_references")
    assert pairs.resized is None
    assert all(
        torch.equal(pair.pictures.frames[0], each)
        for pair, each in zip(pairs.batches(), images, strict=True)
    )


def test_a_picture_made_smaller_is_averaged_not_sampled():
    stripes = torch.arange(64).remainder(2).float()[None, None, :, None].expand(1, 64, 64, 3)
    for side in (16, 24):
        assert resized(stripes, (side, side))[0, 4:-4, 4:-4].sub(0.5).abs().max() < 0.02


def test_what_is_unmeasurable_says_on_which_side():
    spoiled = pictures(2)
    spoiled[1, 0, 0, 0] = math.nan
    assert paired(spoiled, pictures(2)).absence == Absence("not_finite", {"frame": 1, "frames": 1})
    assert paired(pictures(2), spoiled).absence.code == "reference_not_finite"
    assert paired(pictures(2), pictures(0)).absence.code == "no_reference_pictures"
    assert paired(pictures(0), pictures(2)).absence.code == "no_frames"
    assert paired(pictures(1, 8, 8), pictures(1, 8, 8)).absence.code == "too_small"
    assert paired(pictures(2), pictures(2)).absence is None
