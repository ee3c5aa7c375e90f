"""Models of the routes' answers, from which the OpenAPI description is made.

The routes build their answers directly from the queries, without these models; the tests check
the answers against them.
"""

from datetime import datetime
from types import GenericAlias
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, create_model

from ...models.gating.gate import Level
from ...models.jobs.columns import LIST, RECORD, Answer, columns_of
from ...models.jobs.job import JobState, ReviewVerdict
from ...models.jobs.queries.statistics import KEYS
from ...models.jobs.recording.tracking import Tracking
from ...models.production.phase_kind import KINDS
from ...models.production.production_states import AttemptState, PhaseState, ProductionState
from .fields import OneOf
from .query_parameters import VERDICTS


def answer(name: str, extra: Literal["forbid", "allow"] = "forbid", /, **fields: Any) -> Any:
    """Return the model of a JSON object.

    Args:
        name: name of the model in the OpenAPI description.
        extra: "allow" for an object that may have further fields, "forbid" for any other.
        fields: type of each field, or a field from `optional`.
    """
    definitions: dict[str, Any] = {
        field: kind if isinstance(kind, tuple) else (kind, ...) for field, kind in fields.items()
    }
    return create_model(name, __config__=ConfigDict(extra=extra, defer_build=True), **definitions)


def list_of(kind: Any) -> Any:
    """Return the type of a list with items of one kind."""
    return GenericAlias(list, (kind,))


def optional(kind: Any) -> Any:
    """Return the definition of a field that an answer may leave out."""
    return kind, Field(default_factory=lambda: None)


def _columns(answer_kind: Answer, *excluded: str) -> dict[str, Any]:
    return {each.name: each.type for each in columns_of(answer_kind) if each.name not in excluded}


LEVELS = tuple(each.value for each in Level)
Object = dict[str, Any]
Verdict, Kind = Annotated[str, OneOf(VERDICTS)], Annotated[str, OneOf(KINDS)]
Status = Literal["ok", "degraded", "down"]
# Types of fields that may be null.
TEXT, WHOLE, NUMBER, TIME = str | None, int | None, float | None, datetime | None

Difference = answer(
    "Difference", kind=Literal["missing_node", "missing_choice", "missing_file", "other_model"],
    node_id=str, name=str, value=str, message=str,
)  # fmt: skip
Outbox = answer("Outbox", backlog=WHOLE, of_this_job=WHOLE)
# `message_key` and `message_values` let the editor show the sentence in its own language.
Refused = answer("Refused", code=str, message=str, message_key=str, message_values=Object)
Error = answer(
    "Error", error=Refused, outbox=optional(Outbox), node_errors=optional(Object),
    differences=optional(list_of(Difference)), missing=optional(dict[str, list[str]]),
)  # fmt: skip

# `problem` is a code, and `commands` fix the problem in their order.
Component = answer(
    "Component", "allow", status=Status, message=optional(str), problem=optional(str),
    commands=optional(list_of(str)),
)  # fmt: skip
Health = answer(
    "Health", status=Status, version=str, components=GenericAlias(dict, (str, Component))
)

