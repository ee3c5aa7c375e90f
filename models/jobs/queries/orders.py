"""Orders of the list of jobs: the newest first, or the best first."""

NEWEST, BEST = "newest", "best"
ORDERS = (NEWEST, BEST)

# A job that passes is better than one that doesn't, whatever their scores: 102 is more than the
# range of the scores, -1 (no score) to 100. The index `jobs_best_first` has the same expression.
GOODNESS = "(coalesce(jobs.score, -1) + CASE jobs.verdict WHEN 'PASS' THEN 102 ELSE 0 END)"
MOST_GOODNESS = 202  # of a job that passes with a score of 100

# For each order: the ORDER BY clause, and the condition for jobs after the last one of a page.
FIRST = {
    NEWEST: "jobs.created_at DESC, jobs.id DESC",
    BEST: f"{GOODNESS} DESC, jobs.created_at DESC, jobs.id DESC",
}
AFTER = {
    NEWEST: "(jobs.created_at, jobs.id) < (%(after_at)s, %(after_id)s)",
    BEST: f"({GOODNESS}, jobs.created_at, jobs.id)"
    " < (%(after_goodness)s, %(after_at)s, %(after_id)s)",
}
