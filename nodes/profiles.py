"""Profiles at the nodes that score: what it takes to pass."""

from typing import Any, ClassVar

from comfy_api.latest import io

from ..models.measure import Measure
from ..models.measures import MEASURES
from ..models.profile import DEFAULT, Profile, load_profile, profile_names
from . import comfyui


class ProfiledNode(io.ComfyNode):
    """Node whose answer depends on a profile, and on the weights in some folders."""

    FOLDERS: ClassVar[tuple[str, ...]] = ()  # below ComfyUI's models

    @classmethod
    def fingerprint_inputs(cls, profile: str | None = DEFAULT, **inputs: Any) -> str:
        """Return what changes when the profile was edited, or weights have come or gone."""
        own = "" if profile is None else repr(chosen_profile(profile))  # None comes over a link
        return own + comfyui.weights_fingerprint(*cls.FOLDERS)


def profile_input() -> io.Combo.Input:
    """What it takes to pass: the shipped profiles and the user's own, as they are now."""
    return io.Combo.Input(
        "profile",
        options=profile_names(comfyui.profiles_directory()),
        default=DEFAULT,
        optional=True,
        tooltip="Limits for a pass: hero for key shots, supporting for most shots, background for "
        "plates and crowds, draft for tests. Put your own profiles into ComfyUI's user folder, in "
        "default/anime_profiles.",
    )


def chosen_profile(name: str) -> Profile:
    """What the user chose at `profile_input()`.

    Raises:
        ProfileError: there is none of that name, or it can't be read; the message says where.
    """
    return load_profile(name, comfyui.profiles_directory())


def chosen_measures(name: str, subject: str) -> tuple[Measure, ...]:
    """Return all measures of a subject, as the profile of a name wants them.

    Raises:
        ProfileError: there is none of that name, or it can't be read; the message says where.
    """
    return chosen_profile(name).applied(subject, *MEASURES[subject])
