"""Backtests on what the cockpit remembers: its settlements, its telemetry, its frictions."""

import msgspec
import numpy as np
import pytest

from cockpit.backtest import carry_run, kept
from cockpit.backtest.carry_inputs import pairs_of
from cockpit.backtest.carry_ledger import ledgers
from cockpit.backtest.carry_prices import Prices, prices_of
from cockpit.backtest.carry_signal import Trade
from cockpit.backtest.carry_terms import LegTerms, Measured, Rule
from cockpit.backtest.measured import recorded, terms_at, walk_bands
from cockpit.core.errors import InputError
from cockpit.core.market import FundingTerms
from cockpit.forecast.features import INDEX, features
from cockpit.forecast.forecaster import Forecaster
from cockpit.forecast.models import EVENT_COLUMNS
from cockpit.forecast.training import rows_of
from cockpit.forecast.windows import latest
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader, Hourly
from cockpit.history.rows import Batch, ChainSample, Figures, Sample, Settled
from tests.backtest.test_carry import pair, venue
from tests.forecast.living import MINUTE_NS, REFERENCE, heard, lived
from tests.forecast.markets import START_HOUR, market

HOUR_NS = 3_600_000_000_000
TERMS = {"a": FundingTerms(interest_8h=1e-4, dampener_8h=5e-4), "b": None}
DEPTHS = {"bid10_usd": 40_000.0, "bid25_usd": 80_000.0, "bid50_usd": 100_000.0,
          "ask10_usd": 20_000.0, "ask25_usd": 40_000.0, "ask50_usd": 60_000.0}  # fmt: skip


def settled(name, series, states_premium=True):
    return tuple(
        Settled(venue=name, symbol="BTC", paid_at_ns=int(at_ns), rate=float(rate), interval_s=3600,
                premium=float(premium) if states_premium else None)
        for at_ns, rate, premium in zip(series.at_ns, series.rate, series.premium, strict=True)
    )  # fmt: skip


@pytest.fixture
def series():
    return market(days=40)


@pytest.fixture
def folder(tmp_path, series):
    """a says its premiums; b does not, but was sampled in the last two hours of the forty days."""
    last_ns = int(series.at_ns[-1]) // HOUR_NS * HOUR_NS
    samples = tuple(
        Sample(
            venue="b",
            symbol="BTC",
            at_ns=last_ns - minute * MINUTE_NS,
            figures=Figures(
                premium=1e-4 if minute < 60 else 3e-4, oi_base=100.0 + minute, **DEPTHS
            ),
        )
        for minute in range(0, 120, 10)
    )
    chain = ChainSample(venue="b", at_ns=last_ns, cadence_s=2.0, latency_p50_ms=250.0, gaps=0)
    store = HotStore(Folder(tmp_path))
    store.append(
        Batch(
            settled=(*settled("a", series), *settled("b", series, states_premium=False)),
            samples=samples,
            chain=(chain,),
        )
    )
    store.close()
    return Folder(tmp_path)


@pytest.fixture
def found(folder):
    reader = HistoryReader(folder)
    yield kept.load(reader, TERMS)
    reader.close()


def test_settlements_come_with_what_stood_at_the_end_of_their_hour(found, series):
    one, other = found.loaded.series
    np.testing.assert_array_equal(one.premium, series.premium)
    assert one.telemetry == {}
    assert (one.interest_hourly, one.dampener, other.interest_hourly) == (1.25e-5, 5e-4, 0.0)
    # An hour holds the samples after the stamp before it and up to its own.
    assert other.premium[-2:] == pytest.approx([3e-4, 1e-4])
    assert np.isnan(other.premium[:-2]).all()
    assert other.telemetry["oi_base"][-2:].tolist() == [160.0, 100.0]
    assert other.telemetry["cadence_s"][-1] == 2.0
    assert other.telemetry["latency_ms"][-1] == 250.0


