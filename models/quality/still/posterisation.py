"""Posterisation: a picture left with tones at regular steps that are wide enough to see."""

import torch

from ...frames import Absence
from ...measure import Measure
from ...measurement import Better
from .dither import DITHERED, unless_dithered
from .picture import Picture

CODES = 256
# How likely as many flat tones of any value lie as regularly by chance, in one channel: a drawing
# in a few flat colours isn't posterised. For steps of 8 levels six are needed, for 64 four.
CHANCE = 1e-2
LEAST_TONES = 4
RARE = 0.002  # share of the looked-at pixels below which a tone isn't counted among the used ones
STEPS_IN_A_GAP = (1, 2, 3)  # in the narrowest gap between used tones: few may lie side by side
OFF = 1.1  # grey levels by which a tone may lie off its step: rounded twice, brightened between
ON_STEPS = 0.98  # share of the looked-at pixels that must lie on the steps; the rest may be specks


def posterisation(frame: torch.Tensor) -> float | None:
    """Return how far the tones of a picture lie apart where they lie at regular steps.

    Only pixels that differ from a neighbour are looked at: at edges and in shading a clean drawing
    has tones of any value, however few flat colours it is made of; a picture that was reduced to a
    few levels a channel has none between them. Empty codes between used ones are the usual sign of
    a reduced bit depth (the "comb" of a histogram); here they must be regular as well, and several
    of them must fill areas: the even tones at the edges of two-tone line art are no steps.

    What was scaled, saved as JPEG or given another gamma afterwards isn't seen, nor two or three
    levels a channel. Flat colours that a person picked from a grid, such as web-safe ones, can't be
    told from it if no edge is smoothed.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).

    Returns:
        Grey levels of 255 between neighbouring tones, the median of the channels: 1 where they lie
        at no regular steps. None where too few tones are used to tell.
    """
    codes = (frame * (CODES - 1)).round().to(torch.uint8)
    differs = torch.zeros(frame.shape[:2], dtype=torch.bool, device=frame.device)
    across = (codes[:, 1:] != codes[:, :-1]).any(dim=-1)
    down = (codes[1:] != codes[:-1]).any(dim=-1)
    differs[:, 1:] |= across
    differs[:, :-1] |= across
    differs[1:] |= down
    differs[:-1] |= down
    edges, areas = codes[differs].unbind(-1), codes[~differs].unbind(-1)
    steps = [_step(_counts(edge), _counts(area)) for edge, area in zip(edges, areas, strict=True)]
    known = sorted(step for step in steps if step is not None)
    return known[len(known) // 2] if known else None


def _counts(codes: torch.Tensor) -> torch.Tensor:
    """Return the pixels of each code, shape (256,)."""
    return torch.bincount(codes.long(), minlength=CODES).cpu()


def _step(edges: torch.Tensor, areas: torch.Tensor) -> float | None:
    """Return the step of the tones of one channel, 1 for none; None where too few are used.

    Args:
        edges: pixels of each code that differ from a neighbour, shape (256,).
        areas: pixels of each code that equal all neighbours, shape (256,).
    """
    inside = edges.clone()
    inside[[0, CODES - 1]] = 0  # where light is clipped, black and white lie on no step
    flat = int((areas > RARE * areas.sum()).sum())
    steps = [_regular_step(each / each.sum().clamp(min=1), flat) for each in (edges, inside)]
    return max((step for step in steps if step is not None), default=None)


def _regular_step(shares: torch.Tensor, flat: int) -> float | None:
    used = (shares > RARE).nonzero().flatten().double()
    if len(used) < LEAST_TONES:  # one or two beside a few of every other tone are none too few
        return None if shares[shares <= RARE].sum() <= 1 - ON_STEPS else 1.0
    gaps = used.diff()
    least = gaps[gaps < 1.5 * gaps.min()].mean()
    for number in STEPS_IN_A_GAP:
        step, first = _line(used, (gaps * number / least).round())
        away = (torch.arange(CODES) - first).remainder(step)
        on_steps = shares[torch.minimum(away, step - away) <= OFF].sum()
        if on_steps >= ON_STEPS and (2 * OFF / step) ** (min(flat, len(used)) - 2) < CHANCE:
            return step
    return 1.0


def _line(tones: torch.Tensor, steps: torch.Tensor) -> tuple[float, float]:
    """Return step and first tone of the line through tones, of which the steps between are known.

    By least squares: steps needn't be whole, as a later change of brightness leaves them.
    """
    number = torch.cat([steps.new_zeros(1), steps.cumsum(0)])
    spread = number - number.mean()
    step = (spread * (tones - tones.mean())).sum() / spread.square().sum()
    return step.item(), (tones.mean() - step * number.mean()).item()


def _measured(picture: Picture) -> float | Absence:
    step = posterisation(picture.frame)
    return Absence(FEW_TONES, counts=False) if step is None else step


FEW_TONES = "few_tones"
POSTERISATION = Measure(
    "posterisation",
    unit="grey levels",
    better=Better.LOWER,
    low=1.0,
    high=64.0,
    backend="regular-tones",
    # Five bits a channel leave steps of 8; CAMBI looks at those of 1 to 4. Not required: colours
    # that a person picked from a grid have such steps too.
    threshold=7.5,
    answers_to="Too few tones, as few bits per channel leave them: size of the regular step "
    "between tones, in grey levels",
    function=unless_dithered(_measured),
    passes="all_tones",
    fails="posterised",
    absences=(FEW_TONES, DITHERED),
)
