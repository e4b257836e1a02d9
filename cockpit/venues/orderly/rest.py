"""Orderly: what REST is asked and what it answers, and the markets that come of the listing.

Nothing here belongs to a connection: it survives a reconnect.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from cockpit.core.events import Reject, Surveyed
from cockpit.core.units import NS_PER_MS
from cockpit.venues.contract import Fetch, Output, Reply, Wants
from cockpit.venues.kit.backfill import Backfill, Page, Plan
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.dedupe import Unchanged
from cockpit.venues.kit.instruments import Instruments
from cockpit.venues.kit.numbers import finite
from cockpit.venues.kit.polling import Question, Timing, read
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.orderly import mapper
from cockpit.venues.orderly import messages as wire
from cockpit.venues.orderly.mapper import VENUE, OrderlyMarket, stamp_ns, told

_TICKERS_S, _SURVEY_S = 60.0, 15.0
_LISTED = RowReader(VENUE, wire.InfoRow, "symbol")
_FIGURES = RowReader(VENUE, wire.FuturesRow, "symbol")
_NEWEST = RowReader(VENUE, wire.RatesRow, "symbol")
_PAID = RowReader(VENUE, wire.PaidRow, "symbol")
_HISTORY = Plan(newest_first=True, rows=500)
_IS_DOWN = {0: False, 2: True}


class Rest:
    """The markets by name, whether the venue is in maintenance, and every poll."""

    def __init__(self, wants: Wants) -> None:
        self.wants = wants
        self.listing = Instruments[OrderlyMarket]()
        self.said = Unchanged()
        self.is_down = False
        self._instruments = _question("instruments", "info", wire.LIST, 600.0, at_once=True)
        self._system = _question("system", "system_info", wire.SYSTEM, 60.0)
        self._tickers = _question("tickers", "futures", wire.LIST, _TICKERS_S)
        self._rates = _question("rates", "funding_rates", wire.LIST, 60.0)
        self._history = Backfill(_HISTORY, _ask_history)
        self.parts = (
            self._instruments, self._system, self._tickers, self._rates, self._history,
        )  # fmt: skip
        self.answers: Mapping[str, Callable[[Reply], Sequence[Output]]] = {
            "instruments": self._on_instruments,
            "system": self._on_system,
            "tickers": self._on_tickers,
            "rates": self._on_rates,
            "funding_history": self._on_history,
        }

    def follow(self, wants: Wants, at_ns: int) -> Sequence[Output]:
        if wants != self.wants:
            self.said.forget()
        self.wants = wants
        payers = {market.native: market.symbol for market in self.followed()}
        self._tickers.is_wanted = bool(wants.survey or payers)
        self._rates.is_wanted = bool(payers)
        self._tickers.every(_SURVEY_S if wants.survey else _TICKERS_S)
        return self._history.want_markets(payers, at_ns, wants.kept)

    def followed(self) -> Iterator[OrderlyMarket]:
        """The wanted markets that have a book: also those that may only be reduced."""
        for symbol in () if self.is_down else self.wants.symbols:
            market = self.listing.markets.get(self.listing.native(symbol) or "")
            if market is not None and not _is_gone(market):
                yield market

    def look_again(self) -> None:
        """The next settlement of a followed market is another one: ask what was settled, and
        whether its interval is another too."""
        self._rates.soon()
        self._instruments.soon()

    def maintain(self, status: int, at_ns: int) -> Sequence[Output]:
        """The venue says how it is: all markets are paused while it is in maintenance."""
        is_down = _IS_DOWN.get(status)
        if is_down is None:
            return [reject(VENUE, at_ns, f"system status {status}: expected 0 or 2")]
        if is_down == self.is_down:
            return ()
        self.is_down = is_down
        self.listing.changed()
        out: list[Output] = []
        for market in self.listing.markets.values():
            if market.instrument is not None and not _is_gone(market):
                status_now = "paused" if is_down else market.status
                new = replace(market.instrument, recv_ns=at_ns, status=status_now)
                out += self.listing.state(market, new)
        return out

    # --- answers ------------------------------------------------------------------------------

    def _on_instruments(self, reply: Reply) -> Sequence[Output]:
        answer = self._instruments.read(reply)
        if isinstance(answer, Reject):
            return [answer]
        self.listing.begin()
        rows, unread = _LISTED.read(_rows(answer), reply.name, reply.at_ns)
        self.listing.unread(unread.names)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            if row.broker_id is not None or not row.symbol.startswith("PERP_"):
                continue
            name = mapper.named(row.symbol)
            if name is None:
                self.listing.unread([row.symbol])
                out.append(reject(VENUE, reply.at_ns, f"instruments: no market {row.symbol}"))
                continue
            market = self.listing.adopt(row.symbol, *name, OrderlyMarket)
            out += self.listing.state(market, mapper.listed(market, row, self.is_down, reply.at_ns))
        return out + self.listing.end(reply.at_ns)

    def _on_system(self, reply: Reply) -> Sequence[Output]:
        answer = self._system.read(reply)
        if isinstance(answer, Reject):
            return [answer]
        return self.maintain(answer.data.status, reply.at_ns) if answer.data else ()

    def _on_tickers(self, reply: Reply) -> Sequence[Output]:
        """Figures of all markets; of those that are followed, what no stream tells better."""
        answer = self._tickers.read(reply)
        if isinstance(answer, Reject):
            return [answer]
        rows, unread = _FIGURES.read(_rows(answer), reply.name, reply.at_ns)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            market = self.listing.markets.get(row.symbol)
            if market is None or _is_gone(market) or not self.wants.shows(market.symbol):
                continue
            before_ms = market.told_ms
            said = market.figures(row, reply.at_ns, answer.time_ms, self.wants.survey)
            facts = told(said, reply.at_ns, row.symbol)
            is_followed = market.symbol in self.wants.symbols
            if is_followed and before_ms not in (None, market.told_ms):
                self.look_again()
            out += facts if is_followed else self.said.news(facts)
        if self.wants.survey:
            out.append(
                Surveyed(
                    venue=VENUE, recv_ns=reply.at_ns, venue_ns=stamp_ns(answer.time_ms),
                    markets=len(rows), period_s=_SURVEY_S,
                )
            )  # fmt: skip
        return out

    def _on_rates(self, reply: Reply) -> Sequence[Output]:
        """The newest payment of each followed market, sooner than its history is looked at."""
        answer = self._rates.read(reply)
        if isinstance(answer, Reject):
            return [answer]
        followed = {market.native: market for market in self.followed()}
        rows, unread = _NEWEST.read(_rows(answer), reply.name, reply.at_ns)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            market = followed.get(row.symbol)
            stamp_ms = finite(row.last_funding_rate_timestamp)
            # A market that has never paid has no stamp, or zero.
            is_stamp = stamp_ms is not None and wire.FIRST_MS <= stamp_ms < wire.LAST_MS
            if market is not None and stamp_ms is not None and is_stamp:
                paid = market.payments([(int(stamp_ms), row.last_funding_rate)], reply.at_ns)
                out += told(paid, reply.at_ns, row.symbol)
        return out

    def _on_history(self, reply: Reply) -> Sequence[Output]:
        """A page of settled rates, newest first; an unknown market has an empty one."""
        answer = read(VENUE, wire.LIST, reply, wire.problem)
        if isinstance(answer, Reject):
            self._history.failed(reply.key, reply.at_ns)
            return [answer]
        rows, unread = _PAID.read(_rows(answer), reply.name, reply.at_ns)
        out: list[Output] = [*unread.rejects]
        for native in dict.fromkeys(row.symbol for row in rows):
            market = self.listing.markets.get(native)
            if market is None:
                words = f"funding_history: unknown market {native}"
                out.append(reject(VENUE, reply.at_ns, words, reply.body))
                continue
            mine = [row for row in rows if row.symbol == native]
            paid = [(row.funding_rate_timestamp, row.funding_rate) for row in mine]
            out += told(market.payments(paid, reply.at_ns), reply.at_ns, native)
        stamps_ns = [row.funding_rate_timestamp * NS_PER_MS for row in rows]
        lost = len(unread.names)
        return [*out, *self._history.answered(reply.key, stamps_ns, reply.at_ns, unread=lost)]


def _is_gone(market: OrderlyMarket) -> bool:
    return market.instrument is not None and market.instrument.status == "delisted"


def _rows(answer: wire.Answer[wire.Rows]) -> tuple[msgspec.Raw, ...]:
    return answer.data.rows if answer.data is not None else ()


def _question(
    name: str,
    page: str,
    decoder: "msgspec.json.Decoder[wire.Answer[wire.Data]]",
    period_s: float,
    *,
    at_once: bool = False,
) -> Question[wire.Answer[wire.Data]]:
    fetch = Fetch(name=name, path=f"/v1/public/{page}")
    timing = Timing(period_s=period_s)
    return Question(VENUE, lambda: fetch, decoder, timing, check=wire.problem, at_once=at_once)


def _ask_history(page: Page) -> Fetch:
    span = f"start_t={page.start_ns // NS_PER_MS}&end_t={page.end_ns // NS_PER_MS}"
    path = f"/v1/public/funding_rate_history?symbol={page.key}&{span}&size={_HISTORY.rows}"
    return Fetch(name="funding_history", path=path, key=page.key, background=True)
