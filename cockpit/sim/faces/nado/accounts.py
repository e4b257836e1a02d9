"""What Nado says of accounts: a wallet's subaccounts, each with balances and weighted healths.

A subaccount is 32 bytes: the address and a name of twelve. An isolated position is a subaccount of
its own: product, number of the parent, "iso". `v_quote_balance` takes what fills bring, their fees
and funding as it is paid, so that size x price + v_quote_balance is what a position is worth, and
no entry can be had from it. Positions of all products are listed, flat ones with 0.
Sources: https://docs.nado.xyz/developer-resources/api (subaccount info, isolated positions,
subaccounts, matches, interest & funding payments), github.com/nadohq/nado-contracts.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.kit.parameters import Parameters, Refusal
from cockpit.sim.faces.nado import messages as wire
from cockpit.sim.faces.nado.messages import X18, Row
from cockpit.sim.world import margin
from cockpit.sim.world.accounts import MICROS, Account, AccountFill, FundingPayment, Position
from cockpit.sim.world.contract import FundingRule, Listing, MarketState, VenueWorld, alive

SUBACCOUNT = re.compile(r"0x[0-9a-f]{64}")
ISOLATED = b"iso".hex()
ADDRESS_CHARS = 42
NO_SUBACCOUNT = Refusal(2024, "The provided address is invalid.")
MOST_PAYMENTS, MOST_MATCHES = 100, 500
HOURS_A_YEAR = 8_760
LATEST = 2**63 - 1
DOLLAR = Listing("USDT0", "USDT0", wire.QUOTE_ID, 0, 0, imf=0.0, mmf=0.0)
QUOTE = MarketState("nado", DOLLAR, FundingRule(), mark=1.0)
"""What accounts hold is worth 1, and weighs 1."""


class Holding(NamedTuple):
    """A subaccount with its USDT0 (micro-dollars) and what it holds; a stranger's has no owner."""

    subaccount: str
    owner: Account | None = None
    spot: int = 0
    positions: Sequence[Position] = ()

    @property
    def address(self) -> str:
        return self.subaccount[:ADDRESS_CHARS]

    @property
    def is_isolated(self) -> bool:
        return self.subaccount.endswith(ISOLATED)


def holdings(world: VenueWorld, address: str) -> Iterator[Holding]:
    """All of a wallet: each subaccount, then what is set apart from it."""
    for one in world.accounts.of(address):
        cross = [row for row in one.positions.values() if not row.isolated]
        spot = one.quote_micros - sum(row.cash_micros for row in cross)
        yield Holding(subaccount_of(world, one), one, spot, cross)
        for row in one.positions.values():
            if row.isolated:
                spot = row.quote_micros - row.cash_micros
                yield Holding(subaccount_of(world, one, row), one, spot, [row])


def subaccount_of(world: VenueWorld, one: Account, position: Position | None = None) -> str:
    """Of an account, or where it keeps a position."""
    if position is None or not position.isolated:
        return one.address + _name(one).encode().hex().ljust(24, "0")
    number = world.by_symbol[position.symbol].listing.market_id
    return f"{one.address}{number:016x}{one.number:02x}{ISOLATED}"


def _name(one: Account) -> str:
    return f"default_{one.number}" if one.number else "default"


def _asked(world: VenueWorld, asked: Parameters) -> Holding:
    """The subaccount that is asked for."""
    stranger = Holding(asked.text("subaccount", "none").lower())
    if SUBACCOUNT.fullmatch(stranger.subaccount) is None:
        raise NO_SUBACCOUNT
    found = (one for one in holdings(world, stranger.address) if one[0] == stranger[0])
    return next(found, stranger)


