import threading
import time

import pytest

from anime_production.models.gating.asking import Choice, Unanswered
from anime_production.models.gating.questions import (
    NotAPicture,
    Question,
    QuestionClosed,
    Questions,
)

FRAMES = frozenset(range(8))


class Interrupted(BaseException):
    """The interrupt of a prompt, which no `except Exception` catches."""


@pytest.fixture
def questions():
    return Questions()


def question(seconds=60.0, client="page"):
    return Question({"frames": []}, FRAMES, seconds, client)


def ask(questions, asked, act=lambda each: None, interrupt=lambda: None, seen_seconds=60.0):
    """Ask, and call `act` with the open question in another thread."""
    threads = []

    def show(each):
        threads.append(threading.Thread(target=act, args=(each,)))
        threads[0].start()

    try:
        return questions.ask(asked, show, interrupt, seen_seconds)
    finally:
        for thread in threads:
            thread.join()


def test_an_answer_ends_the_wait(questions):
    choice = Choice((1, 5), "Aoi")
    assert ask(questions, question(), lambda each: questions.answer(each.id, choice)) is choice
    assert questions.list_open() == []


def test_no_choice_leaves_the_decision_to_the_report(questions):
    answer = ask(questions, question(), lambda each: questions.answer(each.id, None))
    assert answer is Unanswered.LEFT


def test_the_limit_ends_the_wait(questions):
    asked = question(seconds=0.2)
    assert ask(questions, asked, lambda each: questions.see(each.id)) is Unanswered.TIMEOUT
    assert questions.list_open() == []


def test_a_question_that_no_editor_displays_does_not_wait_for_the_limit(questions):
    assert ask(questions, question(), seen_seconds=0.2) is Unanswered.UNSEEN


def test_a_question_to_anybody_waits_unseen(questions):
    answer = ask(questions, question(seconds=0.3), seen_seconds=None)
    assert answer is Unanswered.TIMEOUT


def test_an_interrupt_ends_the_wait_and_closes_the_question(questions):
    start = time.monotonic()

    def interrupt():
        if time.monotonic() > start + 0.3:
            raise Interrupted

    with pytest.raises(Interrupted):
        ask(questions, question(seconds=3600.0), interrupt=interrupt)
    assert questions.list_open() == []


def test_an_answer_is_taken_once_and_for_pictures_of_the_question(questions):
    errors = []

    def act(each):
        for choice in (Choice((8,)), Choice((7,)), Choice((1,))):
            try:
                questions.answer(each.id, choice)
            except (NotAPicture, QuestionClosed) as error:
                errors.append(type(error))

    assert ask(questions, question(), act).picked == (7,)
    assert errors == [NotAPicture, QuestionClosed]
    with pytest.raises(QuestionClosed):
        questions.see("none")


def test_an_open_question_says_how_long_it_waits_still(questions):
    contents = []

    def act(each):
        contents.extend(other.to_dict() for other in questions.list_open())
        questions.answer(each.id, None)

    asked = question(seconds=60.0)
    ask(questions, asked, act)
    (content,) = contents
    assert content["id"] == asked.id
    assert 50 < content["seconds_left"] <= 60
