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
from cockpit.ui.model.calculator_form import CELL, PAIR, Form, Given, plain
from cockpit.ui.model.ui_state import Scene
from cockpit.ui.readings.heatmap_cells import fresh_hourly
from cockpit.ui.readings.positions import chosen, is_followed

SIZE = "as costs are quoted"
EQUITY_SHARE = 0.2
"""Of the notional: five times leverage stands behind legs that nobody holds."""


def prefill(scene: Scene, name: str) -> dict[str, Given]:
    """The fields of a calculator that the screen already knows; names that it lacks do no harm."""
    make = _MAKERS.get(name, _order)
    return make(scene)


def pair(scene: Scene) -> tuple[str, str] | None:
    """(long, short): the pinned pair, else the cell's venue against the one farthest from it."""
    symbol = scene.symbol or ""
    known = {v.name: fresh_hourly(scene, v.name, symbol) for v in scene.venues}
    rates = {name: rate for name, rate in known.items() if rate is not None}
    if len(scene.pinned) == 2 and all(name in rates for name in scene.pinned):
        one, other = scene.pinned
    elif len(rates) > 1:
        one = scene.venue if scene.venue in rates else max(rates, key=lambda v: rates[v])
        other = max((v for v in rates if v != one), key=lambda v: abs(rates[v] - rates[one]))
    else:
        return None
    return (one, other) if rates[one] <= rates[other] else (other, one)


def mid_of(scene: Scene, venue: str | None = None) -> float | None:
    """The selected symbol's price at a venue, else at the first that has one."""
    names = [venue] if venue else [v.name for v in scene.venues]
    for name in names:
        market = scene.market(name)
        price = (market.book.mid() or market.mark) if market else None
        if price is not None:
            return price
    return None


def round_size(value: float) -> str:
    """About four digits: what a trader would type."""
    return plain(float(f"{value:.4g}"))


def _symbol(scene: Scene) -> dict[str, Given]:
    return {"symbol": Given(scene.symbol or "", CELL)}


def _carry(scene: Scene) -> dict[str, Given]:
    given = {**_symbol(scene), "notional_usd": Given(plain(scene.size_usd), SIZE)}
    found = pair(scene)
    if found is not None:
        source = "pinned" if set(found) == set(scene.pinned) else CELL
        given["long_venue"] = Given(found[0], source)
        given["short_venue"] = Given(found[1], source)
    return given


def _order(scene: Scene) -> dict[str, Given]:
    """An order in the selected symbol: what a hedge has just sized, else the quoted size."""
    given = {**_symbol(scene), "side": Given("buy", "assumed"),
             "size_usd": Given(plain(scene.size_usd), SIZE)}  # fmt: skip
    hedge = scene.forms.opened.get("hedge")
    legs = legs_of(hedge, scene.symbol)
    net = sum(leg.side.sign * leg.size for leg in legs)
    if net:
        side = Side.BUY if net > 0 else Side.SELL
        given["side"] = Given(side.value, "the hedge")
        given["size"] = Given(plain(float(f"{abs(net):.10g}")), "the hedge")
        del given["size_usd"]
    return given


def _hedge(scene: Scene) -> dict[str, Given]:
    """Marked positions; a carry that is on the screen by its long leg; the net of the symbol; any
    carry; else the quoted size."""
    given = _symbol(scene)
    symbol = scene.symbol
    marked = _marked(scene)
    if len(marked) == 1 and scene.view.venue(marked[0]["venue"]) is not None:
        one = marked[0]
        given["size"] = Given(plain(one["size"]), "the position")
        given["venue"] = Given(one["venue"], "the position")
        return {**given, "symbol": Given(one["symbol"], "the position")}
    if marked:
        return {"positions": Given(_json(marked), "the marked positions")}
    carried = legs_of(scene.forms.opened.get("carry"), symbol)
    legs = [leg for leg in carried if leg.side is Side.BUY]
    is_next = scene.workspace == "plan" and scene.forms.chosen == "carry"
    if any(p.symbol == symbol and p.size for p in held(scene)) and not (legs and is_next):
        return {**given, "book": Given("true", "positions are held")}
    if legs:
        given["size"] = Given(plain(legs[0].size), "the carry's long leg")
        given["venue"] = Given(legs[0].venue, "the carry's long leg")
        others = [v.name for v in scene.venues if v.name != legs[0].venue]
        given["venues"] = Given(",".join(others), "every other venue")
        return given
    price = mid_of(scene, scene.venue) or mid_of(scene)
    if price is not None:
        given["size"] = Given(round_size(scene.size_usd / price), SIZE)
        given["venue"] = Given(scene.venue or "", CELL)
    return given


