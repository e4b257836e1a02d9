"""Open interest of the selected symbol: how much, where, and which way it moves."""

import numpy as np

from cockpit.analytics.depth import depth_usd, mid_price
from cockpit.core.units import HOUR_NS
from cockpit.state.view import MarketRead
from cockpit.views import format as fmt
from cockpit.views.canvas import Floats, spark
from cockpit.views.scene import Scene
from cockpit.views.text import Line, fit, framed, right

TITLE = "interest"
HZ = 1.0
_SPARK = 8


def lines(scene: Scene, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    rows = [(v.name, scene.market(v.name)) for v in scene.venues]
    known = {name: usd for name, market in rows if (usd := _usd(market)) is not None}
    fresh = {
        name: known[name]
        for name, market in rows
        if name in known and market and not market.is_stale("open_interest", scene.now_ns)
    }
    total = sum(fresh.values())
    wide = width >= 58
    head: Line = [(fit("", 12), "dim"), (right("usd", 8), "dim"), (right("1h", 8), "dim")]
    if wide:
        head += [
            (" " * (_SPARK + 1), "dim"),
            (right("share", 7), "dim"),
            (right("/depth", 8), "dim"),
        ]
    body: list[Line] = [head]
    for name, market in rows:
        body.append(_row(scene, name, market, total, wide, stale=name not in fresh))
    return framed(
        body,
        width,
        height,
        title=[("4 ", "accent"), ("open interest", "title"), (f" · {scene.symbol or ''}", "dim")],
        verdict=[(f"{fmt.magnitude(total)} in all, one-sided", "text")] if total else None,
        focused=scene.focus == TITLE,
    )


def _usd(market: MarketRead | None) -> float | None:
    if market is None or market.open_interest is None or market.mark is None:
        return None
    return market.open_interest * market.mark


def _row(
    scene: Scene, name: str, market: MarketRead | None, total: float, wide: bool, *, stale: bool
) -> Line:
    line: Line = [(fit(name, 12), scene.colour_of(name))]
    usd = _usd(market)
    if market is None or usd is None:
        listed = scene.symbol is None or scene.is_listed(name, scene.symbol)
        return [*line, (right(fmt.MISSING if listed else fmt.UNLISTED, 8), "dim")]
    mark = fmt.STALE if stale else ""
    line.append((right(mark + fmt.magnitude(usd), 8), "stale" if stale else "number"))
    change = _change(market, scene.now_ns)
    text = fmt.MISSING if change is None else fmt.signed(change * 100, 1) + "%"
    role = "dim" if not change else "gain" if change > 0 else "loss"
    line.append((right(text, 8), "stale" if stale else role))
    if wide:
        _, values = market.open_interests.read(scene.now_ns - HOUR_NS)
        line.append((" " + spark(_thinned(values, _SPARK), _SPARK), "dim"))
        share = fmt.MISSING if stale or not total else f"{usd / total * 100:.0f}%"
        line.append((right(share, 7), "text"))
        line.append((right(_per_depth(market, usd), 8), "text"))
    return line


def _change(market: MarketRead, now_ns: int) -> float | None:
    """Fraction of change in base units over the last hour, or since we began to look."""
    at, values = market.open_interests.read(now_ns - HOUR_NS)
    known = values[~np.isnan(values)]
    if market.open_interest is None or len(known) < 2 or not known[0] or at[-1] <= at[0]:
        return None
    return market.open_interest / float(known[0]) - 1.0


def _thinned(values: Floats, count: int) -> Floats:
    """`count` values spread over the whole span."""
    if len(values) <= count:
        return values
    picked: Floats = values[np.linspace(0, len(values) - 1, count).round().astype(int)]
    return picked


def _per_depth(market: MarketRead, usd: float) -> str:
    """Open interest as a multiple of what rests within 25 bps on both sides."""
    bids, asks = market.book.bids(), market.book.asks()
    mid = mid_price(bids, asks)
    if mid is None:
        return fmt.MISSING
    resting = depth_usd(bids, mid, 25) + depth_usd(asks, mid, 25)
    return f"{usd / resting:.0f}" if resting else fmt.MISSING
