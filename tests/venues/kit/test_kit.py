"""The mechanics every venue leans on."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.venues.kit import decoding, numbers, polling
from cockpit.venues.kit.fields import interval_s, moment_ns
from cockpit.venues.kit.figures import Figures
from cockpit.venues.kit.instruments import Market
from cockpit.venues.kit.rows import RowReader
from tests.support import AT_NS, reply

SECOND_NS = 1_000_000_000


class Row(msgspec.Struct):
    name: str
    mark: float


def test_the_first_call_of_a_poll_is_due_at_once_and_then_once_per_interval() -> None:
    poll = polling.Every(5)
    due = [poll.due(AT_NS + second * SECOND_NS) for second in range(11)]
    assert [second for second, is_due in enumerate(due) if is_due] == [0, 5, 10]


def test_a_poll_that_waits_first_is_due_after_one_interval() -> None:
    poll = polling.Every(2, wait_first=True)
    assert [poll.due(AT_NS + second * SECOND_NS) for second in range(4)] == [
        False,
        False,
        True,
        False,
    ]


def test_a_reset_poll_is_due_again_even_if_it_waited_first() -> None:
    poll = polling.Every(60, wait_first=True)
    assert not poll.due(AT_NS)
    poll.reset()
    assert poll.due(AT_NS + SECOND_NS)


def test_a_late_tick_makes_a_poll_due_once_not_as_often_as_was_missed() -> None:
    poll = polling.Every(1)
    assert poll.due(AT_NS)
    assert poll.due(AT_NS + 100 * SECOND_NS)
    assert not poll.due(AT_NS + 100 * SECOND_NS)


class _Quote(msgspec.Struct):
    price: float


QUOTE = msgspec.json.Decoder(_Quote, strict=False)


def test_a_message_decodes_to_its_type() -> None:
    assert decoding.decode(QUOTE, '{"price":"101.5"}') == _Quote(price=101.5)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("", id="empty"),
        pytest.param('{"price":1', id="truncated"),
        pytest.param('{"price":"cheap"}', id="wrong type"),
        pytest.param('{"cost":1}', id="missing field"),
        pytest.param(b"\xff\xfe\x00", id="binary"),
        pytest.param("[" * 100_000, id="nesting bomb"),
        pytest.param('{"a":' * 100_000, id="nesting bomb of objects"),
        pytest.param('{"price":1}\ud800', id="lone surrogate"),
    ],
)
def test_what_is_no_message_becomes_a_sentence(data: str | bytes) -> None:
    reason = decoding.decode(QUOTE, data)
    assert isinstance(reason, str)
    assert reason


@given(st.binary() | st.text())
def test_decoding_never_raises(data: str | bytes) -> None:
    assert isinstance(decoding.decode(QUOTE, data), str | _Quote)


def test_a_reject_without_words_says_so() -> None:
    assert decoding.reject("dydx", AT_NS, "").reason == "no reason given"


def test_a_reject_keeps_the_first_characters_and_who_sent_them() -> None:
    reject = decoding.reject("lighter", AT_NS, "unknown channel x", "abc" * 1000)
    assert (reject.venue, reject.recv_ns, reject.reason) == ("lighter", AT_NS, "unknown channel x")
    assert reject.data == ("abc" * 1000)[: decoding.REJECT_DATA_CHARS]


@given(st.binary(max_size=400) | st.text(max_size=400), st.text(max_size=400))
def test_nothing_in_a_reject_can_steer_a_terminal(data: str | bytes, reason: str) -> None:
    reject = decoding.reject("dydx", AT_NS, reason, data)
    assert reject.data.isprintable()
    assert reject.reason.isprintable()
    assert len(reject.data) <= decoding.REJECT_DATA_CHARS


def test_an_escape_sequence_and_a_text_direction_mark_are_made_harmless() -> None:
    assert "\x1b" not in decoding.printable("\x1b[2J gone")
    assert "\u202e" not in decoding.printable("\u202egnp.exe")


@pytest.mark.parametrize(
    ("status", "says"), [(200, None), (0, "no answer"), (429, "429"), (500, "500")]
)
def test_only_http_200_is_an_answer(status: int, says: str | None) -> None:
    reason = decoding.refused(reply("tickers", "{}", status=status))
    if says is None:
        assert reason is None
    else:
        assert reason is not None
        assert says in reason
        assert "tickers" in reason


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.5", 0.5),
        (2, 2.0),
        ("0", 0.0),
        ("-0.00015", -0.00015),
        (None, None),
        ("", None),
        ("nan", None),
        (math.inf, None),
        ("-inf", None),
        ("1e19", None),
        (10**400, None),
        ("1_000", None),
        ("n/a", None),
        (True, None),
        ([1], None),
        ({}, None),
    ],
)
def test_a_number_is_finite_or_missing_and_zero_is_a_number(
    value: object, expected: float | None
) -> None:
    assert numbers.finite(value) == expected


@pytest.mark.parametrize("nothing", ["0", 0, "-1", None, "", "nan", "1e18000", "1e-308", 5e-324])
def test_a_price_that_is_nothing_is_missing_not_zero(nothing: float | str | None) -> None:
    assert numbers.positive(nothing) is None


def test_a_positive_price_is_itself() -> None:
    assert numbers.positive("30247.20") == 30247.20


@pytest.mark.parametrize("value", ["much", "NaN", 1e308, -1e308, 2**4000, True, [], {}, "-1"])
def test_a_figure_that_makes_no_sense_is_told_and_is_not_there(value: object) -> None:
    odd = numbers.Odd()
    assert odd.number("open interest", value, 0.0) is None
    assert len(odd) == 1
    assert odd[0].startswith("open interest is ")


@pytest.mark.parametrize(("value", "number"), [("", None), (None, None), ("2.5", 2.5), (0, 0.0)])
def test_what_is_not_said_is_not_odd(value: object, number: float | None) -> None:
    odd = numbers.Odd()
    assert odd.number("open interest", value, 0.0) == number
    assert odd == []


@pytest.mark.parametrize(
    ("level", "in_snapshot", "in_delta"),
    [
        ((100.0, 1.0), True, True),
        ((100.0, 0.0), False, True),
        ((100.0, -1.0), False, False),
        ((100.0, -0.5), False, False),
        ((0.0, 1.0), False, False),
        ((-1.0, 1.0), False, False),
        ((math.nan, 1.0), False, False),
        ((100.0, math.nan), False, False),
        ((math.inf, 1.0), False, False),
        ((100.0, 1e300), False, False),
    ],
)
def test_a_level_has_a_price_and_a_size_and_only_a_delta_may_remove(
    level: tuple[float, float], in_snapshot: bool, in_delta: bool
) -> None:
    sound = (99.0, 2.0)
    assert numbers.sane_levels((sound, level)) is in_snapshot
    assert numbers.sane_levels((sound, level), deltas=True) is in_delta


@pytest.mark.parametrize(
    ("bids", "asks", "sane"),
    [
        ([9, 8, 7], [10, 11], True),
        ([], [10, 11], True),
        ([9], [], True),
        ([], [], True),
        ([8, 9], [10], False),
        ([9, 9], [10], False),
        ([9], [11, 10], False),
        ([9], [10, 10], False),
        ([10], [10], False),
        ([11], [10], False),
        ([0], [10], False),
    ],
)
def test_a_snapshot_is_ordered_best_first_and_not_crossed(
    bids: list[float], asks: list[float], sane: bool
) -> None:
    assert (
        numbers.sane_book(*(tuple((price, 1.0) for price in side) for side in (bids, asks))) is sane
    )


def test_a_row_that_cannot_be_read_costs_itself() -> None:
    rows, unread = RowReader("acme", Row, "name").read(
        [msgspec.Raw(text) for text in ('{"name":"A","mark":1}', '{"name":"B","mark":"x"}', "[7]")],
        "markets", AT_NS,
    )  # fmt: skip
    assert rows == [Row("A", 1.0)]
    assert unread.names == ["B", None]
    assert [reason.reason.partition(":")[0] for reason in unread.rejects] == ["markets"] * 2


@pytest.mark.parametrize(
    ("hours", "seconds"),
    [
        (8, 28_800), ("1", 3_600), (0.25, 900), (24, 86_400), (2.5, None), (7, None), (25, None),
        (0, None), (1e-9, None), (-8, None), ("", None), (None, None), ("often", None),
    ],
)  # fmt: skip
def test_a_day_has_a_whole_number_of_funding_intervals(hours: object, seconds: int | None) -> None:
    assert interval_s(hours) == seconds


def test_a_time_in_nanoseconds_keeps_every_digit_also_as_text() -> None:
    """A double holds 53 bits: the nearest to this one ends in 304."""
    assert moment_ns("1790586064900066293", 1) == 1_790_586_064_900_066_293
    assert moment_ns(1_790_586_064_900_066_293, 1) == 1_790_586_064_900_066_293


@pytest.mark.parametrize(
    "value", ["1790586064", "9" * 5_000, "17905860649000662.93", "\u0661" * 19]
)
def test_a_time_in_another_unit_or_in_other_digits_is_none(value: str) -> None:
    assert moment_ns(value, 1) is None


def test_an_interval_that_is_none_is_told_and_one_that_is_not_said_is_not() -> None:
    said = Figures("acme", Market("BTCUSD", "BTC"), AT_NS)
    assert [said.interval(value) for value in (8, "4", 0, None, "")] == [
        28_800, 14_400, None, None, None,
    ]  # fmt: skip
    assert said == []
    assert said.interval("7") is None
    assert [fact.reason for fact in said] == ["interval of BTCUSD is none"]


def test_a_price_so_small_that_a_coin_of_it_would_cost_nothing_is_none() -> None:
    assert numbers.positive(5e-324) is None
    assert numbers.positive("1e-12") == 1e-12
