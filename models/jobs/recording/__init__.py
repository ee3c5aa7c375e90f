"""Events of jobs, their outbox, and the thread that ships them to the database."""
