"""What Hyperliquid's info endpoint is asked and answers, told apart by shape.

One URL answers every question, and a recording may hold any answer under any name. So the shape
decides: universes (alone, with contexts, or for every dex), predictions, settled funding, a book.
Answers that we have no use for are known by their shape too.
"""

from typing import Any, TypeVar

import msgspec

from cockpit.venues.contract import Fetch
from cockpit.venues.hyperliquid.messages import BookData, ListedCtx, Number, Wire, dex_of
from cockpit.venues.kit import decoding
from cockpit.venues.kit.fields import Ms

JSON = msgspec.json.Decoder(Any)
Row = TypeVar("Row")


class Asset(Wire):
    """A row of the universe. Optional fields are absent, not false."""

    name: str
    sz_decimals: Number = None
    max_leverage: Number = None
    margin_table_id: Number = None
    is_delisted: bool = False


class TierRow(Wire):
    """From a notional in USD on, the highest leverage that is allowed."""

    lower_bound: float
    max_leverage: float


class Table(Wire):
    margin_tiers: list[TierRow]


class Meta(Wire):
    """One dex, its rows unread. Old recordings have no tables and name no collateral."""

    universe: list[Any]
    margin_tables: Any = None
    collateral_token: Any = 0


class Universe(msgspec.Struct, gc=False):
    """One dex. Positions are identities; None stands for a row that could not be read."""

    dex: str
    assets: list[Asset | None]
    quote: str
    ctxs: list[ListedCtx[float | str] | None] | None
    unread: list[str | None] = []
    """The names of rows that could not be read; None where there is none."""
    tables: dict[int, list[TierRow]] = {}
    """Margin tables by their id. An id below 50 without a table is a leverage for every size."""


class Prediction(Wire):
    """The venue's forecast for one coin; the interval is in hours where it is said."""

    funding_rate: Number
    next_funding_time: Ms | None = None
    funding_interval_hours: float | None = None


class SettledRow(Wire):
    coin: str
    funding_rate: Number
    time: Ms
    premium: Number = None


class Answer(msgspec.Struct, gc=False, kw_only=True):
    """What a body says, one of these; nothing where it is known and without use for us.

    `unreadable` counts the rows that made no sense; the others are good. Universes are of at least
    one readable row; settled rows come oldest first, and an empty list is none of them.
    """

    universes: list[Universe] = []
    predictions: list[tuple[str, Prediction]] = []
    settled: list[SettledRow] | None = None
    book: BookData | None = None
    unreadable: int = 0


def read(body: str) -> Answer | str:
    """The answer in a body, or a sentence that says why there is none."""
    document = decoding.decode(JSON, body)
    if document is None:
        return "the venue answered null: it knows no such market"
    try:
        if isinstance(document, dict) and "levels" in document:
            return Answer(book=msgspec.convert(document, BookData, strict=False))
        if isinstance(document, dict | list):
            return _read(document if isinstance(document, list) else [document])
    except msgspec.ValidationError as error:
        return str(error)
    return document if isinstance(document, str) else "an answer of unknown shape"


def _read(rows: list[Any]) -> Answer | str:
    if not rows:
        return Answer(settled=[])
    first = rows[0]
    if isinstance(first, dict) and "universe" in first:
        is_pair = len(rows) == 2 and isinstance(rows[1], list)
        return _metas([rows] if is_pair else [[row, None] for row in rows])
    if isinstance(first, dict) and "fundingRate" in first:
        settled = [row for row in (_convert(item, SettledRow) for item in rows) if row]
        settled.sort(key=lambda row: row.time)
        return Answer(settled=settled, unreadable=len(rows) - len(settled))
    if isinstance(first, list) and first and isinstance(first[0], dict) and "universe" in first[0]:
        return _metas(rows)
    if any(_convert(row, tuple[str, list[Any]]) for row in rows):
        return _predictions(rows)
    return Answer() if first is None or isinstance(first, dict | list) else "a list of unknown rows"


def _metas(pairs: list[Any]) -> Answer | str:
    """Universes, each with its contexts, or without (None)."""
    universes: list[Universe] = []
    unreadable = 0
    for pair in pairs:
        read_pair = _convert(pair, tuple[Meta, list[Any] | None])
        if read_pair is None:
            unreadable += 1
            continue
        meta, ctxs = read_pair
        assets = [_convert(row, Asset) for row in meta.universe]
        unreadable += assets.count(None)
        named = next((asset.name for asset in assets if asset is not None), None)
        if named is None:
            continue
        if ctxs is not None and len(ctxs) != len(assets):
            unreadable += 1
            ctxs = None
        token = meta.collateral_token
        if not (isinstance(token, int) or (isinstance(token, str) and token.isdecimal())):
            unreadable += 1
            token = "?"
        tables = meta.margin_tables if isinstance(meta.margin_tables, list) else []
        read_tables = [_convert(row, tuple[int, Table]) for row in tables]
        universe = Universe(
            dex=dex_of(named),
            assets=assets,
            quote="USDC" if token in (0, "0") else f"token:{str(token)[:16]}",
            ctxs=None if ctxs is None else [_convert(row, ListedCtx[float | str]) for row in ctxs],
            unread=[
                _name(row) for row, asset in zip(meta.universe, assets, strict=True) if not asset
            ],
            tables={row[0]: row[1].margin_tiers for row in read_tables if row is not None},
        )
        universes.append(universe)
    return Answer(universes=universes, unreadable=unreadable) if universes else "no market in it"


def _name(row: object) -> str | None:
    name = row.get("name") if isinstance(row, dict) else None
    return name if isinstance(name, str) else None


def _predictions(rows: list[Any]) -> Answer:
    answer = Answer()
    for row in rows:
        try:
            coin, venues = msgspec.convert(row, tuple[str, list[tuple[str, Any]]])
            for venue, forecast in venues:
                if venue == "HlPerp" and forecast is not None:
                    found = msgspec.convert(forecast, Prediction, strict=False)
                    answer.predictions.append((coin, found))
        except msgspec.ValidationError:
            answer.unreadable += 1
    return answer


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
        name=name, path="/info", method="POST", body=msgspec.json.encode(question).decode(),
        weight=weight, key=key, background=background,
    )  # fmt: skip
