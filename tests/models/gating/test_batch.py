import pytest
import torch

from anime_production.models.frames import InputError
from anime_production.models.gating.batch import Batch


def numbered(*shape, axis=0):
    """Values that are their index along one axis."""
    view = [1] * len(shape)
    view[axis] = -1
    return torch.arange(float(shape[axis])).reshape(view).expand(shape)


def numbers(values, axis=0):
    return values.movedim(axis, 0).flatten(1)[:, 0].tolist()


def test_images_latents_and_masks_stay_aligned_in_the_order_that_was_chosen():
    whole = Batch(numbered(5, 4, 4, 3), {"samples": numbered(5, 4, 2, 2)}, numbered(5, 4, 4))
    part = whole.take([4, 0, 3], 5)
    for values in (part.images, part.latents["samples"], part.masks):
        assert numbers(values) == [4, 0, 3]


def test_nothing_is_copied_where_all_are_chosen_or_a_row_of_them():
    whole = Batch(torch.rand(5, 4, 4, 3), {"samples": torch.rand(5, 4, 2, 2)}, torch.rand(5, 4, 4))
    assert whole.take(range(5), 5) is whole
    row = whole.take([1, 2, 3], 5)
    assert row.images.data_ptr() == whole.images[1:].data_ptr()
    assert torch.equal(row.images, whole.images[1:4])


def test_nothing_chosen_is_nothing_and_no_empty_picture():
    part = Batch(torch.rand(2, 4, 4, 3), {"samples": torch.rand(2, 4, 2, 2)}).take([], 2)
    assert (part.images, part.latents, part.masks) == (None, None, None)
    assert Batch(torch.rand(0, 4, 4, 3)).take([], 0).images is None


def test_a_video_latent_is_divided_in_time_where_it_has_a_step_for_each_frame():
    part = Batch(latents={"samples": numbered(1, 16, 5, 2, 2, axis=2)}).take([0, 4], 5)
    assert numbers(part.latents["samples"], axis=2) == [0, 4]
    assert "batch_index" not in part.latents
    stills = Batch(latents={"samples": numbered(5, 16, 1, 2, 2)}).take([0, 4], 5)
    assert numbers(stills.latents["samples"]) == [0, 4]


@pytest.mark.parametrize(
    ("shape", "frames"),
    [
        ((1, 16, 9, 2, 2), 33),
        ((1, 16, 9, 2, 2), 1),  # one picture isn't a clip of nine steps
        ((2, 16, 3, 2, 2), 6),
        ((3, 16, 9, 2, 2), 3),
        ((4, 4, 2, 2), 5),
    ],
)
def test_a_latent_that_counts_other_frames_is_refused(shape, frames):
    with pytest.raises(InputError, match=f"latents: expected a latent of {frames} frames"):
        Batch(latents={"samples": torch.rand(shape)}).take([0], frames)


def test_a_latent_of_several_parts_is_refused():
    parts = [torch.rand(1, 2), torch.rand(2, 2)]
    nested = torch.nested.nested_tensor(parts, layout=torch.jagged)
    with pytest.raises(InputError, match="several parts"):
        Batch(latents={"samples": nested}).take([0], 2)


def test_what_goes_with_a_latent_goes_with_its_frames():
    latents = {
        "samples": numbered(4, 4, 2, 2),
        "noise_mask": numbered(4, 1, 8, 8),
        "batch_index": [7, 8, 9, 10],
        "downscale_ratio_spacial": 8,
    }
    part = Batch(latents=latents).take([3, 1], 4).latents
    assert numbers(part["noise_mask"]) == [3, 1]
    assert part["batch_index"] == [10, 8]
    assert part["downscale_ratio_spacial"] == 8
    assert latents["batch_index"] == [7, 8, 9, 10], "what came in was changed"


def test_a_latent_keeps_the_number_by_which_it_gets_its_noise():
    assert Batch(latents={"samples": torch.rand(4, 4, 2, 2)}).take([2], 4).latents[
        "batch_index"
    ] == [2]


def test_one_noise_mask_or_one_mask_is_for_all_frames():
    mask, noise = torch.rand(1, 4, 4), torch.rand(1, 1, 8, 8)
    latents = {"samples": torch.rand(4, 4, 2, 2), "noise_mask": noise}
    part = Batch(torch.rand(4, 4, 4, 3), latents, mask).take([0, 3], 4)
    assert part.masks is mask
    assert part.latents["noise_mask"] is noise


def test_other_numbers_of_images_masks_and_noise_masks_are_refused():
    with pytest.raises(InputError, match="images: expected 4 images"):
        Batch(torch.rand(5, 4, 4, 3)).take(range(4), 4)
    with pytest.raises(InputError, match="masks: expected 4 masks"):
        Batch(masks=torch.rand(3, 4, 4)).take([0], 4)
    latents = {"samples": torch.rand(4, 4, 2, 2), "noise_mask": torch.rand(3, 1, 8, 8)}
    with pytest.raises(InputError, match="noise_mask"):
        Batch(latents=latents).take([0], 4)


def sounds(count):
    return {"waveform": numbered(count, 2, 6), "sample_rate": 16000}


def test_a_batch_of_sounds_is_divided_as_masks_are():
    part = Batch(numbered(5, 4, 4, 3), audio=sounds(5)).take([4, 0], 5)
    assert numbers(part.audio["waveform"]) == [4, 0]
    assert part.audio["sample_rate"] == 16000


def test_one_sound_of_the_whole_clip_goes_on_whole_only():
    whole = Batch(numbered(5, 4, 4, 3), audio=sounds(1))
    assert whole.take(range(5), 5) is whole
    assert whole.take([], 5).audio is None
    for chosen, cause in (
        ([0, 1], "Give fps, so that it can be cut"),
        ([4, 3, 2, 1, 0], "The frames that go on, 4, 3, 2, 1, 0, don't follow one another"),
    ):
        message = rf"audio: expected 5 sounds.*one sound for the whole clip. {cause}"
        with pytest.raises(InputError, match=message):
            whole.take(chosen, 5)


def test_a_batch_of_sounds_of_other_frames_is_refused():
    with pytest.raises(InputError, match="audio: expected 5 sounds, one for each frame"):
        Batch(audio=sounds(4)).take([0], 5)
