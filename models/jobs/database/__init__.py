"""PostgreSQL: the server, its connections, the schema, and the settings that name it."""
