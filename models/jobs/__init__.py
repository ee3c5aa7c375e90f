"""Jobs: the record of every tracked prompt, in PostgreSQL.

There are four subpackages, and each imports only from those after it: `recording` (events and their
way to the database), `database` (server, connections, schema, settings), `queries` (all SQL) and
`provenance` (the inputs a job was made from, and its files). The modules beside them define the
types that all four share.
"""
