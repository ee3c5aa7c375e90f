"""A route of the pack: what it is asked, what it answers, and how it is described."""

import asyncio
import inspect
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from ...models.jobs.database.address import without_secrets
from ...models.jobs.database.database import DatabaseAway
from ...models.jobs.recording.recorder import Recorder
from .answers import Refusal, json_answer, read_body
from .host import Host
from .parameters import Parameter, read

log = logging.getLogger(__name__)

MOST_BYTES = 1 << 20  # of a body; what is sent here is short


@dataclass(frozen=True)
class Site:
    """What the routes work on.

    Attributes:
        recorder: the recorder of this ComfyUI.
        host: this ComfyUI.
    """

    recorder: Recorder
    host: Host


@dataclass(frozen=True)
class Asked:
    """What a request says.

    Attributes:
        id: in its path, "" where there is none.
        query: the values of the route's parameters.
        body: the fields of its JSON body.
    """

    id: str
    query: Mapping[str, Any]
    body: Mapping[str, Any]


Answer = Any  # what JSON holds, or a response of aiohttp
Answering = Callable[[Site, Asked], Answer | Awaitable[Answer]]


@dataclass(frozen=True)
class Endpoint:
    """One route.

    Attributes:
        method, path: as aiohttp takes them.
        summary: what it does, in a sentence.
        answering: does it, in a thread of its own; on ComfyUI's loop where it is a coroutine. None
            where another module adds the route, which is only described.
        answer: name of the answer's schema, or the content type where it is no JSON.
        parameters: what may stand behind the `?`.
        body: JSON schema of each field that the body may have; None where it has none.
        errors: statuses beside 400 and 503 that it may answer, each with its meaning.
    """

    method: str
    path: str
    summary: str
    answering: Answering | None
    answer: str
    parameters: tuple[Parameter, ...] = ()
    body: Mapping[str, Any] | None = None
    errors: Mapping[int, str] = field(default_factory=dict)

    async def respond(
        self, request: web.Request, recorder_of: Callable[[], Recorder], host: Host
    ) -> web.StreamResponse:
        """The answer to a request."""
        assert self.answering is not None  # only such are registered
        wanted = request.match_info.get("id", "")
        try:
            asked = Asked(wanted, read(request.query, self.parameters), await self._body(request))
            site = Site(recorder_of(), host)
            if inspect.iscoroutinefunction(self.answering):
                answer = await self.answering(site, asked)
            else:
                answer = await asyncio.to_thread(self.answering, site, asked)
        except Refusal as refusal:
            return refusal.answer()
        except DatabaseAway as error:
            return _away(recorder_of(), wanted, "database_away", str(error)).answer()
        except Exception as error:  # aiohttp would show its trace in the log, values and all
            why = f"{type(error).__name__}: {without_secrets(error)}"
            log.error("Anime Production: %s %s failed (%s).", self.method, self.path, why)
            return Refusal(500, "failed", f"It failed ({type(error).__name__}).").answer()
        if not isinstance(answer, web.StreamResponse):
            return json_answer(answer)
        known = {each.value for each in request.if_none_match or ()}
        if answer.etag is not None and answer.etag.value in known:
            return web.Response(status=304, headers={"ETag": answer.headers["ETag"]})
        return answer

    async def _body(self, request: web.Request) -> dict[str, Any]:
        if self.body is None:
            return {}
        raw = await read_body(request, MOST_BYTES, f"at most {MOST_BYTES} bytes are taken.")
        try:
            said = json.loads(raw or b"{}", parse_constant=_refuse)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise Refusal(400, "bad_body", "The body must be a JSON object.")
        unknown = [name for name in said if name not in self.body]
        if unknown:
            fields = ", ".join(self.body)
            message = f"There is no field {unknown[0][:100]!r} here; there are: {fields}."
            raise Refusal(400, "unknown_field", message)
        return said


def not_yet(recorder: Recorder, wanted: str) -> Refusal:
    """A job that is known to the outbox alone."""
    message = "The job is known, but not in the database yet; ask again in a moment."
    return _away(recorder, wanted, "not_yet", message)


def _away(recorder: Recorder, wanted: str, code: str, message: str) -> Refusal:
    """What is still known without the database."""
    of_this_job = recorder.backlog(wanted) if wanted else None
    outbox = {"backlog": recorder.backlog(), "of_this_job": of_this_job}
    return Refusal(503, code, message, outbox=outbox)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
