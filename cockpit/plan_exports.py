"""A plan as somebody else reads it: TOML, JSON, CSV, and a line a leg to type into a venue."""

import csv
import io
import tomllib
from collections.abc import Callable

import msgspec
import tomli_w

from cockpit.core.errors import InputError
from cockpit.core.plan import Leg
from cockpit.core.units import utc
from cockpit.plans import SavedLeg, SavedPlan, checked

COLUMNS = (
    "leg", "venue", "symbol", "side", "size", "limit", "not_before", "filled", "left", "vwap",
    "cost_usd", "note",
)  # fmt: skip


def to_json(plan: SavedPlan) -> str:
    """The document that `cockpit.plans.decode` reads."""
    return msgspec.json.format(msgspec.json.encode(plan), indent=2).decode() + "\n"


def to_toml(plan: SavedPlan) -> str:
    """What is not known is left out: TOML has no word for it."""
    return tomli_w.dumps(msgspec.to_builtins(plan))


def from_toml(text: str, source: str) -> SavedPlan:
    """A plan from its TOML. InputError names the source and what is wrong with it."""
    try:
        plan = msgspec.convert(tomllib.loads(text), SavedPlan)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputError(f"{source}: is not a plan: {error}") from None
    return checked(plan, source)


def to_csv(plan: SavedPlan) -> str:
    """A row a leg; what is not known is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, leg in enumerate(plan.legs, 1):
        row = (
            number, leg.venue, leg.symbol, leg.side.value, leg.size, leg.limit,
            _time(leg.not_before_ns), leg.filled, leg.left, leg.vwap, leg.cost_usd, leg.note,
        )  # fmt: skip
        writer.writerow(["" if cell is None else _inert(cell) for cell in row])
    return out.getvalue()


def _inert(cell: object) -> object:
    """A text that a spreadsheet would run as a formula stays a text."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@") else cell


def tickets(plan: SavedPlan) -> list[str]:
    """A line for each leg that is not done, with what is left of it."""
    return [ticket(leg, leg.left) for leg in plan.legs if leg.left > 0]


def ticket(leg: Leg | SavedLeg, size: float) -> str:
    """`SELL 1.25 BTC on dydx, limit 60012, from 2025-10-09 08:55:00 UTC`."""
    order = "at market" if leg.limit is None else f"limit {leg.limit:.12g}"
    start = "" if leg.not_before_ns is None else f", from {_time(leg.not_before_ns)}"
    note = f"  # {leg.note}" if leg.note else ""
    side = leg.side.value.upper()
    return f"{side} {size:.12g} {leg.symbol} on {leg.venue}, {order}{start}{note}"


def _time(at_ns: int | None) -> str | None:
    return None if at_ns is None else utc(at_ns).strftime("%Y-%m-%d %H:%M:%S UTC")


EXPORTS: dict[str, Callable[[SavedPlan], str]] = {
    "toml": to_toml,
    "json": to_json,
    "csv": to_csv,
    "txt": lambda plan: "".join(f"{line}\n" for line in tickets(plan)),
}
"""How a plan is written, by the ending of the file."""
