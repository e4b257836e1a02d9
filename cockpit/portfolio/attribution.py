"""The book's exposure through time: a sample every few seconds, and what explains its jumps.

A change of net delta is split exactly into what was filled and what the marks did, a change of
carry also into what the rates did. A change of a margin ratio has one cause: a fill if there was
one, else the funding that was paid, else money that came or went, else the marks.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from cockpit.analytics.risk import exposure as sums
from cockpit.portfolio import positions as exposures
from cockpit.portfolio.positions import Portfolio, Row
from cockpit.portfolio.words import signed_size, signed_usd
from cockpit.state.exposure_history import Cause, ExposureHistory, Figure, Jump
from cockpit.state.view import MarketView

NET_JUMP_FRAC = 0.01
"""Of gross: a net delta that moves less between two samples only drifts."""
NET_FILL_FRAC = 0.002
"""What was traded did not drift: in a hedged book a step far below a hundredth of gross is seen."""
CARRY_JUMP_FRAC = 0.10
"""Of the sum of what every leg pays or receives."""
CARRY_FILL_FRAC = 0.02
CARRY_JUMP_USD = 0.01
RATIO_JUMP = 0.02
_Key = tuple[str, str, str, str, bool]


class _Part(NamedTuple):
    """A piece of a change: how much, why, and of which market."""

    amount: float
    cause: Cause
    subject: str
    words: str


@dataclass(frozen=True, slots=True)
class _Sample:
    """The figures of one moment; None where a part of one is not known or stale."""

    portfolio: Portfolio
    rows: dict[_Key, Row]
    net_usd: float | None
    gross_usd: float | None
    carry_usd_per_hour: float | None
    carry_gross: float | None
    ratios: dict[str, float]
    ratio: float | None


class Tracker:
    """Fills one history from one view. Nothing is written while there is nothing to follow."""

    def __init__(self, view: MarketView, history: ExposureHistory) -> None:
        self._view = view
        self._history = history
        self._last: _Sample | None = None

    def look(self, now_ns: int) -> None:
        """Sample the present, and explain what jumped since the last time."""
        if not (self._view.accounts() or self._view.manual() or len(self._history)):
            return
        sample = _sample(exposures.read(self._view, now_ns))
        self._history.append(now_ns, sample.net_usd, sample.carry_usd_per_hour, sample.ratio)
        before, self._last = self._last, sample
        if before is not None:
            self._history.jumps.extend(_jumps(before, sample, now_ns))


def unwatched(view: MarketView) -> dict[str, str]:
    """Symbol -> venue of what is held in a market that nobody watches, by symbol.

    A typed position counts where its venue lists the market, or, if that venue is not followed, the
    first that does: nobody else vouches for the name.
    """
    watched = set(view.symbols())
    held = {p.symbol: book.venue for book in view.accounts() for p in book.positions}
    followed = [venue.name for venue in view.venues()]
    for position in view.manual():
        places = [position.venue] if position.venue in followed else followed
        for venue in places:
            if any(listed.symbol == position.symbol for listed in view.listed(venue)):
                held.setdefault(position.symbol, venue)
                break
    return {symbol: held[symbol] for symbol in sorted(held) if symbol not in watched}


def _sample(portfolio: Portfolio) -> _Sample:
    rows = {_key(row): row for row in portfolio.rows}
    legs = [row.leg for row in portfolio.rows]
    total = sums.totals(legs, portfolio.pools)
    # An address that the venue does not know holds nothing, however often it is asked.
    away = {a.venue for a in portfolio.accounts if a.is_stale and a.status != "unknown"}
    old = away | {row.leg.venue for row in portfolio.rows if row.is_stale}
    ratios = {
        venue.venue: venue.worst_margin_ratio
        for venue in sums.by_venue(legs, portfolio.pools)
        if venue.worst_margin_ratio is not None and venue.venue not in old
    }
    # The account that is away may be the worst.
    worst = None if away else max(ratios.values(), default=None)
    carries = [leg.carry_usd_per_hour for leg in legs]
    return _Sample(
        portfolio=portfolio,
        rows=rows,
        net_usd=None if old else total.net_usd,
        gross_usd=None if old else total.gross_usd,
        carry_usd_per_hour=None if old else total.carry_usd_per_hour,
        carry_gross=None if old else sums.gross(carries),
        ratios=ratios,
        ratio=None if worst is None or math.isinf(worst) else worst,
    )


def _key(row: Row) -> _Key:
    leg = row.leg
    return leg.venue, leg.account, leg.pool, leg.symbol, leg.is_manual


def _jumps(a: _Sample, b: _Sample, now_ns: int) -> Iterable[Jump]:
    if a.net_usd is not None and b.net_usd is not None:
        gross = max(a.gross_usd or 0.0, b.gross_usd or 0.0)
        least = NET_JUMP_FRAC * gross
        parts = [part for pair in _both(a, b) for part in _net_parts(*pair)]
        yield from _jump("net", a.net_usd, b.net_usd, least, parts, now_ns, NET_FILL_FRAC * gross)
    if a.carry_usd_per_hour is not None and b.carry_usd_per_hour is not None:
        usual = max(a.carry_gross or 0.0, b.carry_gross or 0.0)
        least = max(CARRY_JUMP_USD, CARRY_JUMP_FRAC * usual)
        parts = [part for pair in _both(a, b) for part in _carry_parts(*pair)]
        of_fill = max(CARRY_JUMP_USD, CARRY_FILL_FRAC * usual)
        before, after = a.carry_usd_per_hour, b.carry_usd_per_hour
        yield from _jump("carry", before, after, least, parts, now_ns, of_fill)
    if a.ratio is not None and b.ratio is not None:
        # The worst venue may be another one now: what counts is whose ratio moved.
        venue = max({**a.ratios, **b.ratios}, key=lambda name: _moved(a, b, name))
        parts = [_ratio_part(a, b, venue)]
        yield from _jump("ratio", a.ratio, b.ratio, RATIO_JUMP, parts, now_ns)


def _moved(a: _Sample, b: _Sample, venue: str) -> float:
    return abs(b.ratios.get(venue, 0.0) - a.ratios.get(venue, 0.0))


def _both(a: _Sample, b: _Sample) -> list[tuple[Row | None, Row | None]]:
    """Each position before and after; None where it was not open."""
    return [(a.rows.get(key), b.rows.get(key)) for key in {**a.rows, **b.rows}]


def _jump(
    figure: Figure,
    before: float,
    after: float,
    least: float,
    parts: list[_Part],
    now_ns: int,
    least_fill: float | None = None,
) -> Iterable[Jump]:
    """The change, if it is no drift, with the part that did most of it."""
    if not parts or after == before:
        return
    most = max(parts, key=lambda part: abs(part.amount))
    if most.cause == "fill" and least_fill is not None:
        least = least_fill
    if abs(after - before) < least:
        return
    yield Jump(
        at_ns=now_ns,
        figure=figure,
        before=before,
        after=after,
        cause=most.cause,
        subject=most.subject,
        words=most.words,
    )


def _fill_words(before: Row | None, after: Row | None) -> str:
    size = (after.leg.size if after else 0.0) - (before.leg.size if before else 0.0)
    verb = "opened" if before is None else "closed" if after is None else "filled"
    return f"{verb} {signed_size(size)}"


def _there(before: Row | None, after: Row | None) -> Row:
    row = after or before
    if row is None:
        raise ValueError("a position is there before or after")
    return row


def _subject(before: Row | None, after: Row | None) -> str:
    leg = _there(before, after).leg
    return f"{leg.venue}/{leg.symbol}"


def _net_parts(before: Row | None, after: Row | None) -> list[_Part]:
    subject = _subject(before, after)
    size0, price0 = (before.leg.size, before.leg.price) if before else (0.0, None)
    size1, price1 = (after.leg.size, after.leg.price) if after else (0.0, None)
    price1 = price0 if price1 is None else price1
    price0 = price1 if price0 is None else price0
    if price0 is None or price1 is None:
        return []
    moved = price1 / price0 - 1 if price0 else 0.0
    return [
        _Part((size1 - size0) * price1, "fill", subject, _fill_words(before, after)),
        _Part(size0 * (price1 - price0), "mark", subject, f"mark {moved:+.2%}"),
    ]


def _carry_parts(before: Row | None, after: Row | None) -> list[_Part]:
    subject = _subject(before, after)
    if before is None or after is None:
        sign = -1.0 if after is None else 1.0
        amount = sign * (_there(before, after).leg.carry_usd_per_hour or 0.0)
        return [_Part(amount, "fill", subject, _fill_words(before, after))]
    a, b = before.leg, after.leg
    if None in (a.reference, a.hourly, b.reference, b.hourly):
        return []
    ref0, rate0 = a.reference or 0.0, a.hourly or 0.0
    ref1, rate1 = b.reference or 0.0, b.hourly or 0.0
    rates = f"rate {rate0 * 8760:+.1%} to {rate1 * 8760:+.1%} APR"
    moved = ref1 / ref0 - 1 if ref0 else 0.0
    return [
        _Part((a.size - b.size) * ref1 * rate1, "fill", subject, _fill_words(before, after)),
        _Part(-a.size * ref1 * (rate1 - rate0), "funding", subject, rates),
        _Part(-a.size * rate0 * (ref1 - ref0), "mark", subject, f"index {moved:+.2%}"),
    ]


def _ratio_part(a: _Sample, b: _Sample, venue: str) -> _Part:
    pairs = [pair for pair in _both(a, b) if _there(*pair).leg.venue == venue]
    for before, after in pairs:
        if (before.leg.size if before else 0.0) != (after.leg.size if after else 0.0):
            return _Part(1.0, "fill", _subject(before, after), _fill_words(before, after))
    # What was paid before it could first be read is not a payment of this moment.
    paid = sum(
        after.funding_paid_usd - before.funding_paid_usd
        for before, after in pairs
        if before and after
        if before.funding_paid_usd is not None and after.funding_paid_usd is not None
    )
    profit = sum(
        after.leg.size * (after.leg.price - before.leg.price)
        for before, after in pairs
        if before and after and before.leg.price is not None and after.leg.price is not None
    )
    equity = _equity(b, venue) - _equity(a, venue)
    if abs(paid) > abs(profit) and abs(paid) >= abs(equity) / 2:
        return _Part(1.0, "funding", venue, f"funding {signed_usd(paid)}")
    if abs(equity - profit - paid) > abs(equity) / 2:
        return _Part(
            1.0, "transfer", venue, f"equity {signed_usd(equity - profit - paid)} in or out"
        )
    return _Part(1.0, "mark", venue, f"marks {signed_usd(profit)}")


def _equity(sample: _Sample, venue: str) -> float:
    return sum(p.equity_usd or 0.0 for p in sample.portfolio.pools if p.venue == venue)
