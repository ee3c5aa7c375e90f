"""The input for a profile on scoring nodes, and the thresholds that the chosen profile sets."""

from typing import Any, ClassVar

from comfy_api.latest import io

from ..models.measure import Measure
from ..models.measures import MEASURES
from ..models.profile import DEFAULT, Profile, load_profile, profile_names
from . import comfyui


class ProfiledNode(io.ComfyNode):
    """Base of the nodes whose result depends on a profile, and on the weights in some folders.

    Attributes:
        FOLDERS: names of the folders of weights below ComfyUI's models.
    """

    FOLDERS: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def fingerprint_inputs(cls, profile: str | None = DEFAULT, **inputs: Any) -> str:
        """Return a text that changes when the profile or the weights change."""
        # None stands for a value that comes over a link; ComfyUI compares that value itself.
        profile_text = "" if profile is None else repr(chosen_profile(profile))
        return profile_text + comfyui.weights_fingerprint(*cls.FOLDERS)


def profile_input() -> io.Combo.Input:
    """Return the input for a profile; its options are the shipped and the user's own profiles."""
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
    """Return the profile that the user chose.

    Args:
        name: value of `profile_input()`.

    Raises:
        ProfileError: no profile has this name, or its file can't be read; the message says where.
    """
    return load_profile(name, comfyui.profiles_directory())


def chosen_measures(name: str, subject: str) -> tuple[Measure, ...]:
    """Return all measures of a subject with the thresholds of the chosen profile.

    Args:
        name: value of `profile_input()`.
        subject: subject of the measures, such as `loop`.

    Raises:
        ProfileError: no profile has this name, or its file can't be read; the message says where.
    """
    return chosen_profile(name).applied(subject, *MEASURES[subject])
