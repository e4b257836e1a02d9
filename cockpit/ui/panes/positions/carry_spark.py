"""The whole book in a few lines: what it earns, now and as expected, and how it stands."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cockpit.analytics.risk.exposure import Leg, Total, totals
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.history.rows import ExposureSample
from cockpit.portfolio.positions import Portfolio, Row
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.positions.positions import safety_words
from cockpit.ui.readings.kept_exposure import NOTHING, kept_totals
from cockpit.ui.readings.position_columns import UNKNOWN, marked, usd
from cockpit.ui.readings.positions import (
    Expected,
    carry_is_old,
    expected_carry,
    portfolio,
    unread,
    unread_words,
)
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import spark
from cockpit.ui.text.styled import Line, fit, framed, longest, parts, right

TITLE = "carry_spark"
HZ = 1.0
_LABEL = 15
_SPARK_MOST = 40
EXPECT_EVERY_S = 10
"""What is expected changes with what was paid, which is slow."""


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    held = portfolio(readings)
    if readings.moment is not None:
        body = _kept(readings.moment.exposure, inner)
    elif held.rows or held.pools:
        body = _body(readings, inner)
        if len(body) > height - 2:
            body.remove([])
    else:
        body = [[], [(" nothing is held: no carry, no margin, no exposure", "dim")]]
    return framed(
        body,
        width,
        height,
        title=[("carry and totals", "title"), (" · $, received is positive", "dim")],
        verdict=safety_words(readings, width - 4) if held.rows else None,
        focused=readings.ui.focus == TITLE,
    )


def _kept(rows: Sequence[ExposureSample], inner: int) -> list[Line]:
    """The sums of a past moment. What was expected of it then is not kept."""
    total = kept_totals(rows)
    if total is None:
        return [[], [(fit(f" {NOTHING}", inner), "dim")]]
    figures = (
        ("carry then", usd(total.carry_usd_per_hour, 3), " an hour"),
        ("net delta", usd(total.net_usd, 0), ""),
        ("gross", usd(total.gross_usd, 0).removeprefix("+"), ""),
        ("equity", usd(total.equity_usd, 0).removeprefix("+"), ""),
    )
    return [
        [(" " + fit(label, _LABEL), "dim"), (text, "dim" if text == UNKNOWN else "number"),
         (unit if text != UNKNOWN else "", "dim")]
        for label, text, unit in figures
    ]  # fmt: skip


def _body(readings: Readings, inner: int) -> list[Line]:
    held = portfolio(readings)
    total = totals([row.leg for row in held.rows], held.pools)
    is_old = any(row.is_stale for row in held.rows) or bool(unread(readings))
    old_rate = is_old or carry_is_old(readings, held.rows)
    version = (readings.now_ns // (EXPECT_EVERY_S * NS_PER_S), len(held.rows))
    expected = readings.cache.remember("expected carry", version, lambda: expected_carry(readings))
    mark = fmt.STALE if is_old else ""
    rest = sum(row.leg.carry_usd_per_hour or 0.0 for row in held.rows)
    now, ahead = total.carry_usd_per_hour, expected.usd_per_hour
    body: list[Line] = [
        _carry("carry now", now, old_rate, inner, rest, unpriced(held.rows)),
        _carry(
            "expected 24 h",
            ahead,
            old_rate,
            inner,
            expected.rest_usd_per_hour,
            _unforeseen(expected),
        ),
        _spark(readings, inner),
        [],
        _pair(
            ("net", marked(mark, usd(total.net_usd, 0))),
            ("gross", marked(mark, _plain(total.gross_usd))),
            inner,
        ),
        _pair(
            ("uPnL", marked(mark, usd(total.upnl_usd))),
            ("equity", marked(mark, _plain(total.equity_usd))),
            inner,
        ),
        _pair(("leverage", marked(mark, _times(total))), ("legs", str(len(held.rows))), inner),
        _concentration(total, inner),
        *([(fit(f" n/a  {words}", inner), "dim")] for words in _unknown(readings, held)),
    ]
    return body


def _unknown(readings: Readings, held: Portfolio) -> list[str]:
    """Why a total is not known, a sentence a figure."""
    legs = [row.leg for row in held.rows]
    reasons = []
    if words := _named([leg for leg in legs if leg.price is None]):
        reasons.append(f"net, gross: no price of {words}")
    if words := _named([leg for leg in legs if leg.price is not None and leg.upnl_usd is None]):
        reasons.append(f"uPnL: no entry of {words}")
    if not held.pools:
        reasons.append("equity, leverage: no account is followed")
    elif words := unread_words(readings):
        reasons.append(f"equity: {words}")
    elif any(pool.equity_usd is None for pool in held.pools):
        reasons.append("equity: an account does not say")
    return reasons


def _named(legs: Sequence[Leg]) -> str:
    """`VENUE/ETH +2`: the first market of these and how many more there are; empty for none."""
    names = list(dict.fromkeys(f"{leg.venue}/{leg.symbol}" for leg in legs))
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    return f"{names[0]}{more}" if names else ""


class _Lacking(NamedTuple):
    """Legs that are not in a sum: the first by name and how many more, and why."""

    legs: str = ""
    why: str = ""

    @property
    def words(self) -> str:
        return f"{self.legs}: {self.why}" if self.legs else ""


def _unforeseen(expected: Expected) -> _Lacking:
    more = f" +{len(expected.missing) - 1}" if len(expected.missing) > 1 else ""
    return (
        _Lacking(f"{expected.missing[0]}{more}", expected.why) if expected.missing else _Lacking()
    )


def unpriced(rows: Sequence[Row]) -> _Lacking:
    """Which legs keep the sum of what is earned from being known."""
    legs = _named([row.leg for row in rows if row.leg.carry_usd_per_hour is None])
    return _Lacking(legs, "no rate") if legs else _Lacking()


def _carry(
    label: str, hourly: float | None, is_old: bool, inner: int, rest: float, lacking: _Lacking
) -> Line:
    """A carry; where legs lack, that of the others, and which they are without."""
    head: Line = [(" " + fit(label, _LABEL), "dim")]
    if hourly is None and not rest:
        room = max(0, inner - _LABEL - 1)
        return [*head, *longest(room, [(f"{UNKNOWN}  ", "dim"), (lacking.words, "dim")])]
    known = rest if hourly is None else hourly
    role = "stale" if is_old else "gain" if known > 0 else "loss"
    mark = fmt.STALE if is_old else ""
    per_hour: Line = [(right(f"{mark}{usd(known, 3)}", 10), role), (" /h", "dim")]
    per_day: Line = [("  ", "text"), (right(f"{mark}{usd(24 * known)}", 9), role), (" /day", "dim")]
    if hourly is None:
        without = f"  without {lacking.words}"
        return longest(
            inner,
            [*head, *per_hour, *per_day, (without, "warn")],
            [*head, *per_hour, (without, "warn")],
            [*head, *per_hour, (f"  without {lacking.legs}", "warn")],
            [*head, *per_hour, ("  not all", "warn")],
        )
    return parts(
        inner,
        [*head, *per_hour],
        per_day[1:],
        [(right(f"{mark}{usd(8760 * known, 0)}", 8), role), (" /year", "dim")],
    )


def _spark(readings: Readings, inner: int) -> Line:
    """The last hour of carry; a blank is a time at which it was not known."""
    at, values = readings.view.exposure.carry_usd_per_hour.read(readings.now_ns - HOUR_NS)
    room = min(_SPARK_MOST, inner - _LABEL - 16)
    head: Line = [(" " + fit("last hour", _LABEL), "dim")]
    if len(at) < 2 or room < 4:
        return [*head, ("being recorded", "dim")]
    per = max(1, -(-len(values) // room))
    tail = values[len(values) % per :].reshape(-1, per)
    known = ~np.isnan(tail)
    means = np.where(
        known.any(axis=1), np.nansum(tail, axis=1) / np.maximum(1, known.sum(1)), np.nan
    )
    if np.isnan(means).all():
        return [*head, ("not known in this time", "dim")]
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    scale = f" {usd(low)} to {usd(high)}"
    return [*head, (spark(means, min(room, len(means))), "accent"), (scale, "dim")]


def _pair(left: tuple[str, str], beside: tuple[str, str], inner: int) -> Line:
    line: Line = [(" " + fit(left[0], _LABEL), "dim"), (right(left[1], 11), "number")]
    if inner >= _LABEL + 32:
        line += [("   ", "dim"), (fit(beside[0], 7), "dim"), (right(beside[1], 10), "number")]
    return line


def _plain(value: float | None) -> str:
    return UNKNOWN if value is None else fmt.magnitude(value, 4)


def _times(total: Total) -> str:
    if total.leverage is None:
        return UNKNOWN
    return ">99x" if total.leverage > 99 else f"{total.leverage:.2f}x"


def _concentration(total: Total, inner: int) -> Line:
    """Sums of squared shares, and over how many equal ones the same would be spread."""
    shares = (("venue", total.venue_concentration), ("asset", total.asset_concentration))
    short = [f"{name} {UNKNOWN if hhi is None else f'{hhi:.2f}'}" for name, hhi in shares]
    full = [
        text + ("" if hhi is None else f", as {1 / hhi:.1f} equal")
        for text, (_, hhi) in zip(short, shares, strict=True)
    ]
    head: Line = [(" " + fit("concentration", _LABEL), "dim")]
    return longest(inner, *([*head, ("   ".join(words), "number")] for words in (full, short)))
