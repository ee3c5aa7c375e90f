"""Questions to the database, one subject a module."""
