"""The selected symbol's books side by side. Old depth is never shown: a lost book says so."""

from cockpit.analytics.depth import covered_bps, depth_usd, imbalance, mid_price
from cockpit.views import format as fmt
from cockpit.views.scene import Scene
from cockpit.views.text import Line, clip, fit, framed, right, width_of

TITLE = "depth"
HZ = 5.0
BAND_BPS = 25
_MIN_COLUMN = 30
_FOOT = 3


def lines(scene: Scene, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner, rows = width - 2, height - 2
    names = [v.name for v in scene.venues if scene.symbol and scene.is_listed(v.name, scene.symbol)]
    count = max(1, min(len(names), inner // _MIN_COLUMN))
    first = max(0, min(scene.venue_index - count + 1, len(names) - count))
    shown = names[first : first + count]
    body: list[Line] = [[] for _ in range(rows)]
    base = inner // count
    for i, name in enumerate(shown):
        size = inner - base * (count - 1) if i == count - 1 else base
        for y, line in enumerate(_column(scene, name, size - 2, rows)):
            body[y] += [*clip(line, size - 2), ("  ", "text")]
    if not shown:
        body = [[("no venue lists it" if scene.symbol else "no symbol is selected", "dim")]]
    hidden = len(names) - len(shown)
    return framed(
        body,
        width,
        height,
        title=[("3 ", "accent"), ("depth", "title"), (f" · {scene.symbol or ''} · size", "dim")],
        note=f"+{hidden} →" if hidden else "",
        focused=scene.focus == TITLE,
    )


def _column(scene: Scene, name: str, width: int, rows: int) -> list[Line]:
    market = scene.market(name)
    head: Line = [(fit(name, 12), scene.colour_of(name))]
    if market is None or not market.book.is_known:
        state = scene.view.venue(name)
        why = "waiting for a book"
        if state is not None and state.state != "live":
            why = f"{state.state} {state.reason}".strip()
        elif market is not None and market.instrument and market.instrument.status != "active":
            why = f"the market is {market.instrument.status}"
        gone = market.age_s("book", scene.now_ns) if market else None
        since = f", last seen {fmt.age(gone)} ago" if gone is not None else ""
        return [head, [], [(fit(f"no book: {why}{since}", width), "stale")]]
    book = market.book
    bids, asks = book.bids(), book.asks()
    mid = mid_price(bids, asks)
    stale = market.is_stale("book", scene.now_ns)
    age = market.age_s("book", scene.now_ns)
    if mid is not None:
        spread = (asks[0][0] - bids[0][0]) / mid * 1e4
        head.append((right(f"{spread:.2f} bps", max(0, width - 12 - 6)), "dim"))
        head.append((right(("~" if stale else "") + fmt.age(age), 6), "stale" if stale else "dim"))
    out = [head]
    tick = market.instrument.tick if market.instrument else None
    depth = max(1, rows - _FOOT)
    half = (width - 1) // 2
    for i in range(depth):
        bid = bids[i] if i < len(bids) else None
        ask = asks[i] if i < len(asks) else None
        out.append([*_bid(bid, tick, half, stale), ("│", "frame"), *_ask(ask, tick, half, stale)])
    return [*out, *_foot(bids, asks, mid, width)]


def _bid(level: tuple[float, float] | None, tick: float | None, width: int, stale: bool) -> Line:
    if level is None:
        return [(" " * width, "text")]
    text = fmt.price(level[0], tick)
    size = fmt.magnitude(level[1])
    pad = max(1, width - width_of([(text, "")]))
    return [(right(size, pad - 1) + " ", "stale" if stale else "dim"), (text, _side("bid", stale))]


def _ask(level: tuple[float, float] | None, tick: float | None, width: int, stale: bool) -> Line:
    if level is None:
        return [(" " * width, "text")]
    text = fmt.price(level[0], tick)
    return [
        (text, _side("ask", stale)),
        (right(fmt.magnitude(level[1]), max(0, width - len(text))), "stale" if stale else "dim"),
    ]


def _side(role: str, stale: bool) -> str:
    return "stale" if stale else role


def _foot(
    bids: list[tuple[float, float]], asks: list[tuple[float, float]], mid: float | None, width: int
) -> list[Line]:
    """Depth within the band, its balance, and how far the visible book reaches."""
    if mid is None:
        empty = "no bids" if not bids else "no asks"
        return [[(f"one-sided: {empty}" if bids or asks else "empty book", "warn")]]
    bid, ask = depth_usd(bids, mid, BAND_BPS), depth_usd(asks, mid, BAND_BPS)
    reach = min(covered_bps(bids, mid) or 0.0, covered_bps(asks, mid) or 0.0)
    beyond = "≥ " if reach < BAND_BPS else ""
    return [
        [
            (f"{BAND_BPS} bps ", "dim"),
            (f"{beyond}{fmt.magnitude(bid)} / {fmt.magnitude(ask)}", "number"),
        ],
        [
            ("imbalance ", "dim"),
            (fmt.signed(imbalance(bid, ask), 2), "number"),
            ("  covered ", "dim"),
            (f"{reach:.0f} bps", "warn" if reach < BAND_BPS else "text"),
        ],
    ]
