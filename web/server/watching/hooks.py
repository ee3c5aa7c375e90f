"""ComfyUI's functions, wrapped so that a listener hears of every prompt.

ComfyUI tells nobody of most of what happens to a prompt. A wrapper that raises would stop the
thread that runs prompts for good: here nothing is raised, and what breaks is logged once.
"""

import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Protocol

log = logging.getLogger(__name__)

LISTENER = "anime_production_listener"  # attribute of what is wrapped
WRAPPED = "anime_production_wrapped"  # attribute of the wrapper


class Listener(Protocol):
    """What hears of prompts. It may raise: the wrappers keep it from ComfyUI."""

    def put(self, queue: Any, item: Any) -> None:
        """A prompt is about to be queued."""

    def removed(self, queue: Any, items: list[Any]) -> None:
        """Prompts left the queue without running."""

    def refused(self, prompt_id: Any, graph: Any, error: Any, node_errors: Any) -> None:
        """A prompt failed validation."""

    def message(self, executor: Any, event: Any, data: Any) -> None:
        """The thread that runs prompts says something of its prompt."""

    def node_done(self, node_id: str) -> None:
        """A node of the prompt that runs is done, if `hear_nodes` was called for the prompt."""

    def done(self, queue: Any, item_id: Any, result: Any, status: Any) -> None:
        """A prompt ended, and nobody was told yet."""


class Guarded:
    """The same listener, but nothing that it raises comes through."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self._said: set[str] = set()

    def put(self, queue: Any, item: Any) -> None:
        """See `Listener`."""
        with self._guarding("put"):
            self.listener.put(queue, item)

    def removed(self, queue: Any, items: list[Any]) -> None:
        """See `Listener`."""
        with self._guarding("removed"):
            self.listener.removed(queue, items)

    def refused(self, prompt_id: Any, graph: Any, error: Any, node_errors: Any) -> None:
        """See `Listener`."""
        with self._guarding("refused"):
            self.listener.refused(prompt_id, graph, error, node_errors)

    def message(self, executor: Any, event: Any, data: Any) -> None:
        """See `Listener`."""
        with self._guarding("message"):
            self.listener.message(executor, event, data)

    def node_done(self, node_id: str) -> None:
        """See `Listener`."""
        with self._guarding("node_done"):
            self.listener.node_done(node_id)

    def done(self, queue: Any, item_id: Any, result: Any, status: Any) -> None:
        """See `Listener`."""
        with self._guarding("done"):
            self.listener.done(queue, item_id, result, status)

    @contextmanager
    def _guarding(self, moment: str) -> Iterator[None]:
        """Log what is raised, once for each moment, and go on."""
        try:
            yield
        except Exception as error:
            if moment not in self._said:
                self._said.add(moment)
                log.error(
                    "Anime Production: what became of a prompt could not be recorded (%s: %s in"
                    " %s). Rendering goes on; this is said once.",
                    moment,
                    type(error).__name__,
                    _where(error),
                )


def attach(execution: Any, listener: Listener) -> None:
    """Have a listener hear of every prompt.

    Each function is wrapped once, however often this is called and however many copies of the
    pack are loaded; the last one listens, as the last one's nodes are the ones that run.

    Args:
        execution: ComfyUI's module of this name, or what has its `PromptQueue`, `PromptExecutor`
            and `validate_prompt`.
        listener: hears of them from now on.
    """
    guarded = Guarded(listener)
    wrappers: tuple[tuple[Any, str, Callable[[Any, Any], Any]], ...] = (
        (execution.PromptQueue, "put", _put),
        (execution.PromptQueue, "delete_queue_item", _removing),
        (execution.PromptQueue, "wipe_queue", _removing),
        (execution.PromptQueue, "task_done", _task_done),
        (execution.PromptExecutor, "add_message", _add_message),
        (execution, "validate_prompt", _validate_prompt),
    )
    for owner, name, wrap in wrappers:
        setattr(owner, LISTENER, guarded)
        original = getattr(owner, name)
        if not hasattr(original, WRAPPED):
            wrapper = functools.wraps(original)(wrap(owner, original))
            setattr(wrapper, WRAPPED, True)
            setattr(owner, name, wrapper)


def hear_nodes(execution: Any) -> None:
    """Have the listener told of every node of the prompt that runs, until that ends.

    ComfyUI makes its register of handlers anew for each prompt, before it says what is cached.
    """
    from comfy_execution.progress import add_progress_handler

    add_progress_handler(_node_handler()(execution.PromptExecutor))


@functools.cache
def _node_handler() -> Any:
    """The class of the handlers; made once, as ComfyUI's own is there only while it runs."""
    from comfy_execution.progress import ProgressHandler

    class NodeHandler(ProgressHandler):
        def __init__(self, owner: Any) -> None:
            super().__init__(LISTENER)
            self._owner = owner

        def finish_handler(self, node_id: str, state: Any, prompt_id: str) -> None:
            _listener(self._owner).node_done(node_id)

    return NodeHandler


def _listener(owner: Any) -> Listener:
    """The last copy of the pack's, guarded."""
    listener: Listener = getattr(owner, LISTENER)
    return listener


def _put(owner: Any, original: Any) -> Any:
    def put(self: Any, item: Any, *more: Any, **named: Any) -> Any:
        # Before the queue has it: it could have run to its end otherwise.
        _listener(owner).put(self, item)
        try:
            return original(self, item, *more, **named)
        except BaseException:
            _listener(owner).removed(self, [item])
            raise

    return put


def _removing(owner: Any, original: Any) -> Any:
    def removing(self: Any, *arguments: Any, **named: Any) -> Any:
        # Whoever takes a prompt out to run it has to wait, so that what is gone was removed.
        with getattr(self, "mutex", None) or nullcontext():
            before = list(getattr(self, "queue", ()))
            result = original(self, *arguments, **named)
            left = {id(item) for item in getattr(self, "queue", ())}
        removed = [item for item in before if id(item) not in left]
        if removed:
            _listener(owner).removed(self, removed)
        return result

    return removing


def _task_done(owner: Any, original: Any) -> Any:
    def task_done(
        self: Any, item_id: Any, history_result: Any, status: Any, *more: Any, **named: Any
    ) -> Any:
        # Before the prompt is in the history: who sees it ended must find it recorded.
        _listener(owner).done(self, item_id, history_result, status)
        return original(self, item_id, history_result, status, *more, **named)

    return task_done


def _add_message(owner: Any, original: Any) -> Any:
    def add_message(self: Any, event: Any, data: Any, *more: Any, **named: Any) -> Any:
        result = original(self, event, data, *more, **named)
        _listener(owner).message(self, event, data)
        return result

    return add_message


def _validate_prompt(owner: Any, original: Any) -> Any:
    async def validate_prompt(prompt_id: Any, prompt: Any, *more: Any, **named: Any) -> Any:
        result = await original(prompt_id, prompt, *more, **named)
        if isinstance(result, tuple) and len(result) == 4 and not result[0]:
            _listener(owner).refused(prompt_id, prompt, result[1], result[3])
        return result

    return validate_prompt


def _where(error: Exception) -> str:
    """File and line, without values: an error's text may hold anything."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    code = None if trace is None else trace.tb_frame.f_code
    return "?" if code is None or trace is None else f"{code.co_filename}:{trace.tb_lineno}"
