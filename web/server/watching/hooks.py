"""Wrappers around ComfyUI's functions that report every prompt to a listener.

The wrappers are needed because ComfyUI has no events for most changes of a prompt. An exception in
a wrapper would end the thread that runs prompts, so the wrappers catch the exceptions of the
listener and log them once.
"""

import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from types import MethodType
from typing import Any, Protocol

log = logging.getLogger(__name__)

LISTENER = "anime_production_listener"  # attribute of a wrapped class or module: the listener
WRAPPED = "anime_production_wrapped"  # attribute of a wrapper: True

# Names of the queue's methods whose wrapper is reporting in this thread or task.
_reporting: ContextVar[frozenset[str]] = ContextVar("anime_reporting", default=frozenset())


class Listener(Protocol):
    """Receiver of what happens to prompts. It may raise: `Guarded` catches its exceptions."""

    def put(self, queue: Any, item: Any) -> Any:
        """Handle a prompt that is about to be queued, and return the item to queue."""

    def removed(self, queue: Any, items: list[Any]) -> None:
        """Handle prompts that left the queue without running."""

    def refused(self, prompt_id: Any, graph: Any, error: Any, node_errors: Any) -> None:
        """Handle a prompt that failed validation."""

    def accepted(self, prompt_id: Any, graph: Any, node_errors: Any) -> None:
        """Handle a prompt that passed validation, as a whole or without its faulty nodes."""

    def message(self, executor: Any, event: Any, data: Any) -> None:
        """Handle a message of the executor on its running prompt."""

    def node_done(self, node_id: str) -> None:
        """Handle the end of a node, if `add_node_handler` was called for the prompt."""

    def done(self, queue: Any, item_id: Any, result: Any, status: Any) -> None:
        """Handle the end of a prompt, before ComfyUI adds it to the history."""


class Guarded:
    """Wrapper around a listener that catches and logs the listener's exceptions."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self._logged_methods: set[str] = set()

    def put(self, queue: Any, item: Any) -> Any:
        """See `Listener`; return the same item after an exception."""
        with self._guarding("put"):
            return self.listener.put(queue, item)
        return item

    def removed(self, queue: Any, items: list[Any]) -> None:
        """See `Listener`."""
        with self._guarding("removed"):
            self.listener.removed(queue, items)

    def refused(self, prompt_id: Any, graph: Any, error: Any, node_errors: Any) -> None:
        """See `Listener`."""
        with self._guarding("refused"):
            self.listener.refused(prompt_id, graph, error, node_errors)

    def accepted(self, prompt_id: Any, graph: Any, node_errors: Any) -> None:
        """See `Listener`."""
        with self._guarding("accepted"):
            self.listener.accepted(prompt_id, graph, node_errors)

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
    def _guarding(self, method: str) -> Iterator[None]:
        """Catch an exception, and log the first one of each method."""
        try:
            yield
        except Exception as error:
            if method not in self._logged_methods:
                self._logged_methods.add(method)
                log.error(
                    "Anime Production: a prompt could not be recorded (%s: %s in %s). Rendering"
                    " continues. This message appears once.",
                    method,
                    type(error).__name__,
                    _raised_at(error),
                )


def attach(execution: Any, listener: Listener, queue: Any = None) -> None:
    """Wrap ComfyUI's functions so that they report every prompt to a listener.

    Each function is wrapped once, even after several calls or with several copies of the pack. Only
    the listener of the last call receives the prompts: ComfyUI uses the nodes of the copy that it
    loaded last.

    Args:
        execution: ComfyUI's module `execution`, or an object with its `PromptQueue`,
            `PromptExecutor` and `validate_prompt`.
        listener: receiver of the prompts from now on.
        queue: ComfyUI's queue. Another pack may have replaced its methods on this object, so that
            the wrappers on the class would never be called.
    """
    guarded = Guarded(listener)
    queue_wrappers: dict[str, Callable[[Any, Any], Any]] = {
        "put": _put,
        "delete_queue_item": _removing,
        "wipe_queue": _removing,
        "task_done": _task_done,
    }
    for name, wrap in queue_wrappers.items():
        _wrap(execution.PromptQueue, name, _reporting_once(name, wrap), guarded)
        if name in getattr(queue, "__dict__", {}):
            _wrap_of_object(queue, name, _reporting_once(name, wrap), guarded)
    _wrap(execution.PromptExecutor, "add_message", _add_message, guarded)
    _wrap(execution, "validate_prompt", _validate_prompt, guarded)


def _wrap(owner: Any, name: str, wrap: Callable[[Any, Any], Any], guarded: Guarded) -> None:
    """Wrap a function of a class or a module, unless it is wrapped already."""
    setattr(owner, LISTENER, guarded)
    original = getattr(owner, name)
    if not hasattr(original, WRAPPED):
        setattr(owner, name, _wrapper(owner, original, wrap))


def _wrap_of_object(
    owner: Any, name: str, wrap: Callable[[Any, Any], Any], guarded: Guarded
) -> None:
    """Wrap a method that was replaced on the object itself, unless it is wrapped already."""
    setattr(owner, LISTENER, guarded)
    method = getattr(owner, name)

    def with_self(self: Any, *arguments: Any, **named: Any) -> Any:
        return method(*arguments, **named)

    if not hasattr(method, WRAPPED):
        setattr(owner, name, MethodType(_wrapper(owner, with_self, wrap), owner))


def _wrapper(owner: Any, original: Any, wrap: Callable[[Any, Any], Any]) -> Any:
    wrapper = functools.wraps(original)(wrap(owner, original))
    setattr(wrapper, WRAPPED, True)
    return wrapper


def _reporting_once(name: str, wrap: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return a `wrap` whose wrapper does nothing within another wrapper of the same method."""

    def wrap_once(owner: Any, original: Any) -> Any:
        wrapper = wrap(owner, original)

        def method(self: Any, *arguments: Any, **named: Any) -> Any:
            if name in _reporting.get():
                return original(self, *arguments, **named)
            token = _reporting.set(_reporting.get() | {name})
            try:
                return wrapper(self, *arguments, **named)
            finally:
                _reporting.reset(token)

        return method

    return wrap_once


