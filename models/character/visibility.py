"""Visibility: share of a clip's frames, or of a sheet's references, that show a person."""

from typing import TYPE_CHECKING

from ..measure import Measure, Value
from ..measurement import Better
from .better_detector import all_codes

if TYPE_CHECKING:
    from .character_in_clip import CharacterInClip

# Absence of all measures of a character without a usable reference.
NO_REFERENCE = "no_reference"
SEEN_IN_ITS_PLACE = "seen_share"
REFERENCES_UNSEEN = "references_unseen"
REFERENCES_UNMARKED = "references_unmarked"
REFERENCES_SEEN = "references_seen"
REFERENCES_USABLE = "references_usable"


def visible_share(clip: "CharacterInClip") -> Value:
    """Return the share of the frames that show a character, or another person in its place."""
    appearance, count = clip.appearance, clip.frames
    visible = len(appearance.visible_frames)
    return Value(
        visible / count,
        {"character": appearance.name, "visible": visible, "frames": count},
        None if visible == clip.frames_with_people else SEEN_IN_ITS_PLACE,
        [float(each is not None) for each in appearance.similarities],
        {"too_small": [frame for frame, each in enumerate(clip.detections.too_small) if each]},
    )


# The backend is the detector; `character_measures` and `sheet_measures` fill it in.
VISIBLE_SHARE = Measure(
    "visible_share",
    unit="share",
    better=Better.HIGHER,
    answers_to="Share of the frames or references that show the character or somebody in its place",
    function=visible_share,
    passes="visible_share",
    reasons=(
        SEEN_IN_ITS_PLACE,
        *all_codes(REFERENCES_UNSEEN),
        REFERENCES_UNMARKED,
        REFERENCES_SEEN,
        REFERENCES_USABLE,
    ),
    absences=(NO_REFERENCE,),
)
