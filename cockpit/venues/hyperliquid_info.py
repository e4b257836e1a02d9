"""What Hyperliquid's info endpoint answers, told apart by shape, and what metadata means.

One URL answers every question, and a recording may hold any answer under any name. So the shape
decides: universes (alone, with contexts, or for every dex), predictions, settled funding, a book.
Answers that we have no use for are known by their shape too.
"""

import math
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from cockpit.core.events import Instrument
from cockpit.core.units import HOUR_NS, HOUR_S, NS_PER_MS, NS_PER_S, hour_floor_ns
from cockpit.venues.contract import Fetch
from cockpit.venues.hyperliquid_wire import BookData, Ctx, Millis, Wire, dex_of, name_of

PATH = "/info"
PAGE_ROWS = 500
HISTORY_NS = 30 * 24 * HOUR_NS
SETTLED_AFTER_NS = 45 * NS_PER_S
"""Rows are stamped within a second of the hour; ask once they surely exist."""
RETRY_NS = 60 * NS_PER_S
ANSWER_NS = 600 * NS_PER_S
"""A page that was asked for and never answered, not even with a failure, is asked for again."""
HOURLY_SINCE_NS = 1_686_186_000_000_000_000
"""2023-06-08 01:00 UTC. Recorded rows are 8 h apart, at the full 8 h rate, until the hour before."""

MAX_PRICE_DECIMALS = 6
SIGNIFICANT_FIGURES = 5
MIN_NOTIONAL_USD = 10.0

Row = TypeVar("Row")


class Asset(Wire):
    """A row of the universe. Optional fields are absent, not false."""

    name: str
    sz_decimals: int
    max_leverage: float | None = None
    is_delisted: bool = False


class Universe(msgspec.Struct, gc=False):
    """One dex. Positions are identities; None stands for a row that could not be read."""

    dex: str
    assets: list[Asset | None]
    quote: str
    ctxs: list[Ctx | None] | None


class Prediction(Wire):
    """The venue's forecast for one coin; the interval is in hours where it is said."""

    funding_rate: float
    next_funding_time: Millis | None = None
    funding_interval_hours: float | None = None


class SettledRow(Wire):
    coin: str
    funding_rate: float
    time: Millis
    premium: float | None = None


class Metas(msgspec.Struct, gc=False):
    universes: list[Universe]


class Predictions(msgspec.Struct, gc=False):
    by_coin: list[tuple[str, Prediction]]
    unreadable: int


class SettledPage(msgspec.Struct, gc=False):
    """Rows, oldest first."""

    rows: list[SettledRow]
    unreadable: int


class Unused(msgspec.Struct, gc=False):
    """An answer that we know and say nothing about."""


Answer = Metas | Predictions | SettledPage | BookData | Unused


def read(document: Any) -> Answer | str:
    """The answer in a decoded body, or a sentence that says why it is none."""
    if document is None:
        return "the venue answered null: it knows no such market"
    try:
        if isinstance(document, dict):
            return _read_object(document)
        if isinstance(document, list):
            return _read_list(document)
    except msgspec.ValidationError as error:
        return str(error)
    return "an answer of unknown shape"


def _read_object(document: dict[str, Any]) -> Answer | str:
    if "universe" in document:
        return Metas([_universe(document, None)])
    if "levels" in document:
        return msgspec.convert(document, BookData, strict=False)
    return Unused() if document else "an empty answer"


def _read_list(document: list[Any]) -> Answer | str:
    if not document:
        return SettledPage([], 0)
    first = document[0]
    if isinstance(first, dict):
        if "universe" in first:
            if len(document) == 2 and isinstance(document[1], list):
                return Metas([_universe(first, document[1])])
            return Metas([_universe(meta, None) for meta in document])
        if "fundingRate" in first:
            rows, unreadable = _rows(document, SettledRow)
            return SettledPage(sorted(rows, key=lambda row: row.time), unreadable)
        return Unused()
    if isinstance(first, list) and len(first) == 2:
        if isinstance(first[0], dict) and "universe" in first[0]:
            return Metas([_universe(*pair) for pair in document if _is_pair(pair)])
        if isinstance(first[1], list):
            return _predictions(document)
        return Unused()
    return Unused() if first is None else "a list of unknown rows"


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], list)


def _universe(meta: Any, ctxs: list[Any] | None) -> Universe:
    if not isinstance(meta, dict) or not isinstance(meta.get("universe"), list):
        raise msgspec.ValidationError("a dex without a universe")
    assets = [_convert(row, Asset) for row in meta["universe"]]
    named = next((asset.name for asset in assets if asset is not None), "")
    token = meta.get("collateralToken", 0)
    return Universe(
        dex=dex_of(named),
        assets=assets,
        quote="USDC" if token == 0 else f"token:{str(token)[:16]}",
        ctxs=None if ctxs is None else [_convert(row, Ctx) for row in ctxs],
    )


