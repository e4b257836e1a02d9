"""A desk whose market is moved by hand."""

import random
from pathlib import Path

from cockpit.alerts.service import Alerting
from cockpit.core.clock import ManualClock
from cockpit.core.events import BookSnapshot, Event, Funding, Link, OpenInterest, Prices
from cockpit.desk.contract import (
    AlertIntent,
    FileIntent,
    Hold,
    Intent,
    Notice,
    Record,
)
from cockpit.desk.kept_rules import KeptRules
from cockpit.desk.stats import Computation, DeskStats, Mode, PastMoment
from cockpit.desk.trader_files import NOTHING_KEPT, TraderFiles, TraderPaths
from cockpit.desk.trader_intents import answer, change_alerts
from cockpit.state.store import MarketStore
from tests.desk.quiet import quiet_stats

T0 = 1_760_000_000_000_000_000
VENUES = ("hyperliquid", "dydx", "lighter", "bybit")
SYMBOLS = ("BTC", "ETH", "SOL")


class StillDesk:
    """Four live venues and three symbols; nothing moves unless `stir` is called."""

    mode: Mode = "DEMO"

    def __init__(self) -> None:
        self.clock = ManualClock(T0)
        self.view = MarketStore([(name, f"{name}-chain") for name in VENUES], SYMBOLS)
        self.posted: list[Intent] = []
        self.said: list[Notice] = []
        self.keep_files(NOTHING_KEPT)
        self.computed: Computation | None = None
        self.found: PastMoment | None = None
        self.tape: Path | None = None
        self.alerting = Alerting((), self.view, self.clock, {})
        self.is_started = False
        for venue in VENUES:
            self.view.apply(Link(venue=venue, recv_ns=T0, link="main", state="live"))
        self.stir(random.Random(0), 60)

    def keep_files(self, where: TraderPaths) -> None:
        rules = KeptRules(where.rules, (), VENUES, lambda: None)
        self.files = TraderFiles(where, self.view, self.clock, self.said.append, self.hold, rules)

    def hold(self, held: Hold) -> None:
        self.view.set_manual(held.positions)

    def stir(self, seed: random.Random, count: int) -> None:
        """So many random facts, a few milliseconds apart."""
        for _ in range(count):
            self.clock.advance_s(seed.randint(1, 50) / 1000)
            self.view.apply(self._fact(seed))

    def _fact(self, seed: random.Random) -> Event:
        said = {
            "venue": seed.choice(VENUES),
            "symbol": seed.choice(SYMBOLS),
            "recv_ns": self.clock.now_ns(),
        }
        mid = 100.0 + seed.random()
        kind = seed.randrange(4)
        if kind == 0:
            sizes = [round(seed.random() * 9, 2) + 0.01 for _ in range(10)]
            bids = tuple((round(mid - 0.1 * i, 1), size) for i, size in enumerate(sizes, 1))
            asks = tuple((round(mid + 0.1 * i, 1), size) for i, size in enumerate(sizes, 1))
            return BookSnapshot(bids=bids, asks=asks, **said)
        if kind == 1:
            rate = seed.uniform(-1e-4, 1e-4)
            return Funding(kind="live", rate=rate, interval_s=3600, next_ns=T0 + 10**12, **said)
        if kind == 2:
            return OpenInterest(base=seed.uniform(1e3, 1e5), **said)
        return Prices(mark=mid, index=mid, last=mid, **said)

    def post(self, intent: Intent) -> None:
        self.posted.append(intent)
        if isinstance(intent, AlertIntent):
            change_alerts(self.alerting, intent)
        elif isinstance(intent, FileIntent):
            self.files.post(intent)
        elif isinstance(intent, Record):
            folder = None if intent.folder is None else Path(intent.folder)
            self.said.append(answer(lambda: self.record(folder), self.clock.now_ns()))

    def notices(self) -> list[Notice]:
        return list(self.said)

    def stats(self) -> DeskStats:
        return quiet_stats(
            self.mode,
            self.clock,
            self.alerting,
            recording=self.tape is not None,
            plans=self.files.plans.plans,
            computation=self.computed,
            past=self.found,
        )

    def record(self, folder: Path | None) -> str:
        self.tape = folder
        return f"recording into {folder}" if folder else "recording ended"

    async def start(self) -> None:
        self.files.read()
        self.is_started = True

    async def stop(self) -> None:
        self.is_started = False
