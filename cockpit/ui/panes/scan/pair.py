"""The pair under the cursor: its two markets side by side, and the first gate in full."""

import math
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from cockpit.calculators.carry.spread_model import ASSUMED_PHI
from cockpit.calculators.common.day_ahead import day_ahead
from cockpit.calculators.common.words import hours_words
from cockpit.core.units import HOUR_S, NS_PER_S, hourly
from cockpit.state.lookups import is_rate_stale
from cockpit.state.view import MarketRead
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.scan.words import basis_words
from cockpit.ui.readings.market_rates import next_payment_s
from cockpit.ui.readings.scan import selected
from cockpit.ui.readings.scan_columns import ScanRow
from cockpit.ui.readings.scan_markets import market_of
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, Span, clean, fit, framed, right, wrap

TITLE = "scan_pair"
LEAST_SAMPLES = 12
"""Of both mids at once, before their bounds are told: a minute."""
HZ = 2.0
_HEADS = (
    ("", 7), ("venue", 12), ("rate now", 10), ("next 24 h", 10), ("pays", 5), ("next in", 9),
    ("price", 12), ("oi $", 8), ("24 h $", 8), ("taker", 7), ("book", 9), ("quoted in", 10),
)  # fmt: skip
_LEFT = frozenset({"", "venue", "quoted in"})


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    row = selected(readings)
    focused = readings.ui.focus == TITLE
    if row is None:
        body: list[Line] = [[], [(" No pair is under the cursor", "dim")]]
        return framed(body, width, height, title=[("pair", "title")], focused=focused)
    legs = [market_of(readings, venue, row.symbol) for venue in row.venues]
    fits = _columns(width - 2)
    body = [_head(fits), *(_leg(readings, row, i, market)[:fits] for i, market in enumerate(legs))]
    body += _words(row, _basis(row, legs), width - 4)
    return framed(
        body, width, height,
        title=[("pair", "title"), (f" · {clean(row.symbol)}", "text"),
               (f" · {fmt.UNIT_LABEL[readings.ui.unit]}", "dim")],
        note=fmt.more_columns(len(_HEADS) - fits),
        verdict=[("enter all pairs · C carry · H hedge · S stagger · X stress · p watches it",
                  "dim")],
        focused=focused,
    )  # fmt: skip


def _columns(inner: int) -> int:
    """How many columns fit whole; a blank ends each."""
    ends = accumulate(size + 1 for _, size in _HEADS)
    return sum(end <= inner for end in ends)


def _head(fits: int) -> Line:
    heads = _HEADS[:fits]
    return [((fit if name in _LEFT else right)(name, size) + " ", "dim") for name, size in heads]


def _leg(readings: Readings, row: ScanRow, side: int, market: MarketRead | None) -> Line:
    venue = row.venues[side]
    cells = [("long" if side == 0 else "short", "bid" if side == 0 else "ask"),
             (venue, readings.colour_of(venue)), *_figures(readings, market)]  # fmt: skip
    line: Line = []
    for (name, size), (text, role) in zip(_HEADS, cells, strict=True):
        text = f" {text}" if name == "" else clean(text)
        line.append(((fit if name in _LEFT else right)(text, size) + " ", role))
    return line


def _figures(readings: Readings, market: MarketRead | None) -> list[Span]:
    if market is None:
        return [(fmt.MISSING, "dim")] * (len(_HEADS) - 2)
    rate, listed, now_ns = market.rate(), market.instrument, readings.now_ns
    hour = None if rate is None else hourly(rate.rate, rate.interval_s)
    ahead = day_ahead(readings.view, market.venue, market.symbol, now_ns)
    mid = market.book.mid()
    price = mid or market.mark
    oi = None if market.open_interest is None or price is None else market.open_interest * price
    fee, is_assumed = readings.taker_fee(market.venue, market.symbol)
    is_old = market.is_stale("book" if mid else "mark", now_ns)
    return [
        _aged(fmt.rate(hour, readings.ui.unit), is_rate_stale(market, now_ns)),
        (fmt.rate(ahead, readings.ui.unit), "text"),
        (fmt.MISSING if rate is None else f"{rate.interval_s / HOUR_S:g}h", "text"),
        (fmt.countdown(next_payment_s(market, now_ns)), "text"),
        _aged(fmt.price(price, listed.tick if listed else None), is_old),
        _aged(fmt.magnitude(oi), market.is_stale("open_interest", now_ns)),
        _aged(fmt.magnitude(market.volume_24h_usd), market.is_stale("volume", now_ns)),
        (fmt.MISSING if fee is None else f"{'?' * is_assumed}{fee * 1e4:.1f}bp", "text"),
        ("followed", "ok") if market.book.is_known else ("not yet", "dim"),
        (listed.quote if listed else fmt.MISSING, "text"),
    ]


def _aged(text: str, is_old: bool) -> Span:
    if text == fmt.MISSING:
        return text, "dim"
    return (fmt.STALE + text, "stale") if is_old else (text, "number")


def _basis(row: ScanRow, legs: Sequence[MarketRead | None]) -> str:
    """Short over long now, between which bounds that was while both books were followed, and how
    wide it went within the day that is kept."""
    now, (long, short) = row.value("basis_bps"), legs
    if now is None or long is None or short is None:
        return ""
    words = f"Basis {fmt.signed(now, 1)} bps"
    lowest, highest = row.value("basis_low_bps"), row.value("basis_high_bps")
    if lowest is not None and highest is not None:
        words += f", from {fmt.signed(lowest, 1)} to {fmt.signed(highest, 1)} within the last day"
    (at, longs), (other_at, shorts) = long.mids.read(), short.mids.read()
    common, mine, theirs = np.intersect1d(at, other_at, return_indices=True)
    bps = (shorts[theirs] / longs[mine] - 1) * 1e4
    known = np.isfinite(bps)
    if known.sum() < LEAST_SAMPLES:
        return words + "."
    span_s = float(common[known][-1] - common[known][0]) / NS_PER_S
    low, high = (fmt.signed(float(value), 1) for value in (bps[known].min(), bps[known].max()))
    return f"{words}, from {low} to {high} in the last {fmt.age(span_s)}."


def _words(row: ScanRow, basis: str, width: int) -> list[Line]:
    """The gate, what the cost rests on, and what the past says, as far as there is room."""
    said: list[tuple[str, str]] = []
    if row.gate is None:
        said.append(("Passes every gate.", "ok"))
    else:
        said.append((f"Fails: {clean(row.gate)}.", "warn" if not row.is_sound else "text"))
    if words := basis_words(row):
        said.append((f"The {words}: it is a guess until the book is followed.", "dim"))
    said += [(words, "dim") for words in (*_past(row), basis) if words]
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