def _predictions(document: list[Any]) -> Predictions:
    by_coin: list[tuple[str, Prediction]] = []
    unreadable = 0
    for row in document:
        try:
            coin, venues = msgspec.convert(row, tuple[str, list[tuple[str, Any]]])
            for venue, forecast in venues:
                if venue == "HlPerp" and forecast is not None:
                    by_coin.append((coin, msgspec.convert(forecast, Prediction, strict=False)))
        except msgspec.ValidationError:
            unreadable += 1
    return Predictions(by_coin, unreadable)


def _rows(document: list[Any], kind: type[Row]) -> tuple[list[Row], int]:
    rows = [row for row in (_convert(item, kind) for item in document) if row is not None]
    return rows, len(document) - len(rows)


def _convert(item: Any, kind: type[Row]) -> Row | None:
    try:
        return msgspec.convert(item, kind, strict=False)
    except msgspec.ValidationError:
        return None


def settled_interval_s(stamp_ns: int) -> int:
    """The interval that a settled rate is for, from its stamp.

    Read from the row itself and not from the distance to its neighbour: a missing hour would
    otherwise pass for an interval of two.
    """
    return HOUR_S if hour_floor_ns(stamp_ns) >= HOURLY_SINCE_NS else 8 * HOUR_S


def tick_exponent(price: float, sz_decimals: int) -> int:
    """The power of ten by which prices near `price` may move.

    At most five significant figures and at most 6 - szDecimals decimals; whole numbers always.
    """
    by_figures = Decimal(repr(price)).adjusted() - (SIGNIFICANT_FIGURES - 1)
    return min(max(by_figures, sz_decimals - MAX_PRICE_DECIMALS), 0)


def power_of_ten(exponent: int) -> float:
    """The float nearest to 10**exponent, as if it had been read from text."""
    return float(f"1e{exponent}")


def instrument(
    venue: str, at_ns: int, asset: Asset, quote: str, mark: float | None, fees: tuple[float, float]
) -> Instrument | None:
    """A listed perp in base units; None for a name that is no perp. `fees` are (taker, maker).

    `mark` is in the venue's units and decides the tick, which is None without it. A builder dex
    adds its own share to the fees, so those are not known.
    """
    named = name_of(asset.name)
    if named is None or not 0 <= asset.sz_decimals <= MAX_PRICE_DECIMALS + 2:
        return None
    symbol, contract = named
    shift = round(math.log10(contract))
    lot = power_of_ten(shift - asset.sz_decimals)
    taker, maker = (None, None) if dex_of(asset.name) else fees
    leverage = asset.max_leverage if asset.max_leverage and asset.max_leverage > 0 else None
    return Instrument(
        venue=venue,
        recv_ns=at_ns,
        symbol=symbol,
        native=asset.name,
        base=symbol.rpartition(":")[2],
        quote=quote,
        tick=None
        if mark is None
        else power_of_ten(tick_exponent(mark, asset.sz_decimals) - shift),
        lot=lot,
        min_size=lot,
        min_notional_usd=MIN_NOTIONAL_USD,
        contract=contract,
        funding_interval_s=HOUR_S,
        max_leverage=leverage,
        mmf=None if leverage is None else 1.0 / (2.0 * leverage),
        taker_fee=taker,
        maker_fee=maker,
        status="delisted" if asset.is_delisted else "active",
    )


def ask(name: str, weight: int, key: str = "", background: bool = False, **question: Any) -> Fetch:
    """A question to the info endpoint; keyword names are the venue's own."""
    return Fetch(
        name=name,
        path=PATH,
        method="POST",
        body=msgspec.json.encode(question).decode(),
        weight=weight,
        key=key,
        background=background,
    )


class History:
    """How far the settled funding of one coin is known, and when to ask on.

    Pages begin at `startTime` inclusive and hold at most 500 rows, though old replies held more.
    """

    __slots__ = ("_coin", "_due_ns", "_start_ms")

    def __init__(self, coin: str, at_ns: int) -> None:
        self._coin = coin
        self._start_ms = (at_ns - HISTORY_NS) // NS_PER_MS
        self._due_ns = at_ns

    def fetch(self, at_ns: int) -> Fetch | None:
        """The next page, when it is due."""
        if at_ns < self._due_ns:
            return None
        self._due_ns = at_ns + ANSWER_NS
        hours = (at_ns - self._start_ms * NS_PER_MS) // HOUR_NS + 1
        return ask(
            "funding_history",
            weight=20 + math.ceil(min(max(hours, 1), PAGE_ROWS) / 20),
            key=self._coin,
            background=True,
            type="fundingHistory",
            coin=self._coin,
            startTime=self._start_ms,
        )

    def answered(self, last_ms: int | None, at_ns: int) -> None:
        """A page ended at `last_ms` (None: it was empty). Goes on until the running hour."""
        progressed = last_ms is not None and last_ms >= self._start_ms
        if last_ms is not None and progressed:
            self._start_ms = last_ms + 1
        reached = self._start_ms * NS_PER_MS >= hour_floor_ns(at_ns)
        if progressed and not reached:
            self._due_ns = at_ns
        else:
            self._due_ns = hour_floor_ns(at_ns - SETTLED_AFTER_NS) + HOUR_NS + SETTLED_AFTER_NS

    def failed(self, at_ns: int) -> None:
        self._due_ns = at_ns + RETRY_NS
