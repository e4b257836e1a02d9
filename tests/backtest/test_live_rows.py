"""What a running program knew at a moment is the row that a backtest on its history has of it."""

import msgspec
import numpy as np
import pytest

from cockpit.backtest import forecast_run, kept
from cockpit.backtest.walk_forward import Plan
from cockpit.core.market import FundingTerms
from cockpit.forecast.cross import others_of, with_others, with_others_now
from cockpit.forecast.features import COLUMNS, INDEX, features
from cockpit.forecast.forecaster import Forecaster, News
from cockpit.forecast.hour_figures import FIGURES, HourFigures
from cockpit.forecast.kept import remembered
from cockpit.forecast.market_past import Payments
from cockpit.forecast.training import rows_of
from cockpit.forecast.windows import latest
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Batch, ChainSample, Figures, Sample, Settled
from tests.forecast.living import MINUTE_NS, REFERENCE
from tests.forecast.markets import START_HOUR, market

HOUR_NS = 3_600_000_000_000
DAYS, SAMPLED_H = 12, 150
VENUES = ("a", "b")
TERMS = {name: FundingTerms(interest_8h=1e-4, dampener_8h=5e-4) for name in VENUES}


def recorded_hours(seed):
    """Batches of a recording: each ten minutes a row a market, each minute not all is known."""
    draws = np.random.default_rng(seed)
    first = START_HOUR + DAYS * 24 - SAMPLED_H
    gaps = 0
    for slot in range(SAMPLED_H * 6):
        at_ns = first * HOUR_NS + (slot + 1) * 10 * MINUTE_NS
        gaps = 0 if slot == 500 else gaps + int(draws.integers(0, 2))
        samples, chain = [], []
        for venue in VENUES:
            depth = np.cumsum(draws.uniform(1e4, 5e4, 6)).tolist()
            mid = 100 * float(np.exp(draws.normal() * 0.01))
            known = draws.random() > 0.2
            samples.append(
                Sample(
                    venue=venue, symbol="BTC", at_ns=at_ns,
                    figures=Figures(
                        bid10_usd=depth[0], ask10_usd=depth[1], bid25_usd=depth[2],
                        ask25_usd=depth[3], bid50_usd=depth[4], ask50_usd=depth[5],
                        spread_bps=float(draws.uniform(0.5, 2)),
                        oi_base=1e3 + slot if known else None,
                        mark=mid, index_price=mid * 1.0001, mid=mid if known else None,
                        volume_24h_usd=float(draws.uniform(1e6, 2e6)),
                        premium=float(draws.normal() * 1e-4),
                    ),
                )
            )  # fmt: skip
            chain.append(
                ChainSample(
                    venue=venue, at_ns=at_ns, cadence_s=float(draws.uniform(1, 2)),
                    block_age_s=float(draws.uniform(0, 9)), gaps=gaps,
                    latency_p50_ms=float(draws.uniform(100, 300)) if known else None,
                    latency_p99_ms=float(draws.uniform(300, 900)),
                )
            )  # fmt: skip
        yield Batch(samples=tuple(samples), chain=tuple(chain))


def paid(venue, seed):
    """`b` does not say the premium that its payments were made of."""
    series = market(days=DAYS, seed=seed, venue=venue)
    return series if venue == "a" else msgspec.structs.replace(series, premium=None)


@pytest.fixture
def batches():
    return list(recorded_hours(3))


@pytest.fixture
def series():
    return [paid(venue, seed) for seed, venue in enumerate(VENUES, start=1)]


@pytest.fixture
def found(tmp_path, batches, series):
    store = HotStore(Folder(tmp_path))
    settled = tuple(
        Settled(
            venue=one.venue, symbol="BTC", paid_at_ns=int(at_ns), rate=float(rate), interval_s=3600,
            premium=None if one.premium is None else float(one.premium[place]),
        )
        for one in series
        for place, (at_ns, rate) in enumerate(zip(one.at_ns, one.rate, strict=True))
    )  # fmt: skip
    store.append(Batch(settled=settled))
    for batch in batches:
        store.append(batch)
    store.close()
    reader = HistoryReader(Folder(tmp_path))
    yield kept.load(reader, TERMS)
    reader.close()


def news(one, places, hours, figures):
    premium = np.full(len(one.at_ns), np.nan) if one.premium is None else one.premium
    return News(
        venue=one.venue,
        symbol=one.symbol,
        interest_hourly=one.interest_hourly,
        dampener=one.dampener,
        paid=Payments(
            at_ns=one.at_ns[places],
            rate=one.rate[places],
            interval_s=one.interval_s[places],
            premium=premium[places],
        ),
        premium=np.nan,
        hours=hours,
        figures=figures,
    )


def live_rows(forecaster, series, place):
    now_ns = int(series[0].at_ns[place]) + MINUTE_NS // 2
    cells = [forecaster.past(one.venue, "BTC").cells(now_ns) for one in series]
    windows = with_others_now(latest(cells), [one.symbol for one in series])
    return features(windows).values


def assert_same(live, loaded, place):
    every = loaded.series
    for row, one in zip(live, every, strict=True):
        backtest = rows_of(with_others(one, others_of(one, every))).values[place]
        for group, names in COLUMNS.items():
            columns = [INDEX[name] for name in names]
            known = ~np.isnan(backtest[columns])
            assert known.any(), f"nothing is known of {group}: the test would show nothing"
            # A premium that is not said is a mean of samples, summed in another order.
            np.testing.assert_allclose(row[columns], backtest[columns], rtol=1e-9, err_msg=group)


