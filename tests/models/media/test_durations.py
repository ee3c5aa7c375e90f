"""Exact rates, and durations in ticks."""

from fractions import Fraction

import pytest

from anime_production.models.frame_rate import exact_rate
from anime_production.models.media.apng import LARGEST_DELAY, frame_delays
from anime_production.models.media.durations import durations


@pytest.mark.parametrize("whole", [12, 15, 24, 30, 48, 60, 120])
def test_every_spelling_of_an_ntsc_rate_is_exact(whole):
    rate = Fraction(whole * 1000, 1001)
    for digits in (2, 3, 4, 9):
        assert exact_rate(round(float(rate), digits)) == rate
    assert exact_rate(rate) == rate
    assert exact_rate(whole) == whole


@pytest.mark.parametrize("fps", [0.1, 0.5, 1, 7.3, 8, 10, 12.5, 16, 25, 50, 144, 240])
def test_other_rates_stay(fps):
    assert float(exact_rate(fps)) == pytest.approx(fps, rel=1e-9)
    assert exact_rate(1e-4) == pytest.approx(1e-4)


@pytest.mark.parametrize("fps", [0.5, 7.3, 23.976, 59.94, 119.88, 240])
@pytest.mark.parametrize("ticks", [100, 1000, 60_000])
def test_durations_add_up_to_the_nearest_tick(fps, ticks):
    rate = exact_rate(fps)
    if rate > ticks:
        return
    lengths = durations(1000, rate, ticks)
    assert abs(sum(lengths) - 1000 * ticks / rate) <= Fraction(1, 2)
    assert max(lengths) - min(lengths) <= 1, "the error is spread over the frames"


@pytest.mark.parametrize("fps", [0.1, 12, 23.976, 119.88, 240, 97.531])
def test_an_apng_is_exact_where_its_fractions_are(fps):
    rate = exact_rate(fps)
    delays = frame_delays(600, rate)
    assert all(0 < each <= LARGEST_DELAY for delay in delays for each in delay)
    total = sum(Fraction(*delay) for delay in delays)
    exact = max(rate.numerator, rate.denominator) <= LARGEST_DELAY
    assert total == 600 / rate if exact else abs(total - 600 / rate) <= Fraction(1, 60_000)
