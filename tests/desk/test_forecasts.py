"""Forecasts on the desk: made in a process of their own from what arrived, kept, looked back at."""

import asyncio

import pytest

from cockpit import venues
from cockpit.core.clock import ManualClock
from cockpit.core.errors import CockpitError
from cockpit.core.events import Funding, Link, OpenInterest
from cockpit.core.units import HOUR_NS
from cockpit.desk.forecasts import Forecasts
from cockpit.desk.kept_outlooks import kept_outlooks, last_outlooks
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Batch, Figures, Sample, Settled
from cockpit.state.store import MarketStore
from tests.forecast.markets import market

VENUE = "hyperliquid"
MINUTE_NS = 60_000_000_000


class Desk:
    """A state that is told of a made-up market's payments, and the forecasts beside it."""

    def __init__(self, folder=None, days=40):
        self.series = market(days=days)
        self.view = MarketStore([(VENUE, None)], ["BTC"])
        self.clock = ManualClock(0)
        self.kept = []
        specs = {VENUE: venues.load(VENUE).SPEC}
        self.said = []
        self.forecasts = Forecasts(
            self.view, self.clock, specs, folder, self.kept.append, self.said.append
        )
        self.place = 0

    def pays(self, count, premium=True):
        for place in range(self.place, self.place + count):
            at_ns = int(self.series.at_ns[place])
            self.view.apply(
                Funding(
                    venue=VENUE, symbol="BTC", recv_ns=at_ns, venue_ns=at_ns, kind="settled",
                    rate=float(self.series.rate[place]), interval_s=3600,
                    premium=float(self.series.premium[place]) if premium else None,
                )
            )  # fmt: skip
        self.place += count
        self.now_ns = int(self.series.at_ns[self.place - 1]) + MINUTE_NS // 2

    def looks(self, minutes=0):
        self.now_ns += minutes * MINUTE_NS
        asyncio.run(self.forecasts.look(self.now_ns))
        return self.view.outlooks.of(VENUE, "BTC")

    @property
    def rows(self):
        return [row for batch in self.kept for row in batch.forecasts]


@pytest.fixture
def desk():
    made = Desk()
    yield made
    made.forecasts.close()


@pytest.fixture
def store(tmp_path):
    return Folder(tmp_path / "history")


def test_what_was_paid_becomes_a_forecast_and_a_row_an_hour(desk):
    desk.pays(800)
    said = desk.looks()
    assert said.basis == "reference"
    assert [one.horizon_h for one in said.expected] == [1, 8, 24]
    assert 0 < said.p_flip < 1
    assert said.age_s(desk.now_ns + 30_000_000_000) == 30
    assert {(row.model, row.horizon_s) for row in desk.rows} == {
        ("reference", 3600), ("reference", 28800), ("reference", 86400), ("average", 28800),
    }  # fmt: skip
    desk.looks(minutes=1)
    assert len(desk.rows) == 4
    desk.pays(1)
    desk.looks()
    # Of the hour before the first horizon is over: its row comes once more, with the outcome.
    assert len(desk.rows) == 9
    (came,) = [row for row in desk.rows if row.outcome is not None]
    assert came.outcome == pytest.approx(desk.series.rate[800])


def test_a_premium_within_the_hour_is_heard(desk):
    desk.pays(800)
    desk.view.apply(Link(venue=VENUE, recv_ns=desk.now_ns, state="live"))
    calm = desk.looks()
    for _ in range(15):
        desk.view.apply(
            Funding(venue=VENUE, symbol="BTC", recv_ns=desk.now_ns, kind="live", rate=-1e-4,
                    interval_s=3600, premium=-2e-3)
        )  # fmt: skip
        falling = desk.looks(minutes=1)
    assert falling.p_flip > calm.p_flip
    assert falling.reasons[0].startswith("premium")


def test_what_history_samples_of_an_hour_is_told_when_the_hour_has_ended(desk):
    desk.pays(800)
    desk.looks()
    for contracts in (1000.0, 1100.0):
        hour_ns = int(desk.series.at_ns[desk.place]) // HOUR_NS * HOUR_NS
        desk.forecasts.sampled(
            Batch(
                samples=(
                    Sample(venue=VENUE, symbol="BTC", at_ns=hour_ns - 30 * MINUTE_NS,
                           figures=Figures(oi_base=5000.0)),
                    Sample(venue=VENUE, symbol="BTC", at_ns=hour_ns,
                           figures=Figures(oi_base=contracts)),
                )
            )
        )  # fmt: skip
        desk.pays(1)
        said = desk.looks()
    assert "open interest +10% in an hour" in said.reasons


def test_without_a_history_it_looks_for_itself(desk):
    desk.pays(800)
    desk.looks()
    for base in (1000.0, 900.0):
        desk.pays(1)
        desk.view.apply(Link(venue=VENUE, recv_ns=desk.now_ns, state="live"))
        desk.view.apply(OpenInterest(venue=VENUE, symbol="BTC", recv_ns=desk.now_ns, base=base))
        said = desk.looks()
    assert "open interest -10% in an hour" in said.reasons


