"""Shapes of Hyperliquid's account messages and answers, and what one row of them says.

`accounts.py` has signs, units and evidence.
"""

from collections.abc import Iterable
from typing import Any, Literal, TypeVar

import msgspec

from cockpit.core.account import short_address
from cockpit.core.events import Margin, Position
from cockpit.venues.hyperliquid.messages import VENUE, Millis, Wire, dex_of, name_of
from cockpit.venues.hyperliquid.rest_messages import JSON
from cockpit.venues.kit import decoding, numbers

AGENT_OF = "an agent (API) wallet holds nothing itself; follow its account "
NO_ACCOUNT = "missing"
USDC = 0
"""The token in which the first dex, and most of the others, keep their collateral."""


class Summary(Wire):
    account_value: float
    total_margin_used: float | None = None


class Leverage(Wire):
    """What the trader chose for one coin: `type` is cross or isolated."""

    type: str
    value: float | None = None

    @property
    def mode(self) -> Literal["cross", "isolated"] | None:
        """None for a word that we do not know."""
        return self.type if self.type in ("cross", "isolated") else None  # type: ignore[return-value]


class CumFunding(Wire):
    since_open: float | None = None


class PositionRow(Wire):
    """`szi` is signed, `position_value` is not. Old recordings lack the last ones.

    `margin_used` of an isolated position is its cash (negative where it is lent) and its value.
    """

    coin: str
    szi: float
    entry_px: float | None = None
    position_value: float | None = None
    unrealized_pnl: float | None = None
    liquidation_px: float | None = None
    margin_used: float | None = None
    max_leverage: float | None = None
    leverage: Leverage | None = None
    cum_funding: CumFunding | None = None


class AssetPosition(Wire):
    position: PositionRow


class State(Wire):
    """One dex of an account. Published recordings may lack either summary, or the time."""

    asset_positions: list[AssetPosition]
    margin_summary: Summary | None = None
    cross_margin_summary: Summary | None = None
    cross_maintenance_margin_used: float | None = None
    withdrawable: float | None = None
    time: Millis | None = None

    @property
    def dex(self) -> str:
        """The dex as its coins name it; empty without positions."""
        return dex_of(self.asset_positions[0].position.coin) if self.asset_positions else ""


class PaidRow(Wire):
    """A funding payment; `usdc` is cash flow, positive when received.

    The documentation has a blank before a figure, which only the slower reading of text forgives.
    """

    time: Millis
    coin: str
    usdc: float | str
    szi: float | str | None = None
    funding_rate: float | str | None = None


class RestPaidRow(Wire):
    """The same, as REST wraps it."""

    time: Millis
    delta: dict[str, Any]


class Balance(Wire):
    """A spot balance. `total` counts what is held for orders and as margin, profit included."""

    token: int
    total: float
    hold: float = 0.0


class Spot(Wire):
    """Spot balances; outcomes among them have no token."""

    balances: list[dict[str, Any]]

    def usdc(self) -> Balance:
        """The balance of token 0; one that is not listed is none. ValidationError."""
        found = next((row for row in self.balances if row.get("token") == USDC), None)
        return Balance(token=USDC, total=0.0) if found is None else _lax(found, Balance)


class Paid(msgspec.Struct, gc=False):
    """Payments, oldest first, and how many rows could not be read."""

    rows: list[PaidRow]
    unreadable: int = 0


class Role(Wire):
    """What an address is: user, vault, subAccount, agent (of `data.user`) or missing."""

    role: str
    data: dict[str, Any] | None = None

    def describe(self) -> str:
        if self.role != "agent":
            return self.role
        owner = self.data.get("user") if self.data else None
        return AGENT_OF + (short_address(owner) if isinstance(owner, str) else "")


class Mode(msgspec.Struct, gc=False):
    """How an account keeps its collateral, in the venue's word."""

    word: str


class Dexs(msgspec.Struct, gc=False):
    names: tuple[str, ...]


Answer = State | Paid | Role | Mode | Dexs | Spot
STATE: msgspec.json.Decoder[State | str] = msgspec.json.Decoder(State, strict=False)
_BY_FIELD: dict[str, type[State | Spot | Role]] = {
    "assetPositions": State, "balances": Spot, "role": Role,
}  # fmt: skip
Kind = TypeVar("Kind")


