"""Fixtures of an outbox and its shipper."""

import pytest

from anime_production.models.jobs.database.database import Database
from anime_production.models.jobs.recording.outbox import Outbox
from anime_production.models.jobs.recording.shipper import Shipper


@pytest.fixture
def outbox(private):
    outbox = Outbox(private / "outbox.sqlite")
    yield outbox
    outbox.close()


@pytest.fixture
def shipper(private, outbox, database_url):
    shipper = Shipper(outbox, Database(private), longest_pause=0.05)
    yield shipper
    shipper.stop(5)
