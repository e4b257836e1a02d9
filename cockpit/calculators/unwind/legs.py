"""What is to be closed: each leg as an order against its venue's book."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.market_data import (
    Notes,
    Quote,
    Settings,
    known_symbol,
    quotes,
)
from cockpit.calculators.common.positions import note_accounts, read_positions, typed_positions
from cockpit.calculators.common.words import base_words
from cockpit.calculators.stagger.inputs import Inputs as OrderInputs
from cockpit.calculators.unwind.inputs import Inputs
from cockpit.core.market import Side
from cockpit.state.view import MarketView


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A leg as it is held: signed base units."""

    venue: str
    symbol: str
    size: float


class Order(NamedTuple):
    """What closes one leg: `size` base units above 0."""

    quote: Quote
    side: Side
    size: float

    def inputs(self, form: Inputs) -> OrderInputs:
        """As a staggered order of its own, for what an order knows how to compute."""
        return OrderInputs(
            symbol=self.quote.symbol,
            side="buy" if self.side is Side.BUY else "sell",
            size=self.size,
            horizon_min=form.horizon_min,
            slices=form.slices,
            refill_s=form.refill_s,
            schedule=form.schedule,
            ratio=form.ratio,
            haircut=form.haircut,
        )


def held(form: Inputs, view: MarketView, settings: Settings, notes: Notes) -> list[Held]:
    """The legs of the form, or all of a coin; those of one market stay apart, because each account
    closes its own. FieldError names the field."""
    if form.positions:
        rows = [
            Held(venue=p.venue, symbol=p.symbol, size=p.size)
            for p in typed_positions(form.positions)
        ]
        field = "positions"
    elif form.symbol is not None:
        symbol = known_symbol(view, form.symbol)
        note_accounts(view, settings.here_ns, notes)
        known = [position for position, _ in read_positions(view) if position.symbol == symbol]
        rows = [Held(venue=p.venue, symbol=symbol, size=p.size) for p in known]
        field = "symbol"
        if not rows:
            raise FieldError("symbol", f"nothing is held of {symbol}")
    else:
        raise FieldError("symbol", "expected a coin, or legs to close")
    found = [
        msgspec.structs.replace(row, symbol=known_symbol(view, row.symbol, field))
        for row in rows
        if row.size
    ]
    if not (any(leg.size > 0 for leg in found) and any(leg.size < 0 for leg in found)):
        raise FieldError(field, "expected a long and a short; stagger closes one side")
    return found


def orders(
    form: Inputs, legs: Sequence[Held], view: MarketView, settings: Settings, notes: Notes
) -> tuple[list[Order], list[str]]:
    """An order for each leg that can be closed, and why the others cannot."""
    found: list[Order] = []
    stuck: list[str] = []
    for leg in legs:
        amount = f"{base_words(abs(leg.size))} {leg.symbol}"
        if view.venue(leg.venue) is None:
            stuck.append(f"{leg.venue} is not followed: there is no book to close {amount} on")
            continue
        priced = quotes(
            view, settings, notes, leg.symbol, (leg.venue,), with_haircut=form.haircut,
            taker_fee=form.taker_fee, quote_usd=form.quote_usd,
        )  # fmt: skip
        if not priced or priced[0].fees.taker is None:
            lacks = "has no book to close it on" if not priced else "has no fee that is known"
            stuck.append(f"{leg.venue} {lacks}: {amount} would stay")
            continue
        side = Side.SELL if leg.size > 0 else Side.BUY
        found.append(Order(priced[0], side, abs(leg.size)))
    return found, stuck
