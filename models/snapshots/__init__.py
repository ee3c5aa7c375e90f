"""Snapshots: small pictures of the frames that a report is about, taken while they exist."""