def _stress(scene: Scene) -> dict[str, Given]:
    """What is focused: marked positions or the plan; else all that is held, else the cell's pair.

    What nobody holds has no account behind it: an equity is assumed, to be replaced.
    """
    given = {"monte_carlo": Given("true", "asked with the table")}
    name, rows, source = _under_stress(scene)
    if not rows:
        return given
    given[name] = Given(_json(rows), source)
    for venue, usd in _equities(scene, rows).items():
        given[f"equity_usd.{venue}"] = Given(round_size(usd), "assumed: a fifth of its legs")
    return given


def _under_stress(scene: Scene) -> tuple[str, list[dict[str, Any]], str]:
    """(field, rows, source); no rows stand for everything that is held."""
    marked = _marked(scene)
    if marked:
        return "positions", marked, "the marked positions"
    legs = plan_rows(scene)
    if legs and (scene.workspace == "plan" or not held(scene)):
        return "plan", legs, "the plan"
    if held(scene):
        return "positions", [], ""
    return "positions", pair_rows(scene), PAIR


def _marked(scene: Scene) -> list[dict[str, Any]]:
    """Marked positions, or the one under the cursor, while the trader looks at positions.

    Where their venue is not followed, with the price that the table values them at.
    """
    if scene.focus != "positions":
        return []
    found = []
    for row in chosen(scene):
        leg = row.leg
        one: dict[str, Any] = {"venue": leg.venue, "symbol": leg.symbol, "size": leg.size}
        if leg.entry is not None:
            one["entry"] = leg.entry
        if leg.price is not None and not is_followed(scene, row):
            one["mark"] = leg.price
        found.append(one)
    return found


def _json(rows: list[dict[str, Any]]) -> str:
    return msgspec.json.encode(rows).decode()


def _margin(scene: Scene) -> dict[str, Given]:
    """As stress, but margin knows no plans: what is filled of a kept one, else all of its legs."""
    given = _stress(scene)
    if "plan" not in given:
        return given
    plan, legs = scene.plans.shown, scene.plans.legs(scene.forms)
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


def _equities(scene: Scene, rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    gross: dict[str, float] = {}
    for row in rows:
        market = scene.view.market(row["venue"], row["symbol"])
        price = (market.mark or market.book.mid()) if market else row.get("mark")
        if price is not None:
            gross[row["venue"]] = gross.get(row["venue"], 0.0) + abs(row["size"]) * price
    return {venue: usd * EQUITY_SHARE for venue, usd in gross.items()}


def held(scene: Scene) -> Sequence[Any]:
    """Every position that is followed or typed."""
    return [*(p for book in scene.view.accounts() for p in book.positions), *scene.view.manual()]


def plan_rows(scene: Scene) -> list[dict[str, Any]]:
    """The legs on the screen; of a kept plan with what is filled of each, else as if all were."""
    plan = scene.plans.shown
    if plan is not None:
        return executed(plan)
    return [
        {"venue": leg.venue, "symbol": leg.symbol, "side": leg.side.value, "size": leg.size,
         "filled": leg.size}
        for leg in scene.plans.legs(scene.forms)
    ]  # fmt: skip


def pair_rows(scene: Scene) -> list[dict[str, Any]]:
    """Long and short at the size that costs are quoted for."""
    found = pair(scene)
    rows = []
    for venue, sign in zip(found or (), (1, -1), strict=False):
        price = mid_of(scene, venue)
        if price is not None:
            size = sign * float(f"{scene.size_usd / price:.4g}")
            rows.append({"venue": venue, "symbol": scene.symbol, "size": size})
    return rows


def legs_of(form: Form | None, symbol: str | None) -> tuple[Leg, ...]:
    """The legs that a form has proposed for a symbol."""
    result: Result | None = form.result if form else None
    legs = result.plan.legs if result and result.plan else ()
    return tuple(leg for leg in legs if leg.symbol == symbol)


_MAKERS: Mapping[str, Callable[[Scene], dict[str, Given]]] = {
    "carry": _carry,
    "hedge": _hedge,
    "stress": _stress,
    "margin": _margin,
}
