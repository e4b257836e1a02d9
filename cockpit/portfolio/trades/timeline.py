"""What happened to a trade, in order: fills, payments, money that moved, jumps of exposure."""

from typing import Literal

import msgspec

from cockpit.portfolio.trades.reading import LegReading, TradeReading
from cockpit.portfolio.words import base_size, price, signed_size
from cockpit.state.view import MarketView

What = Literal["opened", "fill", "funding", "jump", "alert"]


class Happening(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing. `usd` is cash flow, received is positive; None where none flowed or none is known.

    `place` is `VENUE/SYMBOL`; `words` say what, without the place.
    """

    at_ns: int
    what: What
    place: str
    words: str
    usd: float | None = None


def timeline(view: MarketView, trade: TradeReading) -> list[Happening]:
    """Everything since the opening that is known, newest last."""
    found: list[Happening] = []
    for leg in trade.legs:
        found += _fills(leg)
        found += _payments(leg)
    found += _jumps(view, trade)
    return sorted(found, key=lambda one: (one.at_ns, one.place, one.what))


def _fills(leg: LegReading) -> list[Happening]:
    place = f"{leg.key.venue}/{leg.key.symbol}"
    found = []
    for fill in leg.fills:
        size = fill.size * leg.share
        at = "at a price not told" if fill.price is None else f"at {price(fill.price)}"
        fee = None if fill.fee_usd is None else 0.0 - fill.fee_usd * leg.share
        if fill.source == "opening":
            words = f"held {signed_size(size)} {at}, when first seen"
        else:
            words = f"{'bought' if size > 0 else 'sold'} {base_size(size)} {at}"
            words += ", not told by the venue" if fill.source == "seen" else ""
        what: What = "opened" if fill.source == "opening" else "fill"
        found.append(Happening(at_ns=fill.at_ns, what=what, place=place, words=words, usd=fee))
    return found


def _payments(leg: LegReading) -> list[Happening]:
    place = f"{leg.key.venue}/{leg.key.symbol}"
    return [
        Happening(
            at_ns=payment.venue_ns or payment.recv_ns,
            what="funding",
            place=place,
            words="funding" if payment.rate is None else f"funding at {payment.rate:+.4%}",
            usd=payment.usd * leg.share,
        )
        for payment in leg.payments or ()
    ]


def _jumps(view: MarketView, trade: TradeReading) -> list[Happening]:
    """What moved the whole book through one of the trade's markets, and money that came or went."""
    markets = {f"{leg.key.venue}/{leg.key.symbol}" for leg in trade.legs}
    venues = {leg.key.venue for leg in trade.legs}
    since_ns = trade.record.opened_ns or trade.record.seen_ns
    return [
        Happening(at_ns=jump.at_ns, what="jump", place=jump.subject, words=jump.words)
        for jump in view.exposure.jumps
        if jump.at_ns >= since_ns
        and jump.cause != "fill"
        and (jump.subject in markets or (jump.cause == "transfer" and jump.subject in venues))
    ]
