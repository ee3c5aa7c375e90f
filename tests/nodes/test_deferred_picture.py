import copy

import numpy as np
import pytest
import torch

from anime_production.nodes.deferred_picture import deferred_picture

SHAPE = (2, 4, 6, 3)


class Drawing:
    """Counts how often it is drawn."""

    def __init__(self):
        self.count = 0

    def __call__(self):
        self.count += 1
        return torch.linspace(0, 1, 144).view(SHAPE)


@pytest.fixture
def drawing():
    return Drawing()


@pytest.fixture
def picture(drawing):
    return deferred_picture(SHAPE, drawing)


def test_what_comfyui_asks_of_a_result_it_keeps_draws_nothing(picture, drawing):
    assert isinstance(picture, torch.Tensor)
    assert picture.shape == SHAPE
    assert len(picture) == 2
    assert picture.numel() * picture.element_size() == 144 * 4
    assert picture.dtype is torch.float32
    assert picture.device.type == "cpu"
    assert picture.ndim == picture.dim() == 4
    assert drawing.count == 0


@pytest.mark.parametrize(
    "use",
    [
        lambda picture: picture.cpu().numpy(),
        lambda picture: np.asarray(picture),
        lambda picture: picture[..., :3],
        lambda picture: torch.stack(list(picture)),
        lambda picture: torch.stack([picture[0], picture[1]]),
        lambda picture: picture.movedim(-1, 1).movedim(1, -1),
        lambda picture: torch.cat([picture[:1], picture[1:]]),
        lambda picture: torch.cat([picture, picture])[:2],
        lambda picture: picture.clone(),
        lambda picture: picture.to(torch.float32),
        lambda picture: picture.detach(),
        lambda picture: copy.deepcopy(picture),
        lambda picture: picture * 1,
        lambda picture: torch.nn.functional.interpolate(
            picture.movedim(-1, 1), size=SHAPE[1:3]
        ).movedim(1, -1),
        lambda picture: torch.from_numpy(np.array(picture.tolist(), dtype=np.float32)),
    ],
)
@pytest.mark.parametrize("inference", [True, False])
def test_whatever_is_done_with_it_finds_it_drawn_once(picture, drawing, use, inference):
    with torch.inference_mode(inference):
        used = use(picture)
        assert np.allclose(np.asarray(used), Drawing()().numpy())
        use(picture)
    assert drawing.count == 1


def test_a_drawing_that_fails_says_so_to_whoever_looks_and_may_be_tried_again():
    attempts = []

    def draw():
        attempts.append(1)
        if len(attempts) == 1:
            raise ImportError("matplotlib is not installed.")
        return torch.ones(SHAPE)

    picture = deferred_picture(SHAPE, draw)
    with pytest.raises(ImportError, match="matplotlib"):
        picture.mean()
    assert picture.mean() == 1
