"""Profiles: what it takes to pass, as data. Thresholds of measures, by subject, in JSON files.

A measure's own constants are what holds without a profile; a profile says where it is stricter or
more lenient, which measures count, and where their scales end. `hero`, `supporting`, `background`
and `draft` are shipped in `profiles/`; a user's own lie in a folder of ComfyUI's user folder, and
take the place of a shipped one of the same name.

How alike two pictures are is told on another scale by every backend, and a character's references
set the limit themselves. There a profile names no threshold but a `leeway`: how much further from
its references a frame may be than its sheet allows, as a factor.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .measure import Measure
from .measurement import Better
from .report import MERGED, SUBJECTS

SCHEMA = 1
SHIPPED = Path(__file__).parent / "profiles"
DEFAULT = "supporting"
ALLOWED = ("threshold", "required", "low", "high")
SIMILARITY, LEEWAY = "character.similarity", "leeway"
ALLOWED_OF = {SIMILARITY: (LEEWAY, "required")}


class ProfileError(ValueError):
    """A profile that can't be read; the message names the file, the entry, and what to write."""


@dataclass(frozen=True)
class Profile:
    """What it takes to pass.

    Attributes:
        name: as in a node's combo.
        description: what it is for.
        limits: by subject and measure, the fields of `Measure` that it sets.
        leeway: the factor on how far a frame may be from a character's references.
        path: the file that it was read from.
    """

    name: str
    description: str
    limits: Mapping[str, Mapping[str, Mapping[str, Any]]]
    leeway: float
    path: Path

    def applied(self, subject: str, *measures: Measure) -> tuple[Measure, ...]:
        """Measures as this profile wants them.

        Args:
            subject: of the report that they belong to.
            measures: all that the subject has.

        Returns:
            The same measures in the same order, with this profile's thresholds and scales.

        Raises:
            ProfileError: the profile names a measure that the subject doesn't have, or sets
                something that doesn't fit it.
        """
        limits = self.limits.get(subject, {})
        known = [measure.name for measure in measures]
        strange = [name for name in limits if name not in known]
        if strange:
            raise ProfileError(
                f"profile {self.path}: {subject} has no measure {strange[0]!r}; it has "
                f"{', '.join(known)}. Correct the name or remove the entry."
            )
        return tuple(self._applied(subject, each, limits.get(each.name, {})) for each in measures)

    def _applied(self, subject: str, measure: Measure, limit: Mapping[str, Any]) -> Measure:
        changed = replace(measure, **limit)
        place = f"profile {self.path}: {subject}.{measure.name}"
        if changed.low >= changed.high:
            raise ProfileError(f"{place}: low {changed.low} must be below high {changed.high}.")
        band = measure.better is Better.BAND
        if changed.threshold is not None and isinstance(changed.threshold, tuple) != band:
            wanted = "[from, to]" if band else "one number"
            raise ProfileError(f"{place}: threshold must be {wanted}, got {changed.threshold}.")
        own = (measure.required, measure.threshold)  # that of a similarity comes later
        if changed.required and changed.threshold is None and own != (True, None):
            raise ProfileError(f"{place}: what is required needs a threshold.")
        return changed


def profile_names(folder: Path | None = None) -> list[str]:
    """Names to choose from: the default first, then the other shipped ones, then the user's own.

    Args:
        folder: where the user's own lie; it needn't exist.
    """
    shipped = sorted(path.stem for path in SHIPPED.glob("*.json"))
    own = sorted(path.stem for path in folder.glob("*.json")) if folder is not None else []
    return list(dict.fromkeys([DEFAULT, *shipped, *own]))


def load_profile(name: str, folder: Path | None = None) -> Profile:
    """Read a profile: the user's own of that name, else the shipped one.

    Raises:
        ProfileError: there is none, or it isn't one.
    """
    names = profile_names(folder)
    if name not in names:
        raise ProfileError(f"profile: there is no {name!r}; choose one of {', '.join(names)}.")
    own = folder / f"{name}.json" if folder is not None else None
    path = own if own is not None and own.is_file() else SHIPPED / f"{name}.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ProfileError(f"profile {path}: not readable as JSON ({error}). Mend it.") from error
    return _profile(name, path, data)


def _profile(name: str, path: Path, data: Any) -> Profile:
    subjects = [subject for subject in SUBJECTS if subject != MERGED]
    top = ("schema", "description", *subjects)
    _demand(isinstance(data, dict), path, "the file", "an object", data)
    _demand(data.get("schema") == SCHEMA, path, "schema", str(SCHEMA), data.get("schema"))
    for key in data:
        _demand(key in top, path, repr(key), f"one of {', '.join(top)} as a key", key)
    limits = {subject: data.get(subject, {}) for subject in subjects}
    for subject, entries in limits.items():
        _demand(isinstance(entries, dict), path, subject, "an object", entries)
        for measure, entry in entries.items():
            _check(path, f"{subject}.{measure}", entry)
    read = {
        subject: {measure: _limit(entry) for measure, entry in entries.items()}
        for subject, entries in limits.items()
    }
    subject, _, measure = SIMILARITY.partition(".")
    leeway = read[subject].get(measure, {}).pop(LEEWAY, 1.0)
    return Profile(name, str(data.get("description", "")), read, leeway, path)


def _check(path: Path, place: str, entry: Any) -> None:
    _demand(isinstance(entry, dict), path, place, "an object", entry)
    allowed = ALLOWED_OF.get(place, ALLOWED)
    for key, value in entry.items():
        _demand(key in allowed, path, f"{place}.{key}", f"one of {', '.join(allowed)}", key)
        if key == LEEWAY:
            fits = _is_number(value) and value > 0
            _demand(fits, path, f"{place}.{key}", "a number above 0", value)
        elif key == "required":
            _demand(isinstance(value, bool), path, f"{place}.{key}", "true or false", value)
        elif key == "threshold" and isinstance(value, list):
            fits = len(value) == 2 and all(map(_is_number, value)) and value[0] <= value[1]
            _demand(fits, path, f"{place}.{key}", "[from, to]", value)
        else:
            fits = _is_number(value) or (key == "threshold" and value is None)
            _demand(fits, path, f"{place}.{key}", "a number", value)


def _limit(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: tuple(map(float, value)) if isinstance(value, list) else value
        for key, value in entry.items()
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _demand(fits: bool, path: Path, place: str, expected: str, came: Any) -> None:
    if not fits:
        raise ProfileError(f"profile {path}: {place}: expected {expected}, got {came!r}.")
