"""Unit tests of the logic that runs in the browser, run by node."""
