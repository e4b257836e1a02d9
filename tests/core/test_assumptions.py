"""What was taken on trust says what it is about, its figure and why, in one way everywhere."""

import pytest

from cockpit.core.assumptions import Assumption


@pytest.mark.parametrize(
    ("assumption", "says"),
    [
        (
            Assumption(field="taker_fee", place="bravo", what="taker fee", value=0.00045,
                       figure="0.045 %", why="the documented base tier"),
            "bravo: taker fee 0.045 %, the documented base tier",
        ),
        (Assumption(field="sigma_annual", value=0.6, why="assumed"),
         "sigma_annual: 0.6, assumed"),
        (Assumption(field="scenarios", what="@long is bravo"), "scenarios: @long is bravo"),
        (Assumption(place="bravo/BTC", what="no book", why="slippage of 10 bps"),
         "bravo/BTC: no book, slippage of 10 bps"),
        (Assumption(what="each symbol is hedged in itself"), "each symbol is hedged in itself"),
    ],
)  # fmt: skip
def test_a_sentence_has_of_each_part_what_there_is(assumption, says):
    assert assumption.sentence == says


def test_a_figure_of_zero_is_said_and_none_is_not():
    assert Assumption(field="gamma", value=0.0, why="no impact").sentence == "gamma: 0, no impact"
    assert Assumption(field="gamma", why="no impact").number == ""
