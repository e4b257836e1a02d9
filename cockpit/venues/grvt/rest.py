"""GRVT: what REST is asked and what it answers, and the markets that come of the listing.

Nothing here belongs to a connection: it survives a reconnect. Every request is a POST.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from cockpit.core.events import Instrument, Reject
from cockpit.venues.contract import Fetch, Output, Reply, Wants
from cockpit.venues.grvt import mapper
from cockpit.venues.grvt import messages as wire
from cockpit.venues.grvt.mapper import VENUE, GrvtMarket
from cockpit.venues.kit.backfill import Backfill, Page, Plan
from cockpit.venues.kit.decoding import reject, subject
from cockpit.venues.kit.dedupe import Unchanged
from cockpit.venues.kit.instruments import Instruments, Unit
from cockpit.venues.kit.polling import Question, Rota, Timing, read
from cockpit.venues.kit.rows import RowReader

_LISTED = RowReader(VENUE, wire.InstrumentRow, "instrument")
_PAID = RowReader(VENUE, wire.FundingRow, "instrument")
_HISTORY = Plan(newest_first=True, rows=1000)


class Rest:
    """The markets by name, and every poll."""

    def __init__(self, wants: Wants) -> None:
        self.wants = wants
        self.listing = Instruments[GrvtMarket]()
        self.said = Unchanged()
        self._others: set[str] = set()
        """Listed names that are no perpetuals."""
        self._instruments = Question(
            VENUE, self._ask_instruments, wire.INSTRUMENTS, Timing(period_s=600.0),
            check=wire.problem, at_once=True,
        )  # fmt: skip
        self._margins = Rota(
            VENUE, _ask_margins, wire.MARGIN, Timing(period_s=3600.0, retry_s=60.0),
            check=wire.rules_problem, per_tick=2,
        )  # fmt: skip
        self._history = Backfill(_HISTORY, _ask_history)
        self.parts = (self._instruments, self._margins, self._history)
        self.answers: Mapping[str, Callable[[Reply], Sequence[Output]]] = {
            "instruments": self._on_instruments,
            "margin_rules": self._on_margins,
            "funding_history": self._on_history,
        }

    def market(self, native: str) -> GrvtMarket | None:
        """A market by its native name; before the listing is known, by the name alone."""
        market = self.listing.markets.get(native)
        if market is None and not self.listing.is_whole and native not in self._others:
            market = mapper.guessed(native)
            if market is not None:
                self.listing.markets[native] = market
        return market

    def is_other(self, native: str) -> bool:
        """Whether a name is listed as something else than a perpetual."""
        return native in self._others

    def open_markets(self) -> Iterator[GrvtMarket]:
        """Every market that the listing has."""
        for market in self.listing.markets.values():
            if market.instrument is not None and not market.is_halted:
                yield market

    def follow(self, wants: Wants, at_ns: int) -> list[Output]:
        """Margin rules and settled rates of the watched."""
        if wants != self.wants:
            self.wants = wants
            self.said.forget()
        payers = {market.native: market.symbol for market in self.listing.wanted(wants.symbols)}
        history = self._history.want_markets(payers, at_ns, wants.kept)
        return [*self._margins.want(list(payers), at_ns), *history]

    def restate(self, market: GrvtMarket, at_ns: int) -> list[Instrument | Reject]:
        """The instrument, if what is known of it has changed."""
        if market.row is None:
            return []
        return self.listing.state(market, mapper.instrument(market, market.row, at_ns))

    def _ask_instruments(self) -> Fetch:
        self.listing.begin()
        return _post("instruments", "all_instruments", {"is_active": True})

    # --- answers ------------------------------------------------------------------------------

    def _on_instruments(self, reply: Reply) -> list[Output]:
        answer = self._instruments.read(reply)
        if isinstance(answer, Reject):
            return [answer]
        rows, unread = _LISTED.read(answer.result or (), reply.name, reply.at_ns)
        self.listing.unread(unread.names)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            out += self._adopt(row, reply.at_ns)
        return out + self.listing.end(reply.at_ns)

    def _adopt(self, row: wire.InstrumentRow, at_ns: int) -> list[Output]:
        if row.kind != "PERPETUAL":
            self._others.add(row.instrument)
            return []
        if not mapper.is_named_well(row):
            reason = "the names of a market make no sense together"
            self.listing.unread([row.instrument])
            return [reject(VENUE, at_ns, reason, row.instrument)]
        coin, scale = mapper.coin_of(row.base)
        market = self.listing.adopt(row.instrument, coin, Unit(price=scale), GrvtMarket)
        # A listing without states does not contradict what a ticker said.
        market.row, market.status = row, row.status or market.status
        return [*self.restate(market, at_ns)]

    def _on_margins(self, reply: Reply) -> list[Output]:
        answer = self._margins.read(reply)
        if isinstance(answer, Reject):
            return [answer]
        market = self.listing.markets.get(reply.key)
        if market is None:
            reason = f"margin_rules: unknown market {reply.key}"
            return [reject(VENUE, reply.at_ns, reason, reply.body)]
        problem = market.adopt_brackets(answer.risk_brackets or ())
        odd = [] if problem is None else [reject(VENUE, reply.at_ns, problem, reply.body)]
        return [*odd, *self.restate(market, reply.at_ns)]

    def _on_history(self, reply: Reply) -> list[Output]:
        """A page of settled rates, newest first."""
        answer = read(VENUE, wire.HISTORY, reply, wire.problem)
        if isinstance(answer, Reject):
            self._history.failed(reply.key, reply.at_ns)
            return [answer]
        rows, unread = _PAID.read(answer.result or (), reply.name, reply.at_ns)
        out: list[Output] = [*unread.rejects]
        for native in dict.fromkeys(row.instrument for row in rows):
            market = self.market(native)
            if market is None:
                reason = f"funding_history: unknown market {native}"
                out.append(reject(VENUE, reply.at_ns, reason, reply.body))
            else:
                mine = [row for row in rows if row.instrument == native]
                out += market.payments(mine, reply.at_ns)
        key = subject(reply, self.wants) or ""
        stamps_ns = [row.funding_time for row in rows]
        lost = len(unread.names)
        return [*out, *self._history.answered(key, stamps_ns, reply.at_ns, unread=lost)]


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
    text = msgspec.json.encode(body).decode()
    return Fetch(
        name=name, path=f"/full/v1/{page}", method="POST", body=text, key=key,
        background=background,
    )  # fmt: skip
