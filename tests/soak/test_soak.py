"""Two ComfyUI processes work on one database for an hour while something breaks every minute.

`python quickstart.py test -m soak` runs it; `--minutes N` sets the length and `--seed N` the order
of the faults. At the end it prints one table.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from PIL import Image

from anime_production.quickstart_steps.comfyui_process import free_port

from ..integration.conftest import TESTING_NODES
from ..integration.job_bench import PACKS, Jobs
from ..models.jobs.postgres import SystemPostgres, private_folder, wait_until
from .checks import UNFINISHED, doubled_events, summary, wrong_jobs, wrong_productions
from .faults import Site, faults_of, small_disk
from .interface import PICTURE, Answers, Interface
from .load import Load
from .machine import Machine, await_empty_queue
from .proxy import Proxy
from .table import Row, answers_row, print_table

pytestmark = [pytest.mark.soak, pytest.mark.timeout(0)]

FAULT_SECONDS = 60.0  # between the beginnings of two faults, if the first has ended by then
WARM_UP = 50  # prompts of a process before its use of the system is measured
IDLE_SECONDS = 30.0  # until a process without prompts is measured
QUIET_SECONDS = 600.0  # until all work is recorded after the last fault
BASELINE_SHARE, BASELINE_MINUTES = 0.25, 5.0  # length of the run without the pack
MOST_MILLISECONDS = 200.0  # 99th percentile of ComfyUI's own interface
MOST_MEMORY = 50.0  # MB more than after the warm-up
SMALL_DISKS = {"postgres": 1500, "outbox": 64}  # MB
# More threads, handles and connections than after the warm-up; pools may be at any size then.
MOST_THREADS, MOST_HANDLES, MOST_CONNECTIONS = 8, 16, 8


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Seed of the faults and of the work."""
    return int(request.config.getoption("--seed"))


@pytest.fixture
def minutes(request: pytest.FixtureRequest) -> float:
    """Length of the run with faults."""
    return float(request.config.getoption("--minutes"))


def test_nothing_is_lost_and_nothing_hangs(
    comfyui: Path,
    tmp_path: Path,
    minutes: float,
    seed: int,
    capsys: pytest.CaptureFixture[str],
):
    without_pack = _baseline(comfyui, tmp_path / "without the pack", minutes, seed, capsys)
    with _site(comfyui, tmp_path) as (site, jobs):
        constant = site.machines[0]  # it is never killed
        warm_up = _warm_up(site.machines, tmp_path, seed, jobs)
        before = constant.usage()
        load, interface = _start(site.machines, tmp_path / "notes", seed)
        done = _break_things(site, minutes, seed, capsys)
        load.stop()
        answers = interface.stop()
        _await_quiet(site.machines, load, jobs)
        constant.settle(IDLE_SECONDS)
        after = constant.usage()
        wrong = {
            "prompts": wrong_jobs(warm_up.sent | load.sent, jobs),
            "productions": wrong_productions([*warm_up.productions, *load.productions], jobs),
            "events": doubled_events(jobs),
            "refusals": load.refused,
            "answers of routes": answers.unexpected,
            "answers of ComfyUI": answers.failed,
        }
    rows = [
        Row("faults", ", ".join(f"{name} {count}" for name, count in sorted(done.items()))),
        Row("prompts accepted", ", ".join(f"{k} {n}" for k, n in summary(load.sent).items())),
        Row("productions accepted", str(len(load.productions))),
        answers_row("interface", answers),
        answers_row("interface without the pack", without_pack),
        Row("panels' requests", ", ".join(f"{k} {n}" for k, n in sorted(answers.panel.items()))),
        *(
            Row(name, f"{getattr(before, name):.0f} → {getattr(after, name):.0f}")
            for name in ("threads", "handles", "connections", "memory")
        ),
        *(Row(f"wrong {name}", str(len(lines))) for name, lines in wrong.items()),
    ]
    with capsys.disabled():
        print_table(f"Soak of {minutes:g} minutes, seed {seed}", rows, wrong)
    assert not any(wrong.values()), wrong
    assert answers.percentile(0.99) < MOST_MILLISECONDS
    assert after.memory - before.memory < MOST_MEMORY
    assert after.threads - before.threads <= MOST_THREADS
    assert after.handles - before.handles <= MOST_HANDLES
    assert after.connections - before.connections <= MOST_CONNECTIONS


