import pytest
import torch

from anime_production.models.quality.still.ringing import ringing


def edge(height=128, width=256):
    grey = torch.full((height, width), 0.3)
    grey[:, width // 2 :] = 0.7
    return grey


def rippled(levels):
    """Ripples of that height, 4 px long, beside a line."""
    grey = edge()
    distance = (torch.arange(256.0) - 127.5).abs()
    ripples = torch.cos(torch.arange(256.0) * torch.pi / 2 + 0.3) * (distance < 12)
    return grey + levels / 255 * ripples


def test_a_clean_edge_has_none_and_ripples_have_their_height():
    assert ringing(edge()) == 0
    for levels in (2.0, 4.0):
        assert ringing(rippled(levels)) == pytest.approx(levels * 1.25, rel=0.5)
    assert ringing(rippled(2.0)) * 2 == pytest.approx(ringing(rippled(4.0)), rel=0.05)


def test_how_much_of_the_picture_lies_beside_the_line_changes_nothing():
    whole, part = rippled(4.0), rippled(4.0)[:, 100:156]
    assert ringing(part) == pytest.approx(ringing(whole), rel=0.05)


def test_texture_all_over_is_no_ringing():
    texture = 2 / 255 * torch.cos(torch.arange(256.0) * torch.pi / 2 + 0.3)
    assert ringing(edge() + texture) < 0.3


def test_without_lines_there_is_nothing_to_ring():
    assert ringing(torch.linspace(0.2, 0.4, 128).expand(64, 128)) is None
