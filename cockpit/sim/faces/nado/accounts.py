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
from dataclasses import replace
from typing import NamedTuple

from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.kit.parameters import Parameters, Refusal
from cockpit.sim.faces.nado import messages as wire
from cockpit.sim.faces.nado.messages import X18, Row
from cockpit.sim.world import margin
from cockpit.sim.world.accounts import MICROS, Account, AccountFill, FundingPayment, Position
from cockpit.sim.world.contract import MarketState, VenueWorld, alive

SUBACCOUNT = re.compile(r"(0x[0-9a-fA-F]{40})[0-9a-fA-F]{24}")
ISOLATED = b"iso".hex()
NO_SUBACCOUNT = Refusal(2024, "The provided address is invalid.")
MOST_PAYMENTS, MOST_MATCHES = 100, 500
HOURS_A_YEAR = 8_760
PER_MICRO = X18 // MICROS


class Held(NamedTuple):
    """A position in its market, and its quote balance in micro-dollars."""

    state: MarketState
    position: Position
    v_quote: int


class Holding(NamedTuple):
    """A subaccount: its USDT0 (micro-dollars), and what it holds."""

    subaccount: str
    spot: int
    positions: Sequence[Held]

    @property
    def is_isolated(self) -> bool:
        return self.subaccount.endswith(ISOLATED)


def name_of(one: Account) -> str:
    return f"default_{one.number}" if one.number else "default"


def parent(world: VenueWorld, one: Account) -> Holding:
    rows = [_held(world, one, position) for position in one.positions.values()]
    cross = [row for row in rows if not row.position.isolated]
    spot = one.quote_micros - sum(row.v_quote for row in cross)
    return Holding(one.address + name_of(one).encode().hex().ljust(24, "0"), spot, cross)


def isolated(world: VenueWorld, one: Account) -> Iterator[Holding]:
    """Open ones."""
    for position in one.positions.values():
        if position.isolated:
            row = _held(world, one, position)
            number = row.state.listing.market_id
            name = f"{one.address}{number:016x}{one.number:02x}{ISOLATED}"
            yield Holding(name, position.quote_micros - row.v_quote, [row])


def _held(world: VenueWorld, one: Account, position: Position) -> Held:
    brought = sum(_brought(fill) for fill in one.fills if fill.position is position)
    return Held(world.by_symbol[position.symbol], position, position.funding_micros + brought)


def _brought(fill: AccountFill) -> int:
    """What a fill changed a quote balance by: its worth, after its fee."""
    return (-1 if fill.lots > 0 else 1) * fill.notional_micros - fill.fee_micros


# --- queries -----------------------------------------------------------------------------------


def subaccount_info(world: VenueWorld, asked: Parameters) -> Row:
    wanted, found = _asked(world, asked)
    holding = next((one for _, one in found if one.subaccount == wanted), None)
    held = holding or Holding(wanted, 0, ())
    by_id = {row.state.listing.market_id: row for row in held.positions}
    states = list(alive(world))
    return {
        "subaccount": wanted, "exists": holding is not None, "healths": healths(held),
        "spot_count": 1, "perp_count": len(states), "spot_balances": [_spot(held)],
        "perp_balances": [_balance(one, by_id.get(one.listing.market_id)) for one in states],
        "spot_products": [_product(None)], "perp_products": [_product(one) for one in states],
    }  # fmt: skip


def isolated_positions(world: VenueWorld, asked: Parameters) -> Row:
    wanted, found = _asked(world, asked)
    mine = [one for one, holding in found if holding.subaccount == wanted]
    rows = [
        {
            "subaccount": holding.subaccount, "quote_balance": _spot(holding),
            "base_balance": _balance(row.state, row), "quote_product": _product(None),
            "base_product": _product(row.state), "healths": healths(holding),
        }
        for holding in (isolated(world, mine[0]) if mine else ())
        for row in holding.positions
    ]  # fmt: skip
    return {"isolated_positions": rows}


def healths(holding: Holding) -> list[dict[str, str]]:
    """Initial, maintenance, unweighted: what the balances are worth less what must be kept."""
    told = []
    for fraction in ("imf", "mmf", None):
        parts = [holding.spot]
        for row in holding.positions:
            worth = margin.value(row.state, row.position)
            kept = round(abs(worth) * getattr(row.state.listing, fraction)) if fraction else 0
            parts.append(worth + row.v_quote - kept)
        assets = sum(part for part in parts if part > 0)
        amounts = {"assets": assets, "liabilities": assets - sum(parts), "health": sum(parts)}
        told.append({name: str(amount * PER_MICRO) for name, amount in amounts.items()})
    return told


def _asked(world: VenueWorld, asked: Parameters) -> tuple[str, list[tuple[Account, Holding]]]:
    """The subaccount that is asked for, and all of its address."""
    text = asked.text("subaccount", "none")
    match = SUBACCOUNT.fullmatch(text)
    if match is None:
        raise NO_SUBACCOUNT
    found = []
    for one in world.accounts.of(match[1]):
        found += [(one, holding) for holding in (parent(world, one), *isolated(world, one))]
    return text.lower(), found


def _spot(holding: Holding) -> Row:
    return {"product_id": wire.QUOTE_ID, "balance": {"amount": str(holding.spot * PER_MICRO)}}


