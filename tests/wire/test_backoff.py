"""A venue that is down is asked again, ever more patiently, and never by everybody at once."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from cockpit.wire.backoff import Backoff


def longest(tries: int, seed: int = 0) -> float:
    """The longest of the waits that many clients draw for this attempt, in seconds."""
    waits = []
    for client in range(300):
        backoff = Backoff(Random(seed + client))
        waits.append([backoff.next_s() for _ in range(tries)][-1])
    return max(waits)


@given(seed=st.integers(0, 1000), tries=st.integers(1, 40))
def test_a_wait_is_never_longer_than_its_doubled_ceiling(seed: int, tries: int) -> None:
    backoff = Backoff(Random(seed))
    waits = [backoff.next_s() for _ in range(tries)]

    assert all(0 <= wait <= min(30, 0.25 * 2**n) for n, wait in enumerate(waits))


def test_the_ceiling_doubles_from_a_quarter_second_to_half_a_minute() -> None:
    assert 0.2 < longest(1) <= 0.25
    assert 0.8 < longest(3) <= 1.0
    assert 28 < longest(20) <= 30


def test_clients_that_failed_together_do_not_come_back_together() -> None:
    waits = {Backoff(Random(client)).next_s() for client in range(50)}
    assert len(waits) == 50


def test_a_connection_that_lived_shortens_the_wait_and_after_a_minute_it_begins_anew() -> None:
    def next_after(lived_s: float) -> float:
        worst = 0.0
        for client in range(100):
            backoff = Backoff(Random(client))
            for _ in range(12):
                backoff.next_s()
            backoff.lived(lived_s)
            worst = max(worst, backoff.next_s())
        return worst

    assert next_after(0.9) > 20
    assert 2 < next_after(59.9) <= 4
    assert next_after(60.0) <= 0.25
