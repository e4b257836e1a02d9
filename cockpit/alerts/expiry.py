"""Alerts about what does not exist any more: a market that was dropped, a position that was closed.

Not knowing a figure keeps an alert on. That there is nothing left to know ends it.
"""

from collections.abc import Iterable, Iterator

from cockpit.alerts.measures_account import ACCOUNT_KINDS
from cockpit.alerts.measures_scan import SCAN_KINDS
from cockpit.alerts.measures_trade import TRADE_KINDS
from cockpit.alerts.states import Alert
from cockpit.core.units import NS_PER_S
from cockpit.state.identity import assets_of, name_among
from cockpit.state.view import MarketRead, MarketView

UNWATCHED_NS = 60 * NS_PER_S
"""A market that is watched for the sake of a position is missing until the account was read."""
NOT_WATCHED = "not watched any more"
ONE_AGAIN = "one asset with the others of its name again"
NOT_HELD = "no position any more"
CLOSED = "the trade is closed"
ALONE = "no two venues have it any more"
_WAITED_FOR = frozenset({NOT_WATCHED, ONE_AGAIN, ALONE})


class Gone:
    """Looks once a second at what is on; remembers since when its subject is missing."""

    def __init__(self) -> None:
        self._since_ns: dict[tuple[str, str], int] = {}

    def look(
        self, on: Iterable[Alert], view: MarketView, now_ns: int
    ) -> Iterator[tuple[Alert, str]]:
        """(alert, words) of what is over because its subject is gone."""
        missing: dict[tuple[str, str], int] = {}
        for alert in on:
            words = _gone(alert, view, now_ns)
            if not words:
                continue
            key = (alert.rule, alert.subject)
            since_ns = missing[key] = min(now_ns, self._since_ns.get(key, now_ns))
            wait_ns = UNWATCHED_NS if words in _WAITED_FOR else 0
            if now_ns - since_ns >= wait_ns:
                yield alert, f"{alert.subject}: {words}"
        self._since_ns = missing


def _gone(alert: Alert, view: MarketView, now_ns: int) -> str:
    """Why there is nothing left to measure; empty while there is, or while nobody knows."""
    if alert.kind in SCAN_KINDS:
        # A coin of the scan need not be watched; one that passes no more is measured as such.
        return ""
    if alert.kind == "orphan" or alert.kind in TRADE_KINDS:
        return "" if alert.subject in view.trades.open else CLOSED
    if alert.kind in ("net_delta", "spread") and _is_renamed(alert, view):
        return ONE_AGAIN
    if alert.kind == "spread" and _is_alone(alert, view):
        return ALONE
    if alert.kind in ACCOUNT_KINDS:
        return "" if _may_be_held(alert, view, now_ns) else NOT_HELD
    if alert.venue is None:
        is_there = alert.symbol in view.symbols()
    elif alert.symbol is None:
        is_there = view.venue(alert.venue) is not None
    else:
        is_there = view.market(alert.venue, alert.symbol) is not None
    return "" if is_there else NOT_WATCHED


def _is_renamed(alert: Alert, view: MarketView) -> bool:
    """Whether its asset is no more: two whose prices were apart are one of one name again. While a
    venue is away, its prices may still be."""
    if any(venue.state != "live" for venue in view.venues()):
        return False
    symbol = alert.symbol or alert.subject
    assets = assets_of(view, symbol)
    names = {name_among(assets, asset[0], symbol) for asset in assets}
    return bool(names) and alert.subject not in names


def _is_alone(alert: Alert, view: MarketView) -> bool:
    """Whether a venue has taken its symbol off, and no two others have it, or may have it."""
    markets = [market for market in view.markets() if market.symbol == alert.symbol]
    listed = [market.instrument for market in markets]
    off = sum(one is not None and one.status == "delisted" for one in listed)
    never = sum(_is_unlisted(market, view) for market in markets)
    return off > 0 and len(markets) - off - never < 2


def _is_unlisted(market: MarketRead, view: MarketView) -> bool:
    """Whether its venue lists others and not this, and has told no rate of it."""
    is_listed = market.instrument is not None or not view.listed(market.venue)
    return not is_listed and market.rate() is None


def _may_be_held(alert: Alert, view: MarketView, now_ns: int) -> bool:
    accounts = [book for book in view.accounts() if alert.venue in (None, book.venue)]
    if any(book.is_stale(now_ns) for book in accounts):
        return True
    if alert.kind == "margin":
        return any(book.margins for book in accounts)
    held = [p for book in accounts for p in book.positions]
    held += [p for p in view.manual() if alert.venue in (None, p.venue)]
    return any(alert.symbol in (None, position.symbol) for position in held)
