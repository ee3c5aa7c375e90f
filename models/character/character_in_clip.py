"""One character in a scored clip: the source of all that is measured of it."""

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
        appearance: where it is.
        character: its sheet, with a usable reference.
        model: what looked at both.
        detections: of the clip.
    """

    appearance: Appearance
    character: Character
    model: IdentityModel
    detections: Detections

    @property
    def frames(self) -> int:
        """Number of the clip's frames."""
        return len(self.detections.rows)

    @property
    def frames_with_people(self) -> int:
        """Number of frames that show anybody."""
        return sum(len(row) > 0 for row in self.detections.rows)

    @property
    def similarities(self) -> list[float]:
        """Similarities of the visible frames, in order."""
        return [each for each in self.appearance.similarities if each is not None]

    @property
    def embeddings(self) -> torch.Tensor:
        """Embeddings of those who stand for it, frame by frame."""
        people = [person for person in self.appearance.people if person is not None]
        return self.detections.embeddings[people]
