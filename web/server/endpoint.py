"""A route of the pack: what it takes, what it answers, and how it does so."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from ...models.jobs.database.address import without_secrets
from ...models.jobs.database.database import DatabaseUnavailable
from ...models.jobs.recording.recorder import Recorder
from .bodies import Body, read_body
from .context import RouteContext
from .query_parameters import Parameters, read_parameters
from .refusals import Refusal, json_answer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RouteRequest:
    """A request that was read and fits its route.

    Attributes:
        id: the part of its path that varies, "" where there is none.
        parameters: of the route's `parameters`.
        body: of the route's `body`; None where it has none.
    """

    id: str
    parameters: Any
    body: Any


Answer = Any  # what JSON holds, or a response of aiohttp
Handler = Callable[[RouteContext, RouteRequest], Answer | Awaitable[Answer]]


@dataclass(frozen=True)
class Endpoint:
    """One route.

    Attributes:
        method, path: as aiohttp takes them; at most one part of the path varies.
        summary: what it does, in a sentence.
        handler: does it, in a thread of its own; on ComfyUI's loop where it is a coroutine.
        answer: name of the answer's model in `answers`, or the content type where it is no
            JSON.
        parameters: model of what may stand behind the `?`.
        body: model of its body; None where it has none.
        errors: statuses beside 400 and 503 that it may answer, each with its meaning.
    """

    method: str
    path: str
    summary: str
    handler: Handler
    answer: str
    parameters: type[Parameters] = Parameters
    body: type[Body] | None = None
    errors: Mapping[int, str] = field(default_factory=dict)

    async def respond(self, context: RouteContext, request: web.Request) -> web.StreamResponse:
        """Return the answer to a request."""
        in_path = next(iter(request.match_info.values()), "")
        try:
            parameters = read_parameters(request.query, self.parameters)
            body = None if self.body is None else await read_body(request, self.body)
            read = RouteRequest(in_path, parameters, body)
            if inspect.iscoroutinefunction(self.handler):
                answer = await self.handler(context, read)
            else:
                answer = await asyncio.to_thread(self.handler, context, read)
        except Refusal as refusal:
            return refusal.answer()
        except DatabaseUnavailable as error:
            return away(context.recorder, in_path, "database_away", reason=str(error)).answer()
        except Exception as error:  # aiohttp would show its trace in the log, values and all
            kind = type(error).__name__
            reason = f"{kind}: {without_secrets(error)}"
            log.error("Anime Production: %s %s failed (%s).", self.method, self.path, reason)
            return Refusal("failed", error=kind).answer()
        if not isinstance(answer, web.StreamResponse):
            return json_answer(answer)
        known = {each.value for each in request.if_none_match or ()}
        if answer.etag is not None and answer.etag.value in known:
            return web.Response(status=304, headers={"ETag": answer.headers["ETag"]})
        return answer


def away(recorder: Recorder, job: str, key: str, **values: Any) -> Refusal:
    """Return a refusal that says what is still known without the database.

    Args:
        recorder: of this ComfyUI.
        job: id of the job that the request names, "" for none.
        key: of the refusal.
        values: by placeholder of its sentence.
    """
    of_this_job = recorder.backlog(job) if job else None
    outbox = {"backlog": recorder.backlog(), "of_this_job": of_this_job}
    return Refusal(key, more={"outbox": outbox}, **values)
