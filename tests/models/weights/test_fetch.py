import hashlib
import multiprocessing
import os
import stat
import threading
import time
from pathlib import Path

import pytest

from anime_production.models.weights import Weight, WeightFile
from anime_production.models.weights.fetch import FetchFailed, FetchInterrupted, fetch
from anime_production.models.weights.weight import files_in
from anime_production.quickstart_steps.comfyui_process import free_port

from ...deadlines import within
from .conftest import a_weight, left_behind

CONTENT = os.urandom(1_000_000)
OTHER = os.urandom(1_000_000)


def one_file(source: str, content: bytes = CONTENT, sha256: str | None = None) -> Weight:
    published = hashlib.sha256(content).hexdigest() if sha256 is None else sha256
    return a_weight(WeightFile("model/net.onnx", source, len(content), sha256=published))


class StopAfter:
    """Says stop once so many bytes are there."""

    def __init__(self, size: int) -> None:
        self.size, self.done = size, 0

    def report(self, done: int, total: int | None) -> None:
        self.done = done

    def __call__(self) -> bool:
        return self.done >= self.size


def test_a_file_is_fetched_whole_and_nothing_else_stays(hub, tmp_path):
    weight = one_file(hub.offer("net.onnx", CONTENT))
    told: list[tuple[int, int | None]] = []
    (path,) = fetch(weight, tmp_path, lambda *each: told.append(each))
    assert path == tmp_path / "kind" / "model" / "net.onnx"
    assert path.read_bytes() == CONTENT
    assert left_behind(tmp_path) == ["net.onnx"]
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_what_is_there_is_not_fetched_again(hub, tmp_path):
    weight = one_file(hub.offer("net.onnx", CONTENT))
    assert fetch(weight, tmp_path) == fetch(weight, tmp_path)
    assert len(hub.asked) == 1


def test_what_goes_with_a_file_is_fetched_where_it_alone_is_missing(hub, tmp_path):
    weight = a_weight(
        WeightFile("net.onnx", hub.offer("net.onnx", CONTENT)),
        WeightFile("threshold.json", hub.offer("threshold.json", b"{}")),
    )
    fetch(weight, tmp_path)
    (tmp_path / "kind" / "threshold.json").unlink()
    assert not weight.complete(files_in(tmp_path / "kind"))
    fetch(weight, tmp_path)
    assert weight.complete(files_in(tmp_path / "kind"))
    assert [path for path, _ in hub.asked] == ["net.onnx", "threshold.json", "threshold.json"]


def test_a_file_of_the_same_values_under_another_name_is_enough(hub, tmp_path):
    weight = a_weight(
        WeightFile("net.pth", hub.offer("net.pth", CONTENT)), alternative_names=("part.pth",)
    )
    (tmp_path / "kind").mkdir()
    (tmp_path / "kind" / "part.pth").write_bytes(b"values")
    assert fetch(weight, tmp_path) == [tmp_path / "kind" / "part.pth"]
    assert hub.asked == []


def test_half_a_file_under_the_right_name_is_replaced(hub, tmp_path):
    weight = one_file(hub.offer("net.onnx", CONTENT))
    place = tmp_path / "kind" / "model"
    place.mkdir(parents=True)
    (place / "net.onnx").write_bytes(CONTENT[:1000])
    assert fetch(weight, tmp_path)[0].read_bytes() == CONTENT


@pytest.mark.parametrize("linked", [False, True])
def test_what_was_interrupted_goes_on_where_it_stopped(hub, tmp_path, linked):
    weight = one_file(hub.offer("net.onnx", CONTENT, linked=linked), sha256="")
    stop = StopAfter(300_000)
    with pytest.raises(FetchInterrupted):
        fetch(weight, tmp_path, stop.report, stop)
    assert not (tmp_path / "kind" / "model" / "net.onnx").exists()
    part = (tmp_path / "kind" / "model" / "net.onnx.part").stat().st_size
    assert 300_000 <= part < len(CONTENT)
    told: list[int] = []
    assert fetch(weight, tmp_path, lambda done, _: told.append(done))[0].read_bytes() == CONTENT
    assert hub.asked[-1] == ("net.onnx", f"bytes={part}-")
    assert told[0] == part
    assert left_behind(tmp_path) == ["net.onnx"]


