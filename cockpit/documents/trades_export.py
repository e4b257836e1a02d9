"""Rows of trades for spreadsheets and tax tools: one a fill, payment and fee, in UTC.

Only what a venue told of itself is a row: fills with their number, payments with their stamp. What
was only seen (a position that changed, an opening) is left out and named, because a tax tool would
take it for a record. Amounts are those of the trade's share of the position.

`csv`: the columns of `CSV`; `kind` is fill, fee or funding. `usd` is cash flow, received is
positive: of a fill what it realised against the average entry, of one that opens none.
`koinly` and `cointracker`: columns of their universal imports, see the manual.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from cockpit.core.account import Account
from cockpit.core.units import utc
from cockpit.portfolio.trades.funding import since_opening
from cockpit.portfolio.trades.holdings import Holdings
from cockpit.portfolio.trades.realised import realised
from cockpit.state.trades import TradeLeg, TradeRecord
from cockpit.state.view import MarketView

Format = Literal["csv", "koinly", "cointracker"]
Kind = Literal["fill", "fee", "funding"]
KOINLY: Final = (
    "Date", "Sent Amount", "Sent Currency", "Received Amount", "Received Currency", "Fee Amount",
    "Fee Currency", "Net Worth Amount", "Net Worth Currency", "Label", "Description", "TxHash",
)  # fmt: skip
COINTRACKER: Final = (
    "Date", "Received Quantity", "Received Currency", "Sent Quantity", "Sent Currency",
    "Fee Amount", "Fee Currency", "Tag",
)  # fmt: skip
_RESULT: Final = ("margin gain", "margin loss")
CSV: Final = (
    "at_utc", "trade", "name", "kind", "venue", "account", "symbol", "id", "side", "size", "price",
    "usd",
)  # fmt: skip


class ExportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened. `size` and `price` are those of a fill, `size` also of a payment.

    `usd` is cash flow, received is positive; None for a fill that opens, or whose entry nobody
    told. `currency` is the coin that flows.
    """

    at_ns: int
    trade: str
    name: str
    kind: Kind
    venue: str
    account: str
    symbol: str
    id: str
    currency: str
    size: float | None = None
    price: float | None = None
    usd: float | None = None


class Export(msgspec.Struct, frozen=True):
    """Rows, oldest first, and in words what is not in them; `warnings` in a document."""

    rows: tuple[ExportRow, ...]
    left_out: tuple[str, ...] = msgspec.field(name="warnings")


def rows(view: MarketView, now_ns: int) -> Export:
    """What every trade, open or over, did."""
    holdings = Holdings(view, now_ns)
    found: list[ExportRow] = []
    left_out = [
        f"{Account(book.venue, book.address)} is not read now: what it did is not in the rows"
        for book in view.accounts()
        if book.status != "unknown" and book.is_stale(now_ns)
    ]
    for record in (*view.trades.closed, *view.trades.open.values()):
        for leg in record.legs:
            found += _fills(view, record, leg, left_out)
            found += _payments(view, holdings, record, leg, left_out)
    found.sort(key=lambda row: (row.at_ns, row.trade, row.venue, row.kind, row.id))
    return Export(tuple(found), tuple(dict.fromkeys(left_out)))


