"""Downloads of weights in the background while ComfyUI runs."""

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
ANNOUNCE_SECONDS = 0.5  # least time between two announcements of a download's progress
STOP_SECONDS = 3.0  # longest wait for the downloads' threads

RUNNING, DONE, FAILED, STOPPED = "running", "done", "failed", "stopped"


@dataclass(frozen=True)
class Fetch:
    """State of the newest download of a weight since ComfyUI started.

    Attributes:
        state: `running`, `done`, `failed` or `stopped` (by a user, or as ComfyUI ended).
        done: bytes that were downloaded.
        total: bytes of the whole download; None until the server has sent the size.
        message: why the download failed, and what to do.
    """

    state: str = RUNNING
    done: int = 0
    total: int | None = None
    message: str | None = None


@dataclass(frozen=True)
class Models:
    """Model folders of ComfyUI.

    Attributes:
        root: folder of all kinds of models, into which weights are downloaded.
        files: function that returns the installed files of a kind, by name, from every place where
            ComfyUI looks for them.
        discard_list: function that discards ComfyUI's cached list of a kind's files.
    """

    root: Path
    files: Callable[[str], Mapping[str, Path]]
    discard_list: Callable[[str], None]


class Fetches:
    """Downloads of weights in threads, at most one thread for each weight at a time.

    `close` stops the threads when ComfyUI ends. The downloaded part of a file stays on the disk,
    and the next download continues it.
    """

    def __init__(
        self,
        models: Callable[[], Models],
        announce: Callable[[str, dict[str, Any]], None],
        weights: Mapping[str, Weight] = WEIGHTS,
    ) -> None:
        """Store the arguments; `start` begins a download.

        Args:
            models: function that returns ComfyUI's model folders; only requests use it.
            announce: function that sends an event to all browsers, from any thread.
            weights: catalogue of the weights that can be downloaded, by name.
        """
        self.weights = weights
        self._models, self._announce = models, announce
        self._states: dict[str, Fetch] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._stops: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def list_weights(self) -> list[dict[str, Any]]:
        """Return all weights of the catalogue, each with its files and its download."""
        models, weights = self._models(), list(self.weights.values())
        folders = {weight.folder for weight in weights}
        files = {folder: models.files(folder) for folder in folders}
        return [self._weight_to_json(weight, files[weight.folder]) for weight in weights]

    def start(self, name: str, accept_licence: bool) -> dict[str, Any] | None:
        """Begin to download a weight.

        Args:
            name: name of the weight in the catalogue.
            accept_licence: True if the user accepts a licence that forbids commercial use.

        Returns:
            The state of the download, or None if the weight is installed already.

        Raises:
            Refusal: the weight is unknown, its licence isn't accepted, or its download is already
                running.
        """
        weight = self._weight_named(name)
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
        """Tell a download to stop, without waiting for its thread; keep the downloaded part.

        Args:
            name: name of the weight in the catalogue.

        Returns:
            The state of the download.

        Raises:
            Refusal: the weight is unknown, or no download of it runs.
        """
        self._weight_named(name)
        with self._lock:
            thread = self._threads.get(name)
            if thread is None or not thread.is_alive():
                raise Refusal("not_running", name=name)
            self._stops[name].set()
        return vars(self._states[name])

    def close(self, seconds: float = STOP_SECONDS) -> None:
        """Stop all downloads.

        Args:
            seconds: longest wait for their threads, because a server may not answer.
        """
        self._stop.set()
        deadline = time.monotonic() + seconds
        for thread in list(self._threads.values()):
            thread.join(max(0.0, deadline - time.monotonic()))

    def _weight_named(self, name: str) -> Weight:
        weight = self.weights.get(name)
        if weight is None:
            raise Refusal("unknown_weight", name=name[:100], route=ROUTE)
        return weight

    def _weight_to_json(self, weight: Weight, files: Mapping[str, Path]) -> dict[str, Any]:
        state, size = self._states.get(weight.name), weight.megabytes
        return {
            "name": weight.name,
            "purpose": weight.purpose,
            "gain": weight.gain,
            "without": weight.without,
            "installed": weight.installed(files) is not None,
            "folder": weight.folder,
            "files": [weight.unpacked] if weight.unpacked else [f.path for f in weight.files],
            "sources": [file.source for file in weight.files],
            "page": weight.page,
            # Browsers show three digits; a number that is rounded twice may end in another one.
            "megabytes": None if size is None else round(size, 2 if size >= 1 else 1),
            "licence": weight.licence,
            "non_commercial": weight.non_commercial,
            "recommended": weight.recommended,
            "used_by": list(weight.used_by),
            "fetch": None if state is None else vars(state),
        }

    def _run(self, weight: Weight, models: Models) -> None:
        from ...models.weights.fetch import FetchFailed, FetchInterrupted, fetch

        stop_event = self._stops[weight.name]
        try:
            fetch(
                weight,
                models.root,
                self._progress_reporter(weight.name),
                lambda: self._stop.is_set() or stop_event.is_set(),
            )
            models.discard_list(weight.folder)
            self._update(weight.name, state=DONE)
        except FetchInterrupted:
            self._update(weight.name, state=STOPPED)
        except FetchFailed as failure:
            self._update(weight.name, state=FAILED, message=str(failure))
        except Exception as error:  # Nothing above this thread would report the error.
            log.exception("Anime Production: %s could not be downloaded.", weight.name)
            reason = type(error).__name__
            message = f"{weight.name} could not be downloaded ({reason}); see ComfyUI's log."
            self._update(weight.name, state=FAILED, message=message)

    def _progress_reporter(self, name: str) -> Callable[[int, int | None], None]:
        """Return a callback that stores a download's progress and announces it now and then."""
        last_announcement = -ANNOUNCE_SECONDS

        def report_progress(done: int, total: int | None) -> None:
            nonlocal last_announcement
            now = time.monotonic()
            if now - last_announcement < ANNOUNCE_SECONDS:
                self._states[name] = replace(self._states[name], done=done, total=total)
                return
            last_announcement = now
            self._update(name, done=done, total=total)

        return report_progress

    def _update(self, name: str, **changes: Any) -> None:
        """Change the state of a download and announce it to the browsers."""
        self._states[name] = replace(self._states[name], **changes)
        self._announce(EVENT, {"name": name, **vars(self._states[name])})