def test_a_process_that_dies_is_started_anew_and_told_everything_again(desk):
    desk.pays(800)
    before = desk.looks()
    desk.forecasts.close()
    again = desk.looks()
    assert again.expected == before.expected
    assert desk.view.outlooks.problem == ""


def test_payments_that_arrive_out_of_order_are_told_too(desk):
    series = desk.series
    desk.place = 400
    desk.pays(400)
    assert desk.looks() is not None
    for place in range(100, 400):
        at_ns = int(series.at_ns[place])
        desk.view.apply(
            Funding(venue=VENUE, symbol="BTC", recv_ns=at_ns, venue_ns=at_ns, kind="settled",
                    rate=float(series.rate[place]), interval_s=3600,
                    premium=float(series.premium[place]))
        )  # fmt: skip
    filled = desk.looks(minutes=1)
    whole = Desk()
    whole.place = 100
    whole.pays(700)
    whole.now_ns = desk.now_ns
    assert whole.looks().p_spike == filled.p_spike
    whole.forecasts.close()


def test_a_failure_is_a_sentence_and_the_last_forecasts_stay(desk, monkeypatch):
    desk.pays(800)
    said = desk.looks()

    def dies(question):
        raise CockpitError("the process that forecasts died; it is started anew")

    monkeypatch.setattr(desk.forecasts._process, "ask", dies)
    assert desk.looks(minutes=1) == said
    assert "died" in desk.view.outlooks.problem


def test_a_machine_that_starts_no_process_costs_the_forecasts_and_nothing_else(desk, monkeypatch):
    desk.pays(800)
    with monkeypatch.context() as lacking:
        lacking.setattr("sys.executable", "/nowhere/python")
        assert desk.looks() is None
    assert "cannot be started: No such file" in desk.view.outlooks.problem
    assert desk.looks(minutes=1).basis == "reference", "the next minute may have one"


def test_models_are_learned_from_history_and_speak_when_they_are_ready(store):
    """60 days of history: the market's own models take over from the reference."""
    series = market(days=60)
    writer = HotStore(store)
    writer.append(
        Batch(
            settled=tuple(
                Settled(venue=VENUE, symbol="BTC", paid_at_ns=int(at_ns), rate=float(rate),
                        interval_s=3600, premium=float(premium))
                for at_ns, rate, premium in zip(
                    series.at_ns[:1400], series.rate, series.premium, strict=False
                )
            )
        )
    )  # fmt: skip
    writer.close()
    desk = Desk(folder=store, days=60)
    desk.place = 700
    desk.pays(700)
    for _ in range(200):
        said = desk.looks()
        if said.basis == "market":
            break
        asyncio.run(asyncio.sleep(0.02))
    assert said.basis == "market"
    assert said.why == "learned from the market's own 58 days"
    assert desk.said == [
        "forecasts: learned from 1 markets: 1 have 45 days of their own, 0 venues speak for their "
        "others"
    ]
    desk.forecasts.close()


def test_what_keeps_models_from_learning_is_said_and_its_trace_is_in_the_log(store, caplog):
    store.path.mkdir()
    store.hot.write_bytes(b"no database" * 1000)
    desk = Desk(folder=store)
    desk.pays(800)
    for _ in range(500):
        said = desk.looks()
        if desk.view.outlooks.untaught:
            break
        asyncio.run(asyncio.sleep(0.02))
    assert desk.view.outlooks.untaught.startswith("nothing could be learned: ")
    # The reference coefficients go on.
    assert said.basis == "reference"
    desk.looks(minutes=1)
    # Once, not every minute.
    assert caplog.text.count("nothing could be learned") == 1
    assert "Traceback" in caplog.text
    desk.forecasts.close()


def test_a_restart_goes_on_with_the_ledger_and_looking_back_sees_nothing_later(store):
    desk = Desk(folder=store)
    desk.pays(800)
    for _ in range(9):
        desk.pays(1)
        desk.looks()
    last = desk.view.outlooks.of(VENUE, "BTC")
    desk.forecasts.close()
    writer = HotStore(store)
    for batch in desk.kept:
        writer.append(batch)
    writer.close()

    # Eight hours after its first forecast, made before the restart, that one is scored.
    after = Desk(folder=store)
    after.pays(810)
    after.looks()
    (score,) = [score for score in after.view.outlooks.scores if score.span == "all"]
    after.forecasts.close()
    assert (score.venue, score.model, score.n) == (VENUE, "reference", 2)

    reader = HistoryReader(store)
    begun = last_outlooks(store, desk.now_ns).of(VENUE, "BTC")
    assert begun.expected == last.expected
    back_ns = desk.now_ns - 2 * HOUR_NS
    assert kept_outlooks(reader, back_ns).of(VENUE, "BTC").made_ns == back_ns
    assert kept_outlooks(reader, desk.now_ns - 10 * HOUR_NS).markets == {}
