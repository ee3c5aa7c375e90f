"""Time as a circle: offsets, what turns with the latents, and the wrap around the seam."""

import pytest
import torch

from anime_production.models.frames import InputError
from anime_production.models.loop.cyclic import (
    KNOWN_WRAPPERS,
    NOT_ROTATABLE,
    CyclicTime,
    refuse_not_rotatable,
    rotate,
    rotate_conditions,
    step_of,
    without_wrap,
    wrapped,
)

SIGMAS = [1.0, 0.9, 0.6, 0.0]  # three steps
FRAMES = 5


def numbered(frames: int = FRAMES, channels: int = 1) -> torch.Tensor:
    """Latents whose every value is the number of its frame."""
    return torch.arange(frames).float().view(1, 1, -1, 1, 1).expand(2, channels, -1, 2, 3)


def numbers(latents: torch.Tensor) -> list[int]:
    return [int(value) for value in latents[1, -1, :, 0, 0]]


@pytest.mark.parametrize(
    ("sigma", "step"),
    [
        (1.0, 0),
        (0.9, 1),
        (0.6, 2),
        (0.0, 3),
        (0.95, 0),  # what a second-order sampler asks for between two steps
        (0.7, 1),
        (0.3, 2),
        (1.4, 0),  # what a sampler asks for that adds noise first
        (0.9 * (1 + 1e-6), 1),  # what a sampler computed anew
        (0.9 * (1 - 1e-6), 1),
    ],
)
def test_a_noise_level_belongs_to_the_step_that_it_lies_in(sigma: float, step: int):
    assert step_of(sigma, SIGMAS) == step


def test_the_offset_advances_from_step_to_step_and_goes_around():
    time = CyclicTime(shift=2, first_offset=-1)
    assert [time.offset(sigma, SIGMAS, FRAMES) for sigma in SIGMAS[:3]] == [4, 1, 3]


def test_a_call_outside_any_sampling_has_the_first_offset():
    assert CyclicTime(shift=3, first_offset=2).offset(0.5, [0.5], FRAMES) == 2


@pytest.mark.parametrize("offset", [0, 1, 4, 5, 7, -2])
def test_turning_moves_frames_later_and_turning_back_undoes_it(offset: int):
    turned = rotate(numbered(), offset)
    assert numbers(turned) == [(frame - offset) % FRAMES for frame in range(FRAMES)]
    assert torch.equal(rotate(turned, -offset), numbered())


def test_image_and_noise_mask_turn_and_the_prompt_stays():
    prompt, sight = torch.rand(2, 8, 16), torch.rand(2, FRAMES, FRAMES)
    turned = rotate_conditions(
        {
            "c_concat": numbered(channels=20),
            "denoise_mask": numbered(),
            "c_crossattn": prompt,
            "clip_fea": sight,
            "control": None,
        },
        offset=2,
        frames=FRAMES,
    )
    assert numbers(turned["c_concat"]) == numbers(turned["denoise_mask"]) == [3, 4, 0, 1, 2]
    assert turned["c_crossattn"] is prompt
    assert turned["clip_fea"] is sight, "as long as the clip by chance: its axis 2 is no time"
    assert turned["control"] is None


def test_a_mask_for_all_frames_stays():
    mask = torch.rand(1, 1, 1, 2, 3)
    assert rotate_conditions({"denoise_mask": mask}, 2, FRAMES)["denoise_mask"] is mask


@pytest.mark.parametrize(
    "value",
    [torch.rand(2, 16, FRAMES, 2, 3), torch.rand(2, 16, 2, 3), [torch.rand(1)], {"output": []}],
)
@pytest.mark.parametrize("name", ["time_dim_concat", "context_latents", "control", "anything"])
def test_what_is_not_known_to_turn_is_refused_by_name(name: str, value: object):
    with pytest.raises(InputError, match=rf"^{name}: expected no conditioning but .*c_concat"):
        rotate_conditions({name: value}, 0, FRAMES)


@pytest.mark.parametrize("shape", [(1, 20, FRAMES + 1, 2, 3), (1, 20, 2, 3)])
def test_conditioning_of_another_length_is_refused_by_name(shape: tuple[int, ...]):
    with pytest.raises(InputError, match=r"^c_concat: expected 5 latent frames, got shape"):
        rotate_conditions({"c_concat": torch.rand(shape)}, 1, FRAMES)


@pytest.mark.parametrize("name", NOT_ROTATABLE)
def test_what_would_stay_behind_is_refused_in_words(name: str):
    with pytest.raises(InputError, match=NOT_ROTATABLE[name]):
        refuse_not_rotatable(["sigmas", name], [])
    refuse_not_rotatable(["sigmas", "patches"], [])


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("easycache", KNOWN_WRAPPERS["easycache"]),
        ("wan_animate2_cache", "got “wan_animate2_cache” around its network, which may keep"),
        (None, "got a wrapper around its network, which may keep earlier steps"),
    ],
)
def test_every_wrapper_around_the_network_is_refused_by_its_key(key: str | None, reason: str):
    with pytest.raises(InputError, match=rf"^model: .*{reason}.* Take that off the model\.$"):
        refuse_not_rotatable([], [key])


@pytest.mark.parametrize(
    ("extra", "order"),
    [
        (1, [4, 0, 1, 2, 3, 4]),
        (3, [2, 3, 4, 0, 1, 2, 3, 4]),
        (7, [3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4]),
    ],
)
def test_the_end_is_put_before_the_beginning_around_and_around(extra: int, order: list[int]):
    assert numbers(wrapped(numbered(), extra)) == order


def test_what_was_wrapped_is_dropped_and_every_latent_has_all_its_frames():
    # As a causal decoder does: one frame of the first latent, four of each other.
    latents = numbers(wrapped(numbered(), 2))
    decoded = [latents[0]] + [latent for latent in latents[1:] for _ in range(4)]
    frames = torch.tensor(decoded).float().view(1, -1, 1, 1, 1)
    loop = without_wrap(frames, FRAMES, 4)
    assert loop.flatten().tolist() == [latent for latent in range(FRAMES) for _ in range(4)]
