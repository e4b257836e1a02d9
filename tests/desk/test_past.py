"""A past moment is what history kept of it: as fresh and as missing as it was, and nothing else."""

import time

import msgspec
import numpy as np
import pytest

from cockpit.core.events import Funding, Instrument, Position, Prices
from cockpit.desk.history_reads import HistoryReads
from cockpit.desk.past import Past
from cockpit.desk.past_view import frame_of, moment_at
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Batch, ExposureSample, Figures, Gap, Sample, Settled
from cockpit.state.store import MarketStore
from cockpit.ui.readings.market_rates import next_payment_s
from tests.history.kit import DAY, HOUR_NS, NS_PER_S
from tests.support import PATIENCE_S

ADDRESS = "0x00000000000000000000000000000000000000aa"


def at(second):
    return DAY + second * NS_PER_S


def row(second, venue="dydx", **figures):
    return Sample(venue=venue, symbol="BTC", at_ns=at(second), figures=Figures(**figures))


ROWS = [
    row(3600, mark=100.0, mark_age_s=3, oi_base=7.0, live_rate=1e-5, interval_s=3600, premium=2e-5),
    row(3660, mark=101.0, mark_age_s=40, predicted_rate=3e-5, interval_s=3600),
    row(3660, venue="bybit", mark=None, mark_age_s=90),
    row(3720, mark=102.0),
]


@pytest.fixture
def folder(tmp_path):
    folder = Folder(tmp_path / "history")
    paid = [
        Settled(venue="dydx", symbol="BTC", paid_at_ns=at(second), rate=1e-5, interval_s=3600)
        for second in (0, 3600, 7200)
    ]
    gap = Gap(from_ns=at(3730), to_ns=at(9000), why="not running")
    store = HotStore(folder)
    store.append(Batch(samples=tuple(ROWS), settled=tuple(paid), gaps=(gap,)), at(9000))
    store.close()
    return folder


@pytest.fixture
def live():
    view = MarketStore([("dydx", "dydx-chain"), ("bybit", None)], ["BTC"])
    view.follow([("dydx", ADDRESS, "mine")])
    said = {"venue": "dydx", "recv_ns": at(9000)}
    view.apply(Instrument(symbol="BTC", native="BTC-USD", base="BTC", quote="USD", **said))
    view.apply(Prices(symbol="BTC", mark=500.0, **said))
    return view


@pytest.fixture
def ask(folder, live):
    reads = HistoryReads(folder)
    past = Past(reads, live)

    def answered(moment_ns):
        past.ask(moment_ns)
        deadline_s = time.monotonic() + PATIENCE_S
        while (found := past.answer()) is None:
            assert time.monotonic() < deadline_s
            time.sleep(0.005)
        return found

    yield answered
    reads.close()


def test_figures_are_those_of_the_moment_with_the_ages_they_had(ask):
    found = ask(at(3610))
    market = found.view.market("dydx", "BTC")
    assert (market.mark, market.open_interest, market.live.rate) == (100.0, 7.0, 1e-5)
    # Three seconds old at the row, which is ten seconds before the moment.
    assert market.age_s("mark", found.at_ns) == 13.0
    assert not market.is_stale("mark", found.at_ns)
    # Premiums are kept to seven digits.
    assert market.live.premium == pytest.approx(2e-5)
    assert market.predicted is None


def test_what_a_venue_repeats_at_leisure_is_as_fresh_as_it_was_then(ask):
    found = ask(at(3665))
    market = found.view.market("dydx", "BTC")
    assert market.age_s("mark", found.at_ns) == 45.0
    assert not market.is_stale("mark", found.at_ns), "its row says that it was not stale"
    assert market.open_interest is None


def test_a_venue_of_which_nothing_was_fresh_is_down_and_the_others_are_not(ask):
    view = ask(at(3665)).view
    assert (view.venue("dydx").state, view.venue("bybit").state) == ("live", "down")
    assert view.market("bybit", "BTC").mark is None


def test_only_what_had_been_paid_by_then_was_paid(ask):
    paid = ask(at(3700)).view.market("dydx", "BTC").settled.rows()
    assert [payment.venue_ns for payment in paid] == [at(0), at(3600)]


def states_stamps(live, *venues):
    """These venues say when the next payment is due."""
    for venue in venues:
        said = {"venue": venue, "symbol": "BTC", "recv_ns": at(9000)}
        live.apply(Funding(kind="live", rate=1e-5, interval_s=3600, next_ns=at(10_800), **said))


def test_the_next_payment_is_an_interval_after_the_last_that_was_made_by_then(ask, folder, live):
    states_stamps(live, "dydx", "bybit")
    market = ask(at(3665)).view.market("dydx", "BTC")
    # Paid each hour, the last time at 3600 s.
    assert market.predicted.next_ns == at(7200)
    assert next_payment_s(market, at(3665)) == 7200 - 3665
    unpaid = row(3660, venue="bybit", live_rate=1e-5, interval_s=8 * 3600)
    store = HotStore(folder)
    store.append(Batch(samples=(msgspec.structs.replace(unpaid, at_ns=at(3670)),)), at(9000))
    store.close()
    assert ask(at(3675)).view.market("bybit", "BTC").live.next_ns is None