def test_an_hour_that_has_only_begun_is_not_told_as_one_that_has_ended(tmp_path):
    """Payments are stamped 45 s after the hour: what was sampled until then is of the next one."""
    hour = START_HOUR + 10
    after = [
        Sample(
            venue="b",
            symbol="BTC",
            at_ns=hour * HOUR_NS + second * 1_000_000_000,
            figures=Figures(oi_base=float(second), **DEPTHS),
        )
        for second in (0, 20, 40)
    ]
    stamps = [(hour - back) * HOUR_NS + 45_000_000_000 for back in (2, 1, 0)]
    paid = tuple(
        Settled(venue="b", symbol="BTC", paid_at_ns=at_ns, rate=1e-5, interval_s=3600)
        for at_ns in stamps
    )  # fmt: skip
    store = HotStore(Folder(tmp_path))
    store.append(Batch(settled=paid, samples=tuple(after)))
    store.close()
    reader = HistoryReader(Folder(tmp_path))
    found = kept.load(reader, TERMS)
    reader.close()
    assert found.hourly["b", "BTC"].hours.tolist() == [hour]
    assert found.loaded.series[0].telemetry["oi_base"][-1] == 0.0


def test_a_row_of_the_history_is_the_row_that_was_forecast_live(found, series):
    """Of every column that a model is told."""
    told = np.unique(np.concatenate([*EVENT_COLUMNS.values(), [INDEX["mean_8h"]]]))
    forecaster = Forecaster(REFERENCE)
    heard(forecaster, series, 900)
    backtest = rows_of(found.loaded.series[0])
    for place in range(900, 905):
        lived(forecaster, series, place, place + 1)
        cells = forecaster.past("venue", "BTC").cells(int(series.at_ns[place]))
        live = features(latest([cells])).values[0]
        np.testing.assert_array_equal(live[told], backtest.values[place, told])


def test_what_history_does_not_have_is_a_sentence(folder):
    reader = HistoryReader(folder)
    with pytest.raises(InputError, match=r"--history: no funding is kept of c, BTC yet"):
        kept.load(reader, TERMS, ["c"], ["BTC"])
    assert len(kept.load(reader, TERMS, ["a"]).loaded.series) == 1
    reader.close()


def test_an_order_walks_the_bands_of_the_book():
    depth = np.array([20_000.0, 40_000.0, 60_000.0])
    assert walk_bands(depth, 10_000.0) == (1.0, 5.0)
    # 20,000 at 5 bps and 10,000 at 17.5: 9.17 on average.
    assert walk_bands(depth, 30_000.0) == (1.0, pytest.approx((20 * 5 + 10 * 17.5) / 30))
    # Of 120,000 half is there; the rest is chased.
    share, impact = walk_bands(depth, 120_000.0)
    assert share == 0.5
    assert impact == pytest.approx((20 * 5 + 20 * 17.5 + 20 * 37.5) / 60)
    assert walk_bands(np.zeros(3), 1.0)[0] == 0.05


def test_a_buy_walks_what_is_offered_and_a_sale_what_is_bid(found):
    measured = recorded(found.hourly)["b", "BTC"]
    last_hour = int(measured.hours[-1])
    at_ns = last_hour * HOUR_NS + 2 * MINUTE_NS
    buy = terms_at(LegTerms(), measured, at_ns, 60_000.0)
    sale = terms_at(LegTerms(), measured, at_ns, -60_000.0)
    assert (buy.latency_s, buy.settle_delay_s) == (0.25, 2.0)
    # History keeps depth to one part in 8,192.
    assert buy.impact_bps == pytest.approx((20 * 5 + 20 * 17.5 + 20 * 37.5) / 60, rel=1e-3)
    assert sale.impact_bps == pytest.approx((40 * 5 + 20 * 17.5) / 60, rel=1e-3)
    assert buy.fee_bps == LegTerms().fee_bps


