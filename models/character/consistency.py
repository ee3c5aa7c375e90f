"""Consistency: similarity of a character's frames to one another, without its references."""

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
    """Return the subject consistency of VBench (Huang et al. 2024).

    S = 1/(T−1) Σ_{t≥2} ½ [max(0, cos(f₁, f_t)) + max(0, cos(f_{t−1}, f_t))]. In VBench, f are DINO
    features of whole frames; here, f are the embeddings of the character.

    Args:
        embeddings: embeddings of the visible frames in order, shape (frames, dimensions).

    Returns:
        Consistency in 0–1; None with fewer than two frames.

    Examples:
        >>> subject_consistency(torch.tensor([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]))
        1.0
        >>> subject_consistency(torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
        0.0
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


# The backend is the embedder; `character_measures` fills it in.
CONSISTENCY = Measure(
    "subject_consistency",
    unit="cosine",
    better=Better.HIGHER,
    answers_to="Similarity of the frames to one another, whoever they show",
    function=_consistency,
    passes="subject_consistency",
    absences=(NO_REFERENCE,),
)
