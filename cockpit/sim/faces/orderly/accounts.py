"""What Orderly's Public Info API says of accounts: state and funding payments by address.

An address has an account with each brand. Quantities are text, signed; a fee above zero is paid by
the account; what was due lately is accrued, not settled, and shows no fee yet.
Sources: https://orderly.network/docs/build-on-omnichain/public-info-api (account).
"""

import hashlib

from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import dollars, plain
from cockpit.sim.faces.kit.pages import sealed_page
from cockpit.sim.faces.kit.parameters import Parameters, Refusal
from cockpit.sim.faces.orderly.messages import FIXED, Row
from cockpit.sim.world import margin
from cockpit.sim.world.accounts import Account, FundingPayment
from cockpit.sim.world.contract import VenueWorld

BRANDS = {1: "woofi_pro", 2: "modetrade", 3: "orderly"}
ACCRUED_NS = 600 * NS_PER_S
"""How long a payment waits for its settlement."""


def account_id(one: Account) -> str:
    text = f"{one.address} {BRANDS[one.number]}"
    return f"0x{hashlib.sha256(text.encode()).hexdigest()}"


def _owned(world: VenueWorld, asked: Parameters) -> list[Account]:
    """The accounts of an address, or the one of them that is asked for."""
    owned = world.accounts.of(asked.text("address"))
    wanted = asked.text("account_id", "-")
    found = [one for one in owned if wanted in ("-", account_id(one))]
    if not found:
        raise Refusal("ADDRESS_NOT_FOUND", "address not found", 404)
    return found


def state(world: VenueWorld, asked: Parameters) -> Json:
    """All accounts of an address, or a flat object of the one that was asked for."""
    rows = [_state(world, one) for one in _owned(world, asked)]
    address = {"address": asked.text("address")}
    return address | (rows[0] if "account_id" in asked else {"accounts": rows})


def _state(world: VenueWorld, one: Account) -> Row:
    now = margin.standing(world, one)
    held = [margin.valued(world, one, position) for position in one.positions.values()]
    profit = sum(row.profit for row in held)
    return FIXED["account"] | {
        "margin_ratio": _ratio(now.equity, now.value),
        "initial_margin_ratio": _ratio(now.used, now.value),
        "maintenance_margin_ratio": _ratio(now.maintenance, now.value),
        "broker_id": BRANDS[one.number], "account_id": account_id(one),
        "account_value": dollars(now.equity), "free_collateral": dollars(max(0, now.available)),
        "total_collateral_value": dollars(now.equity - profit),
        "total_unrealized_pnl": dollars(profit), "positions": [_position(one, row) for row in held],
    }  # fmt: skip


def _ratio(part: int, whole: int) -> str:
    return plain(part / whole, 6) if whole else "0"


def _position(one: Account, held: margin.Valued) -> Row:
    market, listing, position = held.state, held.state.listing, held.position
    profit, liquidation = dollars(held.profit), held.liquidation_price
    return FIXED["position"] | {
        "symbol": listing.native, "side": "LONG" if position.lots > 0 else "SHORT",
        "position_qty": market.size_text(position.lots), "notional": dollars(abs(held.value)),
        "average_open_price": plain(held.entry_price or 0.0, 12),
        "mark_price": plain(market.mark or 0.0, listing.price_decimals),
        "unrealized_pnl": profit, "unsettled_pnl": profit, "imr": str(listing.imf),
        "mmr": str(listing.mmf), "leverage": listing.max_leverage,
        "est_liq_price": None if liquidation is None else plain(liquidation, 12),
        "opened_at": position.opened_ns // NS_PER_MS, "updated_at": one.updated_ns // NS_PER_MS,
    }  # fmt: skip


def payments(world: VenueWorld, asked: Parameters) -> Json:
    """Newest first, by the page."""
    begin_ns = asked.moment_ns("start_time", 0)
    due = [p for one in _owned(world, asked) for p in one.payments if p.at_ns >= begin_ns]
    due.sort(key=lambda payment: payment.at_ns, reverse=True)
    page, following = sealed_page(due, asked, asked.limit(100, 500))
    return {"rows": [_payment(world, payment) for payment in page], "next_cursor": following}


def _payment(world: VenueWorld, payment: FundingPayment) -> Row:
    market = world.by_symbol[payment.symbol]
    is_accrued = world.now_ns() - payment.at_ns < ACCRUED_NS
    fee = 0 if is_accrued else -payment.micros
    interval_ns = market.rule.interval_s * NS_PER_S
    return {
        "symbol": market.listing.native, "funding_rate": plain(payment.rate, 8),
        "funding_fee": dollars(fee), "position_qty": market.size_text(payment.lots),
        "mark_price": plain(payment.reference, market.listing.price_decimals),
        "funding_rate_timestamp": payment.at_ns // interval_ns * interval_ns // NS_PER_MS,
        "payment_type": "Pay" if fee > 0 else "Receive" if fee < 0 else None,
        "funding_status": "Accrued" if is_accrued else "Settled", "margin_mode": "CROSS",
    }  # fmt: skip