def csv_text(found: Iterable[ExportRow], format_: Format) -> str:
    """The rows in the columns of one tool, with its header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if format_ == "csv":
        writer.writerow(CSV)
        writer.writerows(_plain(row) for row in found)
        return text.getvalue()
    columns: Sequence[str] = KOINLY if format_ == "koinly" else COINTRACKER
    writer.writerow(columns)
    for row in found:
        if row.usd is None:
            # A perpetual that is opened moves no coin: only fees and results do.
            continue
        cells = _koinly(row) if format_ == "koinly" else _cointracker(row)
        writer.writerow([cells.get(column, "") for column in columns])
    return text.getvalue()


def _fills(
    view: MarketView, record: TradeRecord, leg: TradeLeg, left_out: list[str]
) -> list[ExportRow]:
    found = []
    records = view.trades
    legs = records.fills if record.closed_ns is None else records.closed_fills.get(record.id, {})
    fills = legs.get(leg.key, ())
    for fill, closing in zip(fills, realised(fills), strict=True):
        if fill.source != "venue":
            left_out.append(
                f"{record.name or record.id}: {leg.key.venue} does not tell its fills of "
                f"{leg.key.symbol}: they are not in the rows"
            )
            continue
        row = _row(view, record, leg, fill.at_ns, fill.fill)
        usd = None if closing.usd is None else closing.usd * leg.share
        found.append(replace(row, size=fill.size * leg.share, price=fill.price, usd=usd))
        if closing.closed and closing.usd is None:
            left_out.append(
                f"{record.name or record.id}: the entry of {leg.key.venue}/{leg.key.symbol} is not "
                "told: what closing it realised is not in the rows"
            )
        if fill.fee_usd is None:
            left_out.append(f"{leg.key.venue}: the fee of fill {fill.fill} is not told in dollars")
        elif fill.fee_usd:
            found.append(replace(row, kind="fee", usd=-fill.fee_usd * leg.share))
    return found


def _payments(
    view: MarketView,
    holdings: Holdings,
    record: TradeRecord,
    leg: TradeLeg,
    left_out: list[str],
) -> list[ExportRow]:
    book, key = holdings.book(leg.key), leg.key
    known = [] if book is None else book.payments(key.pool, key.symbol)
    position = holdings.position(key) if record.closed_ns is None else None
    found = since_opening(known, position, leg.opened_ns) if book is not None else None
    if found is None:
        left_out.append(
            f"{record.name or record.id}: the payments of {key.venue}/{key.symbol} since its "
            "opening are not known: they are not in the rows"
        )
        return []
    end_ns = record.closed_ns or holdings.now_ns
    return [
        replace(
            _row(view, record, leg, payment.venue_ns or payment.recv_ns, ""),
            kind="funding",
            size=None if payment.size is None else payment.size * leg.share,
            usd=payment.usd * leg.share,
        )
        for payment in found
        if (payment.venue_ns or payment.recv_ns) <= end_ns
    ]


def _row(view: MarketView, record: TradeRecord, leg: TradeLeg, at_ns: int, id: str) -> ExportRow:
    """What every row of a leg has, as a fill of nothing yet."""
    market = view.market(leg.key.venue, leg.key.symbol)
    listed = None if market is None else market.instrument
    place = (leg.key.venue, leg.key.account, leg.key.pool, leg.key.symbol)
    return ExportRow(
        at_ns=at_ns,
        trade=record.id,
        name=record.name,
        kind="fill",
        venue=leg.key.venue,
        account=leg.key.account,
        symbol=leg.key.symbol,
        id=id or "-".join([*filter(None, place), str(at_ns)]),
        currency=listed.quote if listed is not None else "USD",
    )


def cells_of(row: ExportRow) -> tuple[str | float | None, ...]:
    """One row in the columns of `CSV`, its figures as numbers."""
    side = ""
    if row.size is not None:
        is_long = row.size > 0
        names = ("long", "short") if row.kind == "funding" else ("buy", "sell")
        side = names[0] if is_long else names[1]
    return (
        _time(row.at_ns), row.trade, row.name, row.kind, row.venue, row.account, row.symbol, row.id,
        side, None if row.size is None else abs(row.size), row.price, row.usd,
    )  # fmt: skip


def _plain(row: ExportRow) -> list[str]:
    return [_text(cell) for cell in cells_of(row)]


def _text(cell: str | float | None) -> str:
    """A cell of a file; text that a spreadsheet would run as a formula is marked as text."""
    if not isinstance(cell, str):
        return _number(cell)
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell


def _koinly(row: ExportRow) -> Mapping[str, str]:
    """A receipt or a payment of the quote coin. Labels: `realized gain` for whatever a perpetual
    brought or cost, `cost` for a fee that was paid."""
    usd = row.usd or 0.0
    way = "Received" if usd >= 0 else "Sent"
    label = "cost" if row.kind == "fee" and usd < 0 else "realized gain"
    return {
        "Date": _time(row.at_ns, seconds=True),
        f"{way} Amount": _number(abs(usd)),
        f"{way} Currency": row.currency,
        "Label": label,
        "Description": f"{row.kind} {row.venue} {row.symbol} {row.trade}",
        "TxHash": _text(row.id),
    }


def _cointracker(row: ExportRow) -> Mapping[str, str]:
    """The same with CoinTracker's tags of a margin account; its dates are American."""
    usd = row.usd or 0.0
    way = "Received" if usd >= 0 else "Sent"
    gain, loss = ("margin rebate", "margin fee") if row.kind == "fee" else _RESULT
    return {
        "Date": f"{utc(row.at_ns):%m/%d/%Y %H:%M:%S}",
        f"{way} Quantity": _number(abs(usd)),
        f"{way} Currency": row.currency,
        "Tag": gain if usd >= 0 else loss,
    }


def _time(at_ns: int, *, seconds: bool = False) -> str:
    if seconds:
        return f"{utc(at_ns):%Y-%m-%d %H:%M:%S} UTC"
    return utc(at_ns).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _number(value: float | None) -> str:
    """Every digit that it takes to read the same number back, without an exponent."""
    if value is None:
        return ""
    text = f"{value:.12f}".rstrip("0").rstrip(".")
    return text or "0"
