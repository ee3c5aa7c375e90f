-- name: add_parameter
INSERT INTO anime.generation_parameters
    (job_id, position, node_id, node_type, kind, name, text, number, sha256)
VALUES
    (%(job_id)s, %(position)s, %(node_id)s, %(node_type)s, %(kind)s, %(name)s, %(text)s,
     %(number)s, %(sha256)s)
