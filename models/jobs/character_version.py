"""The record of a character that was saved in a library, as the database keeps it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class CharacterReference:
    """A reference picture of a character.

    Attributes:
        standing: result of checking this picture, in words: used, nobody visible, …
        used: True if frames are compared with this picture.
        similarity: similarity to the most similar other reference; None if this picture
            isn't used or is the only one.
    """

    standing: str
    used: bool
    similarity: float | None


@dataclass(frozen=True)
class CharacterVersion:
    """A version of a character, as a library holds it.

    Attributes:
        id: id that was made when the version was saved; the version's file holds it too.
        name: name of the character, as people use it.
        folder: folder of the character inside the library.
        version: number of the version in that folder, counted from 1.
        sha256: hexadecimal SHA-256 of everything that was saved.
        model: backend, weights and region of the embeddings; only embeddings of the same model
            can be compared.
        backend: name of the backend that made the embeddings.
        threshold: lowest similarity at which a frame counts as showing this character.
        calibrated: True if the references set the threshold, False if it is the backend's default.
        saved_at: time of saving, with time zone.
        references: reference pictures, in their order in the library.
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
