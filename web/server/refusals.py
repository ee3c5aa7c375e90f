"""All refusals of the pack's routes in one table: status, code, and the sentence for people.

The texts `refusals` of `locales/en/main.json` are made from this table. An answer also contains
the key and the values of its sentence, so that the editor shows it in its own language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from ...models.jobs.job import fits_on_a_line
from ...models.jobs.strict_json import strict_json
from ...models.reasons import filled, sentences


@dataclass(frozen=True)
class RefusalKind:
    """Status, sentence and code with which a route refuses a request.

    Attributes:
        status: HTTP status of the answer.
        template: English sentence with `{name}` in the place of a value.
        code: code of the answer; "" for a code that is the same as the key in `REFUSALS`.
    """

    status: int
    template: str
    code: str = ""


FIELD, PARAMETER = "bad_field", "bad_parameter"

REFUSALS: Mapping[str, RefusalKind] = {
    # The sender of the request.
    "host_not_allowed": RefusalKind(
        403, "The name {host} isn't allowed here. Open ComfyUI by its address, such as 127.0.0.1,"
        " or allow the name with the setting {variable} (docs/jobs.md)."),
    "origin_not_allowed": RefusalKind(
        403, "A page of {origin} can't change anything here, only a page of this ComfyUI ({host})"
        " can. If there is a proxy, let it hand on the browser's Host."),
    "not_json": RefusalKind(415, "Send the header Content-Type: {type}. Received: {got}."),
    "token_needed": RefusalKind(
        403, "This can't be undone, so another machine needs the token of this ComfyUI, in the"
        " header {header}. To get it, run {command} in the pack's folder."),
    "token_wrong": RefusalKind(
        403, "The token in the header {header} isn't that of this ComfyUI. To get it, run"
        " {command} in the pack's folder."),
    # The request itself. A body's model can set other codes for its route, in `Body.codes`.
    "bad_body": RefusalKind(400, "The body must be a JSON object that is not nested too deeply."),
    "too_large": RefusalKind(413, "The body is too large; the limit is {most} bytes."),
    "unknown_field": RefusalKind(400, "There is no field '{name}' here. There are: {names}."),
    "unknown_parameter": RefusalKind(
        400, "There is no parameter '{name}' here. There are: {names}."),
    "repeated_parameter": RefusalKind(400, "{field}: expected once, got several.", PARAMETER),
    "bad_cursor": RefusalKind(
        400, "cursor: expected `next` of the previous page, of the same list in the same order.",
        PARAMETER),
    "expected_text": RefusalKind(
        400, "{field}: expected a text of {least} to {most} characters, got {got}.", FIELD),
    "expected_name": RefusalKind(
        400, "{field}: expected a name of at most {most} characters on one line, got {got}.",
        FIELD),
    "expected_choice": RefusalKind(400, "{field}: expected one of {options}, got {got}.", FIELD),
    "expected_whole": RefusalKind(
        400, "{field}: expected a whole number from {least} to {most}, got {got}.", FIELD),
    "expected_number": RefusalKind(
        400, "{field}: expected a number from {least} to {most}, got {got}.", FIELD),
    "expected_numbers": RefusalKind(
        400, "{field}: expected numbers from {least} to {most} alone, got {got}.", FIELD),
    "expected_texts": RefusalKind(
        400, "{field}: expected texts and names of at most {most} characters, without NUL and"
        " incomplete surrogate pairs, got {got}.", FIELD),
    "expected_boolean": RefusalKind(400, "{field}: expected true or false, got {got}.", FIELD),
    "expected_such": RefusalKind(
        400, "{field}: expected a value such as {examples}, got {got}.", FIELD),
    # Jobs.
    "unknown_job": RefusalKind(404, "There is no job {id}."),
    "no_thumbnail": RefusalKind(
        404, "This job has no picture: it wrote no file, and its reports have no pictures."),
    "no_snapshot": RefusalKind(
        404, "The job has no picture of frame {frame} in this set. Its reports list the pictures."),
    "no_flipbook": RefusalKind(
        404, "The frames for playing are no longer in memory, and no job has stored them. Run the"
        " node again."),
    "flipbook_failed": RefusalKind(
        404, "The frames for playing could not be made small. ComfyUI's log says why."),
    "flipbook_not_yet": RefusalKind(
        503, "The frames for playing are still being made small. Try again in a few seconds."),
    "has_ended": RefusalKind(409, "The job has ended ({state}); there is nothing to cancel."),
    "runs_elsewhere": RefusalKind(
        409, "The job isn't in this ComfyUI's queue. A ComfyUI on {machine} has it, or had it"
        " when it last answered. Cancel it there."),
    "still_running": RefusalKind(409, "The job hasn't ended ({state}). Cancel it first."),
    "not_started": RefusalKind(
        409, "The job waits in the queue ({state}). When it starts, it gets the tags of its Job"
        " node. Tag it then."),
    "too_many_tags": RefusalKind(409, "The job would have more than {most} tags. Remove some."),
    "no_graph": RefusalKind(409, "The job's graph isn't known, so it can't be run again."),
    "unknown_input": RefusalKind(
        400, "changes: the job's graph has no input '{name}'. Write it as NODE_ID.INPUT."),
    "refused_by_comfyui": RefusalKind(409, "ComfyUI refuses the job's graph: {reason}"),
    "not_recorded": RefusalKind(
        503, "This could not be recorded, because the outbox can't be written. See health."),
    # Questions of gates.
    "question_closed": RefusalKind(
        404, "This question is closed: it was answered, its time is over, or its prompt ended."),
    "not_a_picture": RefusalKind(400, "picked: the question shows no picture {frame}.", FIELD),
    # Productions.
    "unknown_production": RefusalKind(404, "There is no production {id}."),
    "bad_request": RefusalKind(400, "The production can't be ordered. {reason}"),
    "no_phase_of_kind": RefusalKind(
        400, "phase: expected one that makes a {kind} ({names}), got {got}.", "unknown_phase"),
    "not_tracked": RefusalKind(
        409, "Productions need prompts to be remembered, but that is off ({variable})."),
    "missing": RefusalKind(409, "The phases need what this ComfyUI lacks: {missing}."),
    "not_now": RefusalKind(409, "This can't be done in the present state. {reason}"),
    "production_too_many": RefusalKind(429, sentences()["production_too_many"]),
    # Phases.
    "unknown_phase": RefusalKind(404, "There is no phase {id}. GET {route} lists all."),
    "bad_definition": RefusalKind(400, "The phase can't be used. {reason}"),
    "workflow_refused": RefusalKind(
        400, "ComfyUI refuses the workflow: {reason}", "bad_definition"),
    "phase_exists": RefusalKind(
        409, "Another phase {id} is registered. Choose another id, or send"
        ' {"replace": true}.'),
    "phase_shipped": RefusalKind(
        409, "A phase {id} comes with the pack. Choose another id.", "phase_exists"),
    "phase_kept": RefusalKind(
        409, "The phase {id} comes with the pack and can't be removed.", "phase_exists"),
    # Weights.
    "unknown_weight": RefusalKind(404, "There are no weights {name}. GET {route} lists all."),
    "licence_not_accepted": RefusalKind(
        403, "The licence of {name} forbids commercial use: {licence}. To download it, send"
        ' {"accept_licence": true}.'),
    "already_running": RefusalKind(409, "{name} is being downloaded."),
    "not_running": RefusalKind(409, "{name} isn't being downloaded."),
    # Settings and the pack itself.
    "comfyui_too_old": RefusalKind(
        503, "Anime Production needs ComfyUI {needed} or newer, and this is {version}. Update"
        " ComfyUI. Until then the pack has no nodes."),
    "comfyui_differs": RefusalKind(
        503, "Anime Production can't be loaded, because this ComfyUI ({version}) has no {missing}."
        " Update Anime Production."),
    "not_attached": RefusalKind(
        503, "The recording of jobs could not be attached to this ComfyUI ({version}). The nodes"
        " work; their runs are not recorded. Update Anime Production."),
    "set_by_environment": RefusalKind(
        409, "The environment variable {variable} decides which prompts are remembered. Change it"
        " there, then restart ComfyUI."),
    "not_written": RefusalKind(409, "The setting could not be written. {reason}"),
    "database_away": RefusalKind(503, "The database can't be used now. {reason}"),
    "busy": RefusalKind(
        503, "Too many requests of this pack wait for an answer. Ask again in a moment."),
    "too_slow": RefusalKind(
        503, "There was no answer within {seconds} s. What was asked for may still be done. Look"
        " at health, and ask again in a moment."),
    "not_yet": RefusalKind(
        503, "The job is known, but not in the database yet. Ask again in a moment."),
    "failed": RefusalKind(500, "The request failed ({error}). The log of ComfyUI says why."),
}  # fmt: skip


def refusal_text(key: str, values: Mapping[str, Any]) -> str:
    """Return the English sentence of a refusal.

    Args:
        key: key in `REFUSALS`.
        values: values by placeholder of the template.
    """
    return filled(REFUSALS[key].template, values)


class Refusal(Exception):
    """Error of a route's handler that becomes an answer with a code and a sentence.

    Attributes:
        key: key in `REFUSALS`.
        status: HTTP status of the answer.
        code: code of the answer, for programs.
        values: values by placeholder of the sentence.
        more: further fields of the answer, beside `error`.
    """

    def __init__(
        self, key: str, *, code: str = "", more: Mapping[str, Any] | None = None, **values: Any
    ) -> None:
        self.key, self.more = key, more or {}
        self.values = {name: _on_a_line(value) for name, value in values.items()}
        self.status = REFUSALS[key].status
        self.code = code or REFUSALS[key].code or key
        super().__init__(refusal_text(key, self.values))

    def answer(self) -> web.Response:
        """Return the HTTP response for this refusal."""
        error = {
            "code": self.code,
            "message": str(self),
            "message_key": self.key,
            "message_values": self.values,
        }
        return json_answer({"error": error, **self.more}, self.status)


def _on_a_line(value: Any) -> Any:
    """Return a value for a sentence; a text of a client keeps no line breaks and no controls."""
    if not isinstance(value, str):
        return value
    return "".join(letter if fits_on_a_line(letter) else " " for letter in value)


def json_answer(answer: Any, status: int = 200) -> web.Response:
    """Return an HTTP response in strict JSON, without NaN and infinity."""
    return web.Response(text=strict_json(answer), status=status, content_type="application/json")
