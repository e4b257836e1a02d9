"""Bybit v5: what REST is asked and what it answers; the listing and the names that come of it.

Private to `bybit.py`. Nothing here belongs to a connection: it survives a reconnect.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar
from urllib.parse import quote

import msgspec

from cockpit.core.events import Funding, Reject
from cockpit.core.units import HOUR_S, NS_PER_MS, NS_PER_S, next_boundary_ns
from cockpit.venues.bybit import messages as wire
from cockpit.venues.bybit.mapper import VENUE, BybitMarket
from cockpit.venues.contract import Fetch, Output, Reply, Wants
from cockpit.venues.kit import decoding, numbers, polling

_LISTING_NS = 600 * NS_PER_S
_RELIST_NS = 5 * NS_PER_S
_BANNED_NS = 600 * NS_PER_S
"""HTTP 403 is the address's ban for ten minutes."""
_TIERS_NS = 86_400 * NS_PER_S
_RETRY_NS = 60 * NS_PER_S
_LOST_NS = 300 * NS_PER_S
_SETTLING_NS = 45 * NS_PER_S
_HISTORY_MS = 30 * 86_400_000
_HISTORY_ROWS = 200
_MAX_PAGES = 20
_PRE_LAUNCH = "PreLaunch"
"""The listing names no pre-listings unless it is asked for them with this status."""

_Row = TypeVar("_Row")


