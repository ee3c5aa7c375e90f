from fractions import Fraction

import pytest

from anime_production.models.frame_rate import exact_rate
from anime_production.models.sound.times import first_sample


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000])
@pytest.mark.parametrize("fps", [8.0, 12.0, 24.0, 24_000 / 1001, 23.98, 29.97, 100 / 3])
def test_no_frame_of_a_long_clip_is_off_by_more_than_half_a_sample(rate, fps):
    exact = exact_rate(fps)
    for frame in (1, 999, 5000, 100_000):
        assert abs(first_sample(frame, exact, rate) - Fraction(frame * rate) / exact) <= Fraction(
            1, 2
        )
