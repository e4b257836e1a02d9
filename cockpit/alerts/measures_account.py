"""What the rules about the trader's own book measure: liquidation, margin, net delta, carry.

An account that may not be taken for the present measures nothing: a stale leg is neither safe nor
in danger. A sum of which one part is not known is not known.
"""

from collections.abc import Iterator

from cockpit.alerts.rule import Kind
from cockpit.alerts.states import Reading
from cockpit.analytics.risk import exposure as sums
from cockpit.core.assets import listed_symbol
from cockpit.portfolio import positions as exposures
from cockpit.portfolio.positions import Portfolio, Row
from cockpit.portfolio.trades.holdings import Holdings
from cockpit.portfolio.trades.matching import naked
from cockpit.portfolio.words import base_size
from cockpit.state.lookups import is_rate_stale
from cockpit.state.view import MarketView

ACCOUNT_KINDS: frozenset[Kind] = frozenset(
    {"liquidation", "margin", "net_delta", "carry", "orphan"}
)
BOOK = "book"
"""The subject of what concerns everything that is held."""
MOST_RATIO = 100.0
"""Stands for every ratio beyond it: equity is gone, and JSON has no infinity."""
MOST_DISTANCE = 100.0
"""Stands for a position that no price liquidates."""


class AccountMeasures:
    """Readings of the account kinds; reads the portfolio once for all rules of a moment."""

    def __init__(self) -> None:
        self._at_ns = -1
        self._portfolio: Portfolio | None = None

    def read(self, kind: Kind, view: MarketView, now_ns: int) -> Iterator[Reading]:
        """The figures of one kind now; nothing while nothing is followed or typed."""
        if not (view.accounts() or view.manual()):
            return
        if kind == "orphan":
            yield from _orphans(view, now_ns)
            return
        if self._portfolio is None or self._at_ns != now_ns:
            self._portfolio, self._at_ns = exposures.read(view, now_ns), now_ns
        portfolio = self._portfolio
        if kind == "liquidation":
            yield from _liquidations(portfolio)
        elif kind == "margin":
            yield from _margins(portfolio)
        elif kind == "net_delta":
            yield from _net_deltas(portfolio)
        else:
            yield from _carry(portfolio, view, now_ns)


def _liquidations(portfolio: Portfolio) -> Iterator[Reading]:
    """The nearest of each market, over its accounts; not over while one of them is not known."""
    unknown = {venue for venue, _ in stale_accounts(portfolio)}
    nearest: dict[tuple[str, str], Row] = {}
    parts: set[tuple[str, str]] = set()
    for row in portfolio.rows:
        market = (row.leg.venue, row.leg.symbol)
        if row.is_stale or _distance(row) is None:
            parts.add(market)
        elif market not in nearest or _far(row) < _far(nearest[market]):
            nearest[market] = row
    for (venue, symbol), row in nearest.items():
        side = "long" if row.leg.size > 0 else "short"
        words = f"{symbol} {venue}: {side} is {_far(row):.1%} from liquidation"
        if _far(row) >= MOST_DISTANCE:
            words = f"{symbol} {venue}: no price liquidates the {side}"
        is_whole = (venue, symbol) not in parts and venue not in unknown
        yield Reading(f"{venue}/{symbol}", venue, symbol, _far(row), words, is_whole)


def _distance(row: Row) -> float | None:
    """How far the price may move; 0 when it is there, or beyond. None if nobody knows."""
    if row.liquidation.basis == "none":
        return MOST_DISTANCE
    distance = row.liquidation.distance
    if distance is None:
        return None
    return max(0.0, -distance if row.leg.size > 0 else distance)


def _far(row: Row) -> float:
    distance = _distance(row)
    return MOST_DISTANCE if distance is None else distance