def micros_x18(micros: int) -> str:
    return str(micros * (X18 // MICROS))


# --- queries -----------------------------------------------------------------------------------


def subaccount_info(world: VenueWorld, asked: Parameters) -> Row:
    holding = _asked(world, asked)
    held = {row.symbol: row for row in holding.positions}
    states, parts = list(alive(world)), contributions(world, holding)
    last = max((one.listing.market_id for one in states), default=wire.QUOTE_ID)
    return {
        "subaccount": holding.subaccount, "exists": holding.owner is not None,
        "healths": healths(world, holding),
        "health_contributions": [
            [micros_x18(part) for part in parts.get(product_id, (0, 0, 0))]
            for product_id in range(last + 1)
        ],
        "spot_count": 1, "perp_count": len(states), "spot_balances": [_spot(holding)],
        "perp_balances": [_balance(one, held.get(one.listing.symbol)) for one in states],
        **all_products(world, asked),
    }  # fmt: skip


def isolated_positions(world: VenueWorld, asked: Parameters) -> Row:
    """What is set apart from the subaccount that is asked for."""
    parent = _asked(world, asked)
    family = [one for one in holdings(world, parent.address) if one.owner is parent.owner]
    rows = [
        {
            "subaccount": holding.subaccount, "quote_balance": _spot(holding),
            "base_balance": _balance(state, row), "quote_product": _product(QUOTE),
            "base_product": _product(state), "healths": healths(world, holding),
            "quote_healths": [], "base_healths": [],
        }
        for holding in family if holding.is_isolated
        for row in holding.positions
        for state in (world.by_symbol[row.symbol],)
    ]  # fmt: skip
    return {"isolated_positions": rows}


def contributions(world: VenueWorld, holding: Holding) -> dict[int, list[int]]:
    """What each product is worth less what must be kept: initial, maintenance, unweighted."""
    told = {wire.QUOTE_ID: [holding.spot] * 3}
    for row in holding.positions:
        state = world.by_symbol[row.symbol]
        worth, listing = margin.value(state, row), state.listing
        told[listing.market_id] = [
            worth + row.cash_micros - round(abs(worth) * kept)
            for kept in (listing.imf, listing.mmf, 0.0)
        ]
    return told


def healths(world: VenueWorld, holding: Holding) -> list[dict[str, str]]:
    """The sums of what the products contribute."""
    told = []
    for parts in zip(*contributions(world, holding).values(), strict=True):
        assets, rest = sum(part for part in parts if part > 0), sum(parts)
        amounts = {"assets": assets, "liabilities": assets - rest, "health": rest}
        told.append({name: micros_x18(amount) for name, amount in amounts.items()})
    return told


def _spot(holding: Holding) -> Row:
    return {"product_id": wire.QUOTE_ID, "balance": {"amount": micros_x18(holding.spot)}}


def _balance(state: MarketState, held: Position | None, lots: int = 0) -> Row:
    """With `lots` as they once were, where that is asked."""
    balance = {
        "amount": wire.exact(held.lots if held else lots, state.listing.size_decimals),
        "v_quote_balance": micros_x18(held.cash_micros if held else 0),
        "last_cumulative_funding_x18": wire.x18(state.funding_index),
    }
    return {"product_id": state.listing.market_id, "balance": balance}


def _product(state: MarketState) -> Row:
    kind = "quote" if state is QUOTE else "perpetual"
    return wire.row("product", state) | wire.row(kind, state)


def all_products(world: VenueWorld, asked: Parameters) -> Row:
    products = [_product(one) for one in alive(world)]
    return {"spot_products": [_product(QUOTE)], "perp_products": products}


def no_orders(world: VenueWorld, asked: Parameters) -> Row:
    """Nobody here has an order that rests."""
    return {"sender": asked.text("sender"), "product_id": asked.whole("product_id"), "orders": []}


# --- archive -----------------------------------------------------------------------------------


def subaccounts(world: VenueWorld, asked: Parameters) -> Row:
    """All of a wallet, isolated ones among them."""
    rows = [
        {
            "id": str(100 + number), "subaccount": holding.subaccount, "address": one.address,
            "subaccount_name": f"0x{name}" if holding.is_isolated else _name(one),
            "created_at": str(one.created_ns // NS_PER_S), "isolated": holding.is_isolated,
        }
        for number, holding in enumerate(holdings(world, asked.text("address", "none")))
        if (one := holding.owner) and (name := holding.subaccount[ADDRESS_CHARS:])
    ]  # fmt: skip
    return {"subaccounts": rows}


def interest_and_funding(world: VenueWorld, asked: Parameters) -> Row:
    """Newest first; received is positive. The rate is by the year."""
    holding, product_ids = _asked(world, asked), asked.many("product_ids")
    limit, most = asked.whole("limit", low=1, high=MOST_PAYMENTS), asked.whole("max_idx", LATEST)
    rows = [
        row
        for payment in (holding.owner.payments if holding.owner else ())
        if subaccount_of(world, payment.account, payment.position) == holding.subaccount
        if (row := _payment(world.by_symbol[payment.symbol], payment))["product_id"] in product_ids
        if int(row["idx"]) <= most
    ]
    rows.sort(key=lambda row: int(row["idx"]), reverse=True)
    following = rows[limit]["idx"] if len(rows) > limit else None
    return {"interest_payments": [], "funding_payments": rows[:limit], "next_idx": following}


def _payment(state: MarketState, payment: FundingPayment) -> Row:
    product_id = state.listing.market_id
    return {
        "product_id": product_id, "idx": str(payment.at_ns // 1000 * 1000 + product_id),
        "timestamp": str(payment.at_ns // NS_PER_S), "amount": micros_x18(payment.micros),
        "balance_amount": wire.exact(payment.lots, state.listing.size_decimals),
        "rate_x18": wire.x18(payment.rate * HOURS_A_YEAR),
        "oracle_price_x18": wire.x18(payment.reference),
    }  # fmt: skip


def matches(world: VenueWorld, asked: Parameters) -> Row:
    """Fills of subaccounts and of what is set apart from them, newest first, with their times
    beside them. What a fill brought is told after its fee."""
    wanted = {str(text).lower() for text in asked.many("subaccounts")}
    limit, most = asked.limit(100, MOST_MATCHES), asked.whole("idx", LATEST)
    owners = [one for one in world.accounts if subaccount_of(world, one) in wanted]
    fills = [fill for one in owners for fill in one.fills if fill.trade_id <= most]
    shown = sorted(fills, key=lambda fill: -fill.trade_id)[:limit]
    return {
        "matches": [_match(world, fill) for fill in shown],
        "txs": [
            {
                "submission_idx": str(fill.trade_id), "timestamp": str(fill.at_ns // NS_PER_S),
                "tx": {"match_orders": {}},
            }
            for fill in shown
        ],
    }  # fmt: skip


def _match(world: VenueWorld, fill: AccountFill) -> Row:
    state = world.by_symbol[fill.position.symbol]
    before, after = (
        {"base": {"perp": _balance(state, None, lots)}, "quote": None}
        for lots in (fill.start_lots, fill.start_lots + fill.lots)
    )
    price, base = wire.level(state, fill.ticks, fill.lots)
    figures = {
        "digest": f"0x{fill.trade_id:064x}", "isolated": fill.position.isolated, "base": base,
        "quote": micros_x18(fill.cash_micros), "fee": micros_x18(fill.fee_micros),
        "number": str(fill.trade_id), "before": before, "after": after, "price": price,
        "sender": subaccount_of(world, fill.account),
    }  # fmt: skip
    return wire.filled("match", figures.__getitem__)
