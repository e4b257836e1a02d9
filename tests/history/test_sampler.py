"""When a row is due."""

from cockpit.history.rows import Figures
from cockpit.history.sampler import Reading, Sampler
from tests.history.kit import DAY, NS_PER_S


def reading(watched=True, symbol="BTC", **figures):
    return Reading(venue="bybit", symbol=symbol, watched=watched, figures=Figures(**figures))


def times(sampler, readings_at, seconds):
    """Seconds at which rows came, asked every second."""
    found = []
    for second in range(seconds):
        slot_ns = sampler.due_ns(DAY + second * NS_PER_S)
        if slot_ns is not None:
            rows = sampler.sample(slot_ns, readings_at(second))
            assert all(row.at_ns == slot_ns for row in rows)
            found += [second for _ in rows]
    return found


def test_a_watched_market_that_moves_has_a_row_every_ten_seconds():
    moving = times(Sampler(), lambda second: [reading(mark=float(second))], 61)
    assert moving == [0, 10, 20, 30, 40, 50, 60]


def test_a_surveyed_market_has_a_row_a_minute():
    moving = times(Sampler(), lambda second: [reading(watched=False, mark=float(second))], 181)
    assert moving == [0, 60, 120, 180]


def test_a_market_that_stands_still_says_so_once_a_minute():
    assert times(Sampler(), lambda second: [reading(mark=1.0)], 121) == [0, 60, 120]


def test_a_figure_that_only_grows_older_is_no_change():
    ageing = times(Sampler(), lambda second: [reading(mark=1.0, mark_age_s=second)], 61)
    assert ageing == [0, 60]


def test_a_change_too_small_to_be_kept_is_no_change():
    # A million (between 2**19 and 2**20) is kept in steps of 2**(20 - 13) = 128 USD.
    quiet = times(Sampler(), lambda second: [reading(bid10_usd=1_000_020 + second % 7)], 51)
    assert quiet == [0]
    lively = times(Sampler(), lambda second: [reading(bid10_usd=1e6 + 1e4 * second)], 21)
    assert lively == [0, 10, 20]


def test_a_market_of_which_nothing_was_ever_known_has_no_row():
    assert times(Sampler(), lambda second: [reading(mark_age_s=None)], 121) == []


def test_a_market_that_fell_silent_says_once_that_nothing_is_known():
    silent = times(Sampler(), lambda s: [reading(mark=1.0 if s < 25 else None)], 300)
    assert silent == [0, 30]


def test_a_figure_that_is_lost_is_a_change_and_so_is_its_return():
    def blinking(second):
        return [reading(mark=2.0, oi_base=None if 10 <= second < 30 else 5.0)]

    assert times(Sampler(), blinking, 41) == [0, 10, 30]


def test_after_the_clock_was_set_back_rows_come_at_once():
    sampler = Sampler()
    later_ns = DAY + 3600 * NS_PER_S
    assert len(sampler.sample(later_ns, [reading(mark=1.0)])) == 1
    slot_ns = sampler.due_ns(DAY)
    assert slot_ns == DAY
    assert len(sampler.sample(slot_ns, [reading(mark=1.0)])) == 1
