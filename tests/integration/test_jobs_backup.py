"""The daily backup of a real ComfyUI, and the loss of the folder of its database."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from anime_production.quickstart_steps.places import CHECKOUT

from ..models.jobs.postgres import private_folder, wait_until
from .client import ComfyClient
from .job_bench import JobPrompt, comfyui_with


def jobs(base: Path, *words: str) -> str:
    """Run `quickstart.py jobs` and return what it prints."""
    command = [sys.executable, str(CHECKOUT / "quickstart.py"), "jobs", *words]
    finished = subprocess.run(
        [*command, "--home", str(base / "home"), "--user", str(base / "user")],
        env={**os.environ, "ANIME_DATABASE_URL": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_loss_of_the_databases_folder_is_made_good_by_the_daily_backup(comfyui: Path):
    with private_folder("base") as base:
        backups = base / "user" / "__anime_backups"
        server = comfyui_with(comfyui, base, None)
        with server:
            client = ComfyClient(server)
            for seed in range(5):
                client.run_without_client(JobPrompt(seed=seed))
            client.submit(JobPrompt(seed=9, seconds=300.0))  # ComfyUI works meanwhile
            assert "6 jobs" in jobs(base, "backup", str(base / "by hand.zip"))
            wait_until(lambda: any(backups.glob("*.zip")), 240)
            wait_until(lambda: client.get("/anime/health")["components"]["backups"]["count"], 30)
            health = client.get("/anime/health")["components"]["backups"]
            (kept,) = backups.glob("*.zip")
            assert health["status"] == "ok"
            assert (health["state"], health["bytes"]) == ("kept", kept.stat().st_size)
        assert server.end_databases() == []
        shutil.rmtree(base / "user" / "__anime")
        with server:
            client = ComfyClient(server)
            client.run_without_client(JobPrompt(seed=1))
            wait_until(lambda: len(client.get("/anime/jobs")["jobs"]) == 1)
        restored = jobs(base, "restore", str(kept), "--replace")
        assert "all are the same as the original ones" in restored
        with zipfile.ZipFile(kept) as archive:
            tables = json.loads(archive.read("manifest.json"))["tables"]
        assert {each["name"]: each["contents"]["rows"] for each in tables}["jobs"] == 6
        with server:
            client = ComfyClient(server)

            def states() -> list[str]:
                return sorted(each["state"] for each in client.get("/anime/jobs")["jobs"])

            # The job that ran at the backup has lost its process; its heartbeat shows that.
            wait_until(lambda: states() == ["completed"] * 5 + ["lost"], 300)
        assert server.end_databases() == []