def _baseline(
    comfyui: Path, folder: Path, minutes: float, seed: int, capsys: pytest.CaptureFixture[str]
) -> Answers:
    """Return the answers of two ComfyUIs without the pack, with like work and like faults."""
    packs = {"testing-nodes": TESTING_NODES}
    machines = [Machine(comfyui, folder / name, packs, {}) for name in ("first", "second")]
    with _running(machines):
        load, interface = _start(machines, folder / "notes", seed, with_pack=False)
        chance, stop = random.Random(seed), threading.Event()
        end = time.monotonic() + 60 * min(BASELINE_MINUTES, BASELINE_SHARE * minutes)
        while time.monotonic() < end:
            # Of ten faults, about one in five stops a process itself; the others need a database.
            stop.wait(FAULT_SECONDS)
            fault = chance.randrange(10)
            if fault == 0:
                machines[-1].restart_after_kill(chance.uniform(0.0, 10.0))
            elif fault == 1:
                chance.choice(machines).suspend(chance.uniform(5.0, 90.0))
        load.stop()
        answers = interface.stop()
    with capsys.disabled():
        print(f"\nwithout the pack: {answers_row('interface', answers).value}", flush=True)
    return answers


@contextmanager
def _site(comfyui: Path, folder: Path) -> Iterator[tuple[Site, Jobs]]:
    """Give two machines, the database that they share, and the disks that may be filled."""
    with ExitStack() as stack:
        root = stack.enter_context(private_folder("postgres"))
        postgres_disk = stack.enter_context(small_disk(root, SMALL_DISKS["postgres"]))
        postgres = SystemPostgres(root)
        stack.callback(postgres.stop)
        url = postgres.new_database()
        proxy = Proxy(free_port(), postgres.port)
        stack.callback(proxy.close)
        address = url.replace(f":{postgres.port}/", f":{proxy.port}/")
        first = folder / "first"
        outbox_disk = stack.enter_context(small_disk(first / "user", SMALL_DISKS["outbox"]))
        variables = {"ANIME_DATABASE_URL": address}
        machines = [
            Machine(comfyui, folder / name, PACKS, variables, proxy.port)
            for name in ("first", "second")
        ]
        stack.enter_context(_running(machines))
        yield Site(postgres, proxy, machines, postgres_disk, outbox_disk), Jobs(url)


@contextmanager
def _running(machines: Sequence[Machine]) -> Iterator[None]:
    try:
        for machine in machines:
            Image.new("RGB", (64, 64)).save(machine.base / "output" / PICTURE)
            machine.start()
        yield
    finally:
        for machine in machines:
            machine.server.stop()


def _start(
    machines: Sequence[Machine], notes: Path, seed: int, with_pack: bool = True
) -> tuple[Load, Interface]:
    notes.mkdir(parents=True, exist_ok=True)
    load = Load(machines, notes, seed, with_pack)
    interface = Interface(machines) if with_pack else Interface(machines, panels=0)
    load.start()
    interface.start()
    return load, interface


def _warm_up(machines: Sequence[Machine], folder: Path, seed: int, jobs: Jobs) -> Load:
    """Run some prompts and a production on every machine, with open panels; return the prompts.

    The first production loads modules, which take 37 MB once.
    """
    notes = folder / "warm-up"
    notes.mkdir()
    load, interface = Load(machines, notes, seed), Interface(machines)
    interface.start()
    for machine in machines:
        chance = random.Random(seed)
        for _ in range(WARM_UP):
            load.send(machine, chance)
        load.order_production(machine, chance)
    for machine in machines:
        await_empty_queue(machine.client, QUIET_SECONDS)
    interface.stop()
    for machine in machines:
        load.read_history(machine)
    accepted = {prompt_id for prompt_id, sent in load.sent.items() if sent.kind != "plain"}
    wait_until(lambda: jobs.ended() >= accepted and jobs.rows(UNFINISHED) == [(0,)], 120)
    for machine in machines:
        machine.settle(IDLE_SECONDS / len(machines))
    return load


def _break_things(
    site: Site, minutes: float, seed: int, capsys: pytest.CaptureFixture[str]
) -> Counter[str]:
    """Make a fault each minute, and return how many of each kind there were."""
    chance, done = random.Random(seed), Counter[str]()
    faults = faults_of(site)
    names: list[str] = []
    begin = time.monotonic()
    while time.monotonic() - begin < 60 * minutes:
        if not names:  # each kind comes once before one comes again
            names = list(faults)
            chance.shuffle(names)
        name = names.pop()
        began = time.monotonic()
        what = faults[name](site, chance)
        done[name] += 1
        with capsys.disabled():
            memory = site.machines[0].usage().memory
            print(f"{(began - begin) / 60:5.1f} min  {name}: {what}; {memory:.0f} MB", flush=True)
        time.sleep(max(0.0, began + FAULT_SECONDS - time.monotonic()))
    return done


def _await_quiet(machines: Sequence[Machine], load: Load, jobs: Jobs) -> None:
    """Wait until all work has ended and is recorded, as far as it ever will be."""
    end = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < end and jobs.rows(UNFINISHED) != [(0,)]:
        time.sleep(1.0)
    end = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < end and any(
        machine.client.get("/anime/health")["components"]["outbox"]["backlog"]
        for machine in machines
    ):
        time.sleep(1.0)
    for machine in machines:
        load.read_history(machine)
