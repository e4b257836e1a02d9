"""The budget is spent on what the trader waits for, and a venue's "no" is obeyed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.wire.limiter import Limiter, retry_after_s

WALL_NS = 1_760_000_000_000_000_000
"""Thu, 09 Oct 2025 08:53:20 GMT."""


def test_the_burst_goes_at_once_and_the_rest_at_the_rate() -> None:
    limiter = Limiter(weight_per_minute=120, burst=4)
    for _ in range(4):
        assert limiter.wait_s(1, 0.0) == 0
        limiter.take(1, 0.0)

    assert limiter.wait_s(1, 0.0) == pytest.approx(0.5)
    assert limiter.wait_s(2, 0.0) == pytest.approx(1.0)
    assert limiter.budget_left(0.0) == 0
    assert limiter.budget_left(1.0) == pytest.approx(2.0)
    assert limiter.budget_left(1000.0) == 4


def test_history_may_not_spend_the_last_quarter() -> None:
    limiter = Limiter(weight_per_minute=60, burst=8)
    limiter.take(6, 0.0)

    assert limiter.wait_s(1, 0.0) == 0
    assert limiter.wait_s(1, 0.0, background=True) == pytest.approx(1.0)


def test_a_request_heavier_than_the_burst_goes_when_the_bucket_is_full() -> None:
    limiter = Limiter(weight_per_minute=60, burst=5)

    assert limiter.wait_s(20, 0.0, background=True) == 0
    limiter.take(20, 0.0)
    assert limiter.wait_s(1, 0.0) == pytest.approx(16.0)


@given(
    weights=st.lists(st.tuples(st.integers(1, 20), st.floats(0, 3)), max_size=60),
    per_minute=st.integers(60, 1200),
)
def test_no_window_ever_holds_more_than_burst_plus_rate(
    weights: list[tuple[int, float]], per_minute: int
) -> None:
    limiter, now, spent = Limiter(per_minute, burst=20), 0.0, 0
    for weight, pause in weights:
        now += pause + limiter.wait_s(weight, now + pause)
        assert limiter.wait_s(weight, now) < 1e-6
        limiter.take(weight, now)
        spent += weight
        assert spent <= 20 + now * per_minute / 60 + 1e-6


def test_a_refusal_blocks_everything_for_as_long_as_the_venue_says() -> None:
    limiter = Limiter(weight_per_minute=6000, burst=100)

    assert limiter.refused(429, {"retry-after": "7"}, "", 0.0, WALL_NS) == 7
    assert limiter.wait_s(1, 0.0) == pytest.approx(7)
    assert limiter.blocked_s(5.0) == pytest.approx(2)
    assert limiter.budget_left(6.9) == 0
    assert limiter.wait_s(1, 7.1) == 0


def test_refusals_without_a_time_double_until_an_answer() -> None:
    limiter = Limiter(weight_per_minute=6000, burst=100)

    assert [limiter.refused(429, {}, "", 0.0, WALL_NS) for _ in range(4)] == [1, 2, 4, 8]
    limiter.accepted()
    assert limiter.refused(418, {}, "", 0.0, WALL_NS) == 1


def test_a_venue_refuses_until_it_answers_also_when_its_block_is_over() -> None:
    limiter = Limiter(weight_per_minute=60, burst=10)
    assert not limiter.is_refusing

    limiter.refused(429, {"retry-after": "1"}, "", 0.0, WALL_NS)
    assert limiter.blocked_s(5.0) == 0
    assert limiter.is_refusing
    limiter.accepted()
    assert not limiter.is_refusing


def test_a_403_is_a_ban_only_where_the_venue_says_so_and_in_its_words() -> None:
    plain = Limiter(weight_per_minute=60, burst=10)
    assert plain.refused(403, {}, "Access too frequent.", 0.0, WALL_NS) is None

    limiter = Limiter(60, 10, ban_statuses=frozenset({403}), ban_words="too frequent")

    assert limiter.refused(403, {}, "your country", 0.0, WALL_NS) is None
    assert limiter.refused(500, {"retry-after": "9"}, "", 0.0, WALL_NS) is None
    assert limiter.wait_s(1, 0.0) == 0
    assert limiter.refused(403, {}, "Access too frequent.", 0.0, WALL_NS) == 600


def test_no_venue_locks_us_out_for_longer_than_ten_minutes() -> None:
    limiter = Limiter(weight_per_minute=60, burst=10)

    assert limiter.refused(418, {"retry-after": "90000000"}, "", 0.0, WALL_NS) == 600


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "9968"}, 9.968),
        ({"retry-after": "600"}, 600),
        ({"retry-after": "350", "ratelimit-reset": "1760000000350"}, 0.35),
        ({"retry-after": "350", "ratelimit-reset": "12"}, 350),
        ({"retry-after": "Thu, 09 Oct 2025 08:53:50 GMT"}, 30),
        ({"retry-after": "Thu, 09 Oct 2025 08:53:50"}, 30),
        ({"retry-after": "Thu, 09 Oct 2025 08:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "٣"}, None),
        ({"retry-after": "9" * 400}, None),
    ],
)
def test_how_long_a_venue_asks_us_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers, WALL_NS) == (
        None if seconds is None else pytest.approx(seconds, abs=1e-3)
    )
