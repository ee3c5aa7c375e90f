"""Orders of jobs: the newest first, or the best first."""

NEWEST, BEST = "newest", "best"
ORDERS = (NEWEST, BEST)

# One that passes is better than one that fails, whatever their scores; one without a score comes
# after those that have one. As in the index `jobs_best_first`.
GOODNESS = "(coalesce(jobs.score, -1) + CASE jobs.verdict WHEN 'PASS' THEN 102 ELSE 0 END)"
MOST_GOODNESS = 202  # of a PASS with the whole score

# Of each order: for ORDER BY, and the condition on jobs that come after the last of a page.
FIRST = {
    NEWEST: "jobs.created_at DESC, jobs.id DESC",
    BEST: f"{GOODNESS} DESC, jobs.created_at DESC, jobs.id DESC",
}
AFTER = {
    NEWEST: "(jobs.created_at, jobs.id) < (%(after_at)s, %(after_id)s)",
    BEST: f"({GOODNESS}, jobs.created_at, jobs.id)"
    " < (%(after_goodness)s, %(after_at)s, %(after_id)s)",
}
