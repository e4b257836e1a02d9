"""When the strategy is in a position: decisions on whole hours, from what was settled by then."""

import msgspec
import numpy as np

from cockpit.backtest.carry_terms import Market, Pair, Rule, trade_cost_frac
from cockpit.forecast.cells import HOUR_NS, HOUR_S, Floats, Ints, hour_of
from cockpit.forecast.labels import Bools

DAY_H = 24
WEEK_H = 168
DAY_COVERAGE = 0.7
WEEK_COVERAGE = 0.5
STAMP_NS = 120 * 1_000_000_000
"""Decisions are made two minutes after the hour: by then the settlement has arrived."""


class Trade(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions in and out; `sign` +1: long the first venue and short the second, -1 reversed.

    `why` is how it ended: by the rule, at a hole in the rows, or with the rows.
    """

    in_ns: int
    out_ns: int
    sign: int
    why: str


def trades(pair: Pair, rule: Rule) -> list[Trade]:
    """Every trade of the rule on a pair, one at a time."""
    hours, day, week, whole = _spreads(pair)
    entry = rule.entry_multiple * trade_cost_frac(pair) / rule.hold_h
    found: list[Trade] = []
    opened: int | None = None
    sign = 0
    for place in range(len(hours)):
        spread = day[place]
        if opened is None:
            agrees = not np.isnan(spread) and spread * week[place] > 0
            if whole[place] and agrees and abs(spread) >= entry:
                opened, sign = place, 1 if spread > 0 else -1
            continue
        if not whole[place]:
            found.append(_trade(hours[opened], hours[place - 1], sign, "hole"))
            opened = None
        elif (
            hours[place] - hours[opened] >= rule.least_hold_h
            and not np.isnan(spread)
            and sign * spread < rule.exit_share * entry
        ):
            found.append(_trade(hours[opened], hours[place], sign, "rule"))
            opened = None
    if opened is not None and hours[-1] > hours[opened]:
        found.append(_trade(hours[opened], hours[-1], sign, "end"))
    return [trade for trade in found if trade.out_ns > trade.in_ns]


def always(pair: Pair) -> Trade | None:
    """In from the first hour that a week can be judged, in that week's direction, to the end."""
    hours, _, week, _ = _spreads(pair)
    known = np.flatnonzero(~np.isnan(week) & (week != 0))
    if not len(known) or known[0] == len(hours) - 1:
        return None
    first = int(known[0])
    return _trade(hours[first], hours[-1], 1 if week[first] > 0 else -1, "end")


def _spreads(pair: Pair) -> tuple[Ints, Floats, Floats, Bools]:
    """Hours, mean spread of the day and of the week (second less first), and known payments.

    The last says whether both venues' newest settlement is no older than its interval.
    """
    first = int(max(hour_of(pair.first.at_ns[:1])[0], hour_of(pair.second.at_ns[:1])[0]))
    last = int(min(hour_of(pair.first.at_ns[-1:])[0], hour_of(pair.second.at_ns[-1:])[0]))
    hours = np.arange(first, last + 1)
    means = [
        [_mean(market, hours, length, share) for market in (pair.first, pair.second)]
        for length, share in ((DAY_H, DAY_COVERAGE), (WEEK_H, WEEK_COVERAGE))
    ]
    whole = _fresh(pair.first, hours) & _fresh(pair.second, hours)
    return hours, means[0][1] - means[0][0], means[1][1] - means[1][0], whole


def _mean(market: Market, hours: Ints, length_h: int, share: float) -> Floats:
    """Mean rate per hour over the last hours, NaN where too little of them is covered."""
    at = hour_of(market.at_ns)
    covered = np.concatenate([[0.0], np.cumsum(market.interval_s / HOUR_S)])
    paid = np.concatenate([[0.0], np.cumsum(market.rate)])
    end = np.searchsorted(at, hours, side="right")
    start = np.searchsorted(at, hours - length_h, side="right")
    span = covered[end] - covered[start]
    enough = span >= share * length_h
    return np.where(enough, (paid[end] - paid[start]) / np.where(enough, span, 1.0), np.nan)


def _fresh(market: Market, hours: Ints) -> Bools:
    at = hour_of(market.at_ns)
    newest = np.searchsorted(at, hours, side="right") - 1
    place = np.maximum(newest, 0)
    return (newest >= 0) & (hours - at[place] < market.interval_s[place] / HOUR_S)


def _trade(in_hour: float, out_hour: float, sign: int, why: str) -> Trade:
    return Trade(
        in_ns=int(in_hour) * HOUR_NS + STAMP_NS,
        out_ns=int(out_hour) * HOUR_NS + STAMP_NS,
        sign=sign,
        why=why,
    )