def test_a_file_that_has_changed_meanwhile_starts_anew(hub, tmp_path):
    source = hub.offer("net.onnx", CONTENT)
    stop = StopAfter(300_000)
    with pytest.raises(FetchInterrupted):
        fetch(one_file(source), tmp_path, stop.report, stop)
    hub.offer("net.onnx", OTHER)
    (path,) = fetch(one_file(source, OTHER), tmp_path)
    assert path.read_bytes() == OTHER
    assert hub.asked[-1][1] is not None, "it did not even try to go on"


def test_a_part_without_its_note_is_not_trusted(hub, tmp_path):
    place = tmp_path / "kind" / "model"
    place.mkdir(parents=True)
    (place / "net.onnx.part").write_bytes(OTHER[:500])
    (path,) = fetch(one_file(hub.offer("net.onnx", CONTENT)), tmp_path)
    assert path.read_bytes() == CONTENT
    assert hub.asked == [("net.onnx", None)]


@pytest.mark.parametrize("mark", ["", 'W/"of the same meaning"'])
def test_a_server_without_a_firm_mark_is_asked_for_all_of_it_again(hub, tmp_path, mark):
    weight = one_file(hub.offer("net.onnx", CONTENT, etag=mark))
    stop = StopAfter(300_000)
    with pytest.raises(FetchInterrupted):
        fetch(weight, tmp_path, stop.report, stop)
    assert fetch(weight, tmp_path)[0].read_bytes() == CONTENT
    assert hub.asked[-1] == ("net.onnx", None)


def test_a_part_that_is_already_whole_needs_no_network(hub, tmp_path):
    weight = one_file(hub.offer("net.onnx", CONTENT))
    stop = StopAfter(len(CONTENT))
    with pytest.raises(FetchInterrupted):
        fetch(weight, tmp_path, stop.report, stop)
    fetch(weight, tmp_path)
    assert len(hub.asked) == 1


def test_a_line_that_breaks_is_taken_up_again_by_itself(hub, tmp_path):
    weight = one_file(hub.offer("net.onnx", CONTENT, breaks_after=400_000))
    assert fetch(weight, tmp_path)[0].read_bytes() == CONTENT
    assert len(hub.asked) == 2
    assert hub.asked[1][1] is not None


@pytest.mark.parametrize("published", ["catalogue", "hub"])
def test_what_has_another_hash_is_deleted_and_said(hub, tmp_path, published):
    wrong = "ab" * 32
    if published == "catalogue":
        weight = one_file(hub.offer("net.onnx", CONTENT), sha256=wrong)
    else:
        source = hub.offer("net.onnx", CONTENT, linked=True, linked_sha256=wrong)
        weight = one_file(source, sha256="")
    with pytest.raises(FetchFailed, match=f"not {wrong}.*deleted"):
        fetch(weight, tmp_path)
    assert left_behind(tmp_path) == []


def test_the_first_digits_of_a_hash_are_checked_where_no_more_are_published(hub, tmp_path):
    source = hub.offer("net.onnx", CONTENT)
    digest = hashlib.sha256(CONTENT).hexdigest()
    with pytest.raises(FetchFailed, match="deleted"):
        fetch(one_file(source, sha256="00000000"), tmp_path)
    fetch(one_file(source, sha256=digest[:8]), tmp_path)


