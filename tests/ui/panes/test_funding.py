"""What FUNDING says: the curve, gaps in the history, the pin, spreads and break-even."""

import pytest
from msgspec.structs import replace

from cockpit.core.events import Funding
from cockpit.core.market import FundingTerms
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.funding import premium, spreads, term_plot, terms
from cockpit.ui.panes.funding.premium import pin_words
from cockpit.ui.panes.markets import curves
from cockpit.ui.panes.plot_frame import dated
from cockpit.ui.readings.funding_rates import terms as term_rates
from cockpit.ui.readings.funding_rates import weighted_terms
from cockpit.ui.text.format import rate
from cockpit.ui.text.styled import plain
from tests.support import AT_NS
from tests.ui import scenes


def text_of(module, scene: Readings, width: int = 140, height: int = 20) -> str:
    return "\n".join(plain(line) for line in module.lines(scene, width, height))


def row_of(module, scene: Readings, start: str, width: int = 140) -> str:
    rows = (plain(line)[1:] for line in module.lines(scene, width, 9)[2:])
    return next(row for row in rows if row.strip().startswith(start))


def test_the_curve_goes_from_what_was_paid_to_what_is_live() -> None:
    curve = term_rates(scenes.live(), "alphaswap")
    assert curve["1h"] == pytest.approx(0.0000125)
    assert curve["24h"] == pytest.approx(0.0000125)
    assert curve["live"] == pytest.approx(0.0000125)
    assert curve["predicted"] is None
    assert curve["next_8h"] is not None


def test_an_eight_hour_venue_lines_up_with_hourly_ones() -> None:
    curve = term_rates(scenes.live(), "charliedex")
    assert curve["8h"] == pytest.approx(0.0001 / 8)
    assert curve["live"] == pytest.approx(0.0001 / 8)


def test_a_window_with_too_many_missing_payments_has_no_mean() -> None:
    scene = scenes.bare()
    scenes.link(scene, "alphaswap", "live", at_ns=AT_NS - NS_PER_S)
    scenes.speak(scene, "alphaswap", "BTC")
    scenes.paid(scene, "alphaswap", "BTC", leave_out=(2, 3, 4))
    curve = term_rates(scene, "alphaswap")
    assert curve["8h"] is None
    assert curve["24h"] is not None


def test_an_old_live_rate_is_shown_as_old_and_not_used() -> None:
    scene = scenes.stale()
    assert term_rates(scene, "alphaswap")["live"] is None
    assert "~+10.95" in row_of(terms, scene, "alphaswap")


def test_the_weighted_rate_counts_venues_by_their_open_interest() -> None:
    live = weighted_terms(scenes.live())["live"]
    expected = (900 * 0.0000125 - 400 * 0.00005 + 200 * 0.0000125) / 1500
    assert live == pytest.approx(expected)
    assert rate(expected, "apr") in row_of(terms, scenes.live(), "oi-weighted")


def test_what_does_not_fit_goes_below_or_is_counted() -> None:
    scene = scenes.live()
    tall = text_of(terms, scene, 80, 22)
    assert "columns" not in tall
    assert "30 d" in tall
    assert "+3 columns" in text_of(terms, scene, 80, 8)


def test_a_gap_in_the_history_is_marked_and_named() -> None:
    scene = scenes.bare()
    scenes.link(scene, "alphaswap", "live", at_ns=AT_NS - NS_PER_S)
    scenes.speak(scene, "alphaswap", "BTC")
    scenes.paid(scene, "alphaswap", "BTC", leave_out=tuple(range(40, 60)))
    text = text_of(curves, scene)
    assert "gaps × in alphaswap" in text
    assert text.count("×") == 3


def test_a_rate_of_zero_is_a_rate_and_is_drawn_before_any_history_is_known() -> None:
    scene = scenes.bare()
    scenes.link(scene, "alphaswap", "live", at_ns=AT_NS - NS_PER_S)
    scenes.speak(scene, "alphaswap", "BTC")
    nothing = Funding(
        venue="alphaswap", recv_ns=AT_NS, symbol="BTC", kind="live", rate=0.0, interval_s=3600
    )
    scenes.store_of(scene).apply(nothing)
    assert "alphaswap 0.00 % APR" in text_of(curves, scene)


def test_the_running_interval_is_not_a_gap() -> None:
    assert "×" not in text_of(curves, scenes.live())


def test_history_that_is_not_there_yet_says_so() -> None:
    assert "waiting for the funding history of BTC" in text_of(curves, scenes.bare())
    assert "waiting for rates" in text_of(term_plot, scenes.bare())


