"""Carry over the past: payments to who holds, frictions, rivals and placebo."""

import msgspec
import numpy as np
import pytest

from cockpit.backtest import carry_run
from cockpit.backtest.carry_inputs import pairs_of
from cockpit.backtest.carry_ledger import ledgers
from cockpit.backtest.carry_prices import Prices, load_prices, prices_in
from cockpit.backtest.carry_signal import Trade, trades
from cockpit.backtest.carry_table import text
from cockpit.backtest.carry_terms import LegTerms, Market, Pair, Rule
from cockpit.core.errors import InputError
from tests.backtest import slow_carry
from tests.forecast.markets import START_HOUR, market

HOUR_NS = 3_600_000_000_000
MINUTE_NS = 60_000_000_000
NO_PRICE = (np.array([], dtype=np.int64), np.array([]))
FREE = LegTerms(fee_bps=0.0, impact_bps=0.0)


def venue(name, rates, interval_h=1, terms=FREE, price=NO_PRICE):
    hours = START_HOUR + np.arange(len(rates)) * interval_h
    return Market(
        venue=name,
        symbol="BTC",
        at_ns=hours * HOUR_NS + 60_000_000,
        rate=np.array(rates, dtype=float),
        interval_s=np.full(len(rates), interval_h * 3600.0),
        terms=terms,
        price_ns=price[0],
        price=price[1],
    )


def pair(first, second):
    return Pair(symbol="BTC", first=first, second=second)


def trade(in_h, out_h, sign=1):
    at = [(START_HOUR + hour) * HOUR_NS + 2 * MINUTE_NS for hour in (in_h, out_h)]
    return Trade(in_ns=at[0], out_ns=at[1], sign=sign, why="rule")


def test_each_venue_pays_at_its_own_stamps_to_who_holds_then():
    hourly, eighth = venue("a", [1e-5] * 25), venue("b", [8e-4] * 4, interval_h=8)
    # Long the hourly venue from 2 min after hour 1 to 2 min after hour 9: pays hours 2 to 9,
    # and is paid by the other at hour 8 alone.
    long, short = ledgers(pair(hourly, eighth), trade(1, 9), 100_000.0)
    assert long.funding_usd.sum() == pytest.approx(-8 * 1e-5 * 100_000)
    assert short.funding_usd.sum() == pytest.approx(8e-4 * 100_000)


def test_a_settlement_that_comes_late_misses_the_stamps_before_it():
    late = msgspec.structs.replace(FREE, settle_delay_s=37 * 60.0, fill_fraction=0.6)
    one = venue("a", [1e-4] * 30, terms=late)
    other = venue("b", [0.0] * 30)
    # Short the first. 60 % counts 39 minutes after hour 1, the rest after 76: hour 2 pays on 60 %.
    # Leaving after hour 5: all is held at 3, 4, 5, and 40 % still at 6.
    ledger, _ = ledgers(pair(one, other), trade(1, 5, sign=-1), 100_000.0)
    assert ledger.funding_usd.sum() == pytest.approx(1e-4 * 100_000 * (0.6 + 1 + 1 + 1 + 0.4))


def test_costs_are_of_every_fill_and_a_chased_rest_pays_its_impact_twice():
    terms = LegTerms(fee_bps=5.0, impact_bps=2.0, fill_fraction=0.6)
    ledger, _ = ledgers(
        pair(venue("a", [0.0] * 9, terms=terms), venue("b", [0.0] * 9)), trade(1, 5), 100_000.0
    )
    assert ledger.costs_usd() == pytest.approx(2 * 100_000 * (5 + 2 * 1.4) / 1e4)


def test_what_is_unhedged_between_two_fills_moves_with_the_price():
    hours = START_HOUR + np.arange(20)
    prices = (hours * HOUR_NS + 30 * MINUTE_NS, np.where(np.arange(20) < 2, 100.0, 110.0))
    late = msgspec.structs.replace(FREE, settle_delay_s=3600.0)
    first = venue("a", [0.0] * 20, price=prices)
    second = venue("b", [0.0] * 20, terms=late, price=prices)
    # At 100 the long fills; the short fills an hour later at 110: ten in a hundred are gained.
    long, short = ledgers(pair(first, second), trade(2, 9), 100_000.0)
    assert long.price_usd + short.price_usd == pytest.approx(10_000.0)


