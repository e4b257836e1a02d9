"""Forecasts in history: written as they were said, read back as the same ledger."""

import numpy as np
import pytest

from cockpit.core.market import FundingTerms
from cockpit.core.units import HOUR_NS
from cockpit.forecast.forecaster import Forecaster
from cockpit.forecast.kept import (
    AVERAGE,
    made_of,
    outcome_rows,
    outlooks_of,
    rows_of,
    series_of,
)
from cockpit.forecast.ledger import Made, together
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader, PaidSeries
from cockpit.history.rows import Batch, Settled
from tests.forecast.living import MINUTE_NS, REFERENCE, heard, keys, news
from tests.forecast.markets import market


@pytest.fixture
def kept(tmp_path):
    """Twelve hours of forecasts of two markets through the store and back, and their ledger."""
    store = HotStore(Folder(tmp_path))
    series = [market(days=40, symbol="BTC"), market(days=40, seed=2, symbol="ETH")]
    forecaster = Forecaster(REFERENCE)
    for one in series:
        heard(forecaster, one, 800)
    said = None
    for place in range(800, 812):
        now_ns = int(series[0].at_ns[place]) + MINUTE_NS // 2
        forecaster.hear([news(one, place, place + 1) for one in series], now_ns)
        said = forecaster.look(now_ns, keys(*series))
        expected = {(one.venue, one.symbol): one for one in said.outlooks}
        store.append(Batch(forecasts=tuple(rows_of(said.made, expected))))
        store.append(Batch(forecasts=tuple(outcome_rows(said.outcomes))))
    store.close()
    return HistoryReader(Folder(tmp_path)), forecaster, said, now_ns


def test_what_was_kept_is_the_ledger_that_it_was(kept):
    reader, forecaster, _, now_ns = kept
    rows = reader.forecasts(0, now_ns + 1, 10_000)
    assert len(rows) == 12 * 2 * 4  # 1, 8 and 24 h of ours, and the average's 8 h
    (hours, before), (hours_after, after) = (
        together(forecaster.ledger.blocks()),
        together(made_of(rows)),
    )
    np.testing.assert_array_equal(hours, hours_after)
    assert before.markets == after.markets
    assert before.models == after.models
    for name in Made.__struct_fields__[3:]:
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name), err_msg=name)
    assert (~np.isnan(after.came[:, 1])).sum() == 4 * 2  # eight hours are over for four of twelve


def test_a_later_forecast_is_not_seen_when_looking_back(kept):
    reader, _, said, now_ns = kept
    (btc, eth) = said.outlooks
    assert btc.symbol == "BTC"
    newest = outlooks_of(reader.forecasts(now_ns - HOUR_NS, now_ns + 1, 1000))
    assert newest["venue", "BTC"].expected == btc.expected
    assert newest["venue", "ETH"].p_flip == eth.p_flip
    back_ns = now_ns - 3 * HOUR_NS
    then = outlooks_of(reader.forecasts(back_ns - HOUR_NS, back_ns + 1, 1000))
    assert then["venue", "BTC"].made_ns == back_ns
    assert then["venue", "BTC"].expected != btc.expected


def test_both_forecasts_of_a_moment_carry_the_outcome(kept):
    reader, _, _, now_ns = kept
    rows = [row for row in reader.forecasts(0, now_ns + 1, 10_000) if row.horizon_s == 8 * 3600]
    first = [row for row in rows if row.made_ns == rows[-1].made_ns and row.symbol == "BTC"]
    assert {row.model for row in first} == {"reference", AVERAGE}
    assert len({row.outcome for row in first}) == 1
    assert all(row.flipped in (0, 1) for row in first)


def test_payments_are_read_as_the_settlements_that_they_were(tmp_path):
    store = HotStore(Folder(tmp_path))
    store.append(
        Batch(
            settled=tuple(
                Settled(venue="v", symbol="BTC", paid_at_ns=hour * HOUR_NS, rate=hour * 1e-6,
                        interval_s=3600, premium=None if hour == 2 else 1e-4)
                for hour in range(1, 5)
            )
        )
    )  # fmt: skip
    store.close()
    (paid,) = HistoryReader(Folder(tmp_path)).payments(2 * HOUR_NS, 4 * HOUR_NS)
    series = series_of(paid, FundingTerms(interest_8h=1e-4, dampener_8h=4e-4))
    assert series.at_ns.tolist() == [2 * HOUR_NS, 3 * HOUR_NS]
    np.testing.assert_allclose(series.rate, [2e-6, 3e-6])
    np.testing.assert_array_equal(series.premium, [np.nan, 1e-4])
    assert (series.interest_hourly, series.dampener) == (1.25e-5, 4e-4)
    unknown = series_of(
        PaidSeries(venue="v", symbol="A", at_ns=paid.at_ns, rate=paid.rate,
                   interval_s=paid.interval_s, premium=np.full(2, np.nan)), None,
    )  # fmt: skip
    assert (unknown.premium, unknown.interest_hourly, unknown.dampener) == (None, 0.0, 0.0)
