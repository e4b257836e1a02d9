"""What one trade brought over time: funding at its stamps, and beside it what prices did."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cockpit.core.units import NS_PER_S
from cockpit.portfolio.trades.reading import TradeReading
from cockpit.portfolio.trades.timeline import Happening
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.position_columns import usd
from cockpit.ui.text.canvas import Canvas, nice_scale, steps
from cockpit.ui.text.styled import Line, fit, right

_HOLD_NS = 10**18


def profit(
    readings: Readings,
    trade: TradeReading,
    happened: Sequence[Happening],
    inner: int,
    rows: int,
) -> list[Line]:
    """Cumulated funding at its stamps, and beside it what prices did, as far as it was watched."""
    untold = [leg.key.venue for leg in trade.legs if leg.payments is None]
    if untold:
        words = f"  no curve: the payments of {', '.join(untold)} since its opening are not known"
        return [[(fit(words, inner), "dim")]]
    paid = [(one.at_ns, one.usd) for one in happened if one.what == "funding" and one.usd]
    curve = readings.view.trades.curves.get(trade.record.id)
    price_at, price = (
        curve.price_usd.read() if curve else (np.empty(0, dtype=np.int64), np.empty(0))
    )
    funding_at = np.array([at for at, _ in paid], dtype=np.int64)
    funding = np.cumsum([usd for _, usd in paid]) if paid else np.empty(0)
    start_ns = min([trade.record.opened_ns or trade.record.seen_ns, *(at for at, _ in paid)])
    known = [*funding.tolist(), *(v for v in price.tolist() if not math.isnan(v))]
    head: Line = [
        (" funding paid", "gain"), (" since the opening, ", "dim"), ("prices", "accent"),
        (" while watched, $", "dim"),
    ]  # fmt: skip
    if not known or readings.now_ns <= start_ns:
        return [head, [(fit("  no payment and no sample yet", inner), "dim")]]
    low, high, _ = nice_scale(min(known), max(known), max(2, rows // 3))
    label = max(len(usd(low, 0)), len(usd(high, 0))) + 1
    canvas = Canvas(max(1, inner - label - 1), rows - 1, readings.glyphs)
    edges: NDArray[np.int64] = np.linspace(start_ns, readings.now_ns, canvas.dots_wide).astype(
        np.int64
    )
    canvas.plot(steps(funding_at, funding, edges, _HOLD_NS), low, high, "gain")
    canvas.plot(steps(price_at, price, edges, 120 * NS_PER_S), low, high, "accent")
    drawn = canvas.lines()
    found: list[Line] = [head]
    for i, line in enumerate(drawn):
        text = usd(high, 0) if i == 0 else usd(low, 0) if i == len(drawn) - 1 else ""
        found.append([(right(text, label), "dim"), (" ", "dim"), *line])
    return found
