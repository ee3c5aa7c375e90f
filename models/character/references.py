"""Which references of a character can be used, and how alike they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import torch

from ..dependency import require
from .detection import Embedder
from .detections import Detections


class ReferenceStatus(str, Enum):
    """What became of a reference picture."""

    USED = "used"
    CHOSEN = "one of several people"  # used: the one whom all other references show
    OUTLIER = "unlike the others"  # used all the same: a back view is unlike the others too
    SEVERAL = "several people"  # not used: nobody can know who is meant
    NOBODY = "nobody visible"
    TOO_SMALL = "too small"

    @property
    def usable(self) -> bool:
        """Whether frames are compared with it."""
        return self in (ReferenceStatus.USED, ReferenceStatus.CHOSEN, ReferenceStatus.OUTLIER)


@dataclass(frozen=True)
class References:
    """What a character's references come to.

    Attributes:
        people: the number in the detections of whom each reference shows; None where it isn't used.
        statuses: what became of each.
        similarities: of each to the most like one of the others; None where there is none.
    """

    people: tuple[int | None, ...]
    statuses: tuple[ReferenceStatus, ...]
    similarities: tuple[float | None, ...]


def judge_references(detections: Detections, embedder: Embedder) -> References:
    """Say which references are usable, and which of them are unlike the others.

    A reference with several people is used where all references with one person agree on one of
    them, by the embedder's published threshold. The references that hang together by that
    threshold are the character; what hangs together with fewer of them is an outlier.

    Args:
        detections: of the references.
        embedder: what described them.

    Returns:
        What became of each.
    """
    alike = embedder.similarities(detections.embeddings, detections.embeddings)
    singles = [row[0] for row in detections.rows if len(row) == 1]
    people: list[int | None] = []
    statuses: list[ReferenceStatus] = []
    for row, small in zip(detections.rows, detections.too_small, strict=True):
        person, status = row[0] if row else None, ReferenceStatus.USED
        if not row:
            status = ReferenceStatus.TOO_SMALL if small else ReferenceStatus.NOBODY
        elif len(row) > 1:
            agreed = _agreed_on(alike[singles][:, row.start : row.stop], embedder.threshold)
            person = None if agreed is None else row[agreed]
            status = ReferenceStatus.SEVERAL if agreed is None else ReferenceStatus.CHOSEN
        people.append(person)
        statuses.append(status)

    usable = [person for person in people if person is not None]
    nearest = _to_the_others(alike[usable][:, usable], embedder.threshold)
    known = dict(zip(usable, nearest, strict=True))
    similarities = tuple(None if person is None else known[person] for person in people)
    for index, similarity in enumerate(similarities):
        if similarity is not None and similarity < embedder.threshold:
            statuses[index] = ReferenceStatus.OUTLIER
    return References(tuple(people), tuple(statuses), similarities)


def _agreed_on(alike: torch.Tensor, threshold: float) -> int | None:
    """Whom of several people all singles show; None where they disagree or there is no single."""
    if not len(alike):
        return None
    shown = (alike >= threshold).any(dim=0).nonzero().flatten().tolist()
    likest = set(alike.argmax(dim=1).tolist())
    return shown[0] if len(shown) == 1 and likest == set(shown) else None


def _to_the_others(alike: torch.Tensor, threshold: float) -> list[float | None]:
    """Similarity of each reference to the likest other one of those that hang together."""
    if len(alike) < 2:
        return [None] * len(alike)
    connected = require("scipy.sparse.csgraph").connected_components
    labels = connected((alike >= threshold).numpy(), directed=False)[1].tolist()
    main = max(labels, key=labels.count)  # the first of equals
    others = torch.tensor([label == main for label in labels])
    if others.sum() < 2:
        others[:] = True
    among = alike.where(others, -torch.inf).fill_diagonal_(-torch.inf)
    return among.amax(dim=1).tolist()


def listed(statuses: Sequence[ReferenceStatus], *wanted: ReferenceStatus) -> list[int]:
    """The numbers of the references with one of the wanted statuses."""
    return [index for index, each in enumerate(statuses) if each in wanted]
