"""The machine's clock as everything here counts by it."""

import time

from cockpit.core.clock import WallClock


def test_a_night_that_the_machine_slept_through_has_passed(monkeypatch):
    """Linux's monotonic time stands meanwhile: as long as that, no price would grow old."""
    asleep_ns = time.monotonic_ns()
    monkeypatch.setattr(time, "monotonic_ns", lambda: asleep_ns)
    clock = WallClock()
    evening_ns = clock.now_ns()
    morning_ns = time.time_ns() + 2_000_000
    while time.time_ns() < morning_ns:
        pass
    assert clock.now_ns() - evening_ns >= 1_000_000


def test_a_step_of_the_machines_clock_moves_nothing(monkeypatch):
    clock = WallClock()
    before_ns = clock.now_ns()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert 0 <= clock.now_ns() - before_ns < 60 * 10**9
