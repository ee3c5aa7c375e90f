"""The description of a route, and the code that answers its requests."""

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
from .route_threads import ANSWER_SECONDS

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RouteRequest:
    """A request whose parameters and body were read and validated.

    Attributes:
        id: variable part of the path; "" if the route has none.
        parameters: instance of the route's model of parameters.
        body: instance of the route's model of the body; None if the route has none.
    """

    id: str
    parameters: Any
    body: Any


Answer = Any  # a value for JSON, or a response of aiohttp
Handler = Callable[[RouteContext, RouteRequest], Answer | Awaitable[Answer]]


@dataclass(frozen=True)
class Endpoint:
    """A route of the pack.

    Attributes:
        method: HTTP method.
        path: path in aiohttp's form, with at most one variable part.
        summary: one sentence on the route, for the OpenAPI description.
        handler: function that handles a request. A coroutine runs on ComfyUI's event loop, any
            other function in one of the context's threads.
        answer: name of the answer's model in `answers`, or the content type of an answer that is
            not JSON.
        parameters: model of the query parameters.
        body: model of the body; None if the route has no body.
        errors: meaning of each status that only some routes answer, for the OpenAPI description.
            400, 413, 500 and 503 are described for all routes.
        seconds: longest wait for a handler in a thread; None for no limit.
    """

    method: str
    path: str
    summary: str
    handler: Handler
    answer: str
    parameters: type[Parameters] = Parameters
    body: type[Body] | None = None
    errors: Mapping[int, str] = field(default_factory=dict)
    seconds: float | None = ANSWER_SECONDS

    async def respond(self, context: RouteContext, request: web.Request) -> web.StreamResponse:
        """Return the HTTP response to a request."""
        path_id = next(iter(request.match_info.values()), "")
        try:
            parameters = read_parameters(request.query, self.parameters)
            body = None if self.body is None else await read_body(request, self.body)
            route_request = RouteRequest(path_id, parameters, body)
            if inspect.iscoroutinefunction(self.handler):
                answer = await self.handler(context, route_request)
            else:
                answer = await context.threads.run(
                    self.handler, context, route_request, seconds=self.seconds
                )
        except Refusal as refusal:
            return refusal.answer()
        except DatabaseUnavailable as error:
            database_refusal = refusal_with_backlog(
                context.recorder, path_id, "database_away", reason=str(error)
            )
            return database_refusal.answer()
        except Exception as error:  # aiohttp would log the traceback with its values.
            kind = type(error).__name__
            reason = f"{kind}: {without_secrets(error)}"
            log.error("Anime Production: %s %s failed (%s).", self.method, self.path, reason)
            return Refusal("failed", error=kind).answer()
        if not isinstance(answer, web.StreamResponse):
            return json_answer(answer)
        cached_etags = {each.value for each in request.if_none_match or ()}
        if answer.etag is not None and answer.etag.value in cached_etags:
            return web.Response(status=304, headers={"ETag": answer.headers["ETag"]})
        return answer


def refusal_with_backlog(recorder: Recorder, job: str, key: str, **values: Any) -> Refusal:
    """Return a refusal that also tells how many events wait in the outbox for the database.

    Args:
        recorder: recorder of this process's jobs.
        job: id of the job in the request's path, "" for none.
        key: key in `refusals.REFUSALS`.
        values: values by placeholder of the refusal's sentence.
    """
    job_backlog = recorder.backlog(job) if job else None
    outbox = {"backlog": recorder.backlog(), "of_this_job": job_backlog}
    return Refusal(key, more={"outbox": outbox}, **values)