def test_a_line_that_ends_alone_is_labelled_with_the_whole_name() -> None:
    for module in (curves, term_plot):
        text = text_of(module, scenes.live())
        assert "bravo" in text


def test_lines_that_end_on_each_other_share_a_label_that_names_both() -> None:
    # Both pay 10.95 % a year, the one by the hour, the other by eight hours.
    line = next(
        line for line in curves.lines(scenes.live(), 140, 20) if "+10.95" in plain(line[-3:])
    )
    roles = {text.strip(): role for text, role in line}
    assert roles["alp"] == "venue1"
    assert roles["cha"] == "venue3"


def test_the_label_at_the_end_of_a_curve_is_its_value_there() -> None:
    scene = scenes.live()
    expected = rate(term_rates(scene, "alphaswap")["next_24h"], "apr")
    assert expected != rate(term_rates(scene, "alphaswap")["live"], "apr")
    label = next(line for line in text_of(term_plot, scene).splitlines() if "alphaswap" in line)
    assert label.split()[-2] == expected


@pytest.mark.parametrize(
    ("bps", "words"),
    [(3.0, "pinned, 3.0 to the top"), (-2.5, "pinned, 1.5 to the foot"),
     (9.9, "above by 3.9"), (-5.6, "below by 1.6"), (None, "pin at −4.0 to +6.0")],
)  # fmt: skip
def test_the_distance_to_the_pin(bps, words) -> None:
    # Interest 1 bps, dampener 5 bps: the rate stands still from -4 to +6 bps.
    pin = FundingTerms(interest_8h=0.0001, dampener_8h=0.0005)
    assert pin_words(None if bps is None else bps * 1e-4, pin)[0] == words


def test_a_venue_without_a_dampener_has_no_pin() -> None:
    assert pin_words(0.0, FundingTerms(interest_8h=0.0, dampener_8h=0.0))[0].startswith("no pin")
    assert pin_words(0.0, None)[0] == "its formula is not known"


def test_premium_and_basis_stand_beside_the_rate() -> None:
    row = row_of(premium, scenes.live(), "alphaswap")
    # Mark over index: 1 / 0.9998.
    assert row.split()[1:4] == ["+10.95", "+3.00", "+2.00"]
    assert "pinned, 3.0 to the top" in row
    assert row_of(premium, scenes.live(), "bravo").split()[2] == "·"


def test_a_basis_is_as_old_as_its_prices_whatever_the_age_of_the_rate() -> None:
    scene = scenes.stale()
    row = row_of(premium, scene, "alphaswap")
    assert row.split()[1:4] == ["~+10.95", "+3.00", "~+2.00"]
    rate = scene.view.market("alphaswap", "BTC").live
    scenes.store_of(scene).apply(replace(rate, recv_ns=scene.now_ns))
    row = row_of(premium, scene, "alphaswap")
    assert row.split()[1:4] == ["+10.95", "+3.00", "~+2.00"]


def test_spreads_stand_above_the_diagonal_and_hours_below() -> None:
    scene = scenes.live()
    above = row_of(spreads, scene, "alphaswap")
    assert above.split()[1:3] == ["+54.75", "0.00"]
    # 25 bps of costs over 0.00625 % an hour.
    below = row_of(spreads, scene, "bravo")
    assert "h" in below
    assert "−54.75" in below


def test_a_spread_with_an_unknown_side_is_unknown() -> None:
    scene = scenes.down()
    assert row_of(spreads, scene, "alphaswap").split()[1] == "·"


def test_one_venue_is_nothing_to_compare() -> None:
    scene = scenes.bare(venues=("bravo",))
    assert "fewer than two venues list BTC" in text_of(spreads, scene)


def test_days_under_a_plot_name_their_month_once() -> None:
    # From the 28th of February 2026 to the 4th of March.
    since_ns = 1_772_236_800_000_000_000 + HOUR_NS
    words = plain(dated(since_ns, since_ns + 108 * HOUR_NS, 0, 60)).split()
    assert words == ["1", "Mar", "02", "03", "04"]


def test_the_matrix_stays_with_the_rates_of_now_whatever_tenor_is_chosen() -> None:
    scene = scenes.live()
    now = text_of(spreads, scene)
    scene.ui.tenor = "30d"
    assert text_of(spreads, scene) == now


def test_hours_that_rest_on_too_little_history_are_marked() -> None:
    scene = scenes.live()
    scene.ui.symbol_index = 1
    assert "~" in row_of(spreads, scene, "bravo")
    assert "never" not in text_of(spreads, scene)
    assert "history 0 of 30 d" in text_of(spreads, scene)
