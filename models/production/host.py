"""Interface to this ComfyUI process for the queue of phases and the runner of a phase."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from ..jobs.database.database import Database
from .definition import PhaseDefinition
from .records import ProductionRecord


class Stopped(Exception):
    """Error that ends a phase's run because this ComfyUI process stops.

    The phase continues on another machine, or on this one after the next start.
    """


class WorkflowRefused(ValueError):
    """Error for a graph that ComfyUI refuses; the message says why."""


class Host(Protocol):
    """A ComfyUI process; every method may be called from any thread."""

    @property
    def process_id(self) -> UUID:
        """Id of this process in its jobs and heartbeats."""

    @property
    def least_free(self) -> float:
        """Bytes that must be free on the output folder's disk before an attempt is made."""

    @property
    def database(self) -> Database:
        """The database that holds the productions."""

    def settle(self) -> None:
        """Ship the events of the outbox, so that a query returns the newest data."""

    def stopping(self) -> bool:
        """Return True if this process is stopping."""

    def pause(self, seconds: float) -> None:
        """Wait for some seconds, or until this process stops or `wake` is called."""

    def count_other_prompts(self) -> int:
        """Return the number of prompts in this process that belong to no production."""

    def has_prompt(self, prompt_id: str) -> bool:
        """Return True if a prompt runs or waits here."""

    def make_room(self, graph: Mapping[str, Any]) -> None:
        """Free the memory of models that a graph doesn't need."""

    def submit(self, graph: dict[str, Any], prompt_id: str, mark: Mapping[str, Any]) -> None:
        """Queue a prompt.

        Args:
            graph: workflow in API form.
            prompt_id: id of the new prompt.
            mark: ids of the production, the phase and the attempt, recorded with the job.

        Raises:
            WorkflowRefused: ComfyUI refuses the graph.
        """

    def wait(self, prompt_id: str, seconds: float) -> bool:
        """Wait until a prompt ends, at most some seconds; return True if it has ended."""

    def interrupt(self, prompt_id: str) -> None:
        """Interrupt a prompt, or remove it from the queue if it hasn't begun."""

    def free_bytes(self) -> int:
        """Return the free bytes on the disk of the output folder."""

    def output(self) -> Path:
        """Return the output folder."""

    def announce(self, production: ProductionRecord) -> None:
        """Send a production's state to the browsers."""

    def missing(self, definition: PhaseDefinition, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the node classes, files and options that a phase needs and this process lacks."""

    def wake(self) -> None:
        """End a `pause` or `wait` now, so that the runner reads the phase's state again."""
