"""What Nado says of accounts: a wallet's subaccounts, each with balances and weighted healths.

A subaccount is 32 bytes: the address and a name of twelve. An isolated position is a subaccount of
its own: product, number of the parent, "iso". `v_quote_balance` falls by what was bought and takes
funding as it is paid, so that size x price + v_quote_balance is what a position is worth. Positions
of all products are listed, flat ones with 0.
Sources: https://docs.nado.xyz/developer-resources/api (subaccount info, isolated positions,
subaccounts, interest & funding payments), github.com/nadohq/nado-contracts.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.kit.parameters import Parameters, Refusal
from cockpit.sim.faces.nado import messages as wire
from cockpit.sim.faces.nado.messages import X18, Row
from cockpit.sim.world import margin
from cockpit.sim.world.accounts import MICROS, Account, Position
from cockpit.sim.world.contract import MarketState, VenueWorld

SUBACCOUNT = re.compile(r"(0x[0-9a-fA-F]{40})[0-9a-fA-F]{24}")
NO_SUBACCOUNT = Refusal(2024, "The provided address is invalid.")
MOST_PAYMENTS = 100
HOURS_A_YEAR = 8_760
PER_MICRO = X18 // MICROS


class Holding(NamedTuple):
    """A subaccount: its USDT0 (micro-dollars), and its positions with their markets."""

    subaccount: str
    spot: int
    positions: Sequence[tuple[MarketState, Position]]


def name_of(one: Account) -> str:
    return f"default_{one.number}" if one.number else "default"


def parent(world: VenueWorld, one: Account) -> Holding:
    rows = [
        (world.by_symbol[position.symbol], position)
        for position in one.positions.values()
        if not position.isolated
    ]
    spot = one.quote_micros - sum(v_quote(position) for _, position in rows)
    return Holding(one.address + name_of(one).encode().hex().ljust(24, "0"), spot, rows)


def isolated(world: VenueWorld, one: Account) -> Iterator[Holding]:
    """Open ones."""
    for position in one.positions.values():
        if position.isolated:
            state = world.by_symbol[position.symbol]
            name = f"{one.address}{state.listing.market_id:016x}{one.number:02x}{b'iso'.hex()}"
            yield Holding(name, position.quote_micros - v_quote(position), [(state, position)])


def v_quote(position: Position) -> int:
    return position.funding_micros - position.sign * position.entry_micros


# --- queries -----------------------------------------------------------------------------------


def subaccount_info(world: VenueWorld, asked: Parameters) -> Row:
    wanted, found = _asked(world, asked)
    holding = next((one for _, one in found if one.subaccount == wanted), None)
    held = holding or Holding(wanted, 0, ())
    by_id = {state.listing.market_id: (state, position) for state, position in held.positions}
    states = [state for state in world.markets.values() if state.mark is not None]
    return {
        "subaccount": wanted, "exists": holding is not None, "healths": healths(held),
        "spot_count": 1, "perp_count": len(states), "spot_balances": [_spot(held)],
        "perp_balances": [
            _balance(state, by_id.get(state.listing.market_id, (state, None))[1])
            for state in states
        ],
        "spot_products": [_product(None)], "perp_products": [_product(state) for state in states],
    }  # fmt: skip


def isolated_positions(world: VenueWorld, asked: Parameters) -> Row:
    wanted, found = _asked(world, asked)
    mine = [one for one, holding in found if holding.subaccount == wanted]
    rows = []
    for holding in isolated(world, mine[0]) if mine else ():
        ((state, position),) = holding.positions
        rows.append(
            {
                "subaccount": holding.subaccount, "quote_balance": _spot(holding),
                "base_balance": _balance(state, position), "quote_product": _product(None),
                "base_product": _product(state), "healths": healths(holding),
            }
        )  # fmt: skip
    return {"isolated_positions": rows}


def healths(holding: Holding) -> list[dict[str, str]]:
    """Initial, maintenance, unweighted: what the balances are worth less what must be kept."""
    told = []
    for fraction in ("imf", "mmf", None):
        parts = [holding.spot]
        for state, position in holding.positions:
            worth = margin.value(state, position)
            kept = round(abs(worth) * getattr(state.listing, fraction)) if fraction else 0
            parts.append(worth + v_quote(position) - kept)
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


def _balance(state: MarketState, position: Position | None) -> Row:
    lots, micros = (position.lots, v_quote(position)) if position else (0, 0)
    return {
        "product_id": state.listing.market_id,
        "balance": {
            "amount": wire.exact(lots, state.listing.size_decimals),
            "v_quote_balance": str(micros * PER_MICRO),
            "last_cumulative_funding_x18": wire.x18(state.funding_index),
        },
    }


def _product(state: MarketState | None) -> Row:
    """The quote, without a market, is worth 1 and weighs 1."""
    price, imf, mmf = "1" + 18 * "0", 0.0, 0.0
    if state is not None:
        price = wire.exact(margin.mark_ticks(state), state.listing.price_decimals)
        imf, mmf = state.listing.imf, state.listing.mmf
    weights = {
        "long_weight_initial_x18": X18 - round(imf * X18),
        "short_weight_initial_x18": X18 + round(imf * X18),
        "long_weight_maintenance_x18": X18 - round(mmf * X18),
        "short_weight_maintenance_x18": X18 + round(mmf * X18),
    }
    row: Row = {
        "product_id": state.listing.market_id if state else wire.QUOTE_ID,
        "oracle_price_x18": price,
        "risk": {name: str(weight) for name, weight in weights.items()} | {"price_x18": price},
    }
    if state is not None:
        both = wire.exact(2 * state.open_interest_lots, state.listing.size_decimals)
        paid = wire.x18(state.funding_index)
        row["state"] = {
            "cumulative_funding_long_x18": paid, "cumulative_funding_short_x18": paid,
            "available_settle": "0", "open_interest": both,
        }  # fmt: skip
    return row


# --- archive -----------------------------------------------------------------------------------


def subaccounts(world: VenueWorld, asked: Parameters, values: Row) -> Row:
    """All of a wallet, isolated ones among them."""
    rows: list[Row] = []
    for one in world.accounts.of(asked.text("address", "none")):
        for holding in (parent(world, one), *isolated(world, one)):
            is_isolated = holding.subaccount.endswith(b"iso".hex())
            name = "0x" + holding.subaccount[42:] if is_isolated else name_of(one)
            rows.append(
                {
                    "id": str(100 + len(rows)), "subaccount": holding.subaccount,
                    "address": one.address, "subaccount_name": name,
                    "created_at": str(one.created_ns // NS_PER_S), "isolated": is_isolated,
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
    rows: list[Row] = []
    for one, holding in found:
        if holding.subaccount != wanted:
            continue
        is_isolated = wanted.endswith(b"iso".hex())
        apart = {row.symbol for row in (*one.closed, *one.positions.values()) if row.isolated}
        mine = {position.symbol for _, position in holding.positions} if is_isolated else None
        for payment in reversed(one.payments):
            state = world.by_symbol[payment.symbol]
            index = payment.at_ns // 1000 * 1000 + state.listing.market_id
            if payment.symbol not in mine if mine is not None else payment.symbol in apart:
                continue
            if state.listing.market_id in product_ids and index <= most:
                rows.append(
                    {
                        "product_id": state.listing.market_id,
                        "idx": str(index),
                        "timestamp": str(payment.at_ns // NS_PER_S),
                        "amount": str(payment.micros * PER_MICRO),
                        "balance_amount": wire.exact(payment.lots, state.listing.size_decimals),
                        "rate_x18": wire.x18(payment.rate * HOURS_A_YEAR),
                        "oracle_price_x18": wire.x18(payment.reference),
                    }
                )
    rows.sort(key=lambda row: int(row["idx"]), reverse=True)
    following = rows[limit]["idx"] if len(rows) > limit else None
    return {"interest_payments": [], "funding_payments": rows[:limit], "next_idx": following}
