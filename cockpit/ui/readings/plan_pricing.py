"""From the legs on the screen to a plan that is kept: what the market expects of each leg now."""

from collections.abc import Mapping

import msgspec

from cockpit.analytics.execution.depth import impact_bps, walk
from cockpit.calculators.saved_plans import Expected, SavedPlan, check_name
from cockpit.core.plan import Leg
from cockpit.ui.model.calculator_form import checked, module
from cockpit.ui.model.readings import Readings


def proposed(readings: Readings, name: str) -> SavedPlan | None:
    """What the form on the screen proposes, priced now; None without legs."""
    form = readings.ui.forms.shown
    result = form.result if form and not form.is_outdated else None
    if form is None or result is None or result.plan is None or not result.plan.legs:
        return None
    # Not every calculator asks for fees.
    fees: Mapping[str, float] = getattr(checked(form), "taker_fee", {})
    return SavedPlan(
        name=check_name(name),
        at_ns=readings.now_ns,
        calculator=form.name,
        verdict=module(form.name).verdict(result),
        legs=result.plan.legs,
        expected=tuple(expected(readings, leg, fees.get(leg.venue)) for leg in result.plan.legs),
        inputs=form.values(),
        assumptions=result.assumed,
        warnings=result.warnings,
    )


def expected(readings: Readings, leg: Leg, typed_fee_frac: float | None = None) -> Expected:
    """The leg against the book of now, as if it were traded at once; of an old one the fee. A fee
    that was typed into the form goes before what the venue and the config say."""
    market = readings.view.market(leg.venue, leg.symbol)
    mid = market.book.mid() if market and not market.is_stale("book", readings.now_ns) else None
    fee = typed_fee_frac
    if fee is None:
        fee, _ = readings.taker_fee(leg.venue, leg.symbol)
    if market is None or mid is None:
        return Expected(fee_frac=fee)
    levels = market.book.asks() if leg.side.sign > 0 else market.book.bids()
    walked = walk(levels, leg.size)
    if walked.vwap is None or walked.unfilled > 0 or fee is None:
        return Expected(mid=mid, fee_frac=fee)
    return Expected(
        mid=mid,
        cost_frac=impact_bps(leg.side.sign, walked.vwap, mid) / 1e4 + fee,
        fee_frac=fee,
    )


def likely_price(readings: Readings, leg: Leg) -> float | None:
    """Where the leg would trade now: the touch; while the book is old or away, its limit."""
    market = readings.view.market(leg.venue, leg.symbol)
    touch = None
    if market is not None and not market.is_stale("book", readings.now_ns):
        touch = market.book.best_ask() if leg.side.sign > 0 else market.book.best_bid()
    return leg.limit if touch is None else touch[0]


def renamed(plan: SavedPlan, name: str) -> SavedPlan:
    return msgspec.structs.replace(plan, name=check_name(name))


def plain_name(text: str) -> str:
    """A name that may stand in a file's, from a symbol that a venue may spell as it likes."""
    return "".join(c if c.isascii() and (c.isalnum() or c in ".-") else "-" for c in text).strip(
        "-."
    )