def test_a_venue_that_never_says_when_it_pays_has_no_countdown_in_the_past_either(ask):
    assert ask(at(3665)).view.market("dydx", "BTC").predicted.next_ns is None


def test_a_payment_that_fell_between_the_row_and_the_moment_is_the_last_one(ask, folder, live):
    states_stamps(live, "dydx")
    store = HotStore(folder)
    late = row(7190, live_rate=1e-5, interval_s=3600)
    store.append(Batch(samples=(late,)), at(9000))
    store.close()
    assert ask(at(7210)).view.market("dydx", "BTC").live.next_ns == at(10_800)


def test_there_is_no_book_and_no_position_and_the_account_is_not_empty_but_unknown(ask, live):
    live.set_manual([Position(venue="dydx", symbol="BTC", recv_ns=at(9000), account="manual",
                              size=1.0, source="manual")])  # fmt: skip
    view = ask(at(3610)).view
    assert not view.market("dydx", "BTC").book.is_known
    assert not view.manual()
    (account,) = view.accounts()
    assert (account.status, account.positions) == ("waiting", [])
    assert view.market("dydx", "BTC").instrument.native == "BTC-USD"


def test_markets_that_were_only_surveyed_are_so_in_the_past_and_no_older_than_they_were(
    folder, live
):
    """Rows of surveyed markets are a minute apart, of figures that may be minutes old."""
    other = Figures(mark=5.0, mark_age_s=200, oi_base=9.0, oi_age_s=2, volume_24h_usd=1e6)
    store = HotStore(folder)
    store.append(
        Batch(samples=(Sample(venue="dydx", symbol="SOL", at_ns=at(3600), figures=other),)),
        at(9000),
    )
    store.close()
    found = moment_at(HistoryReader(folder), frame_of(live), at(3655))
    (market,) = found.view.surveyed()
    assert (market.symbol, market.mark, market.open_interest) == ("SOL", 5.0, 9.0)
    assert market.volume_24h_usd == pytest.approx(1e6, rel=1 / 8192)
    assert market.age_s("mark", found.at_ns) == 255.0
    assert market.age_s("open_interest", found.at_ns) == 57.0
    assert not market.is_stale("mark", found.at_ns), "its row says that it was not stale"
    assert market.live is None
    assert found.view.market("dydx", "SOL") is None, "it is not watched"


def test_accounts_stand_as_they_did_and_one_that_was_unknown_makes_the_sum_so(folder, live):
    def account(second, name, **figures):
        return ExposureSample(venue="dydx", account=name, at_ns=at(second), **figures)

    store = HotStore(folder)
    known = {"net_usd": 100.0, "carry_usd_per_hour": 0.5, "margin_ratio": 0.1}
    rows = [
        account(3540, "mine", **known),
        account(3540, "other", net_usd=-40.0, carry_usd_per_hour=0.25, margin_ratio=0.3),
        account(3600, "mine", **known),
        account(3600, "other"),
    ]
    store.append(Batch(exposure=tuple(rows)), at(9000))
    store.close()
    found = moment_at(HistoryReader(folder), frame_of(live), at(3610))
    assert [(row.account, row.net_usd) for row in found.exposure] == [
        ("mine", 100.0),
        ("other", None),
    ]
    stamps, net = found.view.exposure.net_usd.read()
    assert list(stamps) == [at(3540), at(3600)]
    # 100 less 40; then one of the two is not known.
    assert net[0] == 60.0
    assert np.isnan(net[1])
    ratios = found.view.exposure.margin_ratio.read()[1]
    assert ratios[0] == 0.3
    assert np.isnan(ratios[1]), "the account that is not known may be the worst"
    # The row of five minutes ago says nothing of this moment.
    assert moment_at(HistoryReader(folder), frame_of(live), at(3700)).exposure == ()


def test_the_hour_before_is_in_the_curves_and_nothing_after(ask):
    stamps, values = ask(at(3665)).view.market("dydx", "BTC").open_interests.read()
    assert list(stamps) == [at(3600), at(3660)]
    assert values[0] == 7.0


def test_the_present_is_left_alone(ask, live):
    ask(at(3610))
    assert live.market("dydx", "BTC").mark == 500.0


def test_a_moment_without_rows_says_why(ask):
    found = ask(at(5000))
    assert found.view is None
    assert found.problem == "nothing was kept at 2025-10-10 01:23:20: not running"


def test_the_first_moment_is_the_first_row(ask):
    assert ask(None).at_ns == at(3600)


def test_a_desk_without_history_says_so(live):
    past = Past(None, live)
    past.ask(at(0) + HOUR_NS)
    found = past.answer()
    assert found.problem.startswith("nothing is remembered here")
