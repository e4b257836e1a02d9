"""Extended: what is followed on the socket, and what its frames say."""

from collections.abc import Mapping, Sequence
from typing import Any

from cockpit.core.units import HOUR_NS, NS_PER_MS
from cockpit.venues.contract import Frame, Output, Wants
from cockpit.venues.extended import messages as wire
from cockpit.venues.extended.books import NumberedBooks
from cockpit.venues.extended.mapper import PAID_WITHIN_NS, VENUE, paid
from cockpit.venues.extended.rest import Rest
from cockpit.venues.kit import decoding
from cockpit.venues.kit.damage import Damage
from cockpit.venues.kit.fields import Rows
from cockpit.venues.kit.heartbeat import Heartbeat
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.session import VenueSession
from cockpit.venues.kit.subscriptions import Operation, Rules, Subscriptions

_PING = "0"
"""The id of a ping: no subscription has this number."""
_FILLS = RowReader(VENUE, wire.Fill, "m")
_SCOPES = ("orderbooks", "trades", "prices.mark", "prices.index")


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


class Session(VenueSession):
    """Extended's translator; the contract says what it hears and says."""

    def __init__(self, wants: Wants) -> None:
        super().__init__(VENUE, wants)
        self._rest = Rest(wants)
        self.listing = self._rest.listing
        self._topics = Subscriptions(_encode, Rules())
        self._books = NumberedBooks(self._topics)
        # What was damaged may have been elsewhere too: every book is taken anew.
        self._damage = Damage(VENUE, self._books.renew_all)
        self._pulse = Heartbeat(VENUE, lambda at_ns: _call("ping", _PING), every_s=10.0)
        self.parts = (self._pulse, self._damage, self._books, self._topics, *self._rest.parts)

    def follow(self, at_ns: int) -> Sequence[Output]:
        out = self._rest.follow(self.wants, at_ns)
        markets = list(self.listing.wanted(self.wants.symbols))
        topics = [f"{scope}.{market.native}" for market in markets for scope in _SCOPES]
        return [*self._books.want(markets, at_ns), *self._topics.want(topics, at_ns), *out]

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
        facts = self._facts(heard, frame.at_ns)
        if isinstance(facts, str):
            lost = self._books.lose(heard.topic, frame.at_ns)
            return [*out, *lost, self._damage.reject(frame, facts)]
        return [*out, *facts] if out else facts

    def _facts(self, heard: wire.Heard, at_ns: int) -> Sequence[Output] | str:
        """What a frame says; a sentence if it makes no sense."""
        data = heard.data
        if isinstance(data, str):
            return data
        if isinstance(data, tuple):
            return self._trades(data, at_ns)
        market = self._rest.listing.known(data.m)
        if market is None:
            return self._stranger(data.m)
        if isinstance(data, wire.BookData):
            return self._books.read(market, heard, at_ns)
        if isinstance(data, wire.PriceData):
            return [market.streamed(heard.kind, data.p, heard.venue_ns, at_ns)]
        # Of a rate within the hour it is not known whether it was paid or only computed.
        is_paid = data.T * NS_PER_MS % HOUR_NS < PAID_WITHIN_NS
        payments = [paid(data)] if is_paid else []
        return [*self._rest.history.payments(data.m, payments, at_ns)]

    def _trades(self, rows: Rows, at_ns: int) -> Sequence[Output] | str:
        fills, unread = _FILLS.read(rows, "trades", at_ns)
        out: list[Output] = []
        for fill in fills:
            market = self._rest.listing.known(fill.m)
            if market is None:
                return self._stranger(fill.m)
            if market.fills.is_new(fill.i):
                out.append(market.trade(fill, at_ns))
        if unread.rejects:
            self._damage.note(at_ns)
        return [*out, *unread.rejects]

    def _stranger(self, native: str) -> Sequence[Output] | str:
        """Of a market that is not known: nothing of one that is, or looks like, no perpetual."""
        return () if self._rest.is_other(native) else f"unknown market {native}"

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
