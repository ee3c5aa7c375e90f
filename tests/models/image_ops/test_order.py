"""Order statistics on the CPU against sorting, which is what other devices do."""

import pytest
import torch

from anime_production.models.image_ops.order import ascending, highest, places, ranked


@pytest.fixture
def values():
    generator = torch.Generator().manual_seed(0)
    return (torch.rand(3, 5000, generator=generator) * 400).round() / 400  # with many equal ones


def test_ranks_are_those_of_sorted_values(values):
    expected = values.sort(dim=1).values
    assert torch.equal(ascending(values), expected)
    assert torch.equal(ranked(values, [7, 4999, 0]), expected[:, [7, 4999, 0]])


@pytest.mark.parametrize("count", [1, 20, 2000, 5000])
def test_the_highest_values_are_found_however_few_they_are(values, count):
    top, indices = highest(values, count)
    expected = values.sort(dim=1, descending=True).values[:, :count]
    assert torch.equal(top.sort(dim=1, descending=True).values, expected)
    assert torch.equal(values.gather(1, indices), top)
    assert all(len(row.unique()) == count for row in indices)


def test_places_are_those_above_the_limit():
    values = torch.tensor([[0.0, 2.0, 0.5], [1.0, 0.0, 3.0]])
    assert places(values).tolist() == [1, 2, 3, 5]
    assert places(values, above=0.5).tolist() == [1, 3, 5]