class BybitRest:
    """The markets by name, and every poll."""

    def __init__(self) -> None:
        self.markets: dict[str, BybitMarket] = {}
        self._native_of: dict[str, str] = {}
        self._tickers = polling.Every(60)
        self._list_at_ns = 0
        self._pages = 0
        self._listings = 0
        self._is_listed = False
        self._is_guessing = False
        self._seen: set[str] = set()
        self._missing: set[str] = set()

    def market(self, native: str) -> BybitMarket | None:
        """A market by its native name; before the listing is known, by the name alone."""
        market = self.markets.get(native)
        if market is None and not self._is_listed:
            name = wire.name_without_metadata(native)
            if name is not None:
                market = self.markets[native] = BybitMarket(native, *name)
        return market

    def wanted(self, wants: Wants) -> list[BybitMarket]:
        """The wanted markets that trade, as far as we know their names."""
        markets = []
        for symbol in wants.symbols:
            native = self._native_of.get(symbol)
            if native is None and self._is_guessing:
                native = wire.native_without_metadata(symbol)
            market = self.market(native) if native else None
            if market is not None and not market.is_halted:
                markets.append(market)
        return markets

    # --- asking -------------------------------------------------------------------------------

    def due(self, at_ns: int, wants: Wants) -> list[Fetch]:
        """The polls whose time has come."""
        fetches = [self.relist(at_ns)] if at_ns >= self._list_at_ns else []
        if self._tickers.due(at_ns):
            fetches.append(Fetch(name="tickers", path="/v5/market/tickers?category=linear"))
        return fetches + self.background(at_ns, wants)

    def look_again(self) -> None:
        """What the stream may have lost is read from the list of tickers, at the next `due`."""
        self._tickers.reset()

    def background(self, at_ns: int, wants: Wants) -> list[Fetch]:
        """Settled funding after each full hour, margin tiers once a day, of wanted markets."""
        fetches = []
        for market in self.wanted(wants):
            if market.instrument is None:
                continue
            if at_ns >= market.tiers_due_ns:
                market.tiers_due_ns = at_ns + _TIERS_NS
                path = f"/v5/market/risk-limit?category=linear&symbol={quote(market.native)}"
                fetches.append(_background("margin_tiers", path, market))
            if at_ns >= market.history_due_ns:
                end_ms = at_ns // NS_PER_MS
                market.history_floor_ms = end_ms - _HISTORY_MS
                if market.is_history_filled and market.settled_ms:
                    market.history_floor_ms = max(market.settled_ms) + 1
                fetches.append(self._ask_history(market, end_ms, at_ns))
        return fetches

    def relist(self, at_ns: int) -> Fetch:
        """Ask for the listing from its first page."""
        self._pages = 0
        self._listings += 1
        self._seen = set()
        return self._list(at_ns)

    def _list(self, at_ns: int, status: str = "", cursor: str = "") -> Fetch:
        self._list_at_ns = at_ns + _LISTING_NS
        self._pages += 1
        path = "/v5/market/instruments-info?category=linear&limit=1000"
        path += f"&status={status}" if status else ""
        path += f"&cursor={quote(cursor, safe='%')}" if cursor else ""
        return Fetch(name="instruments", path=path, key=f"{self._listings} {status}")

    def _ask_history(self, market: BybitMarket, end_ms: int, at_ns: int) -> Fetch:
        """Start and end both: the venue refuses a start alone."""
        market.history_due_ns = at_ns + _LOST_NS
        query = f"category=linear&symbol={quote(market.native)}&limit={_HISTORY_ROWS}"
        span = f"startTime={market.history_floor_ms}&endTime={end_ms}"
        return _background("funding_history", f"/v5/market/funding/history?{query}&{span}", market)

    # --- answers ------------------------------------------------------------------------------

    def reply(self, reply: Reply, wants: Wants) -> list[Output]:
        """The facts of an answer and what must be asked next."""
        if reply.name == "tickers":
            return self._ticker_list(reply, wants)
        answers: dict[str, Callable[[Reply], list[Output]]] = {
            "instruments": self._instruments,
            "funding_history": self._history,
            "margin_tiers": self._tiers,
            "time": self._time,
        }
        answer = answers.get(reply.name)
        if answer is None:
            return [decoding.reject(VENUE, reply.at_ns, f"unknown reply {reply.name}", reply.body)]
        return answer(reply)

    def _rows(
        self, decoder: "msgspec.json.Decoder[wire.Answer[_Row]]", reply: Reply
    ) -> "wire.Answer[_Row] | Reject":
        """The decoded body, or why it is none: HTTP is 200 also where the venue refuses."""
        reason = decoding.refused(reply)
        if reason is None:
            answer = decoding.decode(decoder, reply.body)
            if not isinstance(answer, str) and answer.retCode == 0:
                return answer
            said = answer if isinstance(answer, str) else f"{answer.retCode} {answer.retMsg}"
            reason = f"{reply.name}: {said}"
        return decoding.reject(VENUE, reply.at_ns, reason, reply.body)

    def _time(self, reply: Reply) -> list[Output]:
        answer = self._rows(wire.TIME, reply)
        return [answer] if isinstance(answer, Reject) else []

    def _instruments(self, reply: Reply) -> list[Output]:
        at_ns = reply.at_ns
        answer = self._rows(wire.INSTRUMENTS, reply)
        if isinstance(answer, Reject):
            self._list_at_ns = at_ns + (_BANNED_NS if reply.status == 403 else _RELIST_NS)
            self._is_guessing = not self._native_of
            return [answer]
        self._is_guessing = False
        page = answer.result or wire.Page[wire.InstrumentRow]()
        out: list[Output] = []
        for row in page.list:
            if row.contractType == "LinearPerpetual":
                out += self._adopt(row, at_ns)
        listing, _, status = reply.key.partition(" ")
        if listing and listing != str(self._listings):
            return out
        if page.nextPageCursor and self._pages < _MAX_PAGES:
            return [*out, self._list(at_ns, status, page.nextPageCursor)]
        if status != _PRE_LAUNCH:
            return [*out, self._list(at_ns, _PRE_LAUNCH)]
        return out + self._end_listing(at_ns)

    def _adopt(self, row: wire.InstrumentRow, at_ns: int) -> list[Output]:
        native = row.symbol
        if not (native.isprintable() and row.baseCoin.isprintable() and native and row.baseCoin):
            return [decoding.reject(VENUE, at_ns, "instruments: a name is not printable", native)]
        coin, contract = wire.coin_and_contract(native, row.baseCoin)
        symbol = wire.cross_name(coin, row.settleCoin or row.quoteCoin)
        if self._native_of.get(symbol, native) != native:
            symbol = native
        market = self.markets.setdefault(native, BybitMarket(native, symbol, contract))
        market.symbol, market.contract = symbol, contract
        self._native_of[symbol] = native
        self._seen.add(native)
        interval_s = market.interval_s
        changed = market.listed(row, at_ns)
        out: list[Output] = [changed] if changed else []
        if market.interval_s != interval_s:
            live = market.live(at_ns, None)
            out += [live] if isinstance(live, Funding) else []
        return out

    def _end_listing(self, at_ns: int) -> list[Output]:
        """A market that two whole listings in a row left out is gone: they name no closed ones."""
        self._is_listed = True
        missing = {native for native in self._native_of.values() if native not in self._seen}
        gone = sorted(missing & self._missing)
        self._missing, self._seen = missing, set()
        return [fact for native in gone if (fact := self.markets[native].delisted(at_ns))]

    def _ticker_list(self, reply: Reply, wants: Wants) -> list[Output]:
        answer = self._rows(wire.TICKERS, reply)
        if isinstance(answer, Reject):
            return [answer]
        out: list[Output] = []
        for row in answer.result.list if answer.result else ():
            native = row["symbol"]
            market = self.market(native)
            if market is None or (wants.symbols and market.symbol not in wants.symbols):
                continue
            facts = market.ticker(row, answer.time, reply.at_ns)
            if isinstance(facts, str):
                out.append(decoding.reject(VENUE, reply.at_ns, facts, native))
            else:
                out += facts
        return out

    def _history(self, reply: Reply) -> list[Output]:
        """A page of settled rates, newest first; a full one is followed by the one before it."""
        at_ns = reply.at_ns
        answer = self._rows(wire.FUNDING, reply)
        asked = self.markets.get(reply.key)
        if isinstance(answer, Reject):
            if asked is not None:
                asked.history_due_ns = at_ns + _RETRY_NS
            return [answer]
        rows = answer.result.list if answer.result else ()
        out: list[Output] = []
        for native in dict.fromkeys(row.symbol for row in rows):
            out += self._settled(native, [row for row in rows if row.symbol == native], reply)
        if asked is None:
            return out
        oldest_ms = min((row.fundingRateTimestamp for row in rows), default=0)
        if len(rows) >= _HISTORY_ROWS and oldest_ms > (asked.history_floor_ms or oldest_ms):
            return [*out, self._ask_history(asked, oldest_ms - 1, at_ns)]
        asked.is_history_filled = True
        asked.history_due_ns = next_boundary_ns(at_ns, HOUR_S) + _SETTLING_NS
        return out

    def _settled(
        self, native: str, rows: Iterable[wire.FundingRow], reply: Reply
    ) -> Iterable[Output]:
        market = self.market(native)
        facts = f"unknown market {native}" if market is None else market.settled(rows, reply.at_ns)
        if isinstance(facts, str):
            return [decoding.reject(VENUE, reply.at_ns, f"funding_history: {facts}", reply.body)]
        return facts

    def _tiers(self, reply: Reply) -> list[Output]:
        answer = self._rows(wire.TIERS, reply)
        if isinstance(answer, Reject):
            if reply.key in self.markets:
                self.markets[reply.key].tiers_due_ns = reply.at_ns + _RETRY_NS
            return [answer]
        first: dict[str, wire.TierRow] = {}
        for row in answer.result.list if answer.result else ():
            known = first.get(row.symbol)
            if known is None or _limit(row) < _limit(known):
                first[row.symbol] = row
        out: list[Output] = []
        for native, row in first.items():
            market, mmf = self.market(native), wire.maintenance_fraction(row)
            if market is None or mmf is None:
                reason = f"margin_tiers: no unit or no market for {native}"
                out.append(decoding.reject(VENUE, reply.at_ns, reason, reply.body))
            elif changed := market.margined(mmf, reply.at_ns):
                out.append(changed)
        return out


def _limit(row: wire.TierRow) -> float:
    return numbers.positive(row.riskLimitValue) or float("inf")


def _background(name: str, path: str, market: BybitMarket) -> Fetch:
    return Fetch(name=name, path=path, key=market.native, background=True)
