"""The databases and jobs of the domain's tests."""

from ...models.jobs.conftest import (  # noqa: F401
    artifact,
    by_hand,
    job,
    private,
    report,
    story,
    studio_url,
)