def test_a_live_row_is_the_row_of_its_history_in_every_group(found, batches, series):
    hours = HourFigures()
    forecaster = Forecaster(REFERENCE)
    heard = 0
    for place in range(DAYS * 24):
        hour = START_HOUR + place
        while heard < len(batches) and batches[heard].samples[0].at_ns <= hour * HOUR_NS:
            hours.hear(batches[heard])
            heard += 1
        now_ns = int(series[0].at_ns[place]) + MINUTE_NS // 2
        told = []
        for one in series:
            of = hours.of(hour, one.venue, "BTC")
            known = np.empty((0, len(FIGURES))) if of is None else of[None, :]
            told.append(news(one, slice(place, place + 1), np.array([hour] * len(known)), known))
        forecaster.hear(told, now_ns)
        hours.forget_before(hour)
        if place in (DAYS * 24 - 30, DAYS * 24 - 1):
            assert_same(live_rows(forecaster, series, place), found.loaded, place)


def test_who_begins_anew_is_told_the_hours_before_and_knows_the_same(found, series):
    forecaster = Forecaster(REFERENCE)
    nothing = np.empty(0, dtype=np.int64), np.empty((0, len(FIGURES)))
    everything = slice(0, DAYS * 24)
    last_ns = int(series[0].at_ns[-1]) + MINUTE_NS // 2
    forecaster.hear([news(one, everything, *nothing) for one in series], last_ns)
    forecaster.recall(remembered(found.hourly))
    assert_same(live_rows(forecaster, series, DAYS * 24 - 1), found.loaded, DAYS * 24 - 1)


def test_an_hour_that_was_not_sampled_is_not_known():
    hours = HourFigures()
    assert hours.of(START_HOUR, "a", "BTC") is None
    at_ns = START_HOUR * HOUR_NS
    hours.hear(Batch(samples=(Sample(venue="a", symbol="BTC", at_ns=at_ns, figures=Figures()),)))
    assert np.isnan(hours.of(START_HOUR, "a", "BTC")).all()
    # A row at a stamp is of the hour that ends there, the next one of the hour after.
    assert hours.of(START_HOUR + 1, "a", "BTC") is None


@pytest.fixture
def sampled_for(tmp_path):
    """A history of seventy days of payments, whose last `days` were sampled once an hour."""
    readers = []

    def made(days):
        draws = np.random.default_rng(1)
        series = market(days=70, seed=5, scale=8e-4, venue="a")
        store = HotStore(Folder(tmp_path))
        store.append(
            Batch(
                settled=tuple(
                    Settled(venue="a", symbol="BTC", paid_at_ns=int(at_ns), rate=float(rate),
                            interval_s=3600, premium=float(premium))
                    for at_ns, rate, premium in zip(
                        series.at_ns, series.rate, series.premium, strict=True
                    )
                ),
                samples=tuple(
                    Sample(
                        venue="a", symbol="BTC", at_ns=int(at_ns) // HOUR_NS * HOUR_NS,
                        figures=Figures(
                            bid10_usd=float(draws.uniform(1e4, 2e4)), spread_bps=1.0,
                            ask10_usd=float(draws.uniform(1e4, 2e4)),
                            oi_base=float(draws.uniform(90, 110)),
                        ),
                    )
                    for at_ns in series.at_ns[-days * 24 :]
                ),
                chain=tuple(
                    ChainSample(venue="a", at_ns=int(at_ns) // HOUR_NS * HOUR_NS,
                                cadence_s=float(draws.uniform(1, 2)), gaps=0)
                    for at_ns in series.at_ns[-days * 24 :]
                ),
            )
        )  # fmt: skip
        store.close()
        readers.append(HistoryReader(Folder(tmp_path)))
        return kept.load(readers[-1], TERMS).loaded.series

    yield made
    for reader in readers:
        reader.close()


def test_what_was_recorded_long_enough_is_tested_by_group_with_its_error(sampled_for):
    document = forecast_run.run(sampled_for(45), plan=Plan(block_days=7))
    (one,) = document.series
    for group in ("+book", "+flow", "+chain"):
        step = one.ablation["spike"][group]
        assert step.change_se > 0
        # The figures are noise: they change little, and nothing is claimed of them.
        assert step.change < 3 * step.change_se
        # A column that looks back a day is known from the second on; the rows before do not count.
        assert step.n <= one.ablation["spike"]["+premium"].n
    # Seventy days of stamps are no chain that was watched: 45 days of it count.
    assert one.ablation["spike"]["+chain"].n < 45 * 24
    assert one.ablation["spike"]["+cross"] is None
    assert not any("from 480 on it is tested" in note for note in document.notes)


def test_what_was_recorded_for_a_week_is_left_out_and_said(sampled_for):
    document = forecast_run.run(sampled_for(7), plan=Plan(block_days=7))
    (one,) = document.series
    assert one.ablation["spike"]["+book"] is None
    # 168 hours were sampled. Of imbalance, spread and three columns that look back, the first hour
    # knows two, the second three.
    (note,) = [note for note in document.notes if "book" in note]
    assert note == "a: book is known at 167 settlements of a market; from 480 on it is tested"
