"""The three statuses of a component's health."""

OK, DEGRADED, DOWN = "ok", "degraded", "down"
