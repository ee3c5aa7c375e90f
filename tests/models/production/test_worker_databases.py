"""Workers on a database that a later pack has changed, and on one that was restored."""

from anime_production.models.jobs.recording.backup import back_up, restore
from anime_production.models.production import store
from anime_production.models.production.production_states import PhaseState

from ..jobs.database.test_rolling_upgrades import migrations_of_a_later_pack, upgrade
from ..jobs.postgres import wait_until
from .studio import NEVER_ENDS, PASSES, Studio
from .test_worker import completed, working


def test_a_production_is_run_after_a_compatible_migration_of_a_later_pack(studio, begin, tmp_path):
    place = studio(PASSES, PASSES)
    production_id, _ = begin(place)
    assert upgrade(place.database, migrations_of_a_later_pack(tmp_path / "later")) == 9998
    second_id, _ = begin(place)
    with working(place):
        wait_until(completed(place, production_id), 40)
        wait_until(completed(place, second_id), 40)


def test_open_phases_are_run_after_a_backup_was_restored_on_another_machine(
    studio, begin, private, tmp_path, monkeypatch
):
    place = studio(NEVER_ENDS)
    place.hangs = True
    running_id, _ = begin(place)
    with working(place):
        wait_until(lambda: place.graphs)
        queued_id, _ = begin(place)
        back_up(place.output(), tmp_path / "jobs.zip", print)
    monkeypatch.delenv("ANIME_DATABASE_URL")  # the other machine has an embedded server of its own
    contents = restore(private, tmp_path / "jobs.zip", False, print)
    assert (contents["phases"].rows, contents["attempts"].rows) == (2, 1)
    machine = Studio(private, PASSES, PASSES)
    try:
        phases = [machine.database.run(store.load, each).phases[0].state
                  for each in (running_id, queued_id)]  # fmt: skip
        assert phases == [PhaseState.RUNNING, PhaseState.QUEUED]
        with working(machine):
            wait_until(completed(machine, running_id), 60)
            wait_until(completed(machine, queued_id), 60)
    finally:
        machine.recorder.close()
