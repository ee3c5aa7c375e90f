"""The PostgreSQL database: server, connections, schema, and the setting of its address."""
