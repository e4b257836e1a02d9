"""Trades of the demonstration accounts: legs of one plan over venues, and what each came to.

The truth of a trade is the sum of its fills, payments and fees as the world made them. A fill that
the world made itself met a mark and a reference (the mean of the legs' venues' indexes) at the end
of its step; fills of the pretended past met none. `/truth` splits the profit by the definitions of
the trade, independently of whoever reads it:

    directional  sum of size x (reference now - reference then)
    slippage     sum of size x (mark then - price)
    basis        what prices did, less these two

Where the reference then is not known it is the average price of those fills by size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cockpit.core.units import NS_PER_S
from cockpit.sim.world.accounts import MICROS, Account, AccountFill
from cockpit.sim.world.contract import MarketState, Step
from cockpit.sim.world.venue import SimVenue

Met = tuple[float | None, float | None]
"""Mark and reference in quote per base."""
UNMET: Met = (None, None)


@dataclass(frozen=True, slots=True)
class PairLeg:
    """One leg: an account's position in a market."""

    trade: str
    venue: SimVenue
    account: Account
    symbol: str

    @property
    def state(self) -> MarketState:
        return self.venue.by_symbol[self.symbol]

    @property
    def fills(self) -> list[AccountFill]:
        return [fill for fill in self.account.fills if fill.position.symbol == self.symbol]

    def base(self, lots: int) -> float:
        listing = self.state.listing
        return lots / 10.0**listing.size_decimals * listing.contract

    def price(self, ticks: int) -> float:
        """Quote per base."""
        listing = self.state.listing
        return ticks / 10.0**listing.price_decimals / listing.contract

    @property
    def mark(self) -> float | None:
        state = self.state
        return None if state.mark is None else state.mark / state.listing.contract

    @property
    def index(self) -> float | None:
        state = self.state
        return None if state.index is None else state.index / state.listing.contract


class Pairs:
    """Every trade of the world. `note` after each step, so that what a fill met is known."""

    def __init__(self, venues: Mapping[str, SimVenue]) -> None:
        self._legs: dict[str, list[PairLeg]] = {}
        self._met: dict[tuple[str, int], Met] = {}
        for venue in venues.values():
            for trade, account, symbol in venue.legs:
                leg = PairLeg(trade, venue, account, symbol)
                self._legs.setdefault(trade, []).append(leg)

    def note(self, steps: Mapping[str, Step]) -> None:
        """What the fills of a step met."""
        for legs in self._legs.values():
            for leg in legs:
                step = steps.get(leg.venue.name)
                for fill in step.fills if step else ():
                    if fill.account is leg.account and fill.position.symbol == leg.symbol:
                        self._met[leg.venue.name, fill.trade_id] = leg.mark, _reference(legs)

    def document(self, now_ns: int) -> list[dict[str, Any]]:
        """What `/truth` says of them."""
        return [self._trade(name, legs, now_ns) for name, legs in self._legs.items()]

    def _trade(self, name: str, legs: Sequence[PairLeg], now_ns: int) -> dict[str, Any]:
        rows = [(leg, fill, self._met_by(leg, fill)) for leg in legs for fill in leg.fills]
        reference = _reference(legs)
        bare = [
            (abs(leg.base(f.lots)), leg.price(f.ticks)) for leg, f, met in rows if met[1] is None
        ]
        worth = sum(size * price for size, price in bare)
        assumed = worth / sum(size for size, _ in bare) if bare else None
        price = sum(_cash(leg) for leg in legs)
        price += sum(leg.base(_held(leg)) * (leg.mark or 0.0) for leg in legs)
        directional = sum(
            leg.base(fill.lots) * ((reference or 0.0) - (met[1] or assumed or 0.0))
            for leg, fill, met in rows
        )
        slips = [
            None if met[0] is None else leg.base(fill.lots) * (met[0] - leg.price(fill.ticks))
            for leg, fill, met in rows
        ]
        known = [slip for slip in slips if slip is not None]
        slippage = sum(known) if len(known) == len(slips) else None
        shown = [_leg(leg, now_ns) for leg in legs]
        parts = {
            "directional": directional,
            "basis": price - directional - (slippage or 0.0),
            "funding": sum(leg["funding_paid_usd"] for leg in shown),
            "fees": sum(leg["fees_usd"] for leg in shown),
        }
        return {
            "name": name,
            "symbol": legs[0].symbol,
            "legs": shown,
            "pnl_usd": {
                "total": sum(parts.values()) + (slippage or 0.0),
                **parts,
                "slippage": slippage,
                "accrued": sum(leg["funding_accrued_usd"] for leg in shown),
            },
        }

    def _met_by(self, leg: PairLeg, fill: AccountFill) -> Met:
        return self._met.get((leg.venue.name, fill.trade_id), UNMET)


def _leg(leg: PairLeg, now_ns: int) -> dict[str, Any]:
    fills = leg.fills
    return {
        "venue": leg.venue.name,
        "account": leg.account.address,
        "number": leg.account.number,
        "symbol": leg.symbol,
        "size": leg.base(_held(leg)),
        "opened_ns": fills[0].at_ns if fills else None,
        "fills": len(fills),
        "funding_paid_usd": leg.account.funding_micros(leg.symbol) / MICROS,
        "funding_accrued_usd": _accrued(leg, now_ns),
        "fees_usd": -sum(fill.fee_micros for fill in fills) / MICROS,
    }


def _accrued(leg: PairLeg, now_ns: int) -> float:
    """What the running interval has brought so far: its rate by the time since the last stamp."""
    state, held = leg.state, _held(leg)
    next_ns = state.next_funding_ns
    if not held or next_ns is None or state.rate is None or state.index is None:
        return 0.0
    last = state.last_payment
    began_ns = next_ns - state.rule.interval_s * NS_PER_S if last is None else last[0]
    done = (now_ns - began_ns) / (next_ns - began_ns)
    # Sizes are lots of units, and the index is a unit's: the contract cancels out.
    units = held / 10.0**state.listing.size_decimals
    return -units * state.index * state.rate * done


def _held(leg: PairLeg) -> int:
    position = leg.account.positions.get(leg.symbol)
    return position.lots if position else 0


def _cash(leg: PairLeg) -> float:
    """What its fills brought in, less what they took."""
    return sum(
        (-1 if fill.lots > 0 else 1) * abs(fill.notional_micros) for fill in leg.fills
    ) / MICROS  # fmt: skip


def _reference(legs: Sequence[PairLeg]) -> float | None:
    found = [index for leg in legs if (index := leg.index) is not None]
    return sum(found) / len(found) if found and len(found) == len(legs) else None
