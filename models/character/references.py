"""Selection of the usable references of a character, and their similarities to one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import torch

from ..dependency import require
from .detection import Embedder
from .detections import Detections


class ReferenceStatus(str, Enum):
    """Status of a reference picture in its character sheet."""

    USED = "used"
    CHOSEN = "one of several people"  # used: one of its people is in all other references
    OUTLIER = "unlike the others"  # used all the same, as a back view is unlike the others too
    SEVERAL = "several people"  # not used: it is unclear which of them is the character
    NOBODY = "nobody visible"
    TOO_SMALL = "too small"

    @property
    def usable(self) -> bool:
        """True if frames are compared with the reference."""
        return self in (ReferenceStatus.USED, ReferenceStatus.CHOSEN, ReferenceStatus.OUTLIER)


@dataclass(frozen=True)
class JudgedReferences:
    """Result of `judge_references`: the status of each reference of a character.

    Attributes:
        people: index in `Detections.people` of the person in each reference; None if the reference
            isn't used.
        statuses: status of each reference.
        similarities: similarity of each reference to the most similar other one; None if the
            reference isn't used or there is no other.
    """

    people: tuple[int | None, ...]
    statuses: tuple[ReferenceStatus, ...]
    similarities: tuple[float | None, ...]


def judge_references(detections: Detections, embedder: Embedder) -> JudgedReferences:
    """Return which references are usable, and which of them are unlike the others.

    All comparisons use the embedder's published threshold. A reference with several people is used
    if all references with one person are similar to the same one of them. References that are
    similar to each other form groups; the largest group is the character, and all other references
    are outliers.

    Args:
        detections: detections of the references.
        embedder: embedder that made their embeddings.

    Returns:
        Status and similarity of each reference.
    """
    similarity = embedder.similarities(detections.embeddings, detections.embeddings)
    singles = [row[0] for row in detections.rows if len(row) == 1]
    people: list[int | None] = []
    statuses: list[ReferenceStatus] = []
    for row, small in zip(detections.rows, detections.too_small, strict=True):
        person, status = row[0] if row else None, ReferenceStatus.USED
        if not row:
            status = ReferenceStatus.TOO_SMALL if small else ReferenceStatus.NOBODY
        elif len(row) > 1:
            candidates = similarity[singles][:, row.start : row.stop]
            common = _common_person(candidates, embedder.threshold)
            person = None if common is None else row[common]
            status = ReferenceStatus.SEVERAL if common is None else ReferenceStatus.CHOSEN
        people.append(person)
        statuses.append(status)

    usable = [person for person in people if person is not None]
    nearest = _nearest_similarities(similarity[usable][:, usable], embedder.threshold)
    by_person = dict(zip(usable, nearest, strict=True))
    similarities = tuple(None if person is None else by_person[person] for person in people)
    for index, value in enumerate(similarities):
        if value is not None and value < embedder.threshold:
            statuses[index] = ReferenceStatus.OUTLIER
    return JudgedReferences(tuple(people), tuple(statuses), similarities)


def _common_person(similarity: torch.Tensor, threshold: float) -> int | None:
    """Return the one of several people who is the person in all references with one person.

    Args:
        similarity: similarity of the references with one person to the people of the reference
            with several, shape (references, people).
        threshold: similarity from which two are the same person.

    Returns:
        Index of the person; None if the references disagree or there are none.
    """
    if not len(similarity):
        return None
    candidates = (similarity >= threshold).any(dim=0).nonzero().flatten().tolist()
    most_similar = set(similarity.argmax(dim=1).tolist())
    is_agreed = len(candidates) == 1 and most_similar == set(candidates)
    return candidates[0] if is_agreed else None


def _nearest_similarities(similarity: torch.Tensor, threshold: float) -> list[float | None]:
    """Return the similarity of each reference to the most similar other one of the main group."""
    if len(similarity) < 2:
        return [None] * len(similarity)
    connected = require("scipy.sparse.csgraph").connected_components
    groups = connected((similarity >= threshold).numpy(), directed=False)[1].tolist()
    main_group = max(groups, key=groups.count)  # the first of equally large ones
    is_in_main_group = torch.tensor([group == main_group for group in groups])
    if is_in_main_group.sum() < 2:
        is_in_main_group[:] = True
    to_main_group = similarity.where(is_in_main_group, -torch.inf).fill_diagonal_(-torch.inf)
    return to_main_group.amax(dim=1).tolist()


def indices_with(statuses: Sequence[ReferenceStatus], *selected: ReferenceStatus) -> list[int]:
    """Return the numbers of the references that have one of the selected statuses."""
    return [index for index, each in enumerate(statuses) if each in selected]