def _balance(state: MarketState, held: Held | None) -> Row:
    lots, micros = (held.position.lots, held.v_quote) if held else (0, 0)
    balance = {
        "amount": wire.exact(lots, state.listing.size_decimals),
        "v_quote_balance": str(micros * PER_MICRO),
        "last_cumulative_funding_x18": wire.x18(state.funding_index),
    }
    return {"product_id": state.listing.market_id, "balance": balance}


def _product(state: MarketState | None) -> Row:
    """The quote, without a market, is worth 1 and weighs 1."""
    price, imf, mmf, product_id = str(X18), 0, 0, wire.QUOTE_ID
    if state is not None:
        price = wire.exact(margin.mark_ticks(state), state.listing.price_decimals)
        imf, mmf = round(state.listing.imf * X18), round(state.listing.mmf * X18)
        product_id = state.listing.market_id
    risk = {
        "long_weight_initial_x18": str(X18 - imf), "short_weight_initial_x18": str(X18 + imf),
        "long_weight_maintenance_x18": str(X18 - mmf), "price_x18": price,
        "short_weight_maintenance_x18": str(X18 + mmf),
    }  # fmt: skip
    return {"product_id": product_id, "oracle_price_x18": price, "risk": risk}


# --- archive -----------------------------------------------------------------------------------


def subaccounts(world: VenueWorld, asked: Parameters, values: Row) -> Row:
    """All of a wallet, isolated ones among them."""
    rows: list[Row] = []
    for one in world.accounts.of(asked.text("address", "none")):
        for holding in (parent(world, one), *isolated(world, one)):
            name = "0x" + holding.subaccount[42:] if holding.is_isolated else name_of(one)
            rows.append(
                {
                    "id": str(100 + len(rows)), "subaccount": holding.subaccount,
                    "address": one.address, "subaccount_name": name,
                    "created_at": str(one.created_ns // NS_PER_S),
                    "isolated": holding.is_isolated,
                }
            )  # fmt: skip
    return {"subaccounts": rows}


def interest_and_funding(world: VenueWorld, asked: Parameters, values: Row) -> Row:
    """Newest first; received is positive. The rate is by the year."""
    wanted, found = _asked(world, asked)
    limit, most = asked.whole("limit", low=1, high=MOST_PAYMENTS), asked.whole("max_idx", 2**63 - 1)
    product_ids = values.get("product_ids")
    if not isinstance(product_ids, list):
        raise Refusal(2027, "Invalid parameter: product_ids")
    rows = [
        row
        for one, holding in found
        if holding.subaccount == wanted
        for payment in one.payments
        if _is_of(payment.symbol, one, holding)
        if (row := _payment(world.by_symbol[payment.symbol], payment))["product_id"] in product_ids
        if int(row["idx"]) <= most
    ]
    rows.sort(key=lambda row: int(row["idx"]), reverse=True)
    following = rows[limit]["idx"] if len(rows) > limit else None
    return {"interest_payments": [], "funding_payments": rows[:limit], "next_idx": following}


def _is_of(symbol: str, one: Account, holding: Holding) -> bool:
    """Whether payments of a market are those of a holding: of what was ever set apart, or not."""
    if holding.is_isolated:
        return any(row.position.symbol == symbol for row in holding.positions)
    ever = (*one.closed, *one.positions.values())
    return not any(row.isolated and row.symbol == symbol for row in ever)


def _payment(state: MarketState, payment: FundingPayment) -> Row:
    product_id = state.listing.market_id
    return {
        "product_id": product_id, "idx": str(payment.at_ns // 1000 * 1000 + product_id),
        "timestamp": str(payment.at_ns // NS_PER_S), "amount": str(payment.micros * PER_MICRO),
        "balance_amount": wire.exact(payment.lots, state.listing.size_decimals),
        "rate_x18": wire.x18(payment.rate * HOURS_A_YEAR),
        "oracle_price_x18": wire.x18(payment.reference),
    }  # fmt: skip


def matches(world: VenueWorld, asked: Parameters, values: Row) -> Row:
    """Fills of subaccounts and of what is set apart from them, newest first, with their times
    beside them. What a fill brought is told after its fee."""
    wanted = values.get("subaccounts")
    if not isinstance(wanted, list):
        raise Refusal(2027, "Invalid parameter: subaccounts")
    limit, most = asked.limit(100, MOST_MATCHES), asked.whole("idx", 2**63 - 1)
    fills = [
        fill
        for text in wanted
        if (match := SUBACCOUNT.fullmatch(str(text)))
        for one in world.accounts.of(match[1])
        if parent(world, one).subaccount == str(text).lower()
        for fill in one.fills
        if fill.trade_id <= most
    ]
    fills = sorted(fills, key=lambda fill: -fill.trade_id)[:limit]
    txs = {fill.trade_id: str(fill.at_ns // NS_PER_S) for fill in fills}
    return {
        "matches": [_match(world.by_symbol[fill.position.symbol], fill) for fill in fills],
        "txs": [{"submission_idx": str(one), "timestamp": at} for one, at in txs.items()],
    }


def _match(state: MarketState, fill: AccountFill) -> Row:
    before = Held(state, replace(fill.position, lots=fill.start_lots), 0)
    return {
        "digest": f"0x{fill.trade_id:064x}", "isolated": fill.position.isolated,
        "base_filled": wire.exact(fill.lots, state.listing.size_decimals),
        "quote_filled": str(_brought(fill) * PER_MICRO),
        "fee": str(fill.fee_micros * PER_MICRO), "submission_idx": str(fill.trade_id),
        "pre_balance": {"base": {"perp": _balance(state, before)}, "quote": None},
    }  # fmt: skip
