"""Workers on a database that a later pack has changed, and on one that was restored."""

from ..jobs.database.test_rolling_upgrades import migrations_of_a_later_pack, upgrade
from ..jobs.postgres import wait_until
from .studio import PASSES
from .test_worker import completed, working


def test_a_production_is_run_after_a_compatible_migration_of_a_later_pack(studio, begin, tmp_path):
    place = studio(PASSES, PASSES)
    production_id, _ = begin(place)
    assert upgrade(place.database, migrations_of_a_later_pack(tmp_path / "later")) == 9998
    second_id, _ = begin(place)
    with working(place):
        wait_until(completed(place, production_id), 40)
        wait_until(completed(place, second_id), 40)
