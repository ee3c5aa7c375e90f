"""Migration 10: recorded reasons get the limit that their sentences name today."""

import re
from uuid import uuid4

import psycopg
import pytest

from anime_production.models.jobs.database.migrations import list_migrations, migrate
from anime_production.models.jobs.strict_json import strict_json
from anime_production.models.reasons import placeholders, sentence, sentences

BEFORE = 9
(SCRIPT,) = (each.sql for each in list_migrations() if each.version == BEFORE + 1)
ADD_REPORT = """
WITH machine AS (INSERT INTO anime.machines (name) VALUES ('a') RETURNING id),
    project AS (INSERT INTO anime.projects (name) VALUES ('Winter') RETURNING id),
    job AS (
        INSERT INTO anime.jobs (id, project_id, machine_id, state, created_at, finished_at)
        SELECT %(job)s, project.id, machine.id, 'completed', now(), now() FROM machine, project
        RETURNING id
    ),
    event AS (
        INSERT INTO anime.job_events (id, job_id, kind, at)
        SELECT %(event)s, job.id, 'job_finished', now() FROM job RETURNING id, job_id
    )
INSERT INTO anime.reports (event_id, job_id, position, node_id, subject, verdict)
SELECT id, job_id, 0, '5', 'loop', 'FAIL' FROM event RETURNING id
"""
ADD_MEASUREMENT = """
INSERT INTO anime.measurements
    (report_id, position, name, value, unit, better, low, high, threshold_from, threshold_to,
     required, verdict, reason_code, reason_values, reason, backend, per_frame, details)
VALUES
    (%(report)s, %(position)s, %(name)s, 3.38, 'steps', %(better)s, 0, 10, %(least)s, %(most)s,
     true, 'FAIL', %(code)s, %(values)s::jsonb, 'as it was', '', '[]', '{}')
"""
VALUES = "SELECT reason_code, reason_values FROM anime.measurements ORDER BY position"
LIMITS = {"limit", "limit_percent", "low", "high"}
CHANGED = {"dropped"}  # its sentence tells how many drawings, and names no limit any more


@pytest.fixture
def recorded(system_url):
    """Return the reasons after the migration, of those that were recorded before it."""

    def after(rows):
        with psycopg.connect(system_url, autocommit=True) as connection:
            assert migrate(connection, until=BEFORE) == BEFORE
            ids = {"job": uuid4(), "event": uuid4()}
            (report,) = connection.execute(ADD_REPORT.encode(), ids).fetchone() or ("",)
            for position, (code, better, limits, values) in enumerate(rows):
                columns = {
                    **{"report": report, "position": position, "name": f"m{position}"},
                    **{"better": better, "least": limits[0], "most": limits[1]},
                    **{"code": code, "values": strict_json(values)},
                }
                connection.execute(ADD_MEASUREMENT.encode(), columns)
            migrate(connection)
            return connection.execute(VALUES.encode()).fetchall()

    return after


def test_a_recorded_reason_can_be_said_with_its_limit(recorded):
    jump, flicker, twice = recorded(
        [
            ("seam_jump", "band", (0.4, 1.75), {"steps": 3.38}),
            ("plays_back_and_forth", "lower", (0.3, 0.3), {"percent": 80}),
            ("no_frames", "lower", (None, None), {}),
        ]
    )
    assert "3.38 times" in sentence(*jump)
    assert "the limit is 1.75" in sentence(*jump)
    assert flicker[1]["limit_percent"] == 30
    assert twice == ("no_frames", {})


def test_every_sentence_that_names_a_limit_finds_it_in_recorded_reasons(recorded):
    limited = {code: placeholders(text) & LIMITS for code, text in sentences().items()}
    codes = set(re.findall(r"'(\w+)'", SCRIPT.partition(" IN (")[2])) - CHANGED
    assert len(codes) > 20
    assert all(limited[code] for code in codes)
    rows = [
        (code, "band" if limited[code] & {"low", "high"} else "lower", (0.5, 0.5), {})
        for code in codes
    ]
    for code, values in recorded(rows):
        assert limited[code] <= values.keys(), code
