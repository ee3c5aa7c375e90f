"""Models of the bodies of requests for many jobs at once."""

from typing import Annotated

from pydantic import Field

from ...models.jobs.job import MOST_TAGS, ReviewVerdict
from .bodies import Body
from .fields import Name, OneOf, Reason, Storable, words_of
from .query_parameters import CSV, JSON

MOST_JOBS = 1000  # five of the largest pages; one request then takes a few seconds at most
LONGEST_ID = 100  # characters; an id has 36
IDS = [["5f0c1f0e-9d43-4c3b-a5f2-6f3f7f0f4c10"]]

Id = Annotated[str, Field(max_length=LONGEST_ID), Storable]


class SelectionBody(Body):
    """Selection of jobs by their ids."""

    ids: list[Id] = Field(min_length=1, max_length=MOST_JOBS, examples=IDS)


class SelectionDeleteBody(SelectionBody):
    """Jobs to delete."""

    files: bool = Field(False, description="Also delete the files that the jobs wrote.")


class SelectionReviewBody(SelectionBody):
    """Verdict of a person on jobs."""

    verdict: Annotated[str, words_of(ReviewVerdict)]
    reason: Reason = ""
    reviewer: Name = ""


class SelectionTagsBody(SelectionBody):
    """Tags to add to jobs and to remove from them."""

    add: list[Name] = Field([], max_length=MOST_TAGS, examples=[["night", "rain"]])
    remove: list[Name] = Field([], max_length=MOST_TAGS, examples=[["draft"]])


class SelectionExportBody(SelectionBody):
    """Jobs to export as a file."""

    format: Annotated[str, OneOf((JSON, CSV))] = Field(JSON, description="Format of the file.")
