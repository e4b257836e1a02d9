"""Plans that are kept: named, carried out leg by leg elsewhere, and compared with their estimate.

A plan is a file of its own in the state folder. A fill is what the trader says was traded; nothing
here places, changes or cancels an order.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from cockpit.core.errors import InputError
from cockpit.core.market import Market, Side
from cockpit.core.names import did_you_mean
from cockpit.core.plan import Leg, Plan
from cockpit.files import write_atomically

FORMAT = "cockpit-plan/1"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

PriceOf = Callable[[str, str], float | None]
"""Venue and symbol -> USD per base; None where it is not known."""


class Fill(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a leg that was traded: USD per base, base units, fee in USD (a rebate below 0)."""

    price: float
    size: float
    fee_usd: float = 0.0
    at_ns: int | None = None


class SavedLeg(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A leg, the venue's middle price when the plan was made, and what was traded of it."""

    venue: str
    symbol: str
    side: Side
    size: float
    limit: float | None = None
    not_before_ns: int | None = None
    note: str = ""
    mid: float | None = None
    fills: tuple[Fill, ...] = ()

    @property
    def filled(self) -> float:
        """Base units, without a sign; more than `size` if more was traded."""
        return math.fsum(fill.size for fill in self.fills)

    @property
    def left(self) -> float:
        """Base units that remain to be traded; the dust of binary fractions is none."""
        rest = self.size - self.filled
        return rest if rest > 1e-9 * self.size else 0.0

    @property
    def vwap(self) -> float | None:
        """The average price so far."""
        base = self.filled
        return math.fsum(f.price * f.size for f in self.fills) / base if base > 0 else None

    @property
    def cost_usd(self) -> float | None:
        """What the fills cost against `mid`, fees included; None where that is not known."""
        if not self.fills:
            return 0.0
        if self.mid is None:
            return None
        paid = math.fsum((f.price - self.mid) * f.size for f in self.fills)
        return self.side.sign * paid + math.fsum(f.fee_usd for f in self.fills)


class SavedPlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A plan by name. `estimate_usd` is what the calculator expected all legs to cost."""

    name: str
    created_ns: int
    legs: tuple[SavedLeg, ...]
    format: str = FORMAT
    calculator: str = ""
    estimate_usd: float | None = None
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Progress(NamedTuple):
    """How far a plan is. None is not known.

    `unhedged_base` by symbol is the net that was traded less the net that the plan comes to: 0
    when the plan is done, and while its legs keep pace where it is neutral. `unhedged_usd` adds
    up the absolute values. `estimate_so_far_usd` is the estimate's share of what was traded.
    """

    filled_usd: float | None
    planned_usd: float | None
    unhedged_base: dict[str, float]
    unhedged_usd: float | None
    cost_usd: float | None
    estimate_so_far_usd: float | None
    is_done: bool


def keep(
    name: str,
    plan: Plan,
    created_ns: int,
    calculator: str,
    estimate_usd: float | None,
    mids: Mapping[Market, float],
) -> SavedPlan:
    """A calculator's plan under a name. InputError if the name cannot be a file's."""
    _check_name(name)
    legs = (
        SavedLeg(
            venue=leg.venue, symbol=leg.symbol, side=leg.side, size=leg.size, limit=leg.limit,
            not_before_ns=leg.not_before_ns, note=leg.note,
            mid=mids.get(Market(leg.venue, leg.symbol)),
        )
        for leg in plan.legs
    )  # fmt: skip
    return SavedPlan(
        name=name,
        created_ns=created_ns,
        legs=tuple(legs),
        calculator=calculator,
        estimate_usd=estimate_usd,
        assumptions=plan.assumptions,
        warnings=plan.warnings,
    )


def fill(plan: SavedPlan, number: int, done: Fill) -> SavedPlan:
    """The plan with one more fill of leg `number` (from 1). InputError names what is wrong."""
    if not 1 <= number <= len(plan.legs):
        raise InputError(f"leg: {plan.name} has legs 1 to {len(plan.legs)}, not {number}")
    for what, value in (("price", done.price), ("size", done.size)):
        if not (math.isfinite(value) and value > 0):
            raise InputError(f"{what}: is {value:g}; expected a number above 0")
    if not math.isfinite(done.fee_usd):
        raise InputError("fee_usd: expected a number")
    leg = plan.legs[number - 1]
    changed = msgspec.structs.replace(leg, fills=(*leg.fills, done))
    legs = (*plan.legs[: number - 1], changed, *plan.legs[number:])
    return msgspec.structs.replace(plan, legs=legs)


def unfill(plan: SavedPlan, number: int) -> SavedPlan:
    """The plan without the last fill of leg `number`. InputError if it has none."""
    if not 1 <= number <= len(plan.legs) or not plan.legs[number - 1].fills:
        raise InputError(f"leg: leg {number} of {plan.name} has no fill to take back")
    leg = plan.legs[number - 1]
    changed = msgspec.structs.replace(leg, fills=leg.fills[:-1])
    return msgspec.structs.replace(
        plan, legs=(*plan.legs[: number - 1], changed, *plan.legs[number:])
    )


def remaining(plan: SavedPlan) -> Plan:
    """What is left, as a plan of its own: legs that are done are gone."""
    legs = (
        Leg(
            venue=leg.venue, symbol=leg.symbol, side=leg.side, size=float(f"{leg.left:.12g}"),
            limit=leg.limit, not_before_ns=leg.not_before_ns, note=leg.note,
        )
        for leg in plan.legs
        if leg.left > 0
    )  # fmt: skip
    return Plan(legs=tuple(legs), assumptions=plan.assumptions, warnings=plan.warnings)


def progress(plan: SavedPlan, price_of: PriceOf) -> Progress:
    """How far it is, at the prices of now."""
    prices = [price_of(leg.venue, leg.symbol) for leg in plan.legs]
    net: dict[str, float] = {}
    worth: dict[str, float | None] = {}
    for leg, price in zip(plan.legs, prices, strict=True):
        open_base = -leg.side.sign * (leg.size - leg.filled)
        net[leg.symbol] = net.get(leg.symbol, 0.0) + open_base
        worth[leg.symbol] = worth.get(leg.symbol) or price
    size = sum(leg.size for leg in plan.legs)
    net = {s: 0.0 if abs(base) < 1e-9 * size else base for s, base in net.items()}
    planned = _sum(_times(leg.size, p) for leg, p in zip(plan.legs, prices, strict=True))
    filled = _sum(_times(leg.filled, p) for leg, p in zip(plan.legs, prices, strict=True))
    share = filled / planned if filled is not None and planned else None
    return Progress(
        filled_usd=filled,
        planned_usd=planned,
        unhedged_base=net,
        unhedged_usd=_sum(_times(abs(base), worth[s]) for s, base in net.items()),
        cost_usd=_sum(leg.cost_usd for leg in plan.legs),
        estimate_so_far_usd=_times(share, plan.estimate_usd),
        is_done=all(leg.left == 0 for leg in plan.legs),
    )


def _times(amount: float | None, price: float | None) -> float | None:
    """Nothing of an unknown price is still nothing."""
    if amount == 0:
        return 0.0
    return None if amount is None or price is None else amount * price


def _sum(values: Iterable[float | None]) -> float | None:
    """None if any part is not known."""
    found = []
    for value in values:
        if value is None:
            return None
        found.append(value)
    return math.fsum(found)


class PlanStore:
    """The folder of kept plans."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        return sorted(path.stem for path in self._folder.glob("*.json"))

    def save(self, plan: SavedPlan) -> Path:
        """Write it, over one of the same name. InputError if the file cannot be written."""
        _check_name(plan.name)
        path = self._folder / f"{plan.name}.json"
        try:
            write_atomically(path, msgspec.json.format(msgspec.json.encode(plan), indent=1) + b"\n")
        except OSError as error:
            raise InputError(f"plan {plan.name}: cannot be written: {error.strerror}") from error
        return path

    def load(self, name: str) -> SavedPlan:
        """InputError if there is none of that name, or its file is not a plan."""
        _check_name(name)
        try:
            data = (self._folder / f"{name}.json").read_bytes()
        except FileNotFoundError:
            hint = did_you_mean(name, self.names())
            raise InputError(f"there is no plan {name!r}{hint}") from None
        except OSError as error:
            raise InputError(f"plan {name}: cannot be read: {error.strerror}") from error
        return decode(data, f"plan {name}")

    def remove(self, name: str) -> None:
        """InputError if there is none of that name."""
        _check_name(name)
        try:
            (self._folder / f"{name}.json").unlink()
        except FileNotFoundError:
            raise InputError(
                f"there is no plan {name!r}{did_you_mean(name, self.names())}"
            ) from None


def decode(data: bytes, source: str) -> SavedPlan:
    """A plan from its JSON. InputError names the source and the key."""
    try:
        plan = msgspec.json.decode(data, type=SavedPlan)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{source}: is not a plan: {error}") from None
    return checked(plan, source)


def checked(plan: SavedPlan, source: str) -> SavedPlan:
    """The plan, if its format and figures can be used. InputError names the source and the leg."""
    if plan.format != FORMAT:
        raise InputError(f"{source}: format is {plan.format!r}; expected {FORMAT!r}")
    for number, leg in enumerate(plan.legs, 1):
        if not (math.isfinite(leg.size) and leg.size > 0):
            raise InputError(f"{source}: leg {number}: size must be above 0")
        if any(not (part.size > 0 and part.price > 0) for part in leg.fills):
            raise InputError(f"{source}: leg {number}: a fill's price and size must be above 0")
    return plan


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InputError(
            f"plan name {name!r}: expected up to 64 letters, digits, dots, dashes or underscores"
        )