def is_known(body: str) -> bool:
    """Whether a body without a question looks like an answer that we read."""
    word = '"assetPositions"' if body.lstrip().startswith("{") else '"delta"'
    return word in body


def read(body: str) -> Answer | str:
    """The answer in a body by its shape, or why there is none."""
    document = decoding.decode(JSON, body)
    try:
        if isinstance(document, dict):
            kinds = (kind for field, kind in _BY_FIELD.items() if field in document)
            if (kind := next(kinds, None)) is not None:
                return _lax(document, kind)
        elif isinstance(document, list):
            if document and document[0] is None:
                return _dexs(document)
            return paid(document)
        elif isinstance(document, str) and body.lstrip().startswith('"'):
            return Mode(document)
    except msgspec.ValidationError as error:
        return str(error)
    if document is None:
        return "the venue answered null"
    return document if isinstance(document, str) else "an answer of unknown shape"


def _dexs(document: list[Any]) -> Dexs:
    names = [row.get("name") for row in document if isinstance(row, dict)]
    return Dexs(tuple(name for name in names if isinstance(name, str) and name.isprintable()))


def paid(document: Iterable[Any]) -> Paid:
    """Payments, flat or as REST wraps them; other changes of the ledger are left out."""
    rows: list[PaidRow] = []
    unreadable = 0
    for item in document:
        try:
            if isinstance(item, dict) and "delta" in item:
                wrapped = _lax(item, RestPaidRow)
                if wrapped.delta.get("type") != "funding":
                    continue
                item = {**wrapped.delta, "time": wrapped.time}
            rows.append(_lax(item, PaidRow))
        except msgspec.ValidationError:
            unreadable += 1
    return Paid(sorted(rows, key=lambda row: row.time), unreadable)


def _lax(document: Any, kind: type[Kind]) -> Kind:
    return msgspec.convert(document, kind, strict=False)


def position(
    account: str, dex: str, row: PositionRow, at_ns: int, venue_ns: int | None
) -> Position | None:
    """One open position; None for what is no perp. ValueError for a size that cannot be."""
    named = name_of(row.coin)
    if named is None:
        return None
    symbol, contract = named
    units = numbers.finite(row.szi)
    if units is None:
        raise ValueError(f"{symbol}: impossible size")
    entry, value = numbers.positive(row.entry_px), numbers.positive(row.position_value)
    liquidation, leverage = numbers.positive(row.liquidation_px), row.leverage
    charged = None if row.cum_funding is None else numbers.finite(row.cum_funding.since_open)
    mode = None if leverage is None else leverage.mode
    most = numbers.positive(row.max_leverage)
    return Position(
        venue=VENUE,
        recv_ns=at_ns,
        venue_ns=venue_ns,
        symbol=symbol,
        account=account,
        size=units * contract,
        entry=None if entry is None else entry / contract,
        mark=None if value is None or units == 0.0 else value / abs(units) / contract,
        liquidation=None if liquidation is None else liquidation / contract,
        upnl=numbers.finite(row.unrealized_pnl),
        # Minus zero is no figure of its own.
        funding_paid=None if charged is None else 0.0 - charged,
        pool=dex,
        leverage=None if leverage is None else numbers.positive(leverage.value),
        margin_mode=mode,
        isolated_equity=numbers.finite(row.margin_used) if mode == "isolated" else None,
        mmf=None if most is None else 1 / (2 * most),
    )


def margin_of(account: str, dex: str, state: State, at_ns: int, venue_ns: int | None) -> Margin:
    """The collateral of one dex; ValueError where neither summary says what it is worth."""
    summary = state.margin_summary or state.cross_margin_summary
    if summary is None or numbers.finite(summary.account_value) is None:
        raise ValueError("no account value")
    cross = state.cross_margin_summary
    return Margin(
        venue=VENUE,
        recv_ns=at_ns,
        venue_ns=venue_ns,
        account=account,
        equity=numbers.finite(summary.account_value),
        used=numbers.finite(summary.total_margin_used),
        available=numbers.finite(state.withdrawable),
        pool=dex,
        maintenance=numbers.finite(state.cross_maintenance_margin_used),
        cross_equity=None if cross is None else numbers.finite(cross.account_value),
    )
