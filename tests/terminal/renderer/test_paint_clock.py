"""A frame waits for its time, for the terminal, and for a loop that keeps up."""

import pytest

from cockpit.terminal.renderer.paint_clock import PaintClock, in_words

HZ = 10.0


class Screen:
    """A screen whose time is moved by hand."""

    def __init__(self, hz: float = HZ) -> None:
        self.clock = PaintClock(hz)
        self.now_s = 1000.0
        self.drawn = 0

    def run(self, seconds: float, backlog: int = 0, answer_s: float | None = None) -> int:
        """Beats for so long; returns how many frames were drawn."""
        before = self.drawn
        answer_at: float | None = None
        for _ in range(round(seconds * self.clock.hz)):
            self.now_s += 1 / self.clock.hz
            if answer_at is not None and self.now_s >= answer_at:
                self.clock.answered(answer_at)
                answer_at = None
            if self.clock.beat(self.now_s, backlog):
                self.drawn += 1
                if self.clock.asks:
                    self.clock.asked(self.now_s, self.clock.window or 5_000)
                    answer_at = None if answer_s is None else self.now_s + answer_s
        return self.drawn - before


@pytest.fixture
def screen():
    return Screen()


def test_an_idle_terminal_gets_every_frame(screen):
    assert screen.run(5) == 50


def test_a_terminal_that_answers_at_once_gets_every_frame(screen):
    screen.clock.answered(screen.now_s)
    assert screen.run(5, answer_s=0.002) == 50
    assert screen.clock.round_trip_s == pytest.approx(0.002)


def test_the_next_frame_waits_for_the_answer(screen):
    screen.clock.answered(screen.now_s)
    assert screen.run(5, answer_s=0.45) == 10


def test_a_terminal_that_went_silent_gets_a_frame_after_three_seconds(screen):
    screen.clock.answered(screen.now_s)
    assert screen.run(2.9) == 1
    assert screen.run(0.3) == 1


def test_a_terminal_that_stays_silent_is_not_asked_for_ever(screen):
    screen.clock.answered(screen.now_s)
    screen.run(10)
    assert not screen.clock.asks
    assert screen.run(1) == 10


def test_a_terminal_that_never_answers_waits_for_the_writer_instead(screen):
    assert screen.run(2, backlog=1) == 0
    assert screen.run(1) == 10


def test_an_answer_says_whether_a_frame_was_held_back(screen):
    screen.clock.answered(screen.now_s)
    screen.run(0.1)
    assert not screen.clock.answered(screen.now_s)
    screen.run(0.1)
    screen.run(0.3)
    assert screen.clock.answered(screen.now_s + 0.01)


def test_being_late_once_changes_nothing(screen):
    screen.run(1)
    screen.now_s += 0.7
    screen.run(0.1)
    assert screen.clock.rate == HZ


def test_being_late_twice_halves_the_rate_and_says_why(screen):
    late_twice(screen)
    assert screen.clock.rate == HZ / 2
    assert "0.7 s late" in screen.clock.reason
    assert screen.run(4) == pytest.approx(20, abs=1)


def test_the_rate_comes_back_in_steps(screen):
    late_twice(screen)
    screen.run(11)
    assert HZ / 2 < screen.clock.rate < HZ
    screen.run(60)
    assert screen.clock.rate == HZ
    assert screen.clock.reason == ""


def test_a_stopped_process_was_not_late(screen):
    for _ in range(3):
        screen.run(1)
        screen.now_s += 3600
        screen.clock.paused()
    screen.run(1)
    assert screen.clock.rate == HZ


def test_a_thin_link_gets_smaller_writes_and_a_long_one_does_not():
    thin, long = Screen(), Screen()
    for screen in (thin, long):
        screen.clock.answered(screen.now_s)
        screen.run(1, answer_s=0.01)
    thin.run(10, answer_s=0.6)
    assert thin.clock.window is not None
    assert thin.clock.window < 1_000
    long.run(10, answer_s=0.09)
    assert long.clock.window is None


def test_a_link_that_recovers_gets_whole_frames_again(screen):
    screen.clock.answered(screen.now_s)
    screen.run(10, answer_s=0.6)
    screen.run(10, answer_s=0.01)
    assert screen.clock.window is None


def test_a_write_is_as_large_as_the_link_takes_in_80_ms(screen):
    # 5,000 bytes came through half a second later than an empty write: 10 kB/s.
    screen.clock.answered(screen.now_s)
    screen.run(1, answer_s=0.0)
    answer(screen, 5_000, late_s=0.5, times=4)
    assert screen.clock.window == pytest.approx(800, rel=0.1)


def answer(screen, size, late_s, times=1):
    """So many writes of a size come through so late, a second apart."""
    for _ in range(times):
        screen.now_s += 1
        screen.clock.asked(screen.now_s, size)
        screen.clock.answered(screen.now_s + late_s)


def test_a_busy_machine_is_no_thin_link(screen):
    """Answers that are late now and then: one write in four came through at once."""
    screen.clock.answered(screen.now_s)
    screen.run(1, answer_s=0.0)
    for _ in range(10):
        answer(screen, 3_000, late_s=0.4, times=3)
        answer(screen, 3_000, late_s=0.0)
        assert screen.clock.window is None
    answer(screen, 200, late_s=0.4, times=20)
    assert screen.clock.window is None, "so few bytes say nothing of a link"


def test_a_link_that_was_thin_from_the_start_is_known_after_the_first_picture(screen):
    screen.clock.answered(screen.now_s)
    # 40,000 bytes in 4 s less the quarter that any way may take: 10.7 kB/s.
    answer(screen, 40_000, late_s=4.0)
    assert screen.clock.window == pytest.approx(10_667 * 0.08, rel=0.05)


def test_after_a_stall_the_first_writes_that_come_through_at_once_open_the_window_again(screen):
    screen.clock.answered(screen.now_s)
    answer(screen, 40_000, late_s=4.0)
    answer(screen, 500, late_s=0.0)
    # 500 bytes within 5 ms are 100 kB/s, 8,000 bytes in 80 ms.
    assert screen.clock.window == pytest.approx(8_000, rel=0.05)


def test_every_row_is_sent_again_once_a_minute(screen):
    swept: list[int] = []
    for tenth in range(2 * 600):
        swept += screen.clock.sweep(1200 + tenth / 10, 24)
    assert sorted(swept[:24]) == list(range(24))
    assert {row: swept.count(row) for row in set(swept)}.keys() == set(range(24))
    assert len(swept) in (47, 48)


def test_a_key_may_hurry_a_frame_but_repeated_keys_do_not_hurry_all(screen):
    screen.run(1)
    assert not screen.clock.hurry(screen.now_s + 0.01)
    assert screen.clock.hurry(screen.now_s + 0.06)
    assert screen.clock.beat(screen.now_s + 0.06, 0)


def test_figures_are_of_the_time_since_the_last_ones(screen):
    clock = screen.clock
    assert clock.stats(screen.now_s, 0, lambda: 50.0) is None
    clock.answered(screen.now_s)
    screen.run(4, answer_s=0.003)
    stats = clock.stats(screen.now_s, 48_000, lambda: 50.0)
    assert stats is not None
    assert stats.hz_drawn == pytest.approx(HZ)
    assert stats.bytes_per_s == pytest.approx(12_000)
    assert stats.terminal_rtt_ms == pytest.approx(3)
    assert in_words(stats) == "10 fps 12 kB/s 3 ms"


def late_twice(screen: Screen) -> None:
    for _ in range(2):
        screen.run(1)
        screen.now_s += 0.7
    screen.run(0.1)
