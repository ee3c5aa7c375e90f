"""Profiles: thresholds of measures by subject, in JSON files.

Without a profile the limits in a measure's declaration apply. A profile changes thresholds, the
ends of scales and which measures are required. `hero`, `supporting`, `background` and `draft` are
shipped in `profiles/`. A user's own profiles are in a folder of ComfyUI's user folder, and replace
shipped ones of the same name.

The similarity to a character is an exception: its scale depends on the backend, and its threshold
comes from the character's references. So a profile can't set its threshold. It sets a `leeway`: the
factor by which a frame may be further from the references than the character's sheet allows.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .measure import Measure
from .measurement import Better
from .report import SUBJECTS, UNDECLARED

SCHEMA = 1
SHIPPED = Path(__file__).parent / "profiles"
DEFAULT = "supporting"
ALLOWED = ("threshold", "required", "low", "high")  # keys of a measure's entry
SIMILARITY, LEEWAY = "character.similarity", "leeway"
ALLOWED_OF = {SIMILARITY: (LEEWAY, "required")}  # keys of the measures that allow other ones


class ProfileError(ValueError):
    """Error for a profile that can't be used: it names the file and entry, and what to write."""


@dataclass(frozen=True)
class Profile:
    """Set of limits that decide what passes.

    Attributes:
        name: name of the profile, as in a node's combo box.
        description: purpose of the profile, for people.
        limits: fields of `Measure` that the profile sets, by subject and measure.
        leeway: factor by which a frame may be further from a character's references than the
            character's sheet allows.
        path: file that the profile was read from.
    """

    name: str
    description: str
    limits: Mapping[str, Mapping[str, Mapping[str, Any]]]
    leeway: float
    path: Path

    def applied(self, subject: str, *measures: Measure) -> tuple[Measure, ...]:
        """Return measures with this profile's limits.

        Args:
            subject: subject of the measures' report.
            measures: all measures of the subject.

        Returns:
            The same measures in the same order, with this profile's thresholds and scales.

        Raises:
            ProfileError: the profile names a measure that the subject doesn't have, or sets a
                limit that doesn't fit the measure.

        Examples:
            >>> from anime_production.models.measures import MEASURES
            >>> measures = MEASURES["loop"]
            >>> strict = load_profile("hero").applied("loop", *measures)
            >>> {each.name: each.threshold for each in strict}["seam_position"]
            (0.55, 1.4)
        """
        limits = self.limits.get(subject, {})
        names = [measure.name for measure in measures]
        unknown = [name for name in limits if name not in names]
        if unknown:
            raise ProfileError(
                f"profile {self.path}: {subject} has no measure {unknown[0]!r}; it has "
                f"{', '.join(names)}. Correct the name or remove the entry."
            )
        return tuple(self._applied(subject, each, limits.get(each.name, {})) for each in measures)

    def _applied(self, subject: str, measure: Measure, limit: Mapping[str, Any]) -> Measure:
        changed = replace(measure, **limit)
        place = f"profile {self.path}: {subject}.{measure.name}"
        if changed.low >= changed.high:
            raise ProfileError(f"{place}: low {changed.low} must be below high {changed.high}.")
        is_band = measure.better is Better.BAND
        if changed.threshold is not None and isinstance(changed.threshold, tuple) != is_band:
            expected = "[from, to]" if is_band else "one number"
            raise ProfileError(f"{place}: threshold must be {expected}, got {changed.threshold}.")
        # A similarity is declared as required without a threshold: its references set one later.
        declared = (measure.required, measure.threshold)
        if changed.required and changed.threshold is None and declared != (True, None):
            raise ProfileError(
                f"{place}: a required measure needs a threshold; write one, or set required to"
                " false."
            )
        return changed


def profile_names(folder: Path | None = None) -> list[str]:
    """Return the names of all profiles: the default, the other shipped ones, the user's own.

    Args:
        folder: folder of the user's own profiles, which may not exist; None for shipped ones only.

    Examples:
        >>> profile_names()
        ['supporting', 'background', 'draft', 'hero']
    """
    shipped = sorted(path.stem for path in SHIPPED.glob("*.json"))
    own_names = sorted(path.stem for path in folder.glob("*.json")) if folder is not None else []
    return list(dict.fromkeys([DEFAULT, *shipped, *own_names]))


def load_profile(name: str, folder: Path | None = None) -> Profile:
    """Return the user's own profile of a name, or else the shipped one.

    Args:
        name: name of the profile.
        folder: folder of the user's own profiles, which may not exist; None for shipped ones only.

    Raises:
        ProfileError: no profile has this name, or its file is no valid profile.

    Examples:
        >>> load_profile("draft").limits["loop"]["seam_colour"]
        {'threshold': 1.15}
    """
    names = profile_names(folder)
    if name not in names:
        raise ProfileError(f"profile: no profile {name!r}; choose one of {', '.join(names)}.")
    path = SHIPPED / f"{name}.json"
    if folder is not None and (folder / path.name).is_file():
        path = folder / path.name
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ProfileError(
            f"profile {path}: the file can't be read as JSON ({error}). Correct the file."
        ) from error
    return _profile(name, path, data)


def _profile(name: str, path: Path, data: Any) -> Profile:
    subjects = [subject for subject in SUBJECTS if subject not in UNDECLARED]
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
    fields = {
        subject: {measure: _limit(entry) for measure, entry in entries.items()}
        for subject, entries in limits.items()
    }
    subject, _, measure = SIMILARITY.partition(".")
    leeway = fields[subject].get(measure, {}).pop(LEEWAY, 1.0)
    return Profile(name, str(data.get("description", "")), fields, leeway, path)


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


def _demand(fits: bool, path: Path, place: str, expected: str, received: Any) -> None:
    """Raise `ProfileError` unless a received value fits."""
    if not fits:
        raise ProfileError(f"profile {path}: {place}: expected {expected}, got {received!r}.")
