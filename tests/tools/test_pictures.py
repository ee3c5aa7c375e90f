"""The generator of pictures refuses what it can't draw, before an editor is started."""

import pytest

from anime_production.tools import pictures


def test_a_node_that_no_example_has_is_named_with_what_to_do():
    with pytest.raises(SystemExit, match=r"picture of AnimeNothing\..* example_workflows/ first"):
        pictures.generate(["AnimeGate", "AnimeNothing"])
