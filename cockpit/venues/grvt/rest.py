"""GRVT: what REST is asked and what it answers, and the markets that come of the listing.

Nothing here belongs to a connection: it survives a reconnect. Every request is a POST.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cockpit.core.events import Instrument, Reject
from cockpit.venues.contract import Fetch, Output, Reply, Wants
from cockpit.venues.grvt import mapper
from cockpit.venues.grvt import messages as wire
from cockpit.venues.grvt.mapper import VENUE, GrvtMarket
from cockpit.venues.kit.backfill import Page, Plan
from cockpit.venues.kit.decoding import encode, reject
from cockpit.venues.kit.history import FundingHistory, Pages
from cockpit.venues.kit.instruments import Instruments, Unit
from cockpit.venues.kit.polling import Question, Rota, Timing
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.survey import Survey

_LISTED = RowReader(VENUE, wire.InstrumentRow, "instrument")
_PAGES = Pages(
    decoder=wire.ANSWER, check=wire.problem, rows=lambda answer: answer.result or (),
    reader=RowReader(VENUE, wire.FundingRow, "instrument"), paid=mapper.paid,
)  # fmt: skip
_HISTORY = Plan(newest_first=True, rows=1000)


class Rest:
    """The markets by name, and every poll."""

    def __init__(self, wants: Wants) -> None:
        self.listing = Instruments[GrvtMarket](mapper.guessed)
        self.survey = Survey(VENUE, self.listing, wants)
        self._instruments = Question(
            VENUE, _post("instruments", "all_instruments", {"is_active": True}), wire.ANSWER,
            Timing(period_s=600.0), self._on_instruments, check=wire.problem, at_once=True,
        )  # fmt: skip
        self._margins = Rota(
            VENUE, _ask_margins, wire.ANSWER, Timing(period_s=3600.0, retry_s=60.0),
            self._on_margins, check=wire.problem, per_tick=2, hears="margin_rules",
        )  # fmt: skip
        self._history = FundingHistory(
            VENUE, _HISTORY, _ask_history, _PAGES, self.listing.known,
            lambda market: market.interval_s,
        )  # fmt: skip
        self.parts = (self.survey, self._instruments, self._margins, self._history)

    def follow(self, wants: Wants, at_ns: int) -> list[Output]:
        """Margin rules and settled rates of the watched."""
        self.survey.want(wants)
        markets = list(self.listing.wanted(wants.symbols))
        margins = self._margins.want([market.native for market in markets], at_ns)
        return [*margins, *self._history.want(markets, at_ns, wants.kept)]

    def restate(self, market: GrvtMarket, at_ns: int) -> list[Instrument | Reject]:
        """The instrument, if what is known of it has changed."""
        if market.row is None:
            return []
        return self.listing.state(market, mapper.instrument(market, market.row, at_ns))

    # --- answers ------------------------------------------------------------------------------

    def _on_instruments(self, answer: wire.Answer, reply: Reply) -> Sequence[Output]:
        return self.listing.read(_LISTED, answer.result or (), reply, self._adopt)

    def _adopt(self, row: wire.InstrumentRow, at_ns: int) -> Sequence[Output]:
        if row.kind != "PERPETUAL":
            self.listing.others.add(row.instrument)
            return ()
        if not mapper.is_named_well(row):
            reason = "the names of a market make no sense together"
            self.listing.unread([row.instrument])
            return [reject(VENUE, at_ns, reason, row.instrument)]
        coin, scale = mapper.coin_of(row.base)
        market = self.listing.adopt(row.instrument, coin, Unit(price=scale), GrvtMarket)
        # A listing without states does not contradict what a ticker said.
        market.row, market.status = row, row.status or market.status
        return self.restate(market, at_ns)

    def _on_margins(self, answer: wire.Answer, reply: Reply) -> Sequence[Output]:
        market = self.listing.markets.get(reply.key)
        if market is None:
            reason = f"margin_rules: unknown market {reply.key}"
            return [reject(VENUE, reply.at_ns, reason, reply.body)]
        problem = market.adopt_brackets(answer.risk_brackets)
        odd = [] if problem is None else [reject(VENUE, reply.at_ns, problem, reply.body)]
        return [*odd, *self.restate(market, reply.at_ns)]


def _ask_margins(native: str) -> Fetch:
    return _post("margin_rules", "margin_rules", {"instrument": native}, native)


def _ask_history(page: Page) -> Fetch:
    """Times go out as text, because nanoseconds are beyond what a double holds."""
    body = {
        "instrument": page.key, "start_time": str(page.start_ns), "end_time": str(page.end_ns),
        "limit": _HISTORY.rows,
    }  # fmt: skip
    return _post("funding_history", "funding", body, page.key, background=True)


def _post(
    name: str, page: str, body: Mapping[str, Any], key: str = "", *, background: bool = False
) -> Fetch:
    return Fetch(
        name=name, path=f"/full/v1/{page}", method="POST", body=encode(body), key=key,
        background=background,
    )  # fmt: skip
