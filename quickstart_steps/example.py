"""Program that runs the example workflow on a running ComfyUI and prints its results.

Run it as `python -m anime_production.quickstart_steps.example` in an environment that has a
websocket client and Pillow.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..models.node_ui import own_entries
from .clip import LOADER, SPLITTER, Prompt, copy_to_input, with_clip
from .comfyui_client import ComfyClient, ComfyFailed, RequestRefused, Run
from .console import LiveLine, duration_text, prepare, say, width
from .places import CHECKOUT
from .table import job_lines, report_lines, signs_for

WORKFLOW = CHECKOUT / "example_workflows" / "api" / "check_a_clip.json"
JOB_LIMIT = 30.0  # seconds to wait for the job, which ComfyUI writes to the database later
FILES_SHOWN = 12
ENDED = ("completed", "failed", "cancelled", "lost")


def main(arguments: list[str]) -> int:
    """Run the example, and return 0 if it succeeded, whatever its verdict."""
    prepare()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", required=True, help="of ComfyUI, http://host:port")
    parser.add_argument("--base", required=True, type=Path, help="ComfyUI's base directory")
    parser.add_argument("--clip", type=Path, help="a video or GIF to check")
    options = parser.parse_args(arguments)
    try:
        return run(ComfyClient(options.address), options.base, options.clip)
    except ComfyFailed as problem:
        say(f"\nFAILED: {problem}")
        return 1
    except KeyboardInterrupt:
        return 130


def run(client: ComfyClient, base: Path, clip: Path | None) -> int:
    """Submit the example, follow it, and print its reports, files and job; return 0 on success."""
    prompt: Prompt = json.loads(WORKFLOW.read_text(encoding="utf-8"))
    if clip is not None:
        prompt = with_clip(prompt, *copy_to_input(clip, base / "input"))
    say(f"  {WORKFLOW.name}{f' on {clip}' if clip else ''}: {len(prompt)} nodes")
    started = time.monotonic()
    finished = follow(client, prompt)
    say(f"  Finished in {duration_text(time.monotonic() - started)}\n")
    signs = signs_for(sys.stdout.encoding)
    for node, report in reports_of(finished.outputs, prompt):
        say("\n".join(report_lines(node, report, signs, width())) + "\n")
    job, problem = job_row(client, finished.prompt_id)
    say("Files")
    files = files_of(finished.outputs, job, base)
    for file in files[:FILES_SHOWN]:
        say(f"  {file}")
    if not files:
        say("  none")
    if len(files) > FILES_SHOWN:
        say(f"  and {len(files) - FILES_SHOWN} more beside them")
    say("\nThe job, read back from PostgreSQL")
    if job is None:
        say(f"  NOT READ: {problem}")
        return 1
    say("\n".join(job_lines(job, width())))
    return 0


def follow(client: ComfyClient, prompt: Prompt) -> Run:
    """Run a prompt, show its progress, and return its run, which has succeeded.

    Raises:
        ComfyFailed: the prompt was refused, a node failed, or ComfyUI ended.
    """
    started_nodes: set[str] = set()
    with LiveLine() as live:

        def show(message: Mapping[str, Any]) -> None:
            for node, progress in _progress(message):
                if node in prompt and node not in started_nodes:
                    started_nodes.add(node)
                    live.show("")
                    say(f"    {len(started_nodes)}/{len(prompt)}  {_title(prompt, node)}")
                live.show(f"{_title(prompt, node)} {progress}")

        try:
            run = client.run(prompt, watch=show)
        except RequestRefused as refusal:
            raise ComfyFailed(f"ComfyUI refused the prompt. {refusal.reason}") from refusal
    if not run.succeeded:
        raise ComfyFailed(failure(run))
    return run


def _progress(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the nodes that a message names, each with a text on its progress."""
    data = event["data"]
    if event["type"] == "executing" and data.get("node"):
        yield str(data["node"]), ""
    elif event["type"] == "execution_cached":
        for node in data.get("nodes") or []:
            yield str(node), "(unchanged)"
    elif event["type"] == "progress_state":
        for node, state in (data.get("nodes") or {}).items():
            if state.get("state") == "running":
                yield str(node), f"{state.get('value', 0):g} of {state.get('max', 0):g}"


def _title(prompt: Prompt, node: str) -> str:
    entry = prompt.get(node, {})
    title = (entry.get("_meta") or {}).get("title") or entry.get("class_type") or node
    return str(title)


def failure(run: Run) -> str:
    """Return the reason why a prompt failed.

    If a node that reads the user's clip failed, the reason is that ComfyUI can't read the file.
    """
    if run.error is not None and run.error.get("node_type") in (LOADER, SPLITTER):
        message = str(run.error.get("exception_message")).strip()
        return f"ComfyUI cannot read this file as a video or GIF: {message}"
    return run.failure


def reports_of(
    outputs: Mapping[str, Any], prompt: Prompt
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each report of a run with the title of its node, in the order of the prompt."""
    for node in sorted(outputs, key=list(prompt).index if set(outputs) <= set(prompt) else str):
        for report in own_entries(outputs[node], "anime_report"):
            yield _title(prompt, node), report


def files_of(outputs: Mapping[str, Any], job: Mapping[str, Any] | None, base: Path) -> list[str]:
    """Return the paths of the files that a prompt wrote to the output folder, each once."""
    paths = [
        str(base / "output" / item.get("subfolder", "") / item["filename"])
        for output in outputs.values()
        for items in output.values()
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict) and item.get("type") == "output" and "filename" in item
    ]
    for artifact in (job or {}).get("artifacts") or []:
        path = Path(artifact["path"])
        paths.append(str(path if path.is_absolute() else base / "output" / path))
    return list(dict.fromkeys(paths))


def job_row(client: ComfyClient, prompt_id: str) -> tuple[Mapping[str, Any] | None, str]:
    """Wait until the database has the ended job, and return it.

    Returns:
        The job and "". After `JOB_LIMIT` seconds the job as it is, or None if there is none, and
        the reason.
    """
    problem = "no answer"
    last: Mapping[str, Any] | None = None
    started = time.monotonic()
    while time.monotonic() - started < JOB_LIMIT:
        try:
            last = job = client.get(f"/anime/jobs/{prompt_id}")
            if job["job"].get("state") in ENDED:
                return job, ""
            problem = f"the job is still {job['job'].get('state')}"
        except RequestRefused as refusal:
            if refusal.status == 404:
                problem = "the database has no job for this prompt"
            else:
                problem = f"{refusal.reason} (HTTP {refusal.status})"
        time.sleep(0.5)
    return last, f"{problem} (after {JOB_LIMIT:.0f} s)"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
