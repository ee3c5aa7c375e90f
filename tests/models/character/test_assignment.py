import numpy as np

from anime_production.models.character.assignment import HOLD, assign


def cast(*frames, tracks=None):
    """Assigns; in each frame everybody's points by every character."""
    rows, points = [], []
    for frame in frames:
        rows.append(range(len(points), len(points) + len(frame)))
        points += frame
    width = len(points[0]) if points else 1
    tracks = tracks or list(range(len(points)))
    return assign(np.array(points, dtype=float).reshape(-1, width), rows, tracks)


def test_people_are_assigned_one_to_one_at_the_least_total_cost():
    # Greedily the first character would take the first person, and leave 60 for the second.
    assert cast([(90, 88), (85, 60)]).people == ((1,), (0,))


def test_a_sure_match_is_not_given_up_for_two_weak_ones():
    found = cast([(98, 55), (51, 0)])
    assert found.people[0] == (0,)
    assert found.same[0] == (True,)


def test_a_stranger_beside_the_character_stays_unassigned():
    found = cast([(90,), (20,)])
    assert found.people == ((0,),)
    assert found.strangers == ((1,),)


def test_somebody_else_alone_in_its_place_is_different():
    found = cast([(90,)], [(20,)])
    assert found.people == ((0, 1),)
    assert found.same == ((True, False),)
    assert found.strangers == ((), ())


def test_a_stranger_who_was_beside_the_character_does_not_stand_for_it_when_it_leaves():
    found = cast([(90,), (20,)], [(20,)], tracks=[0, 1, 1])
    assert found.people == ((0, None),)
    assert found.strangers == ((1,), (2,))


def test_the_second_of_two_who_look_like_a_character_is_named_and_stands_for_nobody():
    found = cast([(90, 10), (80, 10)])
    assert found.people == ((0,), (None,))
    assert found.doubled == (((1,),), ((),))
    assert found.strangers == ((),)


def test_noise_in_two_similar_people_does_not_swap_them():
    straight, swapped = [(80, 76), (76, 80)], [(76, 80), (80, 76)]
    tracked = cast(straight, swapped, straight, tracks=[0, 1, 0, 1, 0, 1])
    assert tracked.people == ((0, 2, 4), (1, 3, 5))
    untracked = cast(straight, swapped, straight)
    assert untracked.people == ((0, 3, 4), (1, 2, 5))


def test_a_real_swap_inside_a_track_is_followed():
    clearly = 60 + HOLD
    found = cast([(clearly, 0), (0, clearly)], [(0, clearly), (clearly, 0)], tracks=[0, 1, 0, 1])
    assert found.people == ((0, 3), (1, 2))


def test_one_that_cannot_be_compared_has_nobody_and_takes_nobody():
    found = cast([(np.nan, 90), (np.nan, 30)])
    assert found.people == ((None,), (0,))
    assert found.strangers == ((1,),)


def test_an_empty_clip_and_empty_frames_have_no_cast():
    assert cast([], []).people == ((None, None),)
