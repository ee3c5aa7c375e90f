import threading

import pytest

from anime_production.models.loop.closing.closing_progress import ClosingProgress


def test_parts_grow_towards_each_goal_and_never_go_back():
    seen = []
    progress = ClosingProgress(lambda done, total: seen.append(done / total))
    for goal in (0.4, 0.5, 0.45, 1.0):  # the third goal is reached already
        progress.aim(goal)
        for _ in range(3):
            part = progress.part(0.5)
            for done in range(11):
                part(done, 10)
        progress.poll()
    assert seen == sorted(seen)
    assert seen[33] == pytest.approx(0.35, abs=0.001)  # 7/8 of the first goal
    assert 0.9 < seen[-1] < 1.0


def test_without_a_callback_nothing_is_reported():
    progress = ClosingProgress(None)
    progress.part()(1, 2)
    progress.poll()


def test_other_threads_do_not_report():
    seen = []
    progress = ClosingProgress(lambda *each: seen.append(each))
    thread = threading.Thread(target=progress.poll)
    thread.start()
    thread.join()
    assert seen == []


def test_every_report_may_stop_the_work():
    class Stop(BaseException):
        pass

    def stop(done, total):
        raise Stop

    for report in (ClosingProgress(stop).poll, lambda: ClosingProgress(stop).part()(0, 1)):
        with pytest.raises(Stop):
            report()
