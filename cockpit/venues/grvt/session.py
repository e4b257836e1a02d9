"""GRVT: what is subscribed and asked, and what frames and replies say. Every request is a POST."""

from collections.abc import Mapping, Sequence
from typing import Any

from cockpit.core.events import Instrument, Reject
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Fetch, Frame, Output, Reply, Wants
from cockpit.venues.grvt import mapper
from cockpit.venues.grvt import messages as wire
from cockpit.venues.grvt.books import AnchoredBooks
from cockpit.venues.grvt.mapper import VENUE, GrvtMarket
from cockpit.venues.kit import decoding
from cockpit.venues.kit.backfill import Page, Plan
from cockpit.venues.kit.damage import Damage
from cockpit.venues.kit.heartbeat import Heartbeat
from cockpit.venues.kit.history import FundingHistory, Pages
from cockpit.venues.kit.instruments import Instruments, Unit
from cockpit.venues.kit.polling import Every, Question, Rota, Timing
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.session import VenueSession
from cockpit.venues.kit.subscriptions import Operation, Rules, Subscriptions
from cockpit.venues.kit.survey import Survey

_BOOK, _TRADES, _TICKER = "v1.book.d", "v1.trade", "v1.ticker.s"
_BOOK_RATE, _BACKLOG, _TICKER_RATE, _SURVEY_RATE = "50", "50", "500", "5000"
_PING = 1
_RATE_LIMITED, _PUT_OFF_S = 1006, 30.0
_SURVEY_S = 5.0
_RECENT_NS, _SILENT_NS = 15 * NS_PER_S, 60 * NS_PER_S

_LISTED = RowReader(VENUE, wire.InstrumentRow, "instrument")
_PAGES = Pages(
    decoder=wire.ANSWER, check=wire.problem, rows=lambda answer: answer.result or (),
    reader=RowReader(VENUE, wire.FundingRow, "instrument"), paid=mapper.paid,
)  # fmt: skip
_HISTORY = Plan(newest_first=True, rows=1000)


def _call(method: str, request: int, params: dict[str, object]) -> str:
    call = {"jsonrpc": "2.0", "method": method, "params": params, "id": request}
    return decoding.encode(call)


def _encode(operation: Operation, keys: Sequence[str], request: int) -> str:
    """Selectors of one stream."""
    stream = keys[0].partition(" ")[0]
    selectors = [key.partition(" ")[2] for key in keys]
    return _call(operation, request, {"stream": stream, "selectors": selectors})


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
        name=name, path=f"/full/v1/{page}", method="POST", body=decoding.encode(body), key=key,
        background=background,
    )  # fmt: skip