def test_a_file_of_another_size_is_not_even_fetched(hub, tmp_path):
    source = hub.offer("net.onnx", b"<html>Please log in to this network</html>")
    with pytest.raises(FetchFailed, match=r"offers 0\.0 MB, but 1\.0 MB were published"):
        fetch(one_file(source, sha256=""), tmp_path)
    weight = a_weight(WeightFile("net.onnx", source, rounded_megabytes=150))
    with pytest.raises(FetchFailed, match=r"150\.0 MB were published"):
        fetch(weight, tmp_path)


def test_without_network_it_says_at_once_what_to_fetch_by_hand_and_where_to(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    source = f"http://127.0.0.1:{free_port()}/net.onnx"
    with within(1), pytest.raises(FetchFailed) as caught:
        fetch(one_file(source), tmp_path)
    assert str(caught.value) == (
        "There is no connection to 127.0.0.1; try again later, or by hand put "
        f"{source} at {tmp_path / 'kind' / 'model' / 'net.onnx'}."
    )


def test_a_missing_file_is_said_with_the_servers_answer(hub, tmp_path):
    with pytest.raises(FetchFailed, match="answers 404 Not Found; try again later, or by hand"):
        fetch(one_file(f"{hub.address}/gone.onnx"), tmp_path)


def test_a_mirror_takes_the_place_of_the_hub_and_of_nothing_else(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", f"{hub.address}/")
    hub.offer("some/repository/resolve/main/net.onnx", CONTENT, linked=True)
    own = hub.offer("own.json", b"{}")
    weight = a_weight(
        WeightFile("net.onnx", "https://huggingface.co/some/repository/resolve/main/net.onnx"),
        WeightFile("own.json", own),
    )
    assert [path.read_bytes() for path in fetch(weight, tmp_path)] == [CONTENT, b"{}"]


def test_a_file_that_no_disk_can_hold_is_not_begun(hub, tmp_path):
    source = hub.offer("net.onnx", CONTENT, announced=10**18)
    weight = a_weight(WeightFile("net.onnx", source))
    with pytest.raises(FetchFailed, match="disk is too full: 1000000000000 MB are needed"):
        fetch(weight, tmp_path)
    assert left_behind(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_disk_that_is_full_in_the_middle_is_said(hub, tmp_path):
    place = tmp_path / "kind" / "model"
    place.mkdir(parents=True)
    (place / "net.onnx.part").symlink_to("/dev/full")
    with pytest.raises(FetchFailed, match="The disk is full: make room in"):
        fetch(one_file(hub.offer("net.onnx", CONTENT)), tmp_path)
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_a_folder_that_can_not_be_written_is_named(hub, tmp_path):
    (tmp_path / "kind").write_text("a file where a folder should be")
    with pytest.raises(FetchFailed, match="kind"):
        fetch(one_file(hub.offer("net.onnx", CONTENT)), tmp_path)


def _fetch_elsewhere(weight: Weight, models: Path, answers) -> None:
    answers.put(fetch(weight, models)[0].read_bytes())


def test_two_processes_that_fetch_the_same_do_not_disturb_each_other(hub, tmp_path):
    weight = one_file(hub.offer("net.onnx", CONTENT, pause=0.05))
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    both = [
        context.Process(target=_fetch_elsewhere, args=(weight, tmp_path, answers)) for _ in range(2)
    ]
    for process in both:
        process.start()
    assert [answers.get(timeout=60), answers.get(timeout=60)] == [CONTENT, CONTENT]
    for process in both:
        process.join()
    assert len(hub.asked) == 1, "both fetched it"


def test_one_who_waits_for_another_can_be_stopped(hub, tmp_path):
    weight = one_file(hub.offer("net.onnx", CONTENT, pause=0.1))
    first = threading.Thread(target=fetch, args=(weight, tmp_path))
    first.start()
    while not hub.asked:
        time.sleep(0.01)
    with pytest.raises(FetchInterrupted):
        fetch(weight, tmp_path, interrupted=lambda: True)
    first.join()
    assert files_in(tmp_path / "kind")["model/net.onnx"].read_bytes() == CONTENT
