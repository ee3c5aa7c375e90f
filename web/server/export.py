"""The export of a selection of jobs as a file: JSON, or CSV for a spreadsheet."""

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
from .jobs import job_row_to_json, run_query
from .query_parameters import CSV, LARGEST_PAGE, ExportParameters

COLUMNS = tuple(each.name for each in columns_of(EXPORT))
# A spreadsheet runs a cell that begins with one of these as a formula. An apostrophe before it
# makes the cell a text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

Pages = AsyncIterator[Page]


async def export(context: RouteContext, request: RouteRequest) -> web.Response:
    """Return all selected jobs as a file that is sent page by page."""
    query: ExportParameters = request.parameters
    jobs = query.filter()

    def page_after(cursor: str | None) -> Page:
        page: Page = run_query(context, list_jobs, jobs, LARGEST_PAGE, query.order, cursor)
        return page

    # The first page is read before anything is sent, so that the answer can still be a refusal if
    # the database can't be reached.
    first = await context.threads.run(page_after, None)

    async def pages() -> Pages:
        page = first
        yield page
        while page.next is not None:
            page = await context.threads.run(page_after, page.next)
            yield page

    return file_answer(query.format, pages())


def file_answer(file_format: str, pages: Pages) -> web.Response:
    """Return jobs as an answer that a browser saves as a file.

    Args:
        file_format: `CSV` or `JSON`.
        pages: jobs, page by page.
    """
    encode, media_type = (_csv, "text/csv") if file_format == CSV else (_json, "application/json")
    headers = {"Content-Disposition": f'attachment; filename="anime-jobs.{file_format}"'}
    body = encode(pages)
    return web.Response(body=body, content_type=media_type, charset="utf-8", headers=headers)


async def _json(pages: Pages) -> AsyncIterator[bytes]:
    separator = b'{"jobs": ['
    async for page in pages:
        for job in page.jobs:
            yield separator + strict_json(job_row_to_json(job)).encode()
            separator = b",\n"
    yield (b"" if separator == b",\n" else separator) + b"]}\n"


async def _csv(pages: Pages) -> AsyncIterator[bytes]:
    yield _lines([COLUMNS])
    async for page in pages:
        yield _lines([_cells(job_row_to_json(job)) for job in page.jobs])


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def _cells(job: dict[str, Any]) -> list[Any]:
    values = {**job, "tags": ", ".join(job["tags"])}
    return [_without_formula(values[column]) for column in COLUMNS]


def _without_formula(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value
