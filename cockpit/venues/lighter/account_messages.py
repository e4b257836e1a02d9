"""Shapes of Lighter's account messages and replies, and what one row of them says.

Private to the venue; `accounts.py` has signs, units and evidence.
"""

from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.json import Decoder

from cockpit.core.events import FundingPayment, Margin, Position
from cockpit.venues.kit.decoding import printable
from cockpit.venues.kit.numbers import SMALLEST, Odd, positive, whole
from cockpit.venues.lighter.mapper import SIGNS, VENUE, stamp_ns
from cockpit.venues.lighter.markets import SPOT_IDS, symbol_of, unit_of
from cockpit.venues.lighter.wire_2025 import guessed_name

Row = dict[str, Any]
"""A row of a list, in which anything may stand, by the venue's own keys."""
FIRST_MILLISECONDS = 10**11


class Answer(Struct, frozen=True, gc=False):
    """The body of `account`, `positionFunding`, or of a refusal."""

    code: int | None = None
    message: str | None = None
    total: int | None = None
    accounts: list[Row] | None = None
    position_fundings: list[Row] | None = None
    next_cursor: str | int | None = None


class Stats(Struct, frozen=True, gc=False):
    """What an account is worth, without its positions."""

    portfolio_value: Any = None
    available_balance: Any = None
    cross_stats: "Stats | None" = None
    total_stats: "Stats | None" = None


class Message(Struct, frozen=True, gc=False):
    """A message of an account channel; which fields it has depends on the channel."""

    type: str
    channel: str = ""
    account: int | None = None
    positions: Row | list[Row] | UnsetType | None = UNSET
    funding_histories: Row | list[Row] | None = None
    stats: Stats | None = None
    timestamp: int | None = None

    @property
    def number(self) -> int | None:
        """`account_all:12`; some deployments write it as it is subscribed to, `account_all/12`."""
        text = self.channel.replace("/", ":").rpartition(":")[2]
        is_index = text.isascii() and text.isdigit() and len(text) < 19
        return int(text) if is_index else self.account


MESSAGE: Decoder[Message] = Decoder(Message, strict=False)
ANSWER: Decoder[Answer] = Decoder(Answer, strict=False)


def rows_of(grouped: Any, odd: list[str]) -> list[Row]:
    """What a message lists of perps: by market, one or several each, or in a bare list."""
    groups = grouped.values() if isinstance(grouped, dict) else [grouped]
    rows = [row for group in groups for row in (group if isinstance(group, list) else [group])]
    read: list[Row] = []
    for row in rows:
        market_id = whole(row.get("market_id")) if isinstance(row, dict) else None
        if market_id is not None:
            read.append({**row, "market_id": market_id})
        elif row is not None:
            odd.append("a row of no market")
    return [row for row in read if row["market_id"] >= 0 and row["market_id"] not in SPOT_IDS]


def positions_of(grouped: Any) -> list[Row]:
    """ValueError where a row is of no market: whose position it is may not be passed over."""
    odd: list[str] = []
    rows = rows_of(grouped, odd)
    if odd or grouped is UNSET:
        raise ValueError(odd[0] if odd else "no positions in it")
    return rows


def name_of(row: Row) -> str:
    """What the venue calls the market of a row."""
    name = row.get("symbol")
    return (printable(name) if isinstance(name, str) else "") or guessed_name(row["market_id"])


def account_of(row: Row) -> int:
    """ValueError where the venue does not say which account this is."""
    number = whole(row.get("account_index", row.get("index")))
    if number is None:
        raise ValueError("an account without an index")
    return number


def position(
    account: str, number: int, row: Row, at_ns: int, odd: Odd, venue_ns: int | None = None
) -> Position:
    """One position, flat ones too. ValueError where its size cannot be."""
    name, sign = name_of(row), whole(row.get("sign")) or 0
    units, unit = odd.number("position", row.get("position")), unit_of(name)
    is_possible = units == 0.0 or (units is not None and abs(units) >= SMALLEST)
    if units is None or not is_possible or (units != 0.0 and sign not in (1, -1)):
        told = row.get("sign"), row.get("position")
        raise ValueError(f"{name}: impossible position {told[0]!r:.9} x {told[1]!r:.20}")
    entry = positive(odd.number("avg_entry_price", row.get("avg_entry_price")))
    liquidation = positive(odd.number("liquidation_price", row.get("liquidation_price")))
    value = abs(odd.number("position_value", row.get("position_value")) or 0.0)
    profit = odd.number("unrealized_pnl", row.get("unrealized_pnl"))
    is_isolated, aside = whole(row.get("margin_mode")) == 1, None
    if is_isolated and profit is not None:
        allocated = odd.number("allocated_margin", row.get("allocated_margin"))
        aside = None if allocated is None else allocated + profit
    return Position(
        venue=VENUE, recv_ns=at_ns, venue_ns=venue_ns, symbol=symbol_of(name), account=account,
        pool=str(number), size=sign * abs(units) * unit.contract if units else 0.0,
        entry=None if entry is None else unit.to_price(entry),
        mark=positive(unit.to_price(value / abs(units))) if units else None,
        liquidation=None if liquidation is None else unit.to_price(liquidation),
        upnl=profit,
        funding_paid=odd.number("total_funding_paid_out", row.get("total_funding_paid_out")),
        leverage=leverage(odd.number("initial_margin", row.get("initial_margin_fraction"))),
        margin_mode="isolated" if is_isolated else "cross",
        isolated_equity=aside,
    )  # fmt: skip


