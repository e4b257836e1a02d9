"""Shapes of Hyperliquid's account messages and answers, and what one row of them says.

Private to `hyperliquid_account.py`, whose docstring has signs, units and evidence.
"""

from typing import Any, Literal

import msgspec

from cockpit.core.account import short_address
from cockpit.core.events import Margin, Position
from cockpit.venues import kit
from cockpit.venues.hyperliquid_wire import NAME, Millis, Wire, dex_of, name_of

CHANNELS = frozenset({"allDexsClearinghouseState", "clearinghouseState", "userFundings"})
AGENT_OF = "an agent (API) wallet holds nothing itself; follow its account "
NO_ACCOUNT = frozenset({"missing"})


class Summary(Wire):
    account_value: float
    total_margin_used: float | None = None


class Leverage(Wire):
    """What the trader chose for one coin."""

    type: Literal["cross", "isolated"]
    value: float


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
    """A funding payment; `usdc` is cash flow, positive when received."""

    time: Millis
    coin: str
    usdc: float
    szi: float | None = None
    funding_rate: float | None = None


class RestPaidRow(Wire):
    """The same, as REST wraps it."""

    time: Millis
    delta: dict[str, Any]


class OneDexData(Wire):
    user: str
    clearinghouse_state: State
    dex: str = ""


class AllDexsData(Wire):
    user: str
    clearinghouse_states: list[tuple[str, State]]


class FundingsData(Wire):
    user: str
    fundings: list[PaidRow]


class OneDex(Wire, tag_field="channel", tag="clearinghouseState"):
    data: OneDexData


class AllDexs(Wire, tag_field="channel", tag="allDexsClearinghouseState"):
    data: AllDexsData


class UserFundings(Wire, tag_field="channel", tag="userFundings"):
    data: FundingsData


class Paid(msgspec.Struct, gc=False):
    rows: list[PaidRow]


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
    """How an account keeps its collateral."""

    is_unified: bool


class Dexs(msgspec.Struct, gc=False):
    names: tuple[str, ...]


Message = OneDex | AllDexs | UserFundings
Answer = State | Paid | Role | Mode | Dexs
MESSAGE: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message, strict=False)
_JSON = msgspec.json.Decoder(Any)
_UNIFIED = frozenset({"unifiedAccount", "portfolioMargin"})


def is_known(body: str) -> bool:
    """Whether a body without a question looks like an answer that we read."""
    word = '"assetPositions"' if body.lstrip().startswith("{") else '"delta"'
    return word in body


def read(body: str) -> Answer | str:
    """The answer in a body by its shape, or why there is none."""
    document = kit.decode(_JSON, body)
    try:
        if isinstance(document, dict):
            if "assetPositions" in document:
                return msgspec.convert(document, State, strict=False)
            if "role" in document:
                return msgspec.convert(document, Role, strict=False)
        elif isinstance(document, list):
            return _read_list(document)
        elif isinstance(document, str) and body.lstrip().startswith('"'):
            return Mode(document in _UNIFIED)
    except msgspec.ValidationError as error:
        return str(error)
    return document if isinstance(document, str) else "an answer of unknown shape"


def _read_list(document: list[Any]) -> Answer | str:
    if document and document[0] is None:
        names = [row.get("name") for row in document if isinstance(row, dict)]
        return Dexs(tuple(name for name in names if isinstance(name, str) and name.isprintable()))
    rows = msgspec.convert(document, list[RestPaidRow], strict=False)
    paid = [
        msgspec.convert({**row.delta, "time": row.time}, PaidRow, strict=False)
        for row in rows
        if row.delta.get("type") == "funding"
    ]
    return Paid(sorted(paid, key=lambda row: row.time))


def position(
    account: str, dex: str, row: PositionRow, at_ns: int, venue_ns: int | None
) -> Position | None:
    """One open position; None for what is no perp. ValueError for a size that cannot be."""
    named = name_of(row.coin)
    if named is None:
        return None
    symbol, contract = named
    units = kit.finite(row.szi)
    if units is None:
        raise ValueError(f"{symbol}: impossible size")
    entry, value = kit.positive(row.entry_px), kit.positive(row.position_value)
    liquidation, leverage = kit.positive(row.liquidation_px), row.leverage
    charged = None if row.cum_funding is None else kit.finite(row.cum_funding.since_open)
    is_isolated = leverage is not None and leverage.type == "isolated"
    return Position(
        venue=NAME,
        recv_ns=at_ns,
        venue_ns=venue_ns,
        symbol=symbol,
        account=account,
        size=units * contract,
        entry=None if entry is None else entry / contract,
        mark=None if value is None or units == 0.0 else value / abs(units) / contract,
        liquidation=None if liquidation is None else liquidation / contract,
        upnl=kit.finite(row.unrealized_pnl),
        funding_paid=None if charged is None else -charged,
        pool=dex,
        leverage=None if leverage is None else kit.positive(leverage.value),
        margin_mode=None if leverage is None else leverage.type,
        isolated_equity=kit.finite(row.margin_used) if is_isolated else None,
    )


def margin_of(account: str, dex: str, state: State, at_ns: int, venue_ns: int | None) -> Margin:
    """The collateral of one dex; ValueError where neither summary says what it is worth."""
    summary = state.margin_summary or state.cross_margin_summary
    if summary is None or kit.finite(summary.account_value) is None:
        raise ValueError("no account value")
    cross = state.cross_margin_summary
    return Margin(
        venue=NAME,
        recv_ns=at_ns,
        venue_ns=venue_ns,
        account=account,
        equity=kit.finite(summary.account_value),
        used=kit.finite(summary.total_margin_used),
        available=kit.finite(state.withdrawable),
        pool=dex,
        maintenance=kit.finite(state.cross_maintenance_margin_used),
        cross_equity=None if cross is None else kit.finite(cross.account_value),
    )