class Session(VenueSession):
    """GRVT's translator; the contract says what it hears and says.

    A market has one ticker: joining it at another rate replaces it. The requests of the watched
    streams have even numbers, those of the surveyed tickers odd ones, and a ping is 1.
    """

    def __init__(self, wants: Wants) -> None:
        super().__init__(VENUE, wants)
        self.listing = Instruments[GrvtMarket](mapper.guessed)
        self._survey = Survey(VENUE, self.listing, wants)
        self._watched = Subscriptions(lambda op, keys, n: _encode(op, keys, 2 * n), Rules())
        self._surveyed = Subscriptions(
            lambda op, keys, n: _encode(op, keys, 2 * n + 1), Rules(per_request=50)
        )
        self._books = AnchoredBooks(self._watched)
        self._damage = Damage(VENUE, self._books.renew_all)
        self._pulse = Heartbeat(VENUE, lambda at_ns: _call("list_streams", _PING, {}), every_s=15)
        self._due = Every(_SURVEY_S)
        self._instruments = Question(
            VENUE, _post("instruments", "all_instruments", {"is_active": True}), wire.ANSWER,
            Timing(period_s=600.0), self._on_instruments, check=wire.problem, at_once=True,
        )  # fmt: skip
        self._margins = Rota(
            VENUE, _ask_margins, wire.ANSWER, Timing(period_s=3600.0, retry_s=60.0),
            self._on_margins, check=wire.problem, per_tick=2, hears="margin_rules",
        )  # fmt: skip
        self._history = FundingHistory(VENUE, _HISTORY, _ask_history, _PAGES, self.listing.known)
        self.parts = (
            self._pulse, self._damage, self._books, self._surveyed, self._watched, self._survey,
            self._instruments, self._margins, self._history,
        )  # fmt: skip

    def on_tick(self, at_ns: int) -> Sequence[Output]:
        """A survey is a stream for each market: all of them are young while some still come.

        One that has said nothing for a minute is joined again, because its silence may be its end.
        """
        heard = [market for market in self.listing.markets.values() if market.told_ns]
        newest_ns = max((market.told_ns[_TICKER] for market in heard), default=0)
        is_young = at_ns - newest_ns <= _RECENT_NS
        if not (self.wants.survey and is_young and self._due.due(at_ns)):
            return ()
        silent = [market for market in heard if not market.is_told(_TICKER, at_ns, _SILENT_NS)]
        for market in silent:
            market.told_ns[_TICKER] = at_ns
        keys = [wire.key_of(_TICKER, market.native, _SURVEY_RATE) for market in silent]
        self._survey.heard.update(market.symbol for market in heard)
        told = self._survey.read(at_ns, len(heard), _SURVEY_S)
        return [*told, *self._surveyed.renew(keys, at_ns)]

    def follow(self, at_ns: int) -> Sequence[Output]:
        """Streams, margin rules and settled rates of the watched; tickers of them, or of all."""
        self._survey.want(self.wants)
        markets = list(self.listing.wanted(self.wants.symbols))
        books = {wire.key_of(_BOOK, m.native, _BOOK_RATE): m.symbol for m in markets}
        keys = [*books]
        keys += [wire.key_of(_TRADES, m.native, _BACKLOG) for m in markets]
        keys += [wire.key_of(_TICKER, m.native, _TICKER_RATE) for m in markets]
        others = [
            wire.key_of(_TICKER, market.native, _SURVEY_RATE)
            for market in self.listing.stated()
            if self.wants.survey and market not in markets
        ]
        # What is left of one rate goes out before the same market is joined at the other.
        return [
            *self._books.want(books, at_ns),
            *self._surveyed.want([key for key in others if key in self._surveyed], at_ns),
            *self._watched.want(keys, at_ns),
            *self._surveyed.want(others, at_ns),
            *self._margins.want([market.native for market in markets], at_ns),
            *self._history.want(markets, at_ns, self.wants.kept),
        ]

    # --- frames -------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> Sequence[Output]:
        heard = wire.envelope(frame.data)
        if isinstance(heard, str):
            return [self._damage.reject(frame, heard)]
        if not heard.stream:
            return self._answer(heard, frame)
        if heard.stream in wire.UNUSED:
            return ()
        key = f"{heard.stream} {heard.selector}"
        facts = self._facts(key, heard, frame)
        if isinstance(facts, str):
            return [self._damage.reject(frame, facts), *self._books.lose(key, frame.at_ns)]
        if self._watched.waiting:
            self._watched.seen(key)
        if self._surveyed.waiting:
            self._surveyed.seen(key)
        return facts

    def _facts(self, key: str, heard: wire.Envelope, frame: Frame) -> Sequence[Output] | str:
        """What the data of a stream says; a sentence if it makes no sense."""
        decoder = wire.FEEDS.get(heard.stream)
        number, follows = heard.sequence_number, heard.prev_sequence_number
        if decoder is None or number is None or follows is None:
            return f"{heard.stream}: an unknown stream, or data without its numbers"
        data = decoding.decode(decoder, heard.feed)
        if isinstance(data, str):
            return f"{heard.stream}: {data}"
        if heard.selector.partition("@")[0] != data.instrument:
            return f"{data.instrument} under the selector {heard.selector}"
        market = self.listing.known(data.instrument)
        if market is None:
            is_known = data.instrument in self.listing.others
            return () if is_known else f"unknown market {data.instrument}"
        if isinstance(data, wire.Book):
            if heard.stream == _BOOK and number:
                return self._books.change(key, market, data, (follows, number), frame.at_ns)
            return self._books.whole(key, market, data, number, frame.at_ns)
        if isinstance(data, wire.Fill):
            is_new = market.fills.is_new(data.trade_id)
            return [market.trade(data, frame.at_ns)] if is_new else ()
        return self._ticker(market, data, frame)

    def _ticker(self, market: GrvtMarket, row: wire.Ticker, frame: Frame) -> Sequence[Output]:
        market.told_ns[_TICKER] = frame.at_ns
        known = (market.status, market.session)
        if row.status not in (None, "", "UNSPECIFIED"):
            market.status = row.status
        market.session = row.session or market.session
        is_other = (market.status, market.session) != known
        out: list[Output] = [*self._restate(market, frame.at_ns)] if is_other else []
        if self._survey.shown(market.native) is None:
            return out
        return [*out, *self._survey.news(market, market.figures(row, frame.at_ns))]

    def _answer(self, heard: wire.Envelope, frame: Frame) -> Sequence[Output]:
        """The answer to a request of ours. A ping that is refused was answered all the same."""
        request = heard.id
        if request is None:
            return [self._damage.reject(frame, "neither an answer nor the data of a stream")]
        if request == _PING and heard.method not in ("subscribe", "unsubscribe"):
            return self._pulse.pong(frame.at_ns)
        part = self._surveyed if request % 2 else self._watched
        number = request // 2
        if heard.error is not None:
            words = f"{heard.method or 'request'} refused: {heard.error.words}"
            again_s = _PUT_OFF_S if heard.error.code == _RATE_LIMITED else None
            again = part.refused(number, frame.at_ns, again_s)
            return [decoding.reject(VENUE, frame.at_ns, words, frame.data), *again]
        ack = decoding.decode(wire.ACK, heard.result)
        if isinstance(ack, str):
            return [self._damage.reject(frame, ack)]
        if ack.stream == _BOOK and len(ack.subs) == len(ack.latest_sequence_number):
            for selector, latest in zip(ack.subs, ack.latest_sequence_number, strict=True):
                self._books.acknowledged(f"{ack.stream} {selector}", latest)
        return part.acknowledged(number, frame.at_ns)

    # --- replies ------------------------------------------------------------------------------

    def _restate(self, market: GrvtMarket, at_ns: int) -> list[Instrument | Reject]:
        """The instrument, if what is known of it has changed."""
        if market.row is None:
            return []
        return self.listing.state(market, mapper.instrument(market, market.row, at_ns))

    def _on_instruments(self, answer: wire.Answer, reply: Reply) -> Sequence[Output]:
        return self.listing.read(_LISTED, answer.result or (), reply, self._adopt)

    def _adopt(self, row: wire.InstrumentRow, at_ns: int) -> Sequence[Output]:
        if row.kind != "PERPETUAL":
            self.listing.others.add(row.instrument)
            return ()
        if not mapper.is_named_well(row):
            reason = "the names of a market make no sense together"
            self.listing.unread([row.instrument])
            return [decoding.reject(VENUE, at_ns, reason, row.instrument)]
        coin, scale = mapper.coin_of(row.base)
        market = self.listing.adopt(row.instrument, coin, Unit(price=scale), GrvtMarket)
        # A listing without states does not contradict what a ticker said.
        market.row, market.status = row, row.status or market.status
        return self._restate(market, at_ns)

    def _on_margins(self, answer: wire.Answer, reply: Reply) -> Sequence[Output]:
        market = self.listing.markets.get(reply.key)
        if market is None:
            reason = f"margin_rules: unknown market {reply.key}"
            return [decoding.reject(VENUE, reply.at_ns, reason, reply.body)]
        problem = market.adopt_brackets(answer.risk_brackets)
        odd = [] if problem is None else [decoding.reject(VENUE, reply.at_ns, problem, reply.body)]
        return [*odd, *self._restate(market, reply.at_ns)]
