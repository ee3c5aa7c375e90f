-- name: add_character_version
INSERT INTO anime.character_versions
    (id, character_id, machine_id, folder, version, sha256, model, backend, threshold, calibrated,
     saved_at)
VALUES
    (%(id)s, %(character_id)s, %(machine_id)s, %(folder)s, %(version)s, %(sha256)s, %(model)s,
     %(backend)s, %(threshold)s, %(calibrated)s, %(saved_at)s)
ON CONFLICT (id) DO NOTHING

-- name: add_character_reference
INSERT INTO anime.character_references (version_id, position, status, used, similarity)
VALUES (%(version_id)s, %(position)s, %(status)s, %(used)s, %(similarity)s)
