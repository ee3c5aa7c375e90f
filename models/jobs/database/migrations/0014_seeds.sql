-- An older pack may go on writing: yes.
-- Jobs are found by their seeds.

CREATE INDEX generation_parameters_by_seed ON anime.generation_parameters (number)
    WHERE kind = 'seed' AND number IS NOT NULL;
CREATE INDEX retry_attempts_by_seed ON anime.retry_attempts (seed);