def _margins(portfolio: Portfolio) -> Iterator[Reading]:
    """The pool of each venue that is nearest to its end; not over while one is not known."""
    old = stale_accounts(portfolio)
    unknown = {venue for venue, _ in old}
    legs = [row.leg for row in portfolio.rows]
    worst: dict[str, float] = {}
    for pool in portfolio.pools:
        if (pool.venue, pool.account) in old:
            continue
        ratio = sums.ratio(sums.pool_maintenance_usd(pool, legs), pool.equity_usd)
        if ratio is None:
            unknown.add(pool.venue)
        else:
            worst[pool.venue] = max(min(ratio, MOST_RATIO), worst.get(pool.venue, 0.0))
    for venue, ratio in worst.items():
        words = f"{venue}: maintenance margin is {ratio:.0%} of equity"
        if ratio >= MOST_RATIO:
            words = f"{venue}: no equity is left behind the positions"
        yield Reading(venue, venue, None, ratio, words, venue not in unknown)


def _net_deltas(portfolio: Portfolio) -> Iterator[Reading]:
    if _is_unread(portfolio):
        return
    old = {row.leg.asset for row in portfolio.rows if row.is_stale}
    for asset in sums.by_asset([row.leg for row in portfolio.rows]):
        if asset.net_usd is None or asset.symbol in old:
            continue
        side = "long" if asset.net_base > 0 else "short"
        words = (
            f"{asset.symbol}: net {side} {base_size(asset.net_base)}, ${abs(asset.net_usd):,.0f}"
        )
        symbol = listed_symbol(asset.symbol)
        yield Reading(asset.symbol, None, symbol, abs(asset.net_usd), words)


def _carry(portfolio: Portfolio, view: MarketView, now_ns: int) -> Iterator[Reading]:
    legs = [row.leg for row in portfolio.rows]
    carry = sums.total(leg.carry_usd_per_hour for leg in legs)
    is_old = any(row.is_stale or rate_is_old(row, view, now_ns) for row in portfolio.rows)
    if carry is None or is_old or not legs or _is_unread(portfolio):
        return
    verb = "earns" if carry >= 0 else "costs"
    yield Reading(BOOK, None, None, carry, f"the book {verb} ${abs(carry):.2f} an hour in funding")


def _orphans(view: MarketView, now_ns: int) -> Iterator[Reading]:
    """Trades of several legs; one of which an account is away may be hedged, or not."""
    holdings = Holdings(view, now_ns)
    for record in view.trades.open.values():
        if len(record.legs) < 2 or any(holdings.is_away(leg.key) for leg in record.legs):
            continue
        sizes = [holdings.size(leg) for leg in record.legs]
        name, symbol = record.name or record.id, listed_symbol(record.asset)
        larger = max(sum(s for s in sizes if s > 0), -sum(s for s in sizes if s < 0))
        if not larger:
            # Its last fill is still to be told: until then it is open, and naked no more.
            yield Reading(record.id, None, symbol, 0.0, f"{name}: nothing is held of it")
            continue
        net = naked(sizes, 0.0)
        price = holdings.reference(leg.key for leg in record.legs)
        worth = f", ${abs(net) * price:,.0f}" if price else ""
        side = "long" if net > 0 else "short"
        words = f"{name}: nothing hedges {base_size(net)} {record.asset} {side}{worth}"
        yield Reading(record.id, None, symbol, abs(net) / larger, words)


def _is_unread(portfolio: Portfolio) -> bool:
    """Whether an account may hold the other half of a hedge, and was never read to its end."""
    return any(
        account.was_never_read or (account.age_s is None and account.status != "unknown")
        for account in portfolio.accounts
    )


def rate_is_old(row: Row, view: MarketView, now_ns: int) -> bool:
    """Whether the rate behind a position's carry may not be taken for the present."""
    if row.leg.is_spot:
        return False
    market = view.market(row.leg.venue, row.leg.symbol)
    return market is None or is_rate_stale(market, now_ns)


def stale_accounts(portfolio: Portfolio) -> set[tuple[str, str]]:
    """(venue, address) of accounts that may not be taken for the present."""
    return {(a.venue, a.address) for a in portfolio.accounts if a.is_stale}
