"""How alike the frames of a character are among one another, whoever it is that they show."""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as functional

from ..frames import Absence
from ..measure import Measure, Value
from ..measurement import Better
from .visibility import NO_REFERENCE

if TYPE_CHECKING:
    from .character_in_clip import CharacterInClip


def subject_consistency(embeddings: torch.Tensor) -> float | None:
    """VBench's subject consistency of the frames that show somebody, in order.

    S = 1/(T−1) Σ_{t≥2} ½ [max(0, cos(f₁, f_t)) + max(0, cos(f_{t−1}, f_t))], Huang et al. 2024;
    theirs are DINO features of whole frames, these are what the embedder made of the character.

    Args:
        embeddings: shape (frames, dimensions).

    Returns:
        0–1; None with fewer than two frames.
    """
    if len(embeddings) < 2:
        return None
    unit = functional.normalize(embeddings.double(), dim=1)
    to_first = (unit[1:] @ unit[0]).clamp(min=0)
    to_last = (unit[1:] * unit[:-1]).sum(dim=1).clamp(min=0)
    return ((to_first + to_last) / 2).mean().item()


def _consistency(clip: "CharacterInClip") -> Value | Absence:
    value = subject_consistency(clip.embeddings)
    visible = len(clip.embeddings)
    if value is None:
        return Absence("too_few_frames", {"frames": visible, "least": 2})
    return Value(value, {"character": clip.appearance.name, "visible": visible})


# Its backend is the embedder.
CONSISTENCY = Measure(
    "subject_consistency",
    unit="cosine",
    better=Better.HIGHER,
    answers_to="Similarity of the frames to one another, whoever they show",
    function=_consistency,
    passes="subject_consistency",
    absences=(NO_REFERENCE,),
)
