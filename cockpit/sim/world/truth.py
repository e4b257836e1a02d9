"""The world's own state in base units, independent of every face, and the hands on its clock.

A price is the float of the venue's own text divided by the contract, a size the float of the text
times the contract: the very operations by which a client gets there, so that equal is equal.
"""

from typing import Any

import msgspec

from cockpit.core.errors import ConfigError
from cockpit.core.market import Side
from cockpit.core.units import hourly
from cockpit.sim.world import margin
from cockpit.sim.world.accounts import MICROS, Account, Position
from cockpit.sim.world.contract import MarketState
from cockpit.sim.world.venue import SimVenue
from cockpit.sim.world.world import World

MOST_STEP_S = 30 * 86_400.0
MOST_INTERVAL_S = 86_400


def document(world: World) -> dict[str, Any]:
    """What `GET /truth` answers; delisted markets are not in it, and a quiet one has its touch."""
    markets, chains, accounts = [], [], []
    for venue in world.venues.values():
        depth = venue.profile.book_depth
        alive = (state for state in venue.markets.values() if state.mark is not None)
        markets += [_market(state, depth) for state in alive]
        if venue.profile.chain:
            chains.append({"venue": venue.name, "height": venue.height, "block_ns": venue.block_ns})
        accounts += [_account(venue, address) for address in venue.accounts.addresses]
    return {
        "at_ns": world.now_ns,
        "markets": markets,
        "chains": chains,
        "accounts": accounts,
        "trades": world.pairs.document(world.now_ns),
    }


def _market(state: MarketState, depth: int | None) -> dict[str, Any]:
    listing = state.listing
    rate = None if state.rate is None else hourly(state.rate, state.rule.interval_s)
    is_continuous = state.rule.accrual == "continuous"
    size = float(state.size_text(state.open_interest_lots))
    return {
        "venue": state.venue,
        "symbol": listing.symbol,
        "bids": _levels(state, Side.BUY, depth),
        "asks": _levels(state, Side.SELL, depth),
        "mark": _per_base(state.mark, listing.contract),
        "index": _per_base(state.index, listing.contract),
        "open_interest_base": size * listing.contract,
        "volume_24h_base": state.day_volume_base,
        "funding_rate_hourly": rate,
        "next_funding_ns": None if is_continuous else state.next_funding_ns,
        "book_seq": state.book_seq,
    }


def _account(venue: SimVenue, address: str) -> dict[str, Any]:
    """All that an address owns at a venue, `parts` being its numbered accounts."""
    accounts = venue.accounts.of(address)
    parts = [_part(venue, account) for account in accounts]
    totals = ("equity_usd", "margin_used_usd", "maintenance_usd")
    return {
        "venue": venue.name,
        "account": address,
        **{name: sum(part[name] for part in parts) for name in totals},
        "positions": [
            _position(venue, account, position)
            for account in accounts
            for position in account.positions.values()
        ],
        "parts": parts,
    }


def _part(venue: SimVenue, account: Account) -> dict[str, Any]:
    now = margin.standing(venue, account)
    return {
        "number": account.number,
        "equity_usd": now.equity / MICROS,
        "margin_used_usd": now.used / MICROS,
        "maintenance_usd": now.maintenance / MICROS,
    }


def _position(venue: SimVenue, account: Account, position: Position) -> dict[str, Any]:
    """Funding is what the position was paid (> 0) or has paid since it was opened."""
    rule, state = margin.rule_of(venue), venue.by_symbol[position.symbol]
    listing = state.listing
    size = float(state.size_text(position.lots)) * listing.contract
    entry = margin.entry_cost(rule, position) / MICROS / abs(size)
    return {
        "number": account.number,
        "symbol": position.symbol,
        "size": size,
        "entry": entry,
        "mark": _per_base(state.mark, listing.contract),
        "upnl_usd": margin.unrealized(rule, state, position) / MICROS,
        "liquidation": _per_base(margin.liquidation(venue, account, position), listing.contract),
        "funding_paid_usd": position.funding_micros / MICROS,
        "isolated": position.isolated,
    }


def _levels(state: MarketState, side: Side, depth: int | None) -> list[tuple[float, float]]:
    contract, best = state.listing.contract, state.best(side)
    shown = state.ladder(side, depth) if state.has_book else [best] if best else []
    return [
        (float(state.price_text(ticks)) / contract, float(state.size_text(lots)) * contract)
        for ticks, lots in shown
    ]


def _per_base(price: float | None, contract: int) -> float | None:
    return None if price is None else price / contract


class Command(msgspec.Struct, frozen=True):
    """What `POST /truth` asks for; None where it does not ask."""

    pause: bool | None = None
    faults: dict[str, Any] | None = None
    step_s: float | None = None
    interval_s: dict[str, int] | None = None
    """`VENUE/SYMBOL` -> the seconds of its funding interval from now on."""


def read_command(body: bytes) -> Command:
    """A command from JSON. ConfigError, in one sentence, for anything else."""
    try:
        table = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"truth: the body is not JSON ({error}).") from error
    keys = Command.__struct_fields__
    if not isinstance(table, dict) or not table:
        raise ConfigError(f"truth: expected an object with {', '.join(keys)}.")
    for key in table:
        if key not in keys:
            raise ConfigError(f"truth: unknown key {key!r}, expected {', '.join(keys)}.")
    try:
        command = msgspec.convert(table, Command)
    except msgspec.ValidationError as error:
        raise ConfigError(f"truth: {error}.") from error
    if command.step_s is not None and not 0 < command.step_s <= MOST_STEP_S:
        raise ConfigError(f"truth: step_s must be above 0 and at most {MOST_STEP_S:.0f}.")
    for market, seconds in (command.interval_s or {}).items():
        if "/" not in market or not 0 < seconds <= MOST_INTERVAL_S:
            raise ConfigError(
                f"truth: interval_s: {market!r}: expected VENUE/SYMBOL and at most "
                f"{MOST_INTERVAL_S} s."
            )
    return command
