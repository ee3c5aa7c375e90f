"""JSON schemas of what the routes answer, by name."""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
TRUTH: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
ID: Schema = {"type": "string", "format": "uuid"}
THING: Schema = {"type": "object"}


def ref(name: str) -> Schema:
    """Another schema of this module."""
    return {"$ref": f"#/components/schemas/{name}"}


def maybe(schema: Schema) -> Schema:
    """Or null."""
    if "type" in schema and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def several(schema: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": schema}


def words(*options: str) -> Schema:
    """One of these."""
    return {"type": "string", "enum": list(options)}


def fields(**named: Schema) -> Schema:
    """An object with all of these fields and no others."""
    return {
        "type": "object",
        "properties": named,
        "required": list(named),
        "additionalProperties": False,
    }


PRODUCTION_STATE = words("queued", "running", "waiting", "completed", "failed", "cancelled")
PHASE_STATE = words("queued", "running", "waiting", "passed", "failed", "cancelled")
ATTEMPT_STATE = words("running", "passed", "failed", "cancelled", "lost", "superseded", "rejected")
STATE = words("pending", "in_progress", "completed", "failed", "cancelled", "lost")
VERDICT = words("PASS", "FAIL", "NOT_MEASURED")
JUDGED_BY = words("kept", "last", "worst")
REVIEW = words("approved", "rejected")
TRACKED = words("off", "jobs", "all")
SOURCE = words("editor", "api", "production")

NAMES = {name: TEXT for name in ("project", "episode", "scene", "shot", "character")}
OF_A_JOB = {
    "id": ID,
    "prompt_id": maybe(TEXT),
    **NAMES,
    "tags": several(TEXT),
    "state": STATE,
    "progress": maybe(NUMBER),
    "verdict": maybe(VERDICT),
    "score": maybe(NUMBER),
    "judged_by": maybe(JUDGED_BY),
    "review": maybe(REVIEW),
    "source": SOURCE,
    "machine": TEXT,
    "created_at": TIME,
    "started_at": maybe(TIME),
    "finished_at": maybe(TIME),
    "reproduced_from": maybe(ID),
}
ARTIFACT = fields(
    path=TEXT, kind=words("image", "animation", "video"), bytes=WHOLE, sha256=TEXT, width=WHOLE,
    height=WHOLE, frames=WHOLE, fps=maybe(NUMBER), exists=TRUTH, view=TEXT,
)  # fmt: skip
RECENT = fields(
    jobs=WHOLE, passed=WHOLE, failed=WHOLE, pass_rate=maybe(NUMBER), median_score=maybe(NUMBER),
    median_seconds=maybe(NUMBER), scores=several(maybe(NUMBER)),
)  # fmt: skip
FETCH = fields(
    state=words("running", "done", "failed", "stopped"), done=WHOLE, total=maybe(WHOLE),
    message=maybe(TEXT),
)  # fmt: skip
WEIGHT = fields(
    name=TEXT, installed=TRUTH, folder=TEXT, files=several(TEXT), sources=several(TEXT),
    megabytes=maybe(NUMBER), licence=TEXT, non_commercial=TRUTH, used_by=several(TEXT),
    fetch=maybe(FETCH),
)  # fmt: skip
COMPONENT: Schema = {
    "type": "object",
    "properties": {"status": words("ok", "degraded", "down"), "message": TEXT},
    "required": ["status"],
}
REPORT: Schema = {
    "type": "object",
    "properties": {
        "schema": {"const": 1},
        "subject": TEXT,
        "verdict": VERDICT,
        "score": maybe(NUMBER),
        "measurements": several(THING),
    },
    "required": ["schema", "subject", "verdict", "score", "measurements"],
}
# The reason part by part, for other languages; a part without a code is what a person wrote.
BECAUSE = several(fields(name=TEXT, reason_code=TEXT, reason_values=THING, reason=TEXT))
WHY = {"reason_code": maybe(TEXT), "reason": maybe(TEXT), "because": BECAUSE}
RAN = {"machine": maybe(TEXT), "started_at": maybe(TIME), "finished_at": maybe(TIME), **WHY}
OF_A_PRODUCTION = {
    "id": ID,
    "project": TEXT,
    "state": PRODUCTION_STATE,
    "phase": TEXT,
    "attempt": WHOLE,
    "created_at": TIME,
    "changed_at": TIME,
    "finished_at": maybe(TIME),
    **WHY,
}
ATTEMPT = fields(
    id=ID, number=WHOLE, state=ATTEMPT_STATE, parameters=THING, seed=maybe(WHOLE), prompt_id=TEXT,
    job_id=maybe(ID), verdict=maybe(VERDICT), score=maybe(NUMBER), chosen=TRUTH,
    progress=maybe(NUMBER), files=several(ref("Artifact")), **RAN,
    reports=several(fields(
        id=WHOLE, node_id=TEXT, subject=TEXT, verdict=VERDICT, score=maybe(NUMBER),
        worst_frame=maybe(WHOLE), worst_reason_code=maybe(TEXT), worst_reason=maybe(TEXT),
    )),
)  # fmt: skip
PHASE = fields(
    id=ID, position=WHOLE, phase=TEXT, name=TEXT, kind=words("image", "loop", "clip"),
    version=TEXT, state=PHASE_STATE, attempt_limit=WHOLE, files=several(ref("Artifact")),
    attempts=several(ref("ProductionAttempt")), **RAN,
)  # fmt: skip
DECISION = fields(
    kind=TEXT, phase_id=maybe(ID), attempt_id=maybe(ID), report_id=maybe(WHOLE),
    from_state=maybe(TEXT), to_state=maybe(TEXT), reason_code=maybe(TEXT), reason=TEXT,
    because=BECAUSE, decided_by=TEXT, decided_at=TIME,
)  # fmt: skip
# One that doesn't decide is an earlier measurement, of what the job didn't keep.
NODE_REPORT = fields(node_id=TEXT, report=ref("Report"), decides=TRUTH)

SCHEMAS: dict[str, Schema] = {
    "Error": {
        "type": "object",
        "properties": {
            "error": fields(code=TEXT, message=TEXT),
            "outbox": fields(backlog=maybe(WHOLE), of_this_job=maybe(WHOLE)),
            "node_errors": THING,
            "differences": several(ref("Difference")),
            "missing": {"type": "object", "additionalProperties": several(TEXT)},
        },
        "required": ["error"],
        "additionalProperties": False,
    },
    "Health": fields(
        status=words("ok", "degraded", "down"),
        components={"type": "object", "additionalProperties": COMPONENT},
    ),
    "Report": REPORT,
    "Artifact": ARTIFACT,
    "JobRow": fields(
        **OF_A_JOB, model=maybe(TEXT), progress_node_id=maybe(TEXT), error=maybe(TEXT),
        reason_code=maybe(TEXT), reason_values=maybe(THING), reason=maybe(TEXT),
        thumbnail=maybe(TEXT),
    ),
    "Jobs": fields(jobs=several(ref("JobRow")), next=maybe(TEXT)),
    "Exported": fields(jobs=several(ref("JobRow"))),
    "Job": fields(
        job=fields(
            **OF_A_JOB, client_id=maybe(TEXT), process_id=maybe(ID),
            error=maybe(fields(
                node_id=TEXT, node_type=TEXT, exception=TEXT, message=TEXT, traceback=TEXT,
            )),
        ),
        reports=several(NODE_REPORT),
        artifacts=several(ref("Artifact")),
        attempts=several(fields(
            node_id=TEXT, number=WHOLE, seed=TEXT, verdict=VERDICT, score=maybe(NUMBER),
            reason=TEXT, chosen=TRUTH,
        )),
        reviews=several(ref("Review")),
        production_id=maybe(ID),
    ),
    "Review": fields(id=ID, verdict=REVIEW, reason=TEXT, reviewer=TEXT, reviewed_at=TIME),
    "Reviewed": fields(id=ID, review=ref("Review")),
    "Events": fields(id=ID, events=several(fields(
        id=ID, kind=TEXT, state=maybe(STATE), at=TIME, received_at=TIME, data=THING,
    ))),
    "Params": fields(id=ID, params=several(fields(
        node_id=TEXT, node_type=TEXT, kind=TEXT, name=TEXT, text=maybe(TEXT),
        number=maybe(NUMBER), sha256=maybe(TEXT), written=TEXT,
    ))),
    "Reports": fields(id=ID, reports=several(NODE_REPORT)),
    "Artifacts": fields(id=ID, artifacts=several(ref("Artifact"))),
    "Graph": fields(id=ID, graph=maybe(THING), workflow=maybe(THING)),
    "Difference": fields(
        kind=words("missing_node", "missing_choice", "missing_file", "other_model"),
        node_id=TEXT, name=TEXT, value=TEXT, message=TEXT,
    ),
    "Reproduced": fields(
        reproduced_from=ID, prompt_id=ID, number=NUMBER, changed=several(TEXT),
        differences=several(ref("Difference")),
    ),
    "Cancelled": fields(id=ID, was=words("pending", "in_progress")),
    "Deleted": fields(
        id=ID, deleted=TRUTH, removed=several(TEXT),
        kept=several(fields(path=TEXT, reason_code=TEXT, reason=TEXT)),
    ),
    "Projects": fields(projects=several(fields(
        name=TEXT, created_at=TIME, newest_job=maybe(TIME), characters=WHOLE,
        shots=several(fields(episode=TEXT, scene=TEXT, shot=TEXT)),
    ))),
    "Characters": fields(characters=several(fields(
        project=TEXT, name=TEXT, newest_job=maybe(TIME),
        versions=several(fields(
            id=ID, version=WHOLE, folder=TEXT, machine=TEXT, sha256=TEXT, model=TEXT,
            backend=TEXT, threshold=NUMBER, calibrated=TRUTH, saved_at=TEXT, references=WHOLE,
        )),
    ))),
    "Stats": fields(
        by=words("character", "model", "phase", "project", "day"),
        last=WHOLE,
        groups=several(fields(
            key=TEXT, project=maybe(TEXT), jobs=WHOLE,
            states={"type": "object", "additionalProperties": WHOLE},
            verdicts=fields(PASS=WHOLE, FAIL=WHOLE, NOT_MEASURED=WHOLE),
            passed=WHOLE, failed=WHOLE,
            not_judged=fields(
                not_measured=WHOLE, no_report=WHOLE, failed=WHOLE, cancelled=WHOLE, lost=WHOLE,
                unfinished=WHOLE,
            ),
            pass_rate=maybe(NUMBER), last=RECENT, before=RECENT,
        )),
    ),
    "Tracking": fields(tracking=TRACKED, after_restart=TRACKED, decided_by=maybe(TEXT)),
    "Weights": fields(weights=several(WEIGHT)),
    "Fetched": {
        "type": "object",
        "properties": {"name": TEXT, "installed": TRUTH, "fetch": FETCH},
        "required": ["name", "installed"],
        "additionalProperties": False,
    },
    "FetchStopped": fields(name=TEXT, fetch=maybe(FETCH)),
    "Phase": {"type": "object", "properties": {"id": TEXT, "name": TEXT}, "required": ["id"]},
    "Phases": fields(phases=several(ref("Phase"))),
    "PhaseRemoved": fields(id=TEXT, removed=TRUTH),
    "Ordered": fields(id=ID, state=PRODUCTION_STATE, url=TEXT),
    "Productions": fields(productions=several(fields(
        **OF_A_PRODUCTION, prompt=maybe(TEXT), character=maybe(TEXT), position=WHOLE,
        phases=WHOLE,
    )), next=maybe(TEXT)),
    "Production": fields(
        **OF_A_PRODUCTION, progress=NUMBER, request=THING,
        phases=several(ref("ProductionPhase")), files=several(ref("Artifact")),
        decisions=several(DECISION),
    ),
    "ProductionPhase": PHASE,
    "ProductionAttempt": ATTEMPT,
    "Document": THING,
}  # fmt: skip
