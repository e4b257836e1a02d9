"""Extended: what is subscribed and asked, and what frames and replies say."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from cockpit.core.events import Reject
from cockpit.core.units import HOUR_NS, NS_PER_MS
from cockpit.venues.contract import Fetch, Frame, Output, Reply, Wants
from cockpit.venues.extended import mapper
from cockpit.venues.extended import messages as wire
from cockpit.venues.extended.books import NumberedBooks
from cockpit.venues.extended.mapper import VENUE, ExtendedMarket
from cockpit.venues.kit import decoding
from cockpit.venues.kit.backfill import Page, Plan
from cockpit.venues.kit.damage import Damage
from cockpit.venues.kit.fields import Rows
from cockpit.venues.kit.heartbeat import Heartbeat
from cockpit.venues.kit.history import FundingHistory, Pages
from cockpit.venues.kit.instruments import Instruments, Unit
from cockpit.venues.kit.polling import Question, Timing
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.session import VenueSession
from cockpit.venues.kit.subscriptions import Operation, Rules, Subscriptions
from cockpit.venues.kit.survey import Survey

_API = "/api/v1/info"
_PERIOD_S = 15.0
_PING = "0"
"""The id of a ping: no subscription has this number."""
_SCOPES = ("orderbooks", "trades", "prices.mark", "prices.index")
_LISTED = RowReader(VENUE, wire.MarketRow, "name")
_FILLS = RowReader(VENUE, wire.Fill, "m")
_PAGES = Pages(
    decoder=wire.LIST, check=wire.problem, rows=lambda answer: answer.data or (),
    reader=RowReader(VENUE, wire.FundingRow, "m"), paid=mapper.paid,
)  # fmt: skip
_HISTORY = Plan(newest_first=True, rows=1000)


def _encode(operation: Operation, topics: Sequence[str], request: int) -> str:
    """One topic a request: `prices.mark.BTC-USD` is scope, kind and market."""
    scope, _, native = topics[0].partition(".")
    selector: dict[str, str | bool] = {"market": native}
    if scope == "orderbooks":
        selector |= {"depth": "full", "rfqOnly": False}
    elif scope == "prices":
        kind, _, native = native.partition(".")
        selector = {"type": kind, "market": native}
    return _call(operation, str(request), {"scope": scope, "selector": selector})


def _call(method: str, request: str, params: Mapping[str, Any] | None = None) -> str:
    call = {"jsonrpc": "2.0", "id": request, "method": method}
    return decoding.encode(call if params is None else {**call, "params": params})


def _ask_history(page: Page) -> Fetch:
    span = f"startTime={page.start_ns // NS_PER_MS}&endTime={page.end_ns // NS_PER_MS}"
    path = f"{_API}/{quote(page.key)}/funding?{span}&limit={_HISTORY.rows}"
    return Fetch(name="funding_history", path=path, key=page.key, background=True)


class Session(VenueSession):
    """Extended's translator; the contract says what it hears and says."""

    def __init__(self, wants: Wants) -> None:
        super().__init__(VENUE, wants)
        self.listing = Instruments[ExtendedMarket](mapper.guessed)
        self._survey = Survey(VENUE, self.listing, wants)
        self._topics = Subscriptions(_encode, Rules())
        self._books = NumberedBooks(self._topics)
        # What was damaged may have been elsewhere too: every book is taken anew.
        self._damage = Damage(VENUE, self._books.renew_all)
        self._pulse = Heartbeat(VENUE, lambda at_ns: _call("ping", _PING), every_s=10.0)
        self._asked: tuple[str, ...] = ()
        """The markets whose figures are asked for where there is no survey."""
        self._instruments = Question(
            VENUE, Fetch(name="instruments", path=f"{_API}/markets"), wire.LIST,
            Timing(period_s=600.0), self._on_instruments, check=wire.problem, at_once=True,
        )  # fmt: skip
        self._tickers = Question(
            VENUE, self._ask_tickers, wire.LIST, Timing(period_s=_PERIOD_S), self._on_tickers,
            check=wire.problem, hears="tickers",
        )  # fmt: skip
        self._history = FundingHistory(VENUE, _HISTORY, _ask_history, _PAGES, self.listing.known)
        self.parts = (
            self._pulse, self._damage, self._books, self._topics, self._survey, self._instruments,
            self._tickers, self._history,
        )  # fmt: skip

    def follow(self, at_ns: int) -> Sequence[Output]:
        """Streams and settled rates of the watched; figures of them, or of all."""
        self._survey.want(self.wants)
        markets = list(self.listing.wanted(self.wants.symbols))
        topics = [f"{scope}.{market.native}" for market in markets for scope in _SCOPES]
        natives = tuple(market.native for market in markets)
        if set(natives) - set(self._asked):
            self._tickers.soon()
        self._asked = natives
        self._tickers.is_wanted = self.wants.survey or bool(natives)
        out = [*self._books.want(markets, at_ns), *self._topics.want(topics, at_ns)]
        return [*out, *self._history.want(markets, at_ns, self.wants.kept)]

    # --- frames -------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> Sequence[Output]:
        envelope = decoding.decode(wire.ENVELOPE, frame.data)
        if isinstance(envelope, str):
            return [self._damage.reject(frame, envelope)]
        if envelope.id is not None:
            return self._answer(envelope, frame)
        if envelope.seq is None:
            return [self._damage.reject(frame, "neither an answer nor numbered data")]
        heard = wire.heard(envelope, envelope.seq)
        self._topics.seen(envelope.subscription)
        stream = "" if envelope.subscription else heard.topic
        out = self._books.count(stream, heard.seq, frame.at_ns)
        if out is None:
            return ()
        facts = self._facts(heard, frame)
        if isinstance(facts, str):
            lost = self._books.lose(heard.topic, frame.at_ns)
            return [*out, *lost, self._damage.reject(frame, facts)]
        return [*out, *facts] if out else facts

    def _facts(self, heard: wire.Heard, frame: Frame) -> Sequence[Output] | str:
        """What a frame says; a sentence if it makes no sense."""
        data, at_ns = heard.data, frame.at_ns
        if isinstance(data, str):
            return data
        if isinstance(data, tuple):
            return self._trades(data, frame)
        market = self.listing.known(data.m)
        if market is None:
            return self._stranger(data.m, frame)
        if isinstance(data, wire.BookData):
            return self._books.read(market, heard, at_ns)
        if isinstance(data, wire.PriceData):
            return [market.streamed(heard.kind, data.p, heard.venue_ns, at_ns)]
        # Of a rate within the hour it is not known whether it was paid or only computed.
        is_paid = data.T * NS_PER_MS % HOUR_NS < mapper.PAID_WITHIN_NS
        payments = [mapper.paid(data)] if is_paid else []
        return [*self._history.payments(data.m, payments, at_ns)]

    def _trades(self, rows: Rows, frame: Frame) -> list[Output]:
        fills, unread = _FILLS.read(rows, "trades", frame.at_ns)
        out, odd = list[Output](), unread.rejects
        for fill in fills:
            market = self.listing.known(fill.m)
            if market is None:
                odd += self._stranger(fill.m, frame)
            elif market.fills.is_new(fill.i):
                out.append(market.trade(fill, frame.at_ns))
        if odd:
            self._damage.note(frame.at_ns)
        return [*out, *odd]

    def _stranger(self, native: str, frame: Frame) -> list[Reject]:
        """Of a market that is not known: nothing of one that is, or looks like, no perpetual."""
        is_other = native in self.listing.others or native.endswith("SPOT-USD")
        return [] if is_other else [self._damage.reject(frame, f"unknown market {native}")]

    def _answer(self, envelope: wire.Envelope, frame: Frame) -> Sequence[Output]:
        """The answer to a request of ours, which it calls by our name for it."""
        request = decoding.request_number(envelope.id)
        if envelope.error is not None:
            words = f"refused: {wire.told(envelope.error)}"
            again = self._topics.refused(request, frame.at_ns)
            return [decoding.reject(VENUE, frame.at_ns, words, frame.data), *again]
        if str(envelope.id) == _PING:
            return self._pulse.pong(frame.at_ns)
        return self._topics.acknowledged(request, frame.at_ns)

    # --- replies ------------------------------------------------------------------------------

    def _on_instruments(self, answer: wire.Answer, reply: Reply) -> Sequence[Output]:
        return self.listing.read(_LISTED, answer.data or (), reply, self._adopt)

    def _adopt(self, row: wire.MarketRow, at_ns: int) -> Sequence[Output]:
        native = row.name
        if row.type != "PERPETUAL":
            self.listing.others.add(native)
            return ()
        if row.status == "DELISTED":
            return self._delisted(native, at_ns)
        coin = mapper.coin_of(row)
        if coin is None:
            self.listing.unread([native])
            reason = "the names of a market make no sense together"
            return [decoding.reject(VENUE, at_ns, reason, native)]
        market = self.listing.adopt(native, coin[0], Unit(price=coin[1]), ExtendedMarket)
        mapper.adopt_row(market, row)
        return self.listing.state(market, mapper.instrument(market, coin[0], row, at_ns))

    def _delisted(self, native: str, at_ns: int) -> Sequence[Output]:
        """Dead rows stay in the listing, rate and all; those that we never knew are left out."""
        market = self.listing.markets.get(native)
        if market is None:
            return ()
        market.status = "DELISTED"
        return self.listing.delisted(market, at_ns)

    def _ask_tickers(self) -> Fetch:
        """One call for all; the page of all is large, so without a survey only the watched."""
        names = "&".join(f"market={quote(native)}" for native in self._asked)
        query = "" if self.wants.survey else f"?{names}"
        return Fetch(name="tickers", path=f"{_API}/markets{query}")

    def _on_tickers(self, answer: wire.Answer, reply: Reply) -> Sequence[Output]:
        rows, unread = _LISTED.read(answer.data or (), reply.name, reply.at_ns)
        out: list[Output] = [*unread.rejects]
        count = 0
        for row in rows:
            market = self.listing.markets.get(row.name)
            if market is None or market.has_other_state(row):
                out += self._adopt(row, reply.at_ns)
            market = self._survey.shown(row.name)
            if market is not None:
                count += 1
                out += self._survey.news(market, market.stats(row.marketStats, reply.at_ns))
        return out + self._survey.read(reply.at_ns, count, _PERIOD_S)
