"""How the pack's routes answer: strict JSON, and a sentence where they don't do what was asked."""

from typing import Any

from aiohttp import web

from ...models.jobs.strict_json import strict_json


class Refusal(Exception):
    """What was asked isn't done: the answer's status, a code for programs, a sentence for people.

    Attributes:
        more: beside the error, what is known all the same.
    """

    def __init__(self, status: int, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status, self.code, self.more = status, code, more

    def answer(self) -> web.Response:
        """As the route answers it."""
        return json_answer(
            {"error": {"code": self.code, "message": str(self)}, **self.more}, self.status
        )


async def read_body(request: web.Request, most: int, limit: str) -> bytes:
    """A request's body, of which no more is read than it may have.

    Args:
        most: bytes.
        limit: the sentence's end for a body with more.

    Raises:
        Refusal: it has more.
    """
    body = bytearray()
    async for chunk in request.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > most:
            raise Refusal(413, "too_large", f"The body is too large: {limit}")
    return bytes(body)


def json_answer(answer: Any, status: int = 200) -> web.Response:
    """An answer in JSON."""
    return web.Response(text=strict_json(answer), status=status, content_type="application/json")