def add_node_handler(execution: Any) -> None:
    """Report every node of the running prompt to the listener, until the prompt ends.

    ComfyUI creates a new registry of handlers for each prompt, before it reports the cached nodes.
    """
    from comfy_execution.progress import add_progress_handler

    add_progress_handler(_node_handler()(execution.PromptExecutor))


@functools.cache
def _node_handler() -> Any:
    """Return the class of the handlers; its base class can be imported only inside ComfyUI."""
    from comfy_execution.progress import ProgressHandler

    class NodeHandler(ProgressHandler):
        def __init__(self, owner: Any) -> None:
            super().__init__(LISTENER)
            self._owner = owner

        def finish_handler(self, node_id: str, state: Any, prompt_id: str) -> None:
            _listener(self._owner).node_done(node_id)

    return NodeHandler


def _listener(owner: Any) -> Listener:
    """Return the guarded listener of the last copy of the pack."""
    listener: Listener = getattr(owner, LISTENER)
    return listener


def _put(owner: Any, original: Any) -> Any:
    def put(self: Any, item: Any, *more: Any, **named: Any) -> Any:
        # The listener is called before the prompt is queued, because the prompt could otherwise
        # end before the listener has its job.
        item = _listener(owner).put(self, item)
        try:
            return original(self, item, *more, **named)
        except BaseException:
            _listener(owner).removed(self, [item])
            raise

    return put


def _removing(owner: Any, original: Any) -> Any:
    def removing(self: Any, *arguments: Any, **named: Any) -> Any:
        # The lock prevents the executor from taking a prompt in between. So every item that is
        # missing afterwards was removed by this call.
        with getattr(self, "mutex", None) or nullcontext():
            items_before = list(getattr(self, "queue", ()))
            result = original(self, *arguments, **named)
            ids_after = {id(item) for item in getattr(self, "queue", ())}
        removed_items = [item for item in items_before if id(item) not in ids_after]
        if removed_items:
            _listener(owner).removed(self, removed_items)
        return result

    return removing


def _task_done(owner: Any, original: Any) -> Any:
    def task_done(
        self: Any, item_id: Any, history_result: Any, status: Any, *more: Any, **named: Any
    ) -> Any:
        # The listener is called before the prompt is in the history: a client that reads the end
        # of the prompt there must find it recorded.
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
        if isinstance(result, tuple) and len(result) == 4:
            is_valid, error, _, node_errors = result
            if is_valid:
                _listener(owner).accepted(prompt_id, prompt, node_errors)
            else:
                _listener(owner).refused(prompt_id, prompt, error, node_errors)
        return result

    return validate_prompt


def _raised_at(error: Exception) -> str:
    """Return the file and line of an error, without its text, which may contain secrets."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    code = None if trace is None else trace.tb_frame.f_code
    return "?" if code is None or trace is None else f"{code.co_filename}:{trace.tb_lineno}"
