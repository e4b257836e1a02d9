"""What Hyperliquid's info endpoint is asked and answers, told apart by shape.

One URL answers every question, and a recording may hold any answer under any name. So the shape
decides: universes (alone, with contexts, or for every dex), predictions, settled funding, a book.
Answers that we have no use for are known by their shape too.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from cockpit.venues.contract import Fetch
from cockpit.venues.hyperliquid.messages import BookData, Ctx, Millis, Wire, dex_of
from cockpit.venues.kit import decoding

PATH = "/info"
JSON = msgspec.json.Decoder(Any)
Row = TypeVar("Row")


class Asset(Wire):
    """A row of the universe. Optional fields are absent, not false."""

    name: str
    sz_decimals: int
    max_leverage: float | None = None
    margin_table_id: int | None = None
    is_delisted: bool = False


class TierRow(Wire):
    """From a notional in USD on, the highest leverage that is allowed."""

    lower_bound: float
    max_leverage: float


class Table(Wire):
    margin_tiers: list[TierRow]


class Universe(msgspec.Struct, gc=False):
    """One dex. Positions are identities; None stands for a row that could not be read."""

    dex: str
    assets: list[Asset | None]
    quote: str
    ctxs: list[Ctx | None] | None
    tables: dict[int, list[TierRow]] = {}
    """Margin tables by their id. An id below 50 without a table is a leverage for every size."""


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


class Answered(msgspec.Struct, gc=False, kw_only=True):
    """`unreadable` counts the rows that made no sense; the others are good."""

    unreadable: int = 0


class Metas(Answered):
    """At least one dex with at least one readable row."""

    universes: list[Universe]


class Predictions(Answered):
    by_coin: list[tuple[str, Prediction]]


class SettledPage(Answered):
    """Rows, oldest first."""

    rows: list[SettledRow]


class Book(Answered):
    data: BookData


class Unused(Answered):
    """An answer that we know and say nothing about."""


Answer = Metas | Predictions | SettledPage | Book | Unused


def read(body: str) -> Answer | str:
    """The answer in a body, or a sentence that says why there is none."""
    document = decoding.decode(JSON, body)
    if document is None:
        return "the venue answered null: it knows no such market"
    try:
        if isinstance(document, dict):
            return _read_object(document)
        if isinstance(document, list):
            return _read_list(document)
    except msgspec.ValidationError as error:
        return str(error)
    return document if isinstance(document, str) else "an answer of unknown shape"


def _read_object(document: dict[str, Any]) -> Answer | str:
    if "universe" in document:
        return _metas([(document, None)])
    if "levels" in document:
        return Book(data=msgspec.convert(document, BookData, strict=False))
    return Unused() if document else "an empty answer"


def _read_list(document: list[Any]) -> Answer | str:
    if not document:
        return SettledPage(rows=[])
    first = document[0]
    if isinstance(first, dict):
        if "universe" in first:
            if len(document) == 2 and isinstance(document[1], list):
                return _metas([(first, document[1])])
            return _metas([(meta, None) for meta in document])
        if "fundingRate" in first:
            rows = [row for row in (_convert(item, SettledRow) for item in document) if row]
            rows.sort(key=lambda row: row.time)
            return SettledPage(rows=rows, unreadable=len(document) - len(rows))
        return Unused()
    if isinstance(first, list) and len(first) == 2:
        if isinstance(first[0], dict) and "universe" in first[0]:
            return _metas([pair if _is_pair(pair) else (None, None) for pair in document])
        if any(_is_pair(row) for row in document):
            return _predictions(document)
        return Unused()
    return Unused() if first is None else "a list of unknown rows"


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], list)


def _metas(pairs: Sequence[Sequence[Any]]) -> Metas | str:
    """Universes with their contexts, or without (None)."""
    universes: list[Universe] = []
    unreadable = 0
    for meta, ctxs in pairs:
        rows = meta.get("universe") if isinstance(meta, dict) else None
        if not isinstance(rows, list):
            unreadable += 1
            continue
        assets = [_convert(row, Asset) for row in rows]
        unreadable += assets.count(None)
        named = next((asset.name for asset in assets if asset is not None), None)
        if named is None:
            continue
        if ctxs is not None and len(ctxs) != len(rows):
            unreadable += 1
            ctxs = None
        token = meta.get("collateralToken", 0)
        universe = Universe(
            dex=dex_of(named),
            assets=assets,
            quote="USDC" if token == 0 else f"token:{str(token)[:16]}",
            ctxs=None if ctxs is None else [_convert(row, Ctx) for row in ctxs],
            tables=_tables(meta.get("marginTables")),
        )
        universes.append(universe)
    return Metas(universes=universes, unreadable=unreadable) if universes else "no market in it"


def _tables(rows: Any) -> dict[int, list[TierRow]]:
    """Those that can be read: old recordings have none."""
    found: dict[int, list[TierRow]] = {}
    for row in rows if isinstance(rows, list) else ():
        try:
            number, table = msgspec.convert(row, tuple[int, Table], strict=False)
        except msgspec.ValidationError:
            continue
        found[number] = table.margin_tiers
    return found


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
    return Predictions(by_coin=by_coin, unreadable=unreadable)


def _convert(item: Any, kind: type[Row]) -> Row | None:
    try:
        return msgspec.convert(item, kind, strict=False)
    except msgspec.ValidationError:
        return None


def ask(
    name: str, question: dict[str, Any], weight: int, *, key: str = "", background: bool = False
) -> Fetch:
    """A question to the info endpoint, in the venue's own words."""
    return Fetch(
        name=name,
        path=PATH,
        method="POST",
        body=msgspec.json.encode(question).decode(),
        weight=weight,
        key=key,
        background=background,
    )
