"""Jobs: the record of every tracked prompt, in PostgreSQL.

Four rooms, each of which imports only from those after it: `recording` (events and their way to the
database), `database` (server, connections, schema, settings), `queries` (all SQL), `provenance`
(what a job was made from, and its files). The types that all of them share lie beside them.
"""
