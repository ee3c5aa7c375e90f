"""Downloads of weights while ComfyUI runs."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...models.weights import WEIGHTS, Weight
from .refusals import Refusal

log = logging.getLogger(__name__)

ROUTE = "/anime/weights"
EVENT = "anime.weights"
TOLD_EVERY = 0.5  # seconds
STOP_SECONDS = 3.0

RUNNING, DONE, FAILED, STOPPED = "running", "done", "failed", "stopped"


@dataclass(frozen=True)
class Fetch:
    """How it stands with fetching one weight, since ComfyUI started.

    Attributes:
        state: `running`, `done`, `failed` or `stopped` (somebody stopped it, or ComfyUI ended).
        done, total: bytes; the total is None until it is known.
        message: why it failed, and what to do.
    """

    state: str = RUNNING
    done: int = 0
    total: int | None = None
    message: str | None = None


@dataclass(frozen=True)
class Models:
    """ComfyUI's models.

    Attributes:
        root: the folder of all kinds, into which is fetched.
        files: what is installed of a kind, wherever ComfyUI looks for it.
        forget: called with a kind whose files have changed.
    """

    root: Path
    files: Callable[[str], Mapping[str, Path]]
    forget: Callable[[str], None]


class Fetches:
    """Owns the threads that fetch: one for a name at a time.

    `close` asks them to stop, and is called when the server ends; what they have fetched so far
    stays beside the file, and is where the next fetch goes on.
    """

    def __init__(
        self,
        models: Callable[[], Models],
        announce: Callable[[str, dict[str, Any]], None],
        weights: Mapping[str, Weight] = WEIGHTS,
    ) -> None:
        """Start nothing yet.

        Args:
            models: gives ComfyUI's; called by requests only.
            announce: sends an event to all browsers, from any thread.
            weights: the catalogue.
        """
        self.weights = weights
        self._models, self._announce = models, announce
        self._states: dict[str, Fetch] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._stops: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def standing(self) -> list[dict[str, Any]]:
        """All weights, as they stand now."""
        models = self._models()
        files = {folder: models.files(folder) for folder in {w.folder for w in self._all()}}
        return [self._described(weight, files[weight.folder]) for weight in self._all()]

    def start(self, name: str, accept_licence: bool) -> dict[str, Any] | None:
        """Begin to fetch.

        Returns:
            How it stands, or None where it is installed already.

        Raises:
            Refusal: no such weight, its licence isn't accepted, or it is being fetched.
        """
        weight = self._known(name)
        if weight.non_commercial and not accept_licence:
            raise Refusal("licence_not_accepted", name=name, licence=weight.licence)
        models = self._models()
        with self._lock:
            if name in self._threads and self._threads[name].is_alive():
                raise Refusal("already_running", name=name)
            if weight.complete(models.files(weight.folder)):
                return None
            self._states[name], self._stops[name] = Fetch(), threading.Event()
            thread = threading.Thread(
                target=self._run, args=(weight, models), name=f"anime-weights-{name}", daemon=True
            )
            self._threads[name] = thread
            thread.start()
        return vars(self._states[name])

    def stop(self, name: str) -> dict[str, Any]:
        """Stop fetching one; what has come so far is kept. Doesn't wait for its end.

        Returns:
            How it stands.

        Raises:
            Refusal: no such weight, or it isn't being fetched.
        """
        self._known(name)
        with self._lock:
            thread = self._threads.get(name)
            if thread is None or not thread.is_alive():
                raise Refusal("not_running", name=name)
            self._stops[name].set()
        return vars(self._states[name])

    def close(self) -> None:
        """Stop all of them; one that waits for a silent server is not waited for."""
        self._stop.set()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in list(self._threads.values()):
            thread.join(max(0.0, deadline - time.monotonic()))

    def _known(self, name: str) -> Weight:
        weight = self.weights.get(name)
        if weight is None:
            raise Refusal("unknown_weight", name=name[:100], route=ROUTE)
        return weight

    def _all(self) -> list[Weight]:
        return list(self.weights.values())

    def _described(self, weight: Weight, files: Mapping[str, Path]) -> dict[str, Any]:
        state, size = self._states.get(weight.name), weight.megabytes
        return {
            "name": weight.name,
            "installed": weight.installed(files) is not None,
            "folder": weight.folder,
            "files": [weight.unpacked] if weight.unpacked else [f.path for f in weight.files],
            "sources": [file.source for file in weight.files],
            "megabytes": None if size is None else round(size, 1),
            "licence": weight.licence,
            "non_commercial": weight.non_commercial,
            "used_by": list(weight.used_by),
            "fetch": None if state is None else vars(state),
        }

    def _run(self, weight: Weight, models: Models) -> None:
        from ...models.weights.fetch import FetchFailed, FetchInterrupted, fetch

        asked_to_stop = self._stops[weight.name]
        try:
            fetch(
                weight,
                models.root,
                self._teller(weight.name),
                lambda: self._stop.is_set() or asked_to_stop.is_set(),
            )
            models.forget(weight.folder)
            self._tell(weight.name, state=DONE)
        except FetchInterrupted:
            self._tell(weight.name, state=STOPPED)
        except FetchFailed as failure:
            self._tell(weight.name, state=FAILED, message=str(failure))
        except Exception as error:  # the thread is the last to see it
            log.exception("Anime Production: %s could not be fetched.", weight.name)
            message = f"{weight.name} could not be fetched ({type(error).__name__}); see the log."
            self._tell(weight.name, state=FAILED, message=message)

    def _teller(self, name: str) -> Callable[[int, int | None], None]:
        told = -TOLD_EVERY

        def report(done: int, total: int | None) -> None:
            nonlocal told
            now = time.monotonic()
            if now - told < TOLD_EVERY:
                self._states[name] = replace(self._states[name], done=done, total=total)
                return
            told = now
            self._tell(name, done=done, total=total)

        return report

    def _tell(self, name: str, **changed: Any) -> None:
        self._states[name] = replace(self._states[name], **changed)
        self._announce(EVENT, {"name": name, **vars(self._states[name])})
