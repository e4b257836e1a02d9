"""Shapes of Hyperliquid's account messages and answers, and what one row of them says.

`accounts.py` has signs, units and evidence. A figure is read on its own, so that one that is odd
costs no other: `odd` collects the names of those.
"""

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from cockpit.core.account import short_address
from cockpit.core.events import AccountFill, FundingPayment, Margin, Position
from cockpit.core.units import NS_PER_MS
from cockpit.venues.hyperliquid.messages import VENUE, Number, Wire, dex_of, name_of
from cockpit.venues.kit.account_ledger import checked
from cockpit.venues.kit.fields import Ms, Price
from cockpit.venues.kit.numbers import finite, positive

AGENT_OF = "an agent (API) wallet holds nothing itself; follow its account "
NO_ACCOUNT = "missing"
FEE_COIN = "USDC"
_MODES: dict[str, Literal["cross", "isolated"]] = {"cross": "cross", "isolated": "isolated"}
USDC = 0
"""The token in which the first dex, and most of the others, keep their collateral."""


class Summary(Wire):
    account_value: Number = None
    total_margin_used: Number = None


class Leverage(Wire):
    """What the trader chose for one coin: `type` is cross or isolated."""

    type: str
    value: Number = None


class CumFunding(Wire):
    since_open: Number = None


class PositionRow(Wire):
    """`szi` is signed, `position_value` is not. Old recordings lack the last ones.

    `margin_used` of an isolated position is its cash (negative where it is lent) and its value.
    """

    coin: str
    szi: Number
    entry_px: Number = None
    position_value: Number = None
    unrealized_pnl: Number = None
    liquidation_px: Number = None
    margin_used: Number = None
    max_leverage: Number = None
    leverage: Leverage | None = None
    cum_funding: CumFunding | None = None


class AssetPosition(Wire):
    position: PositionRow


class State(Wire):
    """One dex of an account. Published recordings may lack either summary, or the time."""

    asset_positions: list[AssetPosition]
    margin_summary: Summary | None = None
    cross_margin_summary: Summary | None = None
    cross_maintenance_margin_used: Number = None
    withdrawable: Number = None
    time: Number = None

    @property
    def dex(self) -> str:
        """The dex as its coins name it; empty without positions."""
        return dex_of(self.asset_positions[0].position.coin) if self.asset_positions else ""

    @property
    def venue_ns(self) -> int | None:
        """The time of the reading; None for one that cannot be."""
        try:
            return msgspec.convert(self.time, Ms, strict=False) * NS_PER_MS
        except msgspec.ValidationError:
            return None


class PaidRow(Wire):
    """A funding payment; `usdc` is cash flow, positive when received. REST wraps it in `delta`."""

    time: Ms
    coin: str
    usdc: Number
    szi: Number = None
    funding_rate: Number = None


class FillRow(Wire):
    """One trade of the address; `start_position` is signed, `fee` in `fee_token`."""

    coin: str
    px: Price
    sz: Price
    side: Literal["A", "B"]
    time: Ms
    tid: int
    start_position: Number = None
    fee: Number = None
    fee_token: str = ""


class Balance(Wire):
    """A spot balance. `total` counts what is held for orders and as margin, profit included."""

    token: int
    total: float
    hold: Number = None


class Spot(Wire):
    """Spot balances; outcomes among them have no token."""

    balances: list[dict[str, Any]]

    def usdc(self) -> Balance | None:
        """The balance of token 0; None where the list has none. ValidationError."""
        found = next((row for row in self.balances if row.get("token") == USDC), None)
        return None if found is None else msgspec.convert(found, Balance, strict=False)


class Role(Wire):
    """What an address is: user, vault, subAccount, agent (of `data.user`) or missing."""

    role: str
    data: dict[str, Any] | None = None

    def describe(self) -> str:
        if self.role != "agent":
            return self.role
        owner = self.data.get("user") if self.data else None
        return AGENT_OF + (short_address(owner) if isinstance(owner, str) else "")


class Dex(Wire):
    name: str


class Mode:
    """How an account keeps its collateral, in the venue's word. ValueError for what is none."""

    def __init__(self, word: object) -> None:
        if not isinstance(word, str):
            raise ValueError("expected a word")
        self.word = word


STATE: "msgspec.json.Decoder[State | str]" = msgspec.json.Decoder(State, strict=False)
DECODERS: dict[str, "msgspec.json.Decoder[Any]"] = {
    question: msgspec.json.Decoder(kind, strict=False, dec_hook=lambda kind, value: kind(value))
    for question, kind in {
        "state": State, "paid": list[dict[str, Any]], "role": Role, "mode": Mode, "spot": Spot,
        "dexs": list[Dex | None],
    }.items()
}  # fmt: skip
"""By the question. The venue's own dex is null in the list of dexes."""


def question_of(key: str, body: str) -> str:
    """What a reply answers: its key says it, or else the body; empty for what we never ask."""
    if key:
        return key.partition("/")[0]
    if body.lstrip().startswith("{"):
        return "state" if '"assetPositions"' in body else ""
    return "paid" if '"delta"' in body else ""


