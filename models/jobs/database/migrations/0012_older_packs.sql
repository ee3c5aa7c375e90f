-- An older pack may go on writing: yes.
-- Several machines on one database can be upgraded one after the other: each migration says whether
-- a version of the pack that doesn't have it may go on writing.

ALTER TABLE anime.schema_migrations
    ADD COLUMN older_packs_may_write boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN anime.schema_migrations.older_packs_may_write IS
    'True if a version of the pack without this migration may go on writing. False for migrations up to 11, which every version that reads this column has.';