def test_a_leg_without_margin_is_liquidated_and_takes_the_other_out():
    hours = START_HOUR + np.arange(20)
    prices = (hours * HOUR_NS, np.where(np.arange(20) < 6, 100.0, 70.0))
    terms = LegTerms(fee_bps=1.0, impact_bps=0.0, margin_frac=0.2)
    first = venue("a", [0.0] * 20, terms=terms, price=prices)
    second = venue("b", [0.0] * 20, terms=terms, price=prices)
    long, short = ledgers(pair(first, second), trade(2, 15), 100_000.0)
    assert long.liquidated_ns == (START_HOUR + 6) * HOUR_NS
    assert short.liquidated_ns is None
    assert short.fill_ns.max() < (START_HOUR + 7) * HOUR_NS
    # 70,000 USD closed at 100 bps, 100,000 opened at 1.
    assert long.costs_usd() == pytest.approx(700.0 + 10.0)


RULE = Rule(hold_h=72.0, entry_multiple=1.0, least_hold_h=12.0)


def test_hysteresis_keeps_a_spread_that_is_below_entry_but_not_gone():
    spread = [1e-4] * 200 + [1e-6] * 200 + [-1e-4] * 100
    terms = LegTerms(fee_bps=4.0, impact_bps=1.0)
    found = trades(
        pair(venue("a", [0.0] * 500, terms=terms), venue("b", spread, terms=terms)), RULE
    )
    first = found[0]
    assert first.sign == 1
    # Half a week must be known before a week agrees; out when the day's mean is below zero.
    assert (first.in_ns // HOUR_NS - START_HOUR, first.out_ns // HOUR_NS - START_HOUR) == (83, 400)


def test_a_spread_that_is_not_worth_its_costs_is_never_traded():
    document = carry_run.run(
        [pair(venue("a", [0.0] * 300, terms=LegTerms()), venue("b", [1e-7] * 300))], RULE
    )
    assert document.trades == 0
    assert (document.net_usd, document.paid_share, document.placebo.p_value) == (0.0, None, None)
    assert document.verdict == ["The rule never opened a trade: no spread was worth its costs."]
    assert document.never.net_usd == 0


def test_twice_the_costs_are_taken_from_the_same_trades():
    series = [
        market(days=40, seed=seed, scale=2e-3, venue=name) for seed, name in ((1, "a"), (2, "b"))
    ]
    document = carry_run.run(pairs_of(series, (LegTerms(), LegTerms()), Prices()).pairs, RULE)
    assert document.trades > 3
    twice = document.at_2x_costs
    assert twice.gross_usd == document.gross_usd
    assert twice.net_usd == pytest.approx(document.gross_usd - 2 * document.costs_usd)
    assert sum(leg.fees_usd + leg.impact_usd for leg in document.legs) == pytest.approx(
        document.costs_usd
    )
    assert 0 < document.placebo.p_value <= 1
    assert document == carry_run.run(
        pairs_of(series, (LegTerms(), LegTerms()), Prices()).pairs, RULE
    )
    assert "hold always" in text(document)
    assert any("no prices" in warning for warning in document.warnings)


def test_timing_that_matters_has_a_small_p():
    # Twice a week the second venue pays for eighteen hours, at other hours it asks as much.
    hours = np.arange(24 * 7 * 8)
    spread = np.where(hours % 84 < 40, 3e-4, -3e-4)
    document = carry_run.run([pair(venue("a", hours * 0.0), venue("b", spread))], RULE)
    assert document.trades >= 5
    assert document.placebo.p_value < 0.1
    assert document.placebo.mean_net_usd < document.net_usd


@pytest.mark.parametrize("seed", range(20))
def test_a_slow_independent_loop_comes_to_the_same_cent(seed):
    draws = np.random.default_rng(seed)
    days, with_prices = 14, seed % 2 == 0
    plain, fast = [], []
    price_ns = (START_HOUR + np.arange(0, days * 24, 3)) * HOUR_NS + 7 * MINUTE_NS
    price = 100 * np.exp(np.cumsum(draws.normal(size=len(price_ns)) * 0.03))
    for interval_h in (1, int(draws.choice([1, 4, 8]))):
        stamps = START_HOUR + np.arange(0, days * 24, interval_h)
        kept = np.ones(len(stamps), dtype=bool)
        hole = int(draws.integers(len(stamps) // 2, len(stamps) - 3))
        kept[hole : hole + int(draws.integers(0, 3))] = False
        at_ns = stamps[kept] * HOUR_NS + draws.integers(0, 400, kept.sum()) * 1_000_000
        rate = draws.normal() * 2 + np.repeat(draws.normal(size=len(stamps)), 30)[: len(stamps)]
        rate = (rate * 1e-4 * interval_h)[kept]
        terms = LegTerms(
            fee_bps=float(draws.uniform(0, 4)),
            impact_bps=float(draws.uniform(0, 3)),
            latency_s=float(draws.integers(1, 60)),
            fill_fraction=float(draws.choice([1.0, 0.6])),
            settle_delay_s=float(draws.choice([0, 600, 2220])),
            margin_frac=0.25,
        )
        prices = (price_ns, price) if with_prices else NO_PRICE
        fast.append(
            Market(
                venue=str(len(fast)), symbol="BTC", at_ns=at_ns, rate=rate,
                interval_s=np.full(len(rate), interval_h * 3600.0), terms=terms,
                price_ns=prices[0], price=prices[1],
            )
        )  # fmt: skip
        plain.append(
            slow_carry.Venue(
                [
                    (int(at), float(of), interval_h * 3600.0)
                    for at, of in zip(at_ns, rate, strict=True)
                ],
                [(int(at), float(of)) for at, of in zip(*prices, strict=True)],
                terms.fee_bps, terms.impact_bps, terms.latency_s, terms.fill_fraction,
                terms.settle_delay_s, terms.margin_frac, terms.maintenance_frac,
            )
        )  # fmt: skip
    expected, count = slow_carry.net_usd(*plain, 100_000.0, 72.0, 1.0, 12.0)
    found = trades(pair(*fast), RULE)
    legs = [leg for one in found for leg in ledgers(pair(*fast), one, 100_000.0)]
    assert len(found) == count >= 1
    assert sum(leg.gross_usd() - leg.costs_usd() for leg in legs) == pytest.approx(
        expected, abs=0.005
    )


def test_two_venues_with_a_coin_in_common_are_asked_for():
    one = market(days=2, venue="a")
    terms = (LegTerms(), LegTerms())
    with pytest.raises(InputError, match="two venues"):
        pairs_of([one], terms, Prices())
    with pytest.raises(
        InputError, match=r"no coin to trade: BTC: only a has it; ETH: only b has it"
    ):
        pairs_of([one, market(days=2, venue="b", symbol="ETH")], terms, Prices())


def test_prices_are_read_by_coin_and_their_header_is_checked(tmp_path):
    path = tmp_path / "prices.csv"
    first = START_HOUR * 3_600_000
    path.write_text(
        f"time_ms,coin,mid\n{first + 1},btc,101\n{first},BTC,100\n{first + 2},BTC,\n7,BTC,9\n"
        f"{'9' * 40},BTC,9\n"
    )
    at_ns, price = load_prices(path)["BTC"]
    assert at_ns.tolist() == [START_HOUR * HOUR_NS, START_HOUR * HOUR_NS + 1_000_000]
    assert price.tolist() == [100.0, 101.0]
    path.write_text("time_ms,coin\n")
    with pytest.raises(InputError, match="lacks mid"):
        load_prices(path)


def priced(series, level):
    return msgspec.structs.replace(series, telemetry={"mid": level})


def test_each_leg_is_traded_at_its_own_venues_price_where_both_were_recorded():
    one, other = (market(days=12, seed=seed, venue=name) for seed, name in ((1, "a"), (2, "b")))
    count = len(one.at_ns)
    mine, theirs = np.full(count, 100.0), np.full(count, 100.0)
    theirs[200:] = 101.0  # from hour 200 on the second venue trades 1 % higher
    terms = (FREE, FREE)
    series = [priced(one, mine), priced(other, theirs)]
    (two,) = pairs_of(series, terms, Prices(recorded=prices_in(series))).pairs
    # Long the first, short the second: the basis costs 1 % of the notional.
    legs = ledgers(two, trade(150, 250), 100_000.0)
    assert sum(leg.price_usd for leg in legs) == pytest.approx(-1_000.0)
    assert any("each venue at its own price" in note for note in carry_run.run([two], RULE).notes)


def test_a_price_of_now_is_never_beside_one_of_yesterday():
    one, other = (market(days=12, seed=seed, venue=name) for seed, name in ((1, "a"), (2, "b")))
    rising = np.linspace(100.0, 120.0, len(one.at_ns))
    gone = rising.copy()
    gone[200:] = np.nan  # the second venue's price was not recorded any more
    series = [priced(one, rising), priced(other, gone)]
    (two,) = pairs_of(series, (FREE, FREE), Prices(recorded=prices_in(series))).pairs
    legs = ledgers(two, trade(150, 250), 100_000.0)
    assert sum(leg.price_usd for leg in legs) == pytest.approx(0.0, abs=1e-6)


def test_a_file_of_prices_is_for_coins_whose_rows_have_none():
    one, other = (market(days=12, seed=seed, venue=name) for seed, name in ((1, "a"), (2, "b")))
    stated = {"BTC": (np.array([int(one.at_ns[0])]), np.array([50.0]))}
    (bare,) = pairs_of([one, other], (FREE, FREE), Prices(stated=stated)).pairs
    assert (bare.first.price.tolist(), bare.second.price.tolist()) == ([50.0], [50.0])
    series = [priced(one, np.full(len(one.at_ns), 100.0)), other]
    recorded = Prices(recorded=prices_in(series), stated=stated)
    (two,) = pairs_of(series, (FREE, FREE), recorded).pairs
    # Of one venue the price is known: both legs have it, and no basis is made up.
    assert set(two.first.price) == set(two.second.price) == {100.0}


def test_a_coin_that_makes_no_pair_is_said_and_the_others_are_traded():
    first = [market(days=9, venue="a"), market(days=9, venue="a", symbol="ETH")]
    later = START_HOUR + 9 * 24
    second = [market(days=9, venue="b"), market(days=2, venue="b", symbol="ETH", start_hour=later)]
    paired = pairs_of([*first, *second], (FREE, FREE), Prices())
    assert [one.symbol for one in paired.pairs] == ["BTC"]
    assert paired.left_out == ["ETH: a and b have no time in common"]
    with pytest.raises(InputError, match="no time in common"):
        pairs_of([first[1], second[1]], (FREE, FREE), Prices())


@pytest.mark.parametrize("later_h", [2_160, 2_400 + 720])
def test_a_coin_of_ten_days_does_not_make_a_year_of_another_one_dearer(later_h):
    """Margin stands behind a pair for the time that the pair has, together or one after another."""
    hours, few = 2_400, 240
    btc = pair(venue("a", [0.0] * hours), venue("b", [1e-4] * hours))
    sides = [
        msgspec.structs.replace(one, symbol="ETH", at_ns=one.at_ns + later_h * HOUR_NS)
        for one in (venue("a", [0.0] * few), venue("b", [0.0] * few))
    ]
    eth = Pair(symbol="ETH", first=sides[0], second=sides[1])
    document = carry_run.run([btc, eth], RULE)
    # Half a week must be known; then 1 bp of 100,000 USD an hour to the last stamp.
    assert document.net_usd == pytest.approx(10.0 * (hours - 1 - 83))
    # A fifth of both legs, for 2,399 hours of the one pair and 239 of the other.
    usd_years = 40_000 * (hours - 1 + few - 1) / 8_760
    assert document.apr_on_margin == pytest.approx(document.net_usd / usd_years)
    assert document.max_drawdown_usd == 0.0
