"""The routes of questions: who sees them, and what becomes of an answer."""

import threading
from contextlib import contextmanager, suppress

import pytest

from anime_production.models.gating.asking import Choice, Unanswered
from anime_production.models.gating.questions import QUESTIONS, Question

CONTENT = {
    "prompt_id": "8c1f", "node": "17", "level": "frame", "seconds": 60, "verdict": "FAIL",
    "score": None, "accepted": True, "because": [], "frames": [{"frame": 0}, {"frame": 1}],
}  # fmt: skip


@contextmanager
def open_question(client=None):
    """Ask a question in another thread; gives the question and the list of its answers."""
    question = Question(CONTENT, frozenset((0, 1)), 60.0, client)
    is_open, ends, answers = threading.Event(), threading.Event(), []

    def interrupt():
        if ends.is_set():
            raise KeyboardInterrupt

    def ask():
        with suppress(KeyboardInterrupt):
            answers.append(QUESTIONS.ask(question, lambda _: is_open.set(), interrupt, None))

    thread = threading.Thread(target=ask)
    thread.start()
    is_open.wait(10)
    try:
        yield question, answers, thread
    finally:
        ends.set()
        thread.join(10)


def test_an_answer_reaches_the_prompt_that_waits(desk):
    with open_question() as (question, answers, thread):
        path = f"/anime/questions/{question.id}"
        seen, listed, answered, late = desk.ask(
            ("POST", f"{path}/seen", {}),
            ("GET", "/anime/questions", None),
            ("POST", f"{path}/answer", {"picked": [1, 1], "reviewer": "Aoi"}),
            ("POST", f"{path}/answer", {"picked": [0]}),
        )
        thread.join(10)
    assert (seen.status, answered.status) == (200, 200)
    assert question.is_seen
    (row,) = listed.json["questions"]
    assert {name: row[name] for name in CONTENT} == CONTENT
    assert answers == [Choice((1,), "Aoi")]
    assert (late.status, late.json["error"]["code"]) == (404, "question_closed")


def test_null_leaves_the_decision_to_the_report(desk):
    with open_question() as (question, answers, thread):
        (answer,) = desk.ask(("POST", f"/anime/questions/{question.id}/answer", {}))
        thread.join(10)
    assert answer.status == 200
    assert answers == [Unanswered.LEFT]


@pytest.mark.parametrize(
    ("body", "field"), [({"picked": [2]}, "picked"), ({"picked": [-1]}, "picked"),
                        ({"picked": "1"}, "picked"), ({"reviewer": "a\nb"}, "reviewer")],
)  # fmt: skip
def test_a_wrong_answer_is_refused_and_the_question_stays_open(desk, body, field):
    with open_question() as (question, answers, _):
        path = f"/anime/questions/{question.id}"
        answer, listed = desk.ask(
            ("POST", f"{path}/answer", body), ("GET", "/anime/questions", None)
        )
        assert answers == []
    assert answer.status == 400
    assert field in answer.json["error"]["message"]
    assert len(listed.json["questions"]) == 1


def test_a_page_sees_the_questions_of_its_own_prompts(desk):
    # Without a server, no client is connected: any page may answer for one that was closed.
    with open_question("page"):
        own, other = desk.get("/anime/questions?client=page", "/anime/questions")
    assert [len(each.json["questions"]) for each in (own, other)] == [1, 1]
    assert desk.get("/anime/questions")[0].json == {"questions": []}