def test_a_decision_before_the_recording_draws_a_recorded_hour_and_always_the_same(found):
    hours = np.arange(START_HOUR, START_HOUR + 50)
    depth = np.repeat(np.arange(1, 51)[:, None] * 1_000.0, 3, axis=1)
    measured = Measured(
        hours=hours, latency_s=np.arange(50) / 10, cadence_s=np.full(50, np.nan),
        bid_usd=depth, ask_usd=depth,
    )  # fmt: skip
    early = [(START_HOUR - back) * HOUR_NS for back in range(1, 30)]
    drawn = [terms_at(LegTerms(), measured, at_ns, 1e5) for at_ns in early]
    assert drawn == [terms_at(LegTerms(), measured, at_ns, 1e5) for at_ns in early]
    assert len({terms.fill_fraction for terms in drawn}) > 10
    assert {terms.settle_delay_s for terms in drawn} == {0.0}
    inside = terms_at(LegTerms(), measured, (START_HOUR + 7) * HOUR_NS, 1e5)
    assert (inside.latency_s, inside.fill_fraction) == (0.7, pytest.approx(0.08))


def test_recorded_frictions_are_what_a_trade_pays():
    hours = np.arange(START_HOUR, START_HOUR + 30)
    thin = np.tile([10_000.0, 30_000.0, 50_000.0], (30, 1))
    deep = thin * 100
    recorded_ = Measured(
        hours=hours, latency_s=np.full(30, 1.0), cadence_s=np.full(30, 3600.0),
        bid_usd=deep, ask_usd=thin,
    )  # fmt: skip
    free = LegTerms(fee_bps=0.0, impact_bps=0.0)
    first = venue("a", [1e-4] * 30, terms=free)
    first = msgspec.structs.replace(first, measured=recorded_)
    two = pair(first, venue("b", [0.0] * 30, terms=free))
    at = [(START_HOUR + hour) * HOUR_NS + 2 * MINUTE_NS for hour in (2, 10)]
    ledger, _ = ledgers(two, Trade(in_ns=at[0], out_ns=at[1], sign=1, why="rule"), 100_000.0)
    # In: half at once, an hour late, at 10 x 5, 20 x 17.5, 20 x 37.5 over 50: 23 bps; the rest an
    # hour later at twice that. Out: all at once within 10 bps, at 5 bps, an hour late.
    assert ledger.costs_usd() == pytest.approx((50_000 * 23 + 50_000 * 46 + 100_000 * 5) / 1e4)
    # Long at 1 bp an hour: half of hour 4, all of 5 to 11.
    assert ledger.funding_usd.sum() == pytest.approx(-1e-4 * 100_000 * (0.5 + 7))


def test_prices_are_those_that_history_sampled_the_nearest_to_what_is_traded():
    hours = np.arange(START_HOUR, START_HOUR + 4)
    values = {
        "mid": np.array([100.0, np.nan, np.nan, np.nan]),
        "mark": np.array([101.0, 102.0, np.nan, np.nan]),
        "index_price": np.array([99.0, 99.0, 98.0, np.nan]),
    }
    ((at_ns, price),) = prices_of({("a", "BTC"): Hourly(hours=hours, values=values)}).values()
    # At the last hour nothing was known: that is no price of 0.
    assert at_ns.tolist() == [hour * HOUR_NS for hour in hours[:3]]
    assert price.tolist() == [100.0, 102.0, 98.0]
    assert prices_of({("a", ""): Hourly(hours=hours, values={})}) == {}


def test_carry_says_of_how_much_of_the_past_its_fills_were_recorded(found):
    pairs = pairs_of(
        found.loaded.series, (LegTerms(), LegTerms()), Prices(), recorded(found.hourly), "--history"
    )
    document = carry_run.run(pairs.pairs, Rule())
    assert any("BTC (b): orders walk the depth of 2 recorded hours" in one
               for one in document.notes)  # fmt: skip
    with pytest.raises(InputError, match=r"--history: .* got 1: name two with --venues"):
        pairs_of(found.loaded.series[:1], (LegTerms(), LegTerms()), Prices(), None, "--history")
