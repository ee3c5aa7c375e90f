"""Handlers of the routes for the questions that gates ask while their prompt waits."""

from typing import Annotated, Any

from pydantic import Field

from ...models.gating.asking import Choice
from ...models.gating.questions import QUESTIONS, NotAPicture, QuestionClosed
from ...models.jobs.job import LONGEST_CLIENT_ID
from .bodies import Body, NoFields
from .context import RouteContext
from .endpoint import Endpoint, RouteRequest
from .fields import Name
from .query_parameters import Parameters, Text
from .refusals import Refusal

MOST_PICKED = 100_000  # pictures of one answer; the usual limit of a body is lower

Picture = Annotated[int, Field(ge=0)]
# Only the first fault among so many pictures is looked for.
Pictures = Annotated[list[Picture], Field(max_length=MOST_PICKED, fail_fast=True)]


class QuestionsParameters(Parameters):
    """Client that displays the questions."""

    client: Text = Field(
        "",
        max_length=LONGEST_CLIENT_ID,
        description="Client id of the editor. Questions of other clients that are connected are"
        " left out. Empty: only questions that any editor may answer.",
    )


class AnswerBody(Body):
    """Choice of a person."""

    picked: Pictures | None = Field(
        None,
        description="Numbers of the pictures that go on; an empty list rejects all. At level batch"
        " any number accepts the batch. null leaves the decision to the report.",
        examples=[[2, 5]],
    )
    reviewer: Name = Field("", description="Name of the person, for the review of the job.")


def get_questions(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return the open questions that an editor may answer, the oldest first."""
    sockets = getattr(context.server(), "sockets", {})
    client = request.parameters.client
    return {
        "questions": [
            each.to_dict()
            for each in QUESTIONS.list_open()
            # A page that was closed for good doesn't come back, so any other may answer for it.
            if each.client is None or each.client == client or each.client not in sockets
        ]
    }


def see(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Note that an editor displays a question; a gate waits no longer if none does."""
    try:
        QUESTIONS.see(request.id)
    except QuestionClosed:
        raise Refusal("question_closed") from None
    return {"id": request.id}


def answer(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Answer a question, so that its prompt goes on."""
    body: AnswerBody = request.body
    choice = None if body.picked is None else Choice(tuple(sorted(set(body.picked))), body.reviewer)
    try:
        QUESTIONS.answer(request.id, choice)
    except QuestionClosed:
        raise Refusal("question_closed") from None
    except NotAPicture as error:
        raise Refusal("not_a_picture", frame=str(error)) from None
    return {"id": request.id}


QUESTION = "/anime/questions/{id}"
CLOSED = {404: "The question was answered, or its time is over."}

ENDPOINTS = (
    Endpoint(
        "GET", "/anime/questions", "List the questions that gates ask, while their prompt waits.",
        get_questions, "Questions", QuestionsParameters,
    ),
    Endpoint(
        "POST", f"{QUESTION}/seen", "Note that an editor displays a question.", see,
        "QuestionId", body=NoFields, errors=CLOSED,
    ),
    Endpoint(
        "POST", f"{QUESTION}/answer", "Pick the pictures that go on.", answer, "QuestionId",
        body=AnswerBody, errors=CLOSED,
    ),
)  # fmt: skip
