"""A frame rate that is no number, which only a link can bring."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from anime_production.models.frames import InputError
from anime_production.nodes.loop import AnimeLoopScore
from anime_production.nodes.quality import AnimeClipQuality


@pytest.mark.parametrize("fps", [0.0, -12.0, float("nan"), float("inf"), float("-inf"), None, True])
@pytest.mark.parametrize("node", [AnimeLoopScore, AnimeClipQuality])
def test_it_is_one_error_that_names_the_input(run_node: Callable[..., Any], node: Any, fps: Any):
    with pytest.raises(InputError, match=r"^fps: expected .*, got "):
        run_node(node, images=torch.rand(12, 64, 64, 3), fps=fps)