Report = answer(
    "Report", "allow", schema_=(Literal[1], Field(alias="schema")), subject=str, verdict=Verdict,
    score=NUMBER, deciding=list[str], measurements=list[Object],
)  # fmt: skip
# `decides` is false for an earlier report, on frames that the job didn't keep. `title` is null for
# a node that the maker didn't name. `snapshots_absent` says why small pictures of the frames are
# missing; null if none was taken. `flipbook` and `flipbook_absent` likewise, of a loop.
Snapshot = answer(
    "Snapshot", set=UUID, frame=int, at_seam=bool, width=int, height=int, bytes=int, view=str
)
Flipbook = answer(
    "Flipbook", set=UUID, frames=int, numbers=list_of(int), columns=int, bytes=int, view=str
)
NodeReport = answer(
    "NodeReport", node_id=str, report=Report, decides=bool, title=TEXT, node_type=TEXT,
    snapshots=list_of(Snapshot),
    snapshots_absent=Literal["gone", "failed", "no_room", "missing"] | None,
    flipbook=Flipbook | None, flipbook_absent=Literal["gone", "failed", "no_room"] | None,
)  # fmt: skip
# `node_id` and `node_type` are null for a file of Save Job.
ARTIFACT: dict[str, Any] = dict(
    path=str, kind=Literal["image", "animation", "video", "audio", "other"], bytes=int, sha256=str,
    width=WHOLE, height=WHOLE, frames=WHOLE, fps=NUMBER, node_id=TEXT, node_type=TEXT, exists=bool,
    view=str,
)  # fmt: skip
Artifact = answer("Artifact", **ARTIFACT)
JobArtifact = answer("JobArtifact", **ARTIFACT, thumbnail=TEXT)
# `job_row_to_json` replaces the column `has_thumbnail` by the thumbnail's path.
JobRow = answer("JobRow", **_columns(LIST, "has_thumbnail"), thumbnail=TEXT)
Jobs = answer("Jobs", jobs=list_of(JobRow), next=TEXT)
Exported = answer("Exported", jobs=list_of(JobRow))
JobRecord = answer("JobRecord", **_columns(RECORD))
JobAttempt = answer(
    "JobAttempt", node_id=str, number=int, seed=str, verdict=Verdict, score=NUMBER, reason=str,
    chosen=bool,
)  # fmt: skip
Review = answer(
    "Review", id=UUID, verdict=ReviewVerdict, reason=str, reviewer=str, reviewed_at=datetime
)
Job = answer(
    "Job", job=JobRecord, reports=list_of(NodeReport), artifacts=list_of(JobArtifact),
    waiting_files=int,
    attempts=list_of(JobAttempt), reviews=list_of(Review), production_id=UUID | None,
)  # fmt: skip
Reviewed = answer("Reviewed", id=UUID, review=Review)
Event = answer(
    "Event",
    id=UUID,
    kind=str,
    state=JobState | None,
    at=datetime,
    received_at=datetime,
    data=Object,
)
Events = answer("Events", id=UUID, events=list_of(Event))
Param = answer(
    "Param", node_id=str, node_type=str, kind=str, name=str, text=TEXT, number=NUMBER, sha256=TEXT,
    written=str,
)  # fmt: skip
Params = answer("Params", id=UUID, params=list_of(Param))
Reports = answer("Reports", id=UUID, reports=list_of(NodeReport))
# `waiting_files` counts the files that this ComfyUI has not read yet.
Artifacts = answer("Artifacts", id=UUID, artifacts=list_of(JobArtifact), waiting_files=int)
Graph = answer(
    "Graph", id=UUID, graph=Object | None, workflow=Object | None, output_nodes=list[str] | None
)
Reproduced = answer(
    "Reproduced", reproduced_from=UUID, prompt_id=UUID, number=float, changed=list[str],
    differences=list_of(Difference),
)  # fmt: skip
Cancelled = answer("Cancelled", id=UUID, was=Literal["pending", "in_progress"])
KeptFile = answer("KeptFile", path=str, reason_code=str, reason=str)
Deleted = answer("Deleted", id=UUID, deleted=bool, removed=list[str], kept=list_of(KeptFile))

# `reason` says why a job was not changed, and `reason_values` are the values in its sentence.
RESULT: dict[str, Any] = dict(
    id=str, done=bool, reason_code=TEXT, reason=TEXT, reason_values=dict[str, str]
)
SelectionResult = answer("SelectionResult", **RESULT)
SelectionChanged = answer("SelectionChanged", results=list_of(SelectionResult))
DeletedResult = answer("DeletedResult", **RESULT, removed=list[str], kept=list_of(KeptFile))
SelectionDeleted = answer("SelectionDeleted", results=list_of(DeletedResult))

# `key` is the value of the parameter `group` for the jobs of the shot.
ShotGroup = answer(
    "ShotGroup", key=str, project=str, episode=str, scene=str, shot=str, jobs=int, passed=int,
    approved=int, newest=datetime, verdict=Verdict | None, score=NUMBER,
)  # fmt: skip
Shots = answer("Shots", shots=list_of(ShotGroup), next=TEXT)
Tags = answer("Tags", tags=list_of(answer("TagCount", tag=str, jobs=int)))
Shot = answer("Shot", episode=str, scene=str, shot=str)
Project = answer(
    "Project", name=str, created_at=datetime, newest_job=TIME, characters=int, shots=list_of(Shot)
)
Projects = answer("Projects", projects=list_of(Project))
CharacterVersion = answer(
    "CharacterVersion", id=UUID, version=int, folder=str, machine=str, sha256=str, model=str,
    backend=str, threshold=float, calibrated=bool, saved_at=str, references=int,
)  # fmt: skip
Character = answer(
    "Character", project=str, name=str, newest_job=TIME, versions=list_of(CharacterVersion)
)
Characters = answer("Characters", characters=list_of(Character))
Verdicts = answer("Verdicts", PASS=int, FAIL=int, NOT_MEASURED=int)
NotJudged = answer(
    "NotJudged", not_measured=int, no_report=int, failed=int, cancelled=int, lost=int,
    unfinished=int,
)  # fmt: skip
Recent = answer(
    "Recent", jobs=int, passed=int, failed=int, pass_rate=NUMBER, median_score=NUMBER,
    median_seconds=NUMBER, scores=list_of(NUMBER),
)  # fmt: skip
Group = answer(
    "Group", key=str, project=TEXT, jobs=int, states=dict[str, int], verdicts=Verdicts, passed=int,
    failed=int, not_judged=NotJudged, pass_rate=NUMBER, last=Recent, before=Recent,
)  # fmt: skip
Remedies = answer(
    "Remedies",
    remedies=list_of(answer("RemedyRecord", name=str, passed=WHOLE, judged=int, least=int)),
)
Stats = answer("Stats", by=Annotated[str, OneOf(tuple(KEYS))], last=int, groups=list_of(Group))

