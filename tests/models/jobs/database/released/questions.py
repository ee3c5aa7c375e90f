"""What is asked of a database that a released pack filled: the same of that pack and of this one.

The routes are asked as far as they tell it, as their paths and JSON keys stay. What only nodes
ask is asked of its function, in `chosen_jobs` alone.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote

from anime_production.models.jobs.queries import choose, filters

from .....web.server.asking import Answered, Desk

Answers = dict[str, Any]

JOBS, PRODUCTIONS = "/anime/jobs", "/anime/productions"
OF_A_JOB = ("", "/events", "/params", "/graph")
MORE_OF_A_JOB = ("/reports", "/artifacts", "/thumbnail")
# Columns of jobs that the released packs tell; what has come since is no matter here.
COLUMNS = {
    *("id", "prompt_id", "project", "episode", "scene", "shot", "character", "tags", "model"),
    *("state", "verdict", "score", "judged_by", "reason", "review", "source", "machine"),
    *("created_at", "started_at", "finished_at", "reproduced_from", "error", "progress"),
    *("progress_node_id", "reason_code", "reason_values", "thumbnail", "client_id", "process_id"),
}
# Digits that 0.1.0 told of the scores of jobs, reports and groups; later packs tell all digits.
DIGITS = 2
SCORES = {"score", "scores", "median_score"}
ROUNDED = {"reproduced_from", "measurements", "median_score"}  # keys of jobs, reports, groups
# Keys of a report, of the answer with a job's graph, and of the answers with its files, that 0.1.0
# didn't write; and keys of a file, and of an attempt of a production, that it didn't write.
ADDED = {"deciding", "output_nodes", "waiting_files"}
ADDED_TO_ATTEMPTS = {"thumbnail"}
ADDED_TO_FILES = {"node_id", "node_type", "thumbnail"}
ADDED_TO_REPORTS = {"title", "node_type", "snapshots", "snapshots_absent"}
ADDED_TO_REPORTS |= {"flipbook", "flipbook_absent"}
LIMITS = {"limit", "limit_percent", "low", "high"}
# Codes of the reasons to which migration 10 adds their limits; a pack of before has no such file.
SCRIPTS = (Path(__file__).parents[5] / "models/jobs/database/migrations").glob("0010_*.sql")
LIMITED = {code for path in SCRIPTS for code in re.findall(r"'(\w+)'", path.read_text("utf-8"))}
EVERY = 11  # of so many jobs one is rich, and told in full
# No time in a dump is later: what the clock of the machine gave stands for itself.
CLOCK = datetime(2025, 1, 1, tzinfo=timezone.utc)
FILTERS = (
    "project=冬の物語", "project=", "episode=01&scene=03", "scene=Straße", "shot=カット０１２",
    "character=葵　花子", "state=lost", "state=pending", "state=in_progress", "state=failed",
    "verdict=PASS", "verdict=FAIL", "verdict=NOT_MEASURED", "verdict=none", "source=editor",
    "source=production", "review=approved", "review=rejected", "review=none", "tag=雪",
    "model=犬_v3.ckpt", "from=2024-03-05T09:00:00%2B09:00&to=2024-03-07", "text=雪 銀髪",
    "text=naïve CAFÉ", "text=abc", "text=nowhere", f"file={'7' * 64}", "file=Winter/00012_0.png",
    "project=Winter&verdict=FAIL&order=best",
)  # fmt: skip
STATISTICS = (
    *(
        f"/anime/stats?by={key}&last=20"
        for key in ("project", "character", "model", "phase", "day")
    ),
    "/anime/stats?by=model&last=3&project=Winter&state=completed",
)
EXPORT = "/anime/export?format=json&order=best"
CSV = "/anime/export?format=csv&project=冬の物語&review=rejected"
WANTED: tuple[dict[str, Any], ...] = (
    {}, {"project": "Winter"}, {"project": "冬の物語", "scene": "場面三"}, {"character": "小明"},
    {"tag": "night"}, {"state": "completed"}, {"shot": "013", "tag": "夜"}, {"project": "nowhere"},
)  # fmt: skip


def ask_all(desk: Desk, run: Callable[..., Any]) -> tuple[Answers, Answers]:
    """Ask everything of a database.

    Args:
        desk: the routes.
        run: calls a function with a connection to the database and further arguments.

    Returns:
        Answers by question, with one job of `EVERY` in full; and for each of the others a hash of
        its row in the list and of one of `OF_A_JOB` in turn.
    """
    answers = dict(_lists(desk))
    answers |= _asked(desk, ["/anime/projects", "/anime/characters", *STATISTICS, CSV])
    answers |= chosen_jobs(run)
    productions = [each["id"] for each in answers[f"{PRODUCTIONS}?"]]
    answers |= _asked(desk, [f"{PRODUCTIONS}/{each}" for each in productions])
    (export,) = _asked(desk, [EXPORT]).values()
    rows = {each["id"]: each for each in export["jobs"]}
    answers[EXPORT] = list(rows)
    full = [each for each in rows if _number(each) % EVERY == 0]
    answers |= {f"row of {each}": rows[each] for each in full}
    answers |= _asked(desk, [f"{JOBS}/{each}{more}" for each in full for more in OF_A_JOB])
    some = [each for each in full if _number(each) % (3 * EVERY) == 0]
    answers |= _asked(desk, [f"{JOBS}/{each}{more}" for each in some for more in MORE_OF_A_JOB])
    rest = sorted(rows.keys() - set(full))
    asked = {each: f"{JOBS}/{each}{OF_A_JOB[_number(each) % len(OF_A_JOB)]}" for each in rest}
    told = _asked(desk, list(asked.values()))
    hashes = {each: _hash([rows[each], told[asked[each]]]) for each in rest}
    return answers, hashes


def _number(job_id: str) -> int:
    return int(job_id[-12:], 16)


def chosen_jobs(run: Callable[..., Any]) -> Answers:
    """Return the jobs that a Load Job chooses, and what they were made with.

    Version 0.1.0 called the query `JobFilter`.
    """
    job_query: Any = getattr(filters, "JobQuery", None) or getattr(filters, "JobFilter")  # noqa: B009
    answers: Answers = {}
    for name, choice in (("latest", choose.latest_job), ("best", choose.best_job)):
        for wanted in WANTED:
            job_id = run(choice, job_query(**wanted))
            answer = None
            if job_id is not None:
                origin = run(choose.origin_of, job_id)
                answer = {"id": str(job_id), "prompt": origin.prompt, "seed": origin.seed}
            answers[f"{name} {wanted}"] = answer
    return answers


def differences(before: Answers, now: Answers) -> list[str]:
    """Return a line for each answer that is another one now, with the place where it differs."""
    questions = [*before, *(each for each in now if each not in before)]
    absent = "not answered"
    return [
        f"{each}: {_first_difference(before.get(each, absent), now.get(each, absent))}"
        for each in questions
        if before.get(each, absent) != now.get(each, absent)
    ]


def _lists(desk: Desk) -> Iterable[tuple[str, Any]]:
    """All pages of each list, one after the other; where a page ends is no fact of a job."""
    for question in (
        f"{JOBS}?order=newest",
        f"{JOBS}?order=best",
        *(f"{JOBS}?{each}" for each in FILTERS),
    ):
        pages = 2 if question.count("order") else 1
        yield question, _pages(desk, question, "jobs", pages)
    for query in ("", "project=Winter", "state=waiting"):
        question = f"{PRODUCTIONS}?{query}"
        yield question, _pages(desk, question, "productions", 100)


def _pages(desk: Desk, question: str, key: str, most: int) -> list[Any]:
    found: list[Any] = []
    cursor = ""
    for _ in range(most):
        path = f"{question}&limit=20&cursor={cursor}"
        (answer,) = _asked(desk, [path]).values()
        found += answer[key]
        if answer["next"] is None:
            break
        cursor = answer["next"]
    return found


def _asked(desk: Desk, questions: Sequence[str]) -> Answers:
    answers = desk.get(*(quote(each, safe="/?&=%") for each in questions))
    return {question: _told(answer) for question, answer in zip(questions, answers, strict=True)}


def _told(answer: Answered) -> Any:
    """The answer as JSON holds it, times in UTC; of a refusal its code, as texts may change."""
    if answer.status != 200:
        return [answer.status, answer.json["error"]["code"]]
    if answer.kind == "application/json":
        return _in_utc(answer.json)
    if answer.kind == "text/csv":
        return _columns_of_then(answer.body.decode())
    return hashlib.sha256(answer.body).hexdigest()


def _columns_of_then(text: str) -> str:
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    place = header.index("score")
    for row in rows:
        row[place] = row[place] and str(round(float(row[place]), DIGITS))
    places = [place for place, name in enumerate(header) if name in COLUMNS]
    written = io.StringIO(newline="")
    csv.writer(written).writerows([row[place] for place in places] for row in (header, *rows))
    return written.getvalue()


def _in_utc(value: Any) -> Any:
    if isinstance(value, dict):
        names = value.keys() & COLUMNS if "reproduced_from" in value else value.keys() - ADDED
        if "view" in value:
            names -= ADDED_TO_FILES
        if "chosen" in value:
            names -= ADDED_TO_ATTEMPTS
        if "report" in value:
            names -= ADDED_TO_REPORTS
        if value.get("reason_code") in LIMITED and isinstance(value.get("reason_values"), dict):
            values = value["reason_values"].items()
            value = {**value, "reason_values": {k: v for k, v in values if k not in LIMITS}}
        scores = SCORES if value.keys() & ROUNDED else ()
        return {
            name: _rounded(value[name]) if name in scores else _in_utc(value[name])
            for name in value
            if name in names
        }
    if isinstance(value, list):
        return [_in_utc(each) for each in value]
    if isinstance(value, str) and value[4:5] == value[7:8] == "-" and value[10:11] == "T":
        at = datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone(timezone.utc)
        return "by the clock" if at > CLOCK else at.isoformat()
    return value


def _rounded(scores: Any) -> Any:
    """A score, or a list of them, with as many digits as 0.1.0 told."""
    if isinstance(scores, list):
        return [_rounded(each) for each in scores]
    return round(scores, DIGITS) if isinstance(scores, float) else scores


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _first_difference(before: Any, now: Any, place: str = "") -> str:
    if isinstance(before, dict) and isinstance(now, dict) and before.keys() == now.keys():
        keys: Iterable[Any] = before
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        keys = range(len(before))
    else:
        return f"{place or 'it'} was {str(before)[:300]}, is {str(now)[:300]}"
    key = next(each for each in keys if before[each] != now[each])
    return _first_difference(before[key], now[key], f"{place}[{key!r}]")
