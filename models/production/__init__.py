"""Productions: workflows that run one after the other as phases, with gates and retries."""
