"""Save Job for tests of files: a recorder without a database, an output folder, and its files."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from anime_production.models.jobs.job import Job, new_job
from anime_production.models.jobs.recording.events import ArtifactWritten, Event
from anime_production.models.jobs.recording.recorder import Recorder
from anime_production.nodes import job_save
from anime_production.nodes.job_save import AnimeJobSave

NO_FFPROBE = "ffprobe is not installed: install ffmpeg"


class Saved:
    """Files that one run of Save Job wrote.

    Attributes:
        ui: the node's `ui`.
        paths: pictures and videos, in the order in which the editor shows them.
    """

    def __init__(self, ui: dict[str, Any], output: Path) -> None:
        self.ui = ui
        self._output = output
        self.paths = self.listed("images")

    def listed(self, key: str) -> list[Path]:
        """Return the files below a key of the `ui`."""
        places = self.ui.get(key, [])
        return [self._output / each["subfolder"] / each["filename"] for each in places]

    @property
    def notes(self) -> list[str]:
        """Return the codes of the sentences on the node."""
        return [each["code"] for each in (self.ui.get("anime_notes") or [[]])[0]]


class Saving:
    """Save Job in an empty output folder.

    Attributes:
        output: the output folder.
        job: job that the files belong to.
    """

    def __init__(self, run_node: Any, output: Path, recorder: Recorder) -> None:
        self.output = output
        self.job: Job = new_job("a prompt", project="Winter", shot="012")
        self._run_node, self._recorder = run_node, recorder

    def __call__(self, **inputs: Any) -> Saved:
        """Run the node."""
        ui = self._run_node(AnimeJobSave, job=self.job, **inputs).ui
        return Saved(json.loads(json.dumps(ui)), self.output)

    def artifacts(self) -> list[Any]:
        """Return the files that the job remembers."""
        events = [Event.from_json(each.body) for each in self._recorder._outbox.oldest(1000)]
        return [event.artifact for event in events if isinstance(event, ArtifactWritten)]

    def visible(self) -> list[str]:
        """Return the names of all files in the output folder."""
        return sorted(path.name for path in self.output.rglob("*") if path.is_file())


@contextmanager
def open_saving(run_node: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Saving]:
    """Give Save Job, whose files are remembered in an outbox: the database is away."""
    import folder_paths

    monkeypatch.setattr(folder_paths, "output_directory", str(folder / "output"))
    monkeypatch.setenv("ANIME_DATABASE_URL", "postgresql://127.0.0.1:1/away")
    recorder = Recorder(folder / "private")
    monkeypatch.setattr(job_save, "open_recorder", lambda directory: recorder)
    yield Saving(run_node, folder / "output", recorder)
    recorder.close()


def probe(path: Path) -> dict[str, Any]:
    """Return what ffprobe says about a file: its `format` and its `streams` by their kind."""
    program = shutil.which("ffprobe")
    if program is None:
        pytest.skip(NO_FFPROBE)
    command = [program, "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of"]
    answer = subprocess.run(
        [*command, "json", str(path)], capture_output=True, text=True, check=True
    )
    facts = json.loads(answer.stdout)
    return {"format": facts["format"], **{each["codec_type"]: each for each in facts["streams"]}}
