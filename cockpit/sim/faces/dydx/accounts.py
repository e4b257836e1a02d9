"""What dYdX's Indexer says of subaccounts: equity, positions, fills and funding payments.

Subaccount n is the parent of n + 128, n + 256, …, where isolated positions live. A position's
entry is the average of all that was opened; equity and net funding contain funding that the chain
has not written down yet. Sizes of shorts are negative, of USDC never: its side says debt. There is
neither leverage nor a liquidation price. Sources: https://docs.dydx.xyz/indexer-client/http, and
the Indexer's public source (indexer/services/comlink, request-transformer and helpers).
"""

import uuid
from collections.abc import Iterable
from decimal import Decimal

from cockpit.sim.faces.dydx import messages as wire
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import iso, trimmed
from cockpit.sim.world import margin
from cockpit.sim.world.accounts import (
    Account,
    AccountFill,
    FundingPayment,
    Position,
)
from cockpit.sim.world.chain import height_at
from cockpit.sim.world.contract import MarketState, VenueWorld

PARENTS = 128
ORDER_LONG_TERM = "64"
AVERAGE_STEP = Decimal(1).scaleb(-20)
_IDS = uuid.UUID("0f9da948-a6fb-4c45-9edc-4685c3f3317d")

Row = dict[str, Json]


def children(world: VenueWorld, address: str, parent: int) -> list[Account]:
    return [one for one in world.accounts.of(address) if one.number % PARENTS == parent]


def dollars(micros: int) -> str:
    return trimmed(micros, 6)


def height(world: VenueWorld, at_ns: int) -> str:
    return str(min(height_at(world, at_ns), world.height))


def stable_id(*parts: object) -> str:
    """A UUID, the same for the same parts."""
    return str(uuid.uuid5(_IDS, "/".join(map(str, parts))))


# --- subaccounts -----------------------------------------------------------------------------


def subaccount(world: VenueWorld, account: Account) -> Row:
    now = margin.standing(world, account)
    asset = usdc(account)
    return {
        "address": account.address,
        "subaccountNumber": account.number,
        "equity": dollars(now.equity),
        "freeCollateral": dollars(now.available),
        "openPerpetualPositions": {
            world.by_symbol[position.symbol].listing.native: position_row(world, account, position)
            for position in account.positions.values()
        },
        "assetPositions": {"USDC": asset} if asset else {},
        "marginEnabled": True,
        "updatedAtHeight": height(world, account.updated_ns),
        "latestProcessedBlockHeight": str(world.height),
    }


def parent_subaccount(world: VenueWorld, accounts: list[Account], parent: int) -> Row:
    each = [margin.standing(world, account) for account in accounts]
    return {
        "address": accounts[0].address,
        "parentSubaccountNumber": parent,
        "equity": dollars(sum(one.equity for one in each)),
        "freeCollateral": dollars(sum(one.available for one in each)),
        "childSubaccounts": [subaccount(world, account) for account in accounts],
    }


def usdc(account: Account) -> Row | None:
    """None for nothing at all."""
    if not account.quote_micros:
        return None
    return {
        "size": dollars(abs(account.quote_micros)),
        "symbol": "USDC",
        "side": "LONG" if account.quote_micros > 0 else "SHORT",
        "assetId": "0",
        "subaccountNumber": account.number,
    }


# --- positions -------------------------------------------------------------------------------


def average(state: MarketState, micros: int, lots: int) -> Decimal:
    """Dollars per coin; 0 for none."""
    if not lots:
        return Decimal(0)
    size = Decimal(lots).scaleb(-state.listing.size_decimals)
    return (Decimal(micros).scaleb(-6) / size).quantize(AVERAGE_STEP)


def text(value: Decimal) -> str:
    return wire.plain(f"{value:f}")


def profits(state: MarketState, position: Position, entry: Decimal, exit_: Decimal) -> Row:
    """Realized with net funding, and unrealized at the oracle price."""
    decimals = state.listing.size_decimals
    closed = Decimal(position.closed_lots).scaleb(-decimals)
    funding = Decimal(position.funding_micros).scaleb(-6)
    realized = position.sign * (exit_ - entry) * closed if closed else Decimal(0)
    open_size = Decimal(position.lots).scaleb(-decimals)
    oracle = Decimal(wire.oracle(state) or 0)
    return {
        "realizedPnl": text(realized + funding),
        "unrealizedPnl": text(open_size * (oracle - entry)),
    }


