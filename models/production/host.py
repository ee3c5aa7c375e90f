"""This ComfyUI process, as the queue and the phases need it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from ..jobs.database.database import Database
from .definition import PhaseDefinition
from .records import ProductionRecord


class Stopped(Exception):
    """This ComfyUI ends; the phase goes on elsewhere, or here after the next start."""


class Postponed(Exception):
    """The phase can't go on now.

    Attributes:
        seconds: when to try again.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


class WorkflowRefused(ValueError):
    """ComfyUI doesn't take a graph; the message says why."""


class Host(Protocol):
    """A ComfyUI process. All of it may be called from any thread."""

    @property
    def process_id(self) -> UUID:
        """By which its jobs are known."""

    @property
    def least_free(self) -> float:
        """Bytes that must be free for an attempt."""

    @property
    def database(self) -> Database:
        """The database that productions are in."""

    def settle(self) -> None:
        """Ship what waits in the outbox, so that a query finds what was recorded last."""

    def stopping(self) -> bool:
        """Whether this ComfyUI ends."""

    def rest(self, seconds: float) -> None:
        """Wait; less where it ends, or somebody wants the phase to be looked at."""

    def others_prompts(self) -> int:
        """How many prompts that are no production's run or wait here."""

    def has_prompt(self, prompt_id: str) -> bool:
        """Whether a prompt runs or waits here."""

    def make_room(self, graph: Mapping[str, Any]) -> None:
        """Free the memory of models that a graph doesn't need."""

    def submit(self, graph: dict[str, Any], prompt_id: str, mark: Mapping[str, Any]) -> None:
        """Queue a prompt; `WorkflowRefused` where ComfyUI doesn't take it."""

    def wait(self, prompt_id: str, seconds: float) -> bool:
        """Whether a prompt of this ComfyUI ended; at most so long is waited for it."""

    def interrupt(self, prompt_id: str) -> None:
        """Have a prompt end soon, or never begin."""

    def free_bytes(self) -> int:
        """Room on the disk of the output folder."""

    def output(self) -> Path:
        """The output folder."""

    def announce(self, production: ProductionRecord) -> None:
        """Tell browsers of a change."""

    def missing(self, definition: PhaseDefinition, values: Mapping[str, Any]) -> tuple[str, ...]:
        """What a phase needs and this ComfyUI lacks."""

    def nudge(self) -> None:
        """Have the phase that runs looked at now."""
