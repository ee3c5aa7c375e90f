import pytest
import torch

from anime_production.models.image_ops.warp import visible_in_both, warped


def picture(height=24, width=32):
    return torch.rand(2, height, width, generator=torch.Generator().manual_seed(1))


def constant(right, down, height=24, width=32):
    return torch.tensor([right, down]).view(2, 1, 1).expand(2, height, width).contiguous()


def test_each_pixel_gets_what_lies_where_its_flow_points():
    before = picture()
    found = warped(before, constant(3.0, -2.0))
    assert torch.allclose(found[:, 2:, :-3], before[:, :-2, 3:], atol=1e-5)


def test_between_pixels_it_is_their_mean_and_beyond_the_border_the_border():
    before = picture()
    found = warped(before, constant(0.5, 0.0))
    assert torch.allclose(found[..., :-1], (before[..., :-1] + before[..., 1:]) / 2, atol=1e-5)
    assert torch.allclose(found[..., -1], before[..., -1], atol=1e-5)


def slow_visibility(out, back):
    """Ruder et al. 2016, equations 5 and 6, pixel by pixel."""
    height, width = out.shape[1:]
    seen = torch.zeros(height, width, dtype=torch.bool)
    for y in range(height):
        for x in range(width):
            forth, home = out[:, y, x], back[:, y, x]
            gone = (forth + home).square().sum() > 0.01 * (
                forth.square().sum() + home.square().sum()
            ) + 0.5
            right = (out[:, y, x + 1] - forth).square().sum() if x + 1 < width else 0.0
            below = (out[:, y + 1, x] - forth).square().sum() if y + 1 < height else 0.0
            rim = right + below > 0.01 * forth.square().sum() + 0.002
            across, down = x + forth[0], y + forth[1]
            inside = 0 <= across <= width - 1 and 0 <= down <= height - 1
            seen[y, x] = not gone and not rim and inside
    return seen


def test_what_is_covered_is_what_the_paper_says():
    random = torch.Generator().manual_seed(2)
    turned = torch.randn(1, 2, 3, 3, generator=random)
    smooth = 3 + torch.nn.functional.interpolate(turned, size=(24, 32), mode="bicubic")[0]
    back = -smooth + torch.randn(2, 24, 32, generator=random) * 0.4
    seen = visible_in_both(smooth, back)
    assert torch.equal(seen, slow_visibility(smooth, back))
    assert 0.1 < seen.float().mean() < 0.9  # of both, so that the test can tell


@pytest.mark.parametrize(("right", "columns"), [(4.0, 28), (-4.0, 28), (0.0, 32)])
def test_what_leaves_the_picture_is_not_in_both(right, columns):
    flow = constant(right, 0.0)
    assert int(visible_in_both(flow, -flow).sum()) == columns * 24
