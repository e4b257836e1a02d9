"""The pair under the cursor: its two markets side by side, and the first gate in full."""

import math

from cockpit.calculators.carry.spread_model import ASSUMED_PHI
from cockpit.calculators.common.words import hours_words
from cockpit.core.units import HOUR_S, hourly
from cockpit.state.view import MarketRead
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.scan.words import basis_words
from cockpit.ui.readings.market_rates import next_payment_s, rate_is_stale
from cockpit.ui.readings.scan import selected
from cockpit.ui.readings.scan_columns import ScanRow
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, framed, right, wrap

TITLE = "scan_pair"
HZ = 1.0
_HEADS = (
    ("", 7), ("venue", 13), ("rate now", 11), ("pays", 6), ("next in", 9), ("price", 12),
    ("oi $", 8), ("24 h $", 8), ("taker", 7), ("book", 9), ("margin in", 10),
)  # fmt: skip
_LEFT = frozenset({"", "venue", "margin in"})


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    row = selected(readings)
    focused = readings.ui.focus == TITLE
    if row is None:
        body: list[Line] = [[], [(" No pair is under the cursor", "dim")]]
        return framed(body, width, height, title=[("pair", "title")], focused=focused)
    body = [_head(), *(_leg(readings, row, side) for side in (0, 1)), *_words(row, width - 4)]
    return framed(
        body, width, height,
        title=[("pair", "title"), (f" · {clean(row.symbol)}", "text"),
               (f" · {fmt.UNIT_LABEL[readings.ui.unit]}", "dim")],
        verdict=[("enter all pairs · C carry · H hedge · S stagger · X stress · p watches it",
                  "dim")],
        focused=focused,
    )  # fmt: skip


def _head() -> Line:
    return [((fit if name in _LEFT else right)(name, size) + " ", "dim") for name, size in _HEADS]


def _leg(readings: Readings, row: ScanRow, side: int) -> Line:
    venue = row.venues[side]
    market = market_of(readings, venue, row.symbol)
    cells = [("long" if side == 0 else "short", "bid" if side == 0 else "ask"),
             (venue, readings.colour_of(venue)), *_figures(readings, market)]  # fmt: skip
    line: Line = []
    for (name, size), (text, role) in zip(_HEADS, cells, strict=True):
        text = f" {text}" if name == "" else clean(text)
        line.append(((fit if name in _LEFT else right)(text, size) + " ", role))
    return line


def market_of(readings: Readings, venue: str, symbol: str) -> MarketRead | None:
    """Watched, lent or surveyed."""
    listed = symbol.partition("@")[0]
    market = readings.view.market(venue, listed)
    if market is not None:
        return market
    surveyed = readings.once(
        "surveyed", lambda: {(one.venue, one.symbol): one for one in readings.view.surveyed()}
    )
    return surveyed.get((venue, listed))


def _figures(readings: Readings, market: MarketRead | None) -> list[tuple[str, str]]:
    if market is None:
        return [(fmt.MISSING, "dim")] * (len(_HEADS) - 2)
    rate, listed, now_ns = market.rate(), market.instrument, readings.now_ns
    is_stale = rate_is_stale(market, now_ns)
    now = fmt.MISSING if rate is None else fmt.rate(
        hourly(rate.rate, rate.interval_s), readings.ui.unit
    )  # fmt: skip
    price = market.book.mid() or market.mark
    oi = None if market.open_interest is None or price is None else market.open_interest * price
    fee = None if listed is None else listed.taker_fee
    return [
        (fmt.STALE * (is_stale and rate is not None) + now, "stale" if is_stale else "number"),
        (fmt.MISSING if rate is None else f"{rate.interval_s / HOUR_S:g}h", "text"),
        (fmt.countdown(next_payment_s(market, now_ns)), "text"),
        (fmt.price(price, listed.tick if listed else None), "number"),
        (fmt.magnitude(oi), "text"),
        (fmt.magnitude(market.volume_24h_usd), "text"),
        (fmt.MISSING if fee is None else f"{fee * 1e4:.1f}bp", "text"),
        ("followed", "ok") if market.book.is_known else ("not yet", "dim"),
        (listed.quote if listed else fmt.MISSING, "text"),
    ]


def _words(row: ScanRow, width: int) -> list[Line]:
    """The gate, what the cost rests on, and what the past says, as far as there is room."""
    said: list[tuple[str, str]] = []
    if row.gate is None:
        said.append(("Passes every gate.", "ok"))
    else:
        said.append((f"Fails: {clean(row.gate)}.", "warn" if not row.is_sound else "text"))
    if words := basis_words(row):
        said.append((f"The {words}: it is a guess until the book is followed.", "dim"))
    said += [(words, "dim") for words in _past(row)]
    return [[], *([(f" {part}", role)] for text, role in said for part in wrap(text, width))]


def _past(row: ScanRow) -> list[str]:
    share, since, half = row.value("sign_share"), row.value("sign_h"), row.value("half_life_h")
    if share is None:
        return [
            "Nothing is known yet of what this pair has paid: the present spread is taken to halve "
            f"in {hours_words(math.log(0.5) / math.log(ASSUMED_PHI))}."
        ]
    words = f"Of the hours that are known it paid this way {share:.0%}"
    if since is not None:
        words += f", without a break for {hours_words(since)}"
    if half is not None:
        words += f"; a spread halves in {hours_words(half)}"
    return [words + ("." if row.is_kept else ", from what was just fetched alone.")]
