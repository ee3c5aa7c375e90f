import csv
import io

from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.recording.events import JobStarted


def test_a_selection_is_exported_whole_however_many_pages_it_has(desk, recorder, database_url):
    for number in range(205):
        recorder.record(JobStarted(new_job(f"p{number}", "Winter")))
    recorder.record(JobStarted(new_job("other", "Summer")))
    as_json, as_csv = desk.get(
        "/anime/export?project=Winter", "/anime/export?project=Winter&format=csv"
    )
    rows = list(csv.DictReader(io.StringIO(as_csv.body.decode())))
    names = {f"p{number}" for number in range(205)}
    assert {job["prompt_id"] for job in as_json.json["jobs"]} == names
    assert {row["prompt_id"] for row in rows} == names
    assert len(rows) == len(as_json.json["jobs"]) == 205
    assert as_csv.kind == "text/csv"
    assert 'filename="anime-jobs.csv"' in as_csv.headers["Content-Disposition"]


def test_an_empty_selection_is_empty_json_and_a_line_of_headings(desk, database_url):
    as_json, as_csv = desk.get("/anime/export", "/anime/export?format=csv")
    assert as_json.json == {"jobs": []}
    assert as_csv.body.startswith(b"id,prompt_id,project")
    assert as_csv.body.count(b"\n") == 1


def test_no_cell_runs_in_a_spreadsheet(desk, recorder, database_url):
    names = {"project": "=1+1", "scene": "+1", "shot": "-1", "character": "@SUM(A1)"}
    recorder.record(JobStarted(new_job("p", **names, tags="=cmd, ok")))
    (answer,) = desk.get("/anime/export?format=csv")
    (row,) = csv.DictReader(io.StringIO(answer.body.decode()))
    assert {name: row[name] for name in names} == {
        name: f"'{value}" for name, value in names.items()
    }
    assert row["tags"] == "'=cmd, ok"


def test_while_the_database_is_away_no_half_file_is_sent(desk, monkeypatch):
    monkeypatch.setenv("ANIME_DATABASE_URL", "postgresql://keeper:x@127.0.0.1:1/away")
    (answer,) = desk.get("/anime/export?format=csv")
    assert (answer.status, answer.json["error"]["code"]) == (503, "database_away")
