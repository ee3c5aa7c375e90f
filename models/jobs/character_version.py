"""What is remembered of a character that was saved in a library."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class CharacterReference:
    """A reference picture of a character.

    Attributes:
        standing: what became of it, in words: used, nobody visible, …
        used: whether frames are compared with it.
        similarity: to the reference most like it; None where it isn't used, or there is no other.
    """

    standing: str
    used: bool
    similarity: float | None


@dataclass(frozen=True)
class CharacterVersion:
    """A version of a character, as a library holds it.

    Attributes:
        id: given when it was saved, and kept in its file.
        name: what people call the character.
        folder: of the character inside the library.
        version: counts from 1 in that folder.
        sha256: of everything that was saved, hexadecimal.
        model: what its embeddings can be compared with: backend, weights and region.
        backend: what made the embeddings.
        threshold: similarity from which a frame shows this character.
        calibrated: whether the references set the threshold, or the backend's own holds.
        saved_at: with time zone.
        references: in their order.
    """

    id: UUID
    name: str
    folder: str
    version: int
    sha256: str
    model: str
    backend: str
    threshold: float
    calibrated: bool
    saved_at: datetime
    references: tuple[CharacterReference, ...]