def leverage(initial: float | None) -> float | None:
    """From the initial margin in per cent (`5.00`); the stream's documentation shows a fraction.

    The fraction is of `0.0500`: no market offers more than 100x, so what is below 1 is one. The
    venue cuts it to hundredths of a per cent, and its own requirement is of what is written.
    """
    number = positive(initial)
    return None if number is None else (1.0 if number < 1.0 else 100.0) / number


def margin_of(account: str, row: Row, positions: list[Position], at_ns: int, odd: Odd) -> Margin:
    """The collateral of one account, isolated positions included."""
    equity = odd.number("total_asset_value", row.get("total_asset_value"))
    available = odd.number("available_balance", row.get("available_balance"))
    cross = odd.number("cross_asset_value", row.get("cross_asset_value"))
    initial = odd.number("initial", row.get("cross_initial_margin_requirement"))
    maintenance = odd.number("maintenance", row.get("cross_maintenance_margin_requirement"))
    open_alone = [p for p in positions if p.margin_mode == "isolated" and p.size != 0.0]
    used = None if equity is None or available is None else equity - available
    if initial is not None:
        # An isolated position takes what was set aside for it and its own profit, as in streams.
        asides = [p.isolated_equity for p in open_alone if p.isolated_equity is not None]
        used = initial + sum(asides) if len(asides) == len(open_alone) else None
    return Margin(
        venue=VENUE, recv_ns=at_ns, account=account, pool=str(account_of(row)), equity=equity,
        used=used, available=available, maintenance=maintenance,
        cross_equity=equity if cross is None and not open_alone else cross,
    )  # fmt: skip


def margin_of_stats(
    account: str, message: Message, shown: Margin | None, at_ns: int, odd: Odd
) -> Margin | None:
    """The same from a stream; None if it does not say what the account is worth.

    It never says what must be kept: that stands as it was `shown` last.
    """
    stats = message.stats or Stats()
    equity = odd.number("portfolio_value", stats.portfolio_value)
    available = free = odd.number("available_balance", stats.available_balance)
    if equity is None:
        return None
    cross, cross_equity = stats.cross_stats, None
    whole = odd.number("total", stats.total_stats.portfolio_value) if stats.total_stats else equity
    # Where not, they are no parts of this whole (the documentation's own example leaves them 0).
    if cross is not None and whole == equity:
        cross_equity = odd.number("cross portfolio_value", cross.portfolio_value)
        if cross_equity:
            # Isolated positions take all that stands behind them, as in `margin_of`.
            free = odd.number("cross available_balance", cross.available_balance)
    return Margin(
        venue=VENUE, recv_ns=at_ns, venue_ns=stamp_ns(message.timestamp), account=account,
        pool=str(message.number), equity=equity, available=available, cross_equity=cross_equity,
        used=None if free is None else equity - free,
        maintenance=None if shown is None else shown.maintenance,
    )  # fmt: skip


def payment(
    account: str, pool: str, name: str, row: Row, at_ns: int, odd: Odd
) -> FundingPayment | None:
    """One payment of one account: `change` is cash flow. None for what cannot be.

    Stamps are seconds, or milliseconds.
    """
    usd = odd.number(f"{name} change", row.get("change"))
    units = odd.number("position_size", row.get("position_size"))
    paid = odd.number("timestamp", row.get("timestamp")) or 0.0
    paid_ns = stamp_ns(paid if paid >= FIRST_MILLISECONDS else paid * 1000)
    if usd is None or paid_ns is None:
        odd.append(f"{name}: impossible payment of {usd} at {paid:g}")
        return None
    sign = SIGNS.get(str(row.get("position_side")))
    size = None if units is None or sign is None else sign * abs(units) * unit_of(name).contract
    return FundingPayment(
        venue=VENUE, recv_ns=at_ns, venue_ns=paid_ns, symbol=symbol_of(name), account=account,
        pool=pool, usd=usd, size=size,
    )  # fmt: skip
