"""Runs the example workflow on a ComfyUI that is up, and shows what came of it.

`python -m anime_production.quickstart_steps.example`, in the environment that has a websocket
client and Pillow.
"""

import argparse
import json
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .clip import LOADER, TAKER_APART, Prompt, bring, with_clip
from .console import LiveLine, prepare, say, spoken, width
from .places import CHECKOUT
from .table import job_lines, report_lines, signs_for

WORKFLOW = CHECKOUT / "example_workflows" / "api" / "check_a_clip.json"
JOB_LIMIT = 30.0  # seconds; the job is shipped to the database in the background
FILES_SHOWN = 12
ENDED = ("completed", "failed", "cancelled", "lost")


class RunFailed(Exception):
    """The example did not come to its end; the message says why."""


def main(arguments: list[str]) -> int:
    """Run the example; 0 when it ended well, whatever its verdict."""
    prepare()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", required=True, help="of ComfyUI, http://host:port")
    parser.add_argument("--base", required=True, type=Path, help="ComfyUI's base directory")
    parser.add_argument("--clip", type=Path, help="a video or GIF to check")
    options = parser.parse_args(arguments)
    try:
        return run(options.address, options.base, options.clip)
    except RunFailed as problem:
        say(f"\nFAILED: {problem}")
        return 1
    except KeyboardInterrupt:
        return 130


def run(address: str, base: Path, clip: Path | None) -> int:
    """Submit the example, follow it, and print its reports, files and job."""
    prompt: Prompt = json.loads(WORKFLOW.read_text(encoding="utf-8"))
    if clip is not None:
        prompt = with_clip(prompt, *bring(clip, base / "input"))
    say(f"  {WORKFLOW.name}{f' on {clip}' if clip else ''}: {len(prompt)} nodes")
    started = time.monotonic()
    prompt_id = submit_and_follow(address, prompt)
    history = _history(address, prompt_id)
    say(f"  Finished in {spoken(time.monotonic() - started)}\n")
    signs = signs_for(sys.stdout.encoding)
    for node, report in reports_of(history, prompt):
        say("\n".join(report_lines(node, report, signs, width())) + "\n")
    job, problem = job_row(address, prompt_id)
    say("Files")
    files = files_of(history, job, base)
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


def submit_and_follow(address: str, prompt: Prompt) -> str:
    """Queue a prompt and show its progress until it has ended.

    Returns:
        The prompt's id.

    Raises:
        RunFailed: it was refused, a node failed, or ComfyUI went away.
    """
    import websocket

    client, prompt_id = uuid.uuid4().hex, str(uuid.uuid4())
    url = f"{address.replace('http', 'ws', 1)}/ws?clientId={client}"
    socket = websocket.create_connection(url, timeout=60)
    try:
        content = {"prompt": prompt, "client_id": client, "prompt_id": prompt_id}
        status, answer = request(f"{address}/prompt", content)
        if status != 200 or answer.get("node_errors"):
            raise RunFailed(refusal(answer))
        _follow(socket, prompt, prompt_id)
    finally:
        socket.close()
    return prompt_id


def _follow(socket: Any, prompt: Prompt, prompt_id: str) -> None:
    import websocket

    seen: set[str] = set()
    with LiveLine() as live:
        while True:
            try:
                message = socket.recv()
            except websocket.WebSocketTimeoutException:
                continue  # a node may compute for long without a word; a dead server closes
            except (websocket.WebSocketException, OSError) as error:
                raise RunFailed(f"ComfyUI went away while the prompt ran ({error}).") from error
            if not isinstance(message, str) or not message:
                continue  # a preview picture
            event = json.loads(message)
            data = event.get("data") or {}
            if data.get("prompt_id") != prompt_id:
                continue
            if event["type"] == "execution_error":
                raise RunFailed(failure(data))
            if event["type"] == "execution_interrupted":
                raise RunFailed("The prompt was interrupted.")
            if event["type"] == "execution_success":
                return
            for node, progress in _progress(event):
                if node in prompt and node not in seen:
                    seen.add(node)
                    live.show("")
                    say(f"    {len(seen)}/{len(prompt)}  {_title(prompt, node)}")
                live.show(f"{_title(prompt, node)} {progress}")


