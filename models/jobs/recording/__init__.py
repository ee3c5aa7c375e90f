"""Recording of jobs: their events, the outbox, and the thread that ships them to the database."""