def position_row(world: VenueWorld, account: Account, position: Position) -> Row:
    state = world.by_symbol[position.symbol]
    entry = average(state, position.opened_micros, position.opened_lots)
    exit_ = average(state, position.closed_micros, position.closed_lots)
    closed_ns = position.closed_ns
    return {
        "market": state.listing.native,
        "status": "OPEN" if closed_ns is None else "CLOSED",
        "side": side_of(position),
        "size": wire.size(state, position.lots),
        "maxSize": wire.size(state, position.most_lots),
        "entryPrice": text(entry),
        "exitPrice": text(exit_) if position.closed_lots else None,
        **profits(state, position, entry, exit_),
        "createdAt": iso(position.opened_ns),
        "createdAtHeight": height(world, position.opened_ns),
        "closedAt": None if closed_ns is None else iso(closed_ns),
        "sumOpen": wire.size(state, position.opened_lots),
        "sumClose": wire.size(state, position.closed_lots),
        "netFunding": dollars(position.funding_micros),
        "subaccountNumber": account.number,
    }


def side_of(position: Position) -> str:
    return "LONG" if position.sign > 0 else "SHORT"


def positions(world: VenueWorld, accounts: Iterable[Account], statuses: set[str]) -> list[Row]:
    """Newest first, of the statuses that are asked for, or of all."""
    held = [
        (position.opened_ns, position_row(world, account, position))
        for account in accounts
        for position in (*account.positions.values(), *account.closed)
    ]
    held.sort(key=lambda pair: pair[0], reverse=True)
    return [row for _, row in held if not statuses or row["status"] in statuses]


# --- what happened ---------------------------------------------------------------------------


def fill_row(world: VenueWorld, fill: AccountFill) -> Row:
    state = world.by_symbol[fill.position.symbol]
    return {
        "id": stable_id("fill", fill.trade_id),
        "side": "BUY" if fill.lots > 0 else "SELL",
        "liquidity": "TAKER",
        "type": "LIMIT",
        "market": state.listing.native,
        "marketType": "PERPETUAL",
        "price": wire.price(state, fill.ticks),
        "size": wire.size(state, abs(fill.lots)),
        "fee": dollars(fill.fee_micros),
        "affiliateRevShare": "0",
        "createdAt": iso(fill.at_ns),
        "createdAtHeight": height(world, fill.at_ns),
        "orderId": stable_id("order", fill.trade_id),
        "clientMetadata": "0",
        "subaccountNumber": fill.account.number,
    }


def fills(world: VenueWorld, accounts: Iterable[Account]) -> list[Row]:
    """Newest first."""
    found = [(fill.at_ns, fill_row(world, fill)) for one in accounts for fill in one.fills]
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [row for _, row in found]


def order_row(world: VenueWorld, fill: AccountFill) -> Row:
    """The order of a fill: accounts take what is there, so that each is filled at once."""
    row = fill_row(world, fill)
    return {
        "id": row["orderId"],
        "side": row["side"],
        "size": row["size"],
        "type": "LIMIT",
        "price": row["price"],
        "status": "FILLED",
        "clientId": str(fill.trade_id),
        "updatedAt": row["createdAt"],
        "clobPairId": str(world.by_symbol[fill.position.symbol].listing.market_id),
        "orderFlags": ORDER_LONG_TERM,
        "reduceOnly": False,
        "timeInForce": "IOC",
        "totalFilled": row["size"],
        "goodTilBlock": None,
        "subaccountId": stable_id(fill.account.address, fill.account.number),
        "triggerPrice": None,
        "clientMetadata": row["clientMetadata"],
        "createdAtHeight": row["createdAtHeight"],
        "updatedAtHeight": row["createdAtHeight"],
        "goodTilBlockTime": row["createdAt"],
        "postOnly": False,
        "ticker": row["market"],
    }


def payments(world: VenueWorld, accounts: Iterable[Account], ticker: str | None) -> list[Row]:
    """Newest first, without payments of nothing. `payment` > 0 was received."""
    rows: list[tuple[int, Row]] = []
    for account in accounts:
        indexes: dict[str, float] = {}
        for payment in account.payments:
            index = indexes.get(payment.symbol, 0.0) + payment.rate * payment.reference
            indexes[payment.symbol] = index
            if payment.micros:
                rows.append((payment.at_ns, _payment_row(world, payment, index)))
    rows.sort(key=lambda pair: pair[0], reverse=True)
    return [row for _, row in rows if ticker in (None, row["ticker"])]


def _payment_row(world: VenueWorld, payment: FundingPayment, index: float) -> Row:
    state = world.by_symbol[payment.symbol]
    at_ns = wire.effective_ns(payment.at_ns)
    return {
        "subaccountNumber": str(payment.account.number),
        "createdAt": iso(at_ns),
        "createdAtHeight": height(world, at_ns),
        "perpetualId": str(state.listing.market_id),
        "ticker": state.listing.native,
        "oraclePrice": wire.significant(payment.reference),
        "size": wire.size(state, payment.lots),
        "side": "LONG" if payment.lots > 0 else "SHORT",
        "rate": wire.rate_text(payment.rate),
        "payment": dollars(payment.micros),
        "fundingIndex": wire.rate_text(index),
    }
