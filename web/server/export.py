"""A selection of jobs as a file: JSON, or CSV for a spreadsheet."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from aiohttp import web

from ...models.jobs.columns import EXPORT, columns_of
from ...models.jobs.queries.listing import Page, list_jobs
from ...models.jobs.strict_json import strict_json
from .context import RouteContext
from .endpoint import RouteRequest
from .jobs import read, row_of
from .query_parameters import CSV, LARGEST_PAGE, ExportParameters

COLUMNS = tuple(each.name for each in columns_of(EXPORT))
# A spreadsheet runs a cell that begins like this; with an apostrophe before it, it is a text.
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")

Pages = AsyncIterator[Page]


async def export(context: RouteContext, request: RouteRequest) -> web.Response:
    """All jobs that are as wanted, a page at a time."""
    query: ExportParameters = request.parameters
    jobs = query.filter()

    def page_after(cursor: str | None) -> Page:
        page: Page = read(context, list_jobs, jobs, LARGEST_PAGE, query.order, cursor)
        return page

    # Before anything is sent: where the database is away, the answer must say so.
    first = await asyncio.to_thread(page_after, None)

    async def pages() -> Pages:
        page = first
        yield page
        while page.next is not None:
            page = await asyncio.to_thread(page_after, page.next)
            yield page

    written, kind = (_csv, "text/csv") if query.format == CSV else (_json, "application/json")
    headers = {"Content-Disposition": f'attachment; filename="anime-jobs.{query.format}"'}
    body = written(pages())
    return web.Response(body=body, content_type=kind, charset="utf-8", headers=headers)


async def _json(pages: Pages) -> AsyncIterator[bytes]:
    separator = b'{"jobs": ['
    async for page in pages:
        for job in page.jobs:
            yield separator + strict_json(row_of(job)).encode()
            separator = b",\n"
    yield (b"" if separator == b",\n" else separator) + b"]}\n"


async def _csv(pages: Pages) -> AsyncIterator[bytes]:
    yield _lines([COLUMNS])
    async for page in pages:
        yield _lines([_cells(row_of(job)) for job in page.jobs])


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cells(job: dict[str, Any]) -> list[Any]:
    values = {**job, "tags": ", ".join(job["tags"])}
    return [_harmless(values[column]) for column in COLUMNS]


def _harmless(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(RUNS):
        return "'" + value
    return value
