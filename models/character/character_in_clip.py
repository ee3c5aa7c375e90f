"""Input of a measure of one character: its appearance in a clip, its sheet, the detections."""

from dataclasses import dataclass

import torch

from .appearance import Appearance
from .detection import IdentityModel
from .detections import Detections
from .sheet import Character


@dataclass(frozen=True, eq=False)
class CharacterInClip:
    """One character in a scored clip.

    Attributes:
        appearance: appearance of the character, frame by frame.
        character: sheet of the character, with at least one usable reference.
        model: detector and embedder that were used for both the clip and the references.
        detections: all people detected in the clip.
    """

    appearance: Appearance
    character: Character
    model: IdentityModel
    detections: Detections

    @property
    def frames(self) -> int:
        """Number of frames of the clip."""
        return len(self.detections.rows)

    @property
    def frames_with_people(self) -> int:
        """Number of frames in which at least one person was detected."""
        return sum(len(row) > 0 for row in self.detections.rows)

    @property
    def similarities(self) -> list[float]:
        """Similarity of each visible frame to the references, in order of the frames."""
        return [each for each in self.appearance.similarities if each is not None]

    @property
    def embeddings(self) -> torch.Tensor:
        """Embeddings of the people assigned to the character, shape (frames, dimensions)."""
        people = [person for person in self.appearance.people if person is not None]
        return self.detections.embeddings[people]
