import torch

from anime_production.models.loop.closing.blend import blend


def test_what_is_transparent_lends_no_colour():
    opaque_green = torch.tensor([0.0, 1.0, 0.0, 1.0]).expand(2, 2, 4)
    clear_red = torch.tensor([1.0, 0.0, 0.0, 0.0]).expand(2, 2, 4)
    mix = blend(opaque_green, clear_red, 0.25)
    assert torch.allclose(mix, torch.tensor([0.0, 1.0, 0.0, 0.75]).expand(2, 2, 4))


def test_where_both_are_transparent_the_result_is():
    clear = torch.rand(2, 2, 4)
    clear[..., 3] = 0
    mix = blend(clear, clear, 0.5)
    assert mix.isfinite().all()
    assert (mix[..., 3] == 0).all()


def test_without_alpha_it_is_a_plain_mix():
    first, second = torch.rand(4, 4, 3), torch.rand(4, 4, 3)
    assert torch.allclose(blend(first, second, 0.3), torch.lerp(first, second, 0.3))
