"""When a field's silence means something: measured against its own habit."""

from hypothesis import given
from hypothesis import strategies as st

from cockpit.state.staleness import NS, Cadence


def heard(*at_s: float, floor_s: float = 1.0) -> Cadence:
    cadence = Cadence(floor_s)
    for second in at_s:
        cadence.arrived(round(second * NS))
    return cadence


def test_a_field_that_was_never_stated_has_no_habit_and_no_age() -> None:
    cadence = heard()
    assert cadence.last_ns is None
    assert cadence.typical_s is None
    assert cadence.limit_ns == NS


def test_silence_is_judged_by_six_usual_gaps() -> None:
    cadence = heard(0, 2, 4, 6)
    assert cadence.last_ns == 6 * NS
    assert cadence.typical_s == 2.0
    assert cadence.limit_ns == 12 * NS


def test_one_long_gap_is_remembered_as_the_worst() -> None:
    cadence = heard(0, 1, 2, 32)
    # The usual gap becomes 1 + 0.1 x (30 - 1) = 3.9 s: twice the worst of 30 s is more than six.
    assert cadence.limit_ns == 60 * NS


def test_the_time_that_a_link_was_gone_is_not_a_habit() -> None:
    cadence = heard(0, 2, 4)
    cadence.pause()
    assert cadence.last_ns is None
    cadence.arrived(1000 * NS)
    assert cadence.last_ns == 1000 * NS
    assert cadence.typical_s == 2.0
    assert cadence.limit_ns == 12 * NS


@given(st.lists(st.integers(1, 5_000), max_size=60), st.sets(st.integers(0, 60)))
def test_looking_at_a_habit_does_not_change_it(gaps_ms: list[int], looks: set[int]) -> None:
    seen, unseen = Cadence(0.001), Cadence(0.001)
    at_ns = 0
    for i, gap in enumerate(gaps_ms):
        at_ns += gap * 1_000_000
        seen.arrived(at_ns)
        unseen.arrived(at_ns)
        if i in looks:
            assert seen.limit_ns > 0
    assert seen.limit_ns == unseen.limit_ns
    assert seen.typical_s == unseen.typical_s
    assert seen.last_ns == unseen.last_ns


def test_a_field_that_nobody_looks_at_for_long_keeps_its_habit() -> None:
    cadence = heard(*range(10_000))
    assert cadence.last_ns == 9_999 * NS
    assert cadence.typical_s == 1.0
    assert cadence.limit_ns == 6 * NS