def paid(document: Iterable[dict[str, Any]]) -> tuple[list[PaidRow], int]:
    """Payments, oldest first, and how many could not be read; other changes are left out."""
    rows: list[PaidRow] = []
    unreadable = 0
    for item in document:
        delta = item.get("delta")
        if isinstance(delta, dict):
            if delta.get("type") != "funding":
                continue
            item = {**delta, "time": item.get("time")}
        try:
            rows.append(msgspec.convert(item, PaidRow, strict=False))
        except msgspec.ValidationError:
            unreadable += 1
    return sorted(rows, key=lambda row: row.time), unreadable


def _figure(name: str, value: Number, odd: list[str]) -> float | None:
    number = finite(value)
    if number is None and value is not None:
        odd.append(name)
    return number


def position(
    account: str, dex: str, state: State, row: PositionRow, at_ns: int, odd: list[str]
) -> Position | None:
    """One open position; None for what is no perp. ValueError for a size that cannot be."""
    named, units = name_of(row.coin), finite(row.szi)
    if named is None:
        return None
    symbol, contract = named
    if units is None:
        raise ValueError(f"{symbol}: impossible size")

    def read(field: str, value: Number, scale: float = 1.0) -> float | None:
        number = _figure(f"{field} of {symbol}", value, odd)
        return None if number is None else number / scale

    leverage = row.leverage or Leverage(type="")
    value, most = read("positionValue", row.position_value), read("maxLeverage", row.max_leverage)
    worth = positive(value)
    charged = read("sinceOpen", (row.cum_funding or CumFunding()).since_open)
    mode, used = _MODES.get(leverage.type), read("marginUsed", row.margin_used)
    return Position(
        venue=VENUE, recv_ns=at_ns, venue_ns=state.venue_ns, symbol=symbol, account=account,
        pool=dex, size=units * contract,
        entry=positive(read("entryPx", row.entry_px, contract)),
        mark=worth / abs(units) / contract if worth and positive(abs(units)) else None,
        liquidation=positive(read("liquidationPx", row.liquidation_px, contract)),
        upnl=read("unrealizedPnl", row.unrealized_pnl),
        # Minus zero is no figure of its own.
        funding_paid=None if charged is None else 0.0 - charged,
        leverage=positive(read("leverage", leverage.value)),
        margin_mode=mode,
        isolated_equity=used if mode == "isolated" else None,
        mmf=1 / (2 * most) if positive(most) and most else None,
    )  # fmt: skip


def positions(account: str, dex: str, state: State, at_ns: int, odd: list[str]) -> list[Position]:
    """Every open position of one dex. ValueError for a size that cannot be, or two of a coin."""
    rows = [asset.position for asset in state.asset_positions]
    read = [position(account, dex, state, row, at_ns, odd) for row in rows]
    return checked(row for row in read if row is not None)


def margin_of(account: str, dex: str, state: State, at_ns: int, odd: list[str]) -> Margin:
    """The collateral of one dex; ValueError where neither summary says what it is worth."""
    cross = state.cross_margin_summary
    summary = state.margin_summary or cross
    if summary is None or summary.account_value is None:
        raise ValueError("no account value")
    return Margin(
        venue=VENUE, recv_ns=at_ns, venue_ns=state.venue_ns, account=account, pool=dex,
        equity=_figure("accountValue", summary.account_value, odd),
        used=_figure("totalMarginUsed", summary.total_margin_used, odd),
        available=_figure("withdrawable", state.withdrawable, odd),
        maintenance=_figure("maintenance", state.cross_maintenance_margin_used, odd),
        cross_equity=None if cross is None else _figure("cross value", cross.account_value, odd),
    )  # fmt: skip


def payment(account: str, row: PaidRow, at_ns: int) -> FundingPayment | None:
    """One payment; None for what is no perp, and where the amount is no number."""
    named, usd, size = name_of(row.coin), finite(row.usdc), finite(row.szi)
    if named is None or usd is None:
        return None
    symbol, contract = named
    return FundingPayment(
        venue=VENUE, recv_ns=at_ns, venue_ns=row.time * NS_PER_MS, symbol=symbol, account=account,
        usd=usd, pool=dex_of(symbol), size=None if size is None else size * contract,
        rate=finite(row.funding_rate),
    )  # fmt: skip


def fills(document: Iterable[dict[str, Any]]) -> tuple[list[FillRow], int]:
    """Trades, oldest first, and how many could not be read."""
    rows: list[FillRow] = []
    unreadable = 0
    for item in document:
        try:
            rows.append(msgspec.convert(item, FillRow, strict=False))
        except msgspec.ValidationError:
            unreadable += 1
    return sorted(rows, key=lambda row: row.time), unreadable


def fill(account: str, row: FillRow, at_ns: int) -> AccountFill | None:
    """One trade; None for what is no perp."""
    named = name_of(row.coin)
    if named is None:
        return None
    symbol, contract = named
    units, before = row.sz if row.side == "B" else -row.sz, finite(row.start_position)
    return AccountFill(
        venue=VENUE, recv_ns=at_ns, venue_ns=row.time * NS_PER_MS, symbol=symbol, account=account,
        fill=str(row.tid), size=units * contract, price=row.px / contract, pool=dex_of(symbol),
        fee=finite(row.fee) if row.fee_token == FEE_COIN else None,
        before=None if before is None else before * contract,
    )  # fmt: skip
