"""A terminal gets no more bytes than its size deserves, and a key is never made to wait."""

import pytest

from cockpit.terminal.renderer.byte_budget import Budget, bytes_per_s
from cockpit.terminal.renderer.paint_clock import PaintClock

LARGE, SMALL = 200 * 60, 80 * 24
FRAME = 6_000


def sent_in(seconds: float, cells: int, frame: int, hz: float = 10.0) -> int:
    """Bytes of so many seconds in which a frame is drawn whenever it may be."""
    budget, sent, now_s = Budget(), 0, 100.0
    budget.account(now_s, sent, cells)
    for _ in range(round(seconds * hz)):
        now_s += 1 / hz
        budget.account(now_s, sent, cells)
        if not budget.is_spent:
            sent += frame
    return sent


@pytest.mark.parametrize(("cells", "frame", "most"), [(LARGE, 6_000, 12_000), (SMALL, 950, 2_000)])
def test_a_ladder_that_never_rests_stays_within_the_budget(cells, frame, most):
    # A burst may be in it that a quiet moment before had saved up.
    assert sent_in(60, cells, frame) <= most * 60


def test_a_quiet_screen_is_never_held_back():
    # 10 frames of 1 kB a second are far below what 200x60 gets.
    assert sent_in(10, LARGE, 1_000) == 100_000


def test_a_larger_terminal_gets_more():
    assert bytes_per_s(SMALL) < bytes_per_s(120 * 40) < bytes_per_s(LARGE) < bytes_per_s(2 * LARGE)
    assert bytes_per_s(60 * 15) == bytes_per_s(SMALL)


def test_a_whole_picture_is_paid_off_within_a_second():
    budget = Budget()
    budget.account(0.0, 0, LARGE)
    budget.account(0.1, 200_000, LARGE)
    assert budget.is_spent
    budget.account(1.2, 200_000, LARGE)
    assert not budget.is_spent


def test_what_a_key_changed_is_drawn_whatever_was_sent_before():
    clock = PaintClock(10.0)
    clock.budget.account(10.0, 0, LARGE)
    clock.budget.account(10.1, 200_000, LARGE)
    assert not clock.beat(10.1, 0)
    assert clock.hurry(10.1)
    assert clock.beat(10.1, 0)


def test_the_rest_of_a_picture_does_not_wait_for_what_the_echo_of_its_key_has_cost():
    clock = PaintClock(10.0)
    clock.budget.account(10.0, 0, LARGE)
    assert clock.hurry(10.05)
    # The echo is counted after the key, at the next beat.
    clock.budget.account(10.06, 200_000, LARGE)
    assert clock.beat(10.06, 0)
    clock.budget.account(10.16, 200_000, LARGE)
    assert not clock.beat(10.16, 0), "then it is paid off"


def test_figures_go_on_at_once_in_a_workspace_that_a_key_opened():
    """A picture of 23 kB is two seconds of the budget: a book does not stand still for them."""
    clock = PaintClock(10.0)
    clock.budget.account(10.0, 0, LARGE)
    assert clock.hurry(10.0)
    clock.budget.account(10.0, 15_000, LARGE)
    assert clock.beat(10.0, 0)
    drawn = []
    for tenth in range(1, 11):
        now_s = 10.0 + tenth / 10
        clock.budget.account(now_s, 23_000, LARGE)
        drawn.append(clock.beat(now_s, 0))
    assert True in drawn[:3], "a fifth of a second is owed"


def test_a_key_right_behind_a_frame_is_followed_by_one_all_the_same():
    clock = PaintClock(10.0)
    clock.budget.account(10.0, 0, LARGE)
    assert clock.beat(10.0, 0)
    assert not clock.hurry(10.01)
    clock.budget.account(10.06, 200_000, LARGE)
    assert clock.beat(10.06, 0)


def test_the_screen_says_when_it_is_paced():
    clock = PaintClock(10.0)
    now_s, sent = 10.0, 0
    clock.stats(now_s, sent, lambda: None)
    for _ in range(40):
        now_s += 0.1
        clock.budget.account(now_s, sent, LARGE)
        sent += FRAME if clock.beat(now_s, 0) else 0
    stats = clock.stats(now_s, sent, lambda: None)
    assert stats is not None
    assert stats.reason == "paced"
