"""Probabilities that pixels belong to a figure, by mean-field inference on colours and places."""

import torch
import torch.nn.functional as functional

SAMPLE_STEP = 3  # each pixel is compared with every third one across and down, to save time
LIGHTNESS_WEIGHT = 0.7  # below 1, as shading changes lightness more than hue
COLOUR_REACH = 7.0  # CIELAB units; standard deviation of the shading inside one cel colour
PLACE_REACH = 0.18  # share of the picture's side; standard deviation of places near each other
EVIDENCE_WEIGHT = 0.8  # weight of a pixel's own evidence; that of similar pixels has the weight 1
ROUNDS = 8  # of mean-field inference; the outline hardly changes after about five


def distances(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return the Euclidean distances of all pairs of rows.

    They are computed pair by pair. With a matrix product, the last bits of a frame's result would
    depend on the batch that the frame is in.

    Args:
        first: shape (frames, rows, features).
        second: shape (frames, rows, features), with another number of rows.

    Returns:
        Shape (frames, rows of `first`, rows of `second`).
    """
    if first.device.type == "cpu":
        return torch.cdist(first, second, compute_mode="donot_use_mm_for_euclid_dist")
    # torch starts a block of threads for each pair on a GPU, tens of millions of blocks for a few
    # frames. The rows are short, so that one operation for each of their features is faster.
    squares = torch.zeros((), device=first.device)
    for one, other in zip(first.unbind(-1), second.unbind(-1), strict=True):
        squares = (one[..., :, None] - other[..., None, :]).square_().add_(squares)
    return squares.sqrt_()


def mean_field_weights(
    evidence: torch.Tensor, colour: torch.Tensor, place: torch.Tensor, size: tuple[int, int]
) -> torch.Tensor:
    """Return the probability that a pixel is figure, shape (frames, height, width).

    Method: mean-field inference, see `find_figures`.

    Args:
        evidence: log odds that each pixel by itself is figure, shape (frames, pixels).
        colour: colours in weighted CIELAB, shape (frames, pixels, 3).
        place: places as shares of the picture's side, shape (frames, pixels, 2).
        size: height and width in pixels.
    """
    samples = sample_indices(size, colour.device)
    features = torch.cat([colour / COLOUR_REACH, place / PLACE_REACH], dim=-1)
    alike = distances(features, features[:, samples]).square_().mul_(-0.5).exp_()
    weight = torch.sigmoid(evidence)
    for _ in range(ROUNDS):
        votes = torch.stack([weight[:, samples], 1 - weight[:, samples]], dim=-1)
        # The votes of each side are divided by the root of their sum. Without it the background
        # outvotes a small figure; divided by the whole sum, a small figure grows too large.
        votes = votes / votes.sum(dim=1, keepdim=True).clamp(min=1e-6).sqrt()
        figure, background = (alike @ votes).unbind(-1)
        odds = torch.log((figure + 1e-4) / (background + 1e-4))
        weight = torch.sigmoid(odds + EVIDENCE_WEIGHT * evidence).view(-1, 1, *size)
        weight = functional.avg_pool2d(weight, 3, 1, 1, count_include_pad=False).flatten(1)
    return weight.view(-1, *size)


def sample_indices(size: tuple[int, int], device: torch.device) -> torch.Tensor:
    """Return the indices, in the flattened picture, of a regular grid of sampled pixels."""
    places = torch.arange(size[0] * size[1], device=device).view(size)
    return places[1::SAMPLE_STEP, 1::SAMPLE_STEP].flatten()