TrackingState = answer("TrackingState", tracking=Tracking, after_restart=Tracking, decided_by=TEXT)
Download = answer(
    "Download", state=Literal["running", "done", "failed", "stopped"], done=int, total=WHOLE,
    message=TEXT,
)  # fmt: skip
WeightState = answer(
    "WeightState", name=str, purpose=str, gain=str, without=str, installed=bool, folder=str,
    files=list[str], sources=list[str], page=str, megabytes=NUMBER, licence=str,
    non_commercial=bool, recommended=bool, used_by=list[str], fetch=Download | None,
)  # fmt: skip
Weights = answer("Weights", weights=list_of(WeightState))
Fetched = answer("Fetched", name=str, installed=bool, fetch=optional(Download))
FetchStopped = answer("FetchStopped", name=str, fetch=Download | None)
Phase = answer(
    "Phase", id=str, name=str, description=str, kind=Kind, engine=str, shipped=bool, version=str,
    takes=dict[str, str], gives=str, parameters=list[Object], gates=list[Object], policy=Object,
    workflow=Object, installed=bool, missing=list[str],
)  # fmt: skip
Phases = answer("Phases", phases=list_of(Phase))
PhaseRemoved = answer("PhaseRemoved", id=str, removed=bool)

# The parts of a reason let the editor show it in its own language. A part without a code is the
# text of a person.
PartOfReason = answer("PartOfReason", name=str, reason_code=str, reason_values=Object, reason=str)
REASON_FIELDS = {"reason_code": TEXT, "reason": TEXT, "because": list_of(PartOfReason)}
RUN_FIELDS = {"machine": TEXT, "started_at": TIME, "finished_at": TIME, **REASON_FIELDS}
PRODUCTION_FIELDS = {
    "id": UUID,
    "project": str,
    "state": ProductionState,
    "phase": str,
    "attempt": int,
    "created_at": datetime,
    "changed_at": datetime,
    "finished_at": TIME,
    **REASON_FIELDS,
}
AttemptReport = answer(
    "AttemptReport", id=int, node_id=str, subject=str, verdict=Verdict, score=NUMBER,
    worst_frame=WHOLE, worst_reason_code=TEXT, worst_reason=TEXT,
)  # fmt: skip
ProductionAttempt = answer(
    "ProductionAttempt", id=UUID, number=int, state=AttemptState, parameters=Object,
    seed=WHOLE, prompt_id=str, job_id=UUID | None, verdict=Verdict | None, score=NUMBER,
    chosen=bool, progress=NUMBER, thumbnail=TEXT, files=list_of(Artifact), **RUN_FIELDS,
    reports=list_of(AttemptReport),
)  # fmt: skip
ProductionPhase = answer(
    "ProductionPhase", id=UUID, position=int, phase=str, name=str, kind=Kind, version=str,
    state=PhaseState, attempt_limit=int, files=list_of(Artifact),
    attempts=list_of(ProductionAttempt), **RUN_FIELDS,
)  # fmt: skip
Decision = answer(
    "Decision", kind=str, phase_id=UUID | None, attempt_id=UUID | None, report_id=WHOLE,
    from_state=TEXT, to_state=TEXT, reason_code=TEXT, reason=str, because=list_of(PartOfReason),
    decided_by=str, decided_at=datetime,
)  # fmt: skip
Ordered = answer("Ordered", id=UUID, state=ProductionState, url=str)
ProductionRow = answer(
    "ProductionRow", **PRODUCTION_FIELDS, prompt=TEXT, character=TEXT, position=int, phases=int
)
Productions = answer("Productions", productions=list_of(ProductionRow), next=TEXT)
Production = answer(
    "Production", **PRODUCTION_FIELDS, progress=float, request=Object,
    phases=list_of(ProductionPhase), files=list_of(Artifact), decisions=list_of(Decision),
)  # fmt: skip
Question = answer(
    "Question", id=str, seconds_left=float, prompt_id=TEXT, node=str,
    level=Annotated[str, OneOf(LEVELS)], seconds=int, verdict=Verdict, score=NUMBER,
    accepted=bool, because=list_of(Object), frames=list_of(Object),
)  # fmt: skip
Questions = answer("Questions", questions=list_of(Question))
QuestionId = answer("QuestionId", id=str)
Document = answer("Document", "allow", openapi=str)
