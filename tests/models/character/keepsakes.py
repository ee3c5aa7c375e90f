"""A character that is hard to save, and what it means that two are the same."""

from dataclasses import fields, replace

import torch

from anime_production.models.character.references import ReferenceStatus
from anime_production.models.character.sheet import Character


def hard_to_save() -> Character:
    """With values that a careless copy changes: the last bits, NaN, minus zero, no reference."""
    torch.manual_seed(1)
    embeddings = torch.randn(2, 5)
    embeddings[0, 0], embeddings[0, 1] = float("nan"), -0.0
    return Character(
        name="Aoi",
        backend="palette",
        model="palette/figure",
        embeddings=embeddings.T.contiguous().T,  # not in the order in which it is written
        threshold=0.1 + 0.2,
        usual=1 / 3,
        calibrated=True,
        pictures=torch.rand(3, 20, 12, 3),
        boxes=torch.rand(3, 4),
        similarities=(0.7, None, 1e-300),
        statuses=(
            ReferenceStatus.USED.value,
            ReferenceStatus.NOBODY.value,
            ReferenceStatus.OUTLIER.value,
        ),
    )


def same_bits(first: torch.Tensor, second: torch.Tensor) -> bool:
    return (first.dtype, first.shape) == (second.dtype, second.shape) and (
        first.contiguous().numpy().tobytes() == second.contiguous().numpy().tobytes()
    )


def assert_same(first: Character, second: Character) -> None:
    for field in fields(Character):
        one, other = getattr(first, field.name), getattr(second, field.name)
        assert type(one) is type(other), field.name
        same = same_bits(one, other) if isinstance(one, torch.Tensor) else one == other
        assert same, field.name


def another(character: Character, number: int) -> Character:
    return replace(character, threshold=float(number))