def _progress(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The nodes that a message tells of, and how far they are."""
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
    known = prompt.get(node, {})
    title = (known.get("_meta") or {}).get("title") or known.get("class_type") or node
    return str(title)


def failure(error: Mapping[str, Any]) -> str:
    """What a node's failure means."""
    node, message = error.get("node_type"), str(error.get("exception_message")).strip()
    if node in (LOADER, TAKER_APART):
        return f"ComfyUI cannot read this file as a video or GIF: {message}"
    return f"{node} (node {error.get('node_id')}): {message}"


def refusal(answer: Mapping[str, Any]) -> str:
    """What ComfyUI had against a prompt, in lines."""
    error = answer.get("error") or {}
    summary = error.get("message", "") if isinstance(error, dict) else str(error)
    lines = [f"ComfyUI refused the prompt. {summary}".rstrip()]
    for node, found in (answer.get("node_errors") or {}).items():
        for problem in found.get("errors", []):
            lines.append(
                f"  {found.get('class_type')} (node {node}): {problem.get('message')}"
                f" ({problem.get('details')})"
            )
    return "\n".join(lines)


def reports_of(
    history: Mapping[str, Any], prompt: Prompt
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every report that a node put out, with the node's title, in the prompt's order."""
    outputs = history.get("outputs") or {}
    for node in sorted(outputs, key=list(prompt).index if set(outputs) <= set(prompt) else str):
        for report in outputs[node].get("anime_report") or []:
            yield _title(prompt, node), report


def files_of(history: Mapping[str, Any], job: Mapping[str, Any] | None, base: Path) -> list[str]:
    """Paths of what the prompt wrote to the output folder, each once."""
    found = [
        str(base / "output" / item.get("subfolder", "") / item["filename"])
        for output in (history.get("outputs") or {}).values()
        for items in output.values()
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict) and item.get("type") == "output" and "filename" in item
    ]
    for artifact in (job or {}).get("artifacts") or []:
        path = Path(artifact["path"])
        found.append(str(path if path.is_absolute() else base / "output" / path))
    return list(dict.fromkeys(found))


def job_row(address: str, prompt_id: str) -> tuple[Mapping[str, Any] | None, str]:
    """The job as the database has it, or None and what is in the way."""
    problem = "no answer"
    last: Mapping[str, Any] | None = None
    started = time.monotonic()
    while time.monotonic() - started < JOB_LIMIT:
        status, answer = request(f"{address}/anime/jobs/{prompt_id}")
        if status == 200:
            last = answer
            if answer["job"].get("state") in ENDED:
                return answer, ""
            problem = f"the job is still {answer['job'].get('state')}"
        elif status == 404:
            problem = "the database has no job for this prompt"
        else:
            problem = f"{said_against(answer)} (HTTP {status})"
        time.sleep(0.5)
    return last, f"{problem} (after {JOB_LIMIT:.0f} s)"


def said_against(answer: Mapping[str, Any]) -> str:
    """What a route of the pack has against a request."""
    error = answer.get("error")
    return str(error.get("message") if isinstance(error, dict) else answer.get("message"))


def _history(address: str, prompt_id: str) -> Mapping[str, Any]:
    """A prompt's history, which is written a moment after its last message."""
    for _ in range(100):
        _, answer = request(f"{address}/history/{prompt_id}")
        if prompt_id in answer:
            history: Mapping[str, Any] = answer[prompt_id]
            return history
        time.sleep(0.1)
    raise RunFailed("ComfyUI finished the prompt, but its history does not have it.")


def request(url: str, content: Any = None) -> tuple[int, dict[str, Any]]:
    """Status and JSON of an answer; POST where there is content."""
    body = None if content is None else json.dumps(content).encode()
    asked = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.status, _json(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, _json(error.read())
    except OSError as error:
        raise RunFailed(f"ComfyUI does not answer ({error}).") from error


def _json(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {"message": body.decode(errors="replace")[:500]}
    return answer if isinstance(answer, dict) else {"message": str(answer)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
