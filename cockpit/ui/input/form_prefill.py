"""What a calculator's form begins with: the focused cell, the pair, the form before, the plan.

Each value carries where it comes from. What the view itself would supply is left empty.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from cockpit.calculators.common.result import Result
from cockpit.calculators.saved_plans import executed, progress
from cockpit.core.market import Side
from cockpit.core.plan import Leg
from cockpit.ui.model.calculator_form import CELL, PAIR, Form, Given
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.heatmap_cells import fresh_hourly
from cockpit.ui.readings.pair_cursor import SPREADS, pair_under_cursor
from cockpit.ui.readings.positions import chosen, is_followed
from cockpit.ui.readings.same_asset import is_one_asset
from cockpit.ui.text.form_values import plain

SIZE = "as costs are quoted"
EQUITY_SHARE = 0.2
"""Of the notional: five times leverage stands behind legs that nobody holds."""


def prefill(readings: Readings, name: str) -> dict[str, Given]:
    """The fields of a calculator that the screen already knows; names that it lacks do no harm."""
    make = _MAKERS.get(name, _order)
    return make(readings)


def pair(readings: Readings) -> tuple[str, str] | None:
    """(long, short): the pair under the cursor of the spreads while they are in focus, else the
    pinned one, else the cell's venue against the one farthest from it."""
    under = pair_under_cursor(readings) if readings.ui.focus == SPREADS else None
    if under is not None:
        return under[1], under[0]
    symbol = readings.symbol or ""
    known = {v.name: fresh_hourly(readings, v.name, symbol) for v in readings.venues}
    rates = {name: rate for name, rate in known.items() if rate is not None}
    if len(readings.ui.pinned) == 2 and all(name in rates for name in readings.ui.pinned):
        long, short = readings.ui.pinned
    elif len(rates) > 1:
        long = readings.venue if readings.venue in rates else max(rates, key=lambda v: rates[v])
        short = max((v for v in rates if v != long), key=lambda v: abs(rates[v] - rates[long]))
    else:
        return None
    return (long, short) if rates[long] <= rates[short] else (short, long)


def mid_of(readings: Readings, venue: str | None = None) -> float | None:
    """The selected symbol's price of now at a venue, else at the first that has one of the same
    coin: its mid, or while the book is old or away its mark. None where all are old: a size of an
    old price is none."""
    names = [v.name for v in readings.venues]
    if venue is not None:
        names = [venue, *(name for name in names if is_one_asset(readings, venue, name))]
    for name in names:
        market = readings.market(name)
        if market is None:
            continue
        mid = None if market.is_stale("book", readings.now_ns) else market.book.mid()
        mark = None if market.is_stale("mark", readings.now_ns) else market.mark
        price = mid or mark
        if price is not None:
            return price
    return None


def round_size(value: float) -> str:
    """About four digits: what a trader would type."""
    return plain(float(f"{value:.4g}"))


def _symbol(readings: Readings) -> dict[str, Given]:
    return {"symbol": Given(readings.symbol or "", CELL)}


def _carry(readings: Readings) -> dict[str, Given]:
    given = {**_symbol(readings), "notional_usd": Given(plain(readings.ui.size_usd), SIZE)}
    venues = pair(readings)
    if venues is not None:
        source = "pinned" if set(venues) == set(readings.ui.pinned) else CELL
        given["long_venue"] = Given(venues[0], source)
        given["short_venue"] = Given(venues[1], source)
        given["compare"] = Given("yes", "beside the cell's pair")
    return given


def _order(readings: Readings) -> dict[str, Given]:
    """An order in the selected symbol: what a hedge has just sized, else the quoted size."""
    given = {**_symbol(readings), "side": Given("buy", "assumed"),
             "size_usd": Given(plain(readings.ui.size_usd), SIZE)}  # fmt: skip
    hedge = readings.ui.forms.opened.get("hedge")
    legs = legs_of(hedge, readings.symbol)
    net = sum(leg.side.sign * leg.size for leg in legs)
    if net:
        side = Side.BUY if net > 0 else Side.SELL
        given["side"] = Given(side.value, "the hedge")
        given["size"] = Given(plain(float(f"{abs(net):.10g}")), "the hedge")
        del given["size_usd"]
    return given


def _hedge(readings: Readings) -> dict[str, Given]:
    """Marked positions; a carry that is on the screen by its long leg; the net of the symbol; any
    carry; else the quoted size."""
    given = _symbol(readings)
    symbol = readings.symbol
    marked = _marked(readings)
    if len(marked) == 1 and readings.view.venue(marked[0]["venue"]) is not None:
        position = marked[0]
        given["size"] = Given(plain(position["size"]), "the position")
        given["venue"] = Given(position["venue"], "the position")
        return {**given, "symbol": Given(position["symbol"], "the position")}
    if marked:
        return {"positions": Given(_json(marked), "the marked positions")}
    carried = legs_of(readings.ui.forms.opened.get("carry"), symbol)
    legs = [leg for leg in carried if leg.side is Side.BUY]
    is_next = readings.ui.workspace == "plan" and readings.ui.forms.chosen == "carry"
    if any(p.symbol == symbol and p.size for p in held(readings)) and not (legs and is_next):
        return {**given, "book": Given("yes", "positions are held")}
    if legs:
        given["size"] = Given(plain(legs[0].size), "the carry's long leg")
        given["venue"] = Given(legs[0].venue, "the carry's long leg")
        others = [v.name for v in readings.venues if v.name != legs[0].venue]
        given["venues"] = Given(",".join(others), "every other venue")
        return given
    price = mid_of(readings, readings.venue)
    if price is not None:
        given["size"] = Given(round_size(readings.ui.size_usd / price), SIZE)
        given["venue"] = Given(readings.venue or "", CELL)
    return given


def _stress(readings: Readings) -> dict[str, Given]:
    """What is focused: marked positions or the plan; else all that is held, else the cell's pair.

    What nobody holds has no account behind it: an equity is assumed, to be replaced.
    """
    given = {"monte_carlo": Given("yes", "")}
    name, rows, source = _under_stress(readings)
    if not rows:
        return given
    given[name] = Given(_json(rows), source)
    for venue, usd in _equities(readings, rows).items():
        given[f"equity_usd.{venue}"] = Given(round_size(usd), "assumed: a fifth of its legs")
    return given


def _unwind(readings: Readings) -> dict[str, Given]:
    """What is held of the symbol on both sides, else the cell's pair as if it were held."""
    sizes = [p.size for p in held(readings) if p.symbol == readings.symbol]
    if any(size > 0 for size in sizes) and any(size < 0 for size in sizes):
        return {"symbol": Given(readings.symbol or "", "what is held")}
    return {"positions": Given(_json(pair_rows(readings)), PAIR)}


def _under_stress(readings: Readings) -> tuple[str, list[dict[str, Any]], str]:
    """(field, rows, source); no rows stand for everything that is held."""
    marked = _marked(readings)
    if marked:
        return "positions", marked, "the marked positions"
    legs = plan_rows(readings)
    if legs and (readings.ui.workspace == "plan" or not held(readings)):
        return "plan", legs, "the plan"
    if held(readings):
        return "positions", [], ""
    return "positions", pair_rows(readings), PAIR


def _marked(readings: Readings) -> list[dict[str, Any]]:
    """Marked positions, or the position under the cursor, while the trader looks at positions.

    Where their venue is not followed, with the price that the table values them at.
    """
    if readings.ui.focus != "positions":
        return []
    positions = []
    for row in chosen(readings):
        leg = row.leg
        position: dict[str, Any] = {"venue": leg.venue, "symbol": leg.symbol, "size": leg.size}
        if leg.entry is not None:
            position["entry"] = leg.entry
        if leg.price is not None and not is_followed(readings, row):
            position["mark"] = leg.price
        positions.append(position)
    return positions


def _json(rows: list[dict[str, Any]]) -> str:
    return msgspec.json.encode(rows).decode()


def _margin(readings: Readings) -> dict[str, Given]:
    """As stress, but margin knows no plans: what is filled of a kept one, else all of its legs."""
    given = _stress(readings)
    if "plan" not in given:
        return given
    plan, legs = readings.ui.plans.shown, readings.ui.plans.legs(readings.ui.forms)
    is_begun = plan is not None and bool(plan.fills)
    sizes = [leg.size for leg in legs]
    if plan is not None and is_begun:
        sizes = [done.filled for done in progress(plan).legs]
    rows = [
        {"venue": leg.venue, "symbol": leg.symbol, "size": leg.side.sign * size}
        for leg, size in zip(legs, sizes, strict=True)
        if size
    ]
    source = "filled of the plan" if is_begun else "the plan"
    return {**given, "positions": Given(_json(rows), source)}


def _equities(readings: Readings, rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    gross: dict[str, float] = {}
    for row in rows:
        market = readings.view.market(row["venue"], row["symbol"])
        price = (market.mark or market.book.mid()) if market else row.get("mark")
        if price is not None:
            gross[row["venue"]] = gross.get(row["venue"], 0.0) + abs(row["size"]) * price
    return {venue: usd * EQUITY_SHARE for venue, usd in gross.items()}


def held(readings: Readings) -> Sequence[Any]:
    """Every position that is followed or typed."""
    return [
        *(p for book in readings.view.accounts() for p in book.positions),
        *readings.view.manual(),
    ]


def plan_rows(readings: Readings) -> list[dict[str, Any]]:
    """The legs on the screen; of a kept plan that is begun with what is filled of each, else as if
    all were: of one that is not begun there would be nothing to lose."""
    plan = readings.ui.plans.shown
    if plan is not None and plan.fills:
        return executed(plan)
    return [
        {"venue": leg.venue, "symbol": leg.symbol, "side": leg.side.value, "size": leg.size,
         "filled": leg.size}
        for leg in readings.ui.plans.legs(readings.ui.forms)
    ]  # fmt: skip


def pair_rows(readings: Readings) -> list[dict[str, Any]]:
    """Long and short at the size that costs are quoted for; a leg whose venue has no price of now
    is sized by another's of the same coin. No rows where one leg would be alone."""
    rows = []
    for venue, sign in zip(pair(readings) or (), (1, -1), strict=False):
        price = mid_of(readings, venue)
        if price is None:
            return []
        size = sign * float(f"{readings.ui.size_usd / price:.4g}")
        rows.append({"venue": venue, "symbol": readings.symbol, "size": size})
    return rows


def legs_of(form: Form | None, symbol: str | None) -> tuple[Leg, ...]:
    """The legs that a form has proposed for a symbol."""
    result: Result | None = form.result if form else None
    legs = result.plan.legs if result and result.plan else ()
    return tuple(leg for leg in legs if leg.symbol == symbol)


_MAKERS: Mapping[str, Callable[[Readings], dict[str, Given]]] = {
    "carry": _carry,
    "hedge": _hedge,
    "unwind": _unwind,
    "stress": _stress,
    "margin": _margin,
}
