"""Plans that the trader keeps: written down, carried out elsewhere, marked off leg by leg.

A plan is one JSON file, so that a crash cannot leave two halves that disagree. TOML, CSV and one
line a leg are exports, made when asked for. What is expected of a leg is noted when the plan is
kept, so that fills are measured against the market of that moment. Money in USD, costs positive;
sizes in base units.
"""

import contextlib
import csv
import io
import math
import re
import tomllib
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from cockpit.core.errors import InputError
from cockpit.core.plan import Leg
from cockpit.core.units import utc
from cockpit.core.validation import sentence
from cockpit.storage.atomic import write_atomically

FORMAT = "cockpit-plan/1"
EXPORTS = ("toml", "csv", "txt")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_WHOLE = 1e-9
"""Of a leg: what is less than this share of it is rounding, not a rest."""


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """A leg as the market priced it when the plan was kept; None where it could not.

    `mid` is the venue's own; `cost_frac` is impact and taker fee as a fraction of notional.
    """

    mid: float | None = None
    cost_frac: float | None = None
    fee_frac: float | None = None


class Fill(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a leg that was executed; `leg` counts from 0.

    `fee_usd` is what the venue charged (a rebate below 0), None for the fee that was expected.
    `venue_fill` names the fill of a followed account that it is; empty for one marked by hand.
    """

    leg: int
    price: float
    size: float
    at_ns: int
    fee_usd: float | None = None
    venue_fill: str = ""


class SavedPlan(msgspec.Struct, frozen=True, kw_only=True):
    """`expected` is as long as `legs`; `inputs` are the fields of the calculator's form."""

    name: str
    at_ns: int
    calculator: str
    verdict: str
    legs: tuple[Leg, ...]
    expected: tuple[Expected, ...]
    inputs: dict[str, Any] = {}
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    fills: tuple[Fill, ...] = ()
    format: str = FORMAT


class LegProgress(NamedTuple):
    """`average` is the mean price of its fills, None before any. What is overfilled leaves 0."""

    filled: float
    left: float
    average: float | None


class Progress(NamedTuple):
    """How far a plan has come.

    `unhedged` maps a symbol to signed base units: what is filled less what the plan wants in the
    end, so that what is overfilled stands open as well. For two legs that offset each other it is
    what stands alone, for a hedge what is still exposed (with the opposite sign of what must be
    traded). `cost_usd` counts drift since the plan was kept, spread, impact and the fee;
    `estimate_usd` what the same size was expected to cost. Both are None where a price or a fee
    was not known.
    """

    legs: tuple[LegProgress, ...]
    unhedged: dict[str, float]
    cost_usd: float | None
    estimate_usd: float | None
    filled_usd: float
    filled_frac: float

    @property
    def is_done(self) -> bool:
        return all(leg.left == 0 for leg in self.legs)


def progress(plan: SavedPlan) -> Progress:
    """What is left, what stands open, and what it has cost so far."""
    legs = tuple(_leg_progress(plan, i) for i in range(len(plan.legs)))
    unhedged: dict[str, float] = {}
    for leg, done in zip(plan.legs, legs, strict=True):
        open_base = leg.side.sign * (done.filled - leg.size)
        unhedged[leg.symbol] = unhedged.get(leg.symbol, 0.0) + open_base
    cost, estimate, filled_usd = 0.0, 0.0, 0.0
    for one in plan.fills:
        leg, was = plan.legs[one.leg], plan.expected[one.leg]
        usd = one.price * one.size
        filled_usd += usd
        fee = one.fee_usd
        if fee is None:
            fee = math.nan if was.fee_frac is None else was.fee_frac * usd
        mid = math.nan if was.mid is None else was.mid
        cost += leg.side.sign * (one.price - mid) * one.size + fee
        estimate += math.nan if was.cost_frac is None else was.cost_frac * mid * one.size
    return Progress(
        legs=legs,
        unhedged={s: 0.0 if _is_rest(plan, s, base) else base for s, base in unhedged.items()},
        cost_usd=None if math.isnan(cost) else cost,
        estimate_usd=None if math.isnan(estimate) else estimate,
        filled_usd=filled_usd,
        filled_frac=_filled_frac(plan, legs),
    )


def _filled_frac(plan: SavedPlan, done: Sequence[LegProgress]) -> float:
    """Of all legs, by base units where they are of one coin, else by what they were worth; where
    that is not known of all, each leg counts the same."""
    mids = [was.mid for was in plan.expected]
    whole = [leg.size for leg in plan.legs]
    if len({leg.symbol for leg in plan.legs}) > 1:
        worth = [size * mid for size, mid in zip(whole, mids, strict=True) if mid is not None]
        whole = worth if len(worth) == len(whole) else [1.0] * len(whole)
    parts = [
        each * min(one.filled / leg.size, 1.0)
        for each, one, leg in zip(whole, done, plan.legs, strict=True)
        if leg.size
    ]
    return sum(parts) / sum(whole) if sum(whole) else 0.0


def _leg_progress(plan: SavedPlan, number: int) -> LegProgress:
    fills = [fill for fill in plan.fills if fill.leg == number]
    size = plan.legs[number].size
    filled = sum(fill.size for fill in fills)
    usd = sum(fill.size * fill.price for fill in fills)
    left = size - filled
    return LegProgress(
        filled, left if left > size * _WHOLE else 0.0, usd / filled if fills else None
    )


def _is_rest(plan: SavedPlan, symbol: str, base: float) -> bool:
    return abs(base) <= _WHOLE * sum(leg.size for leg in plan.legs if leg.symbol == symbol)


def fill(
    plan: SavedPlan,
    leg: int,
    price: float,
    size: float,
    at_ns: int,
    fee_usd: float | None = None,
) -> SavedPlan:
    """The plan with one more fill that was marked by hand. InputError as `with_fill`."""
    return with_fill(plan, Fill(leg=leg, price=price, size=size, at_ns=at_ns, fee_usd=fee_usd))


def with_fill(plan: SavedPlan, one: Fill) -> SavedPlan:
    """The plan with one more fill. InputError for a leg, a price or a size that cannot be, and for
    a fill of a followed account that the leg has taken already."""
    if not 0 <= one.leg < len(plan.legs):
        raise InputError(f"{plan.name} has {len(plan.legs)} legs; there is no leg {one.leg + 1}")
    for what, value in (("price", one.price), ("size", one.size)):
        if not (math.isfinite(value) and value > 0):
            raise InputError(f"{what}: expected a number above 0, got {value:g}")
    if one.fee_usd is not None and not math.isfinite(one.fee_usd):
        raise InputError(f"fee_usd: expected a number, got {one.fee_usd:g}")
    taken = {(before.leg, before.venue_fill) for before in plan.fills if before.venue_fill}
    if (one.leg, one.venue_fill) in taken:
        raise InputError(f"{plan.name}: leg {one.leg + 1} has taken this fill already")
    return msgspec.structs.replace(plan, fills=(*plan.fills, one))


def unfill(plan: SavedPlan, leg: int) -> SavedPlan:
    """The plan without the leg's last fill; the same plan if it has none."""
    numbers = [i for i, one in enumerate(plan.fills) if one.leg == leg]
    kept = tuple(one for i, one in enumerate(plan.fills) if not numbers or i != numbers[-1])
    return msgspec.structs.replace(plan, fills=kept)


def executed(plan: SavedPlan) -> list[dict[str, Any]]:
    """The legs with what is `filled` of each, as the stress calculator takes a half-done plan."""
    return [
        {"venue": leg.venue, "symbol": leg.symbol, "side": leg.side.value, "size": leg.size,
         "limit": leg.limit, "filled": done.filled}
        for leg, done in zip(plan.legs, progress(plan).legs, strict=True)
    ]  # fmt: skip


def remaining(plan: SavedPlan) -> tuple[Leg, ...]:
    """The legs with what is left of each; those that are done are gone."""
    return tuple(
        msgspec.structs.replace(leg, size=float(f"{done.left:.12g}"))
        for leg, done in zip(plan.legs, progress(plan).legs, strict=True)
        if done.left
    )


# --- files --------------------------------------------------------------------------------------


def check_name(name: str) -> str:
    """The name, if it may stand in a file's. InputError says what may."""
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot be the name of a plan; "
            "expected small letters, digits, dots and dashes, such as btc-carry"
        )
    return name


def free_name(taken: Container[str], wanted: str) -> str:
    """`wanted`, or with a number behind it where a plan has that name already."""
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def is_there(folder: Path, name: str) -> bool:
    return (folder / f"{check_name(name)}.json").exists()


def read(folder: Path, name: str) -> SavedPlan | None:
    """The plan of this name as its file says it; None where no file says it."""
    try:
        return read_json((folder / f"{check_name(name)}.json").read_bytes())
    except (OSError, InputError):
        return None


def save(folder: Path, plan: SavedPlan) -> Path:
    """Write the plan, replacing the one of its name. OSError if it cannot be written.

    Forms that an older version kept beside it go: their legs would be those of before.
    """
    path = folder / f"{check_name(plan.name)}.json"
    write_atomically(path, as_json(plan))
    with contextlib.suppress(OSError):
        _drop_forms(folder, plan.name)
    return path


def export(folder: Path, plan: SavedPlan) -> tuple[Path, ...]:
    """Write the plan as TOML, as CSV and as tickets of what is left. OSError if it cannot be."""
    check_name(plan.name)
    forms = (as_toml(plan), as_csv(plan), tickets(remaining(plan)).encode())
    paths = tuple(folder / f"{plan.name}.{suffix}" for suffix in EXPORTS)
    for path, data in zip(paths, forms, strict=True):
        write_atomically(path, data)
    return paths


def delete(folder: Path, name: str) -> None:
    """Take a plan away; what is not there is no error. OSError if it stays."""
    _drop_forms(folder, check_name(name))
    (folder / f"{name}.json").unlink(missing_ok=True)


def _drop_forms(folder: Path, name: str) -> None:
    for suffix in EXPORTS:
        (folder / f"{name}.{suffix}").unlink(missing_ok=True)


def load_all(folder: Path) -> tuple[list[SavedPlan], list[str]]:
    """Every plan of the folder, the newest first, and a sentence about each that cannot be read."""
    plans, problems = [], []
    for path in sorted(folder.glob("*.json")):
        try:
            plan = read_json(path.read_bytes())
        except OSError as error:
            problems.append(f"{path}: cannot be read: {error.strerror}")
        except InputError as error:
            problems.append(f"{path}: {error.ui_message}")
        else:
            plans.append(plan)
    plans.sort(key=lambda plan: -plan.at_ns)
    return plans, problems


def read_json(data: bytes) -> SavedPlan:
    """What `as_json` wrote. InputError says what is wrong with it."""
    try:
        return _checked(msgspec.json.decode(data, type=SavedPlan))
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise InputError(f"is not a plan: {sentence(error)}") from None


def read_toml(text: str) -> SavedPlan:
    """What `as_toml` wrote. InputError says what is wrong with it."""
    try:
        return _checked(msgspec.convert(tomllib.loads(text), SavedPlan))
    except (msgspec.MsgspecError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"is not a plan: {sentence(error)}") from None


def _checked(plan: SavedPlan) -> SavedPlan:
    if plan.format != FORMAT or len(plan.expected) != len(plan.legs):
        raise InputError(f"is not a plan: expected {FORMAT} and an estimate for each leg")
    if any(not (math.isfinite(leg.size) and leg.size > 0) for leg in plan.legs):
        raise InputError("is not a plan: a leg's size must be above 0")
    for one in plan.fills:
        if not 0 <= one.leg < len(plan.legs):
            raise InputError("is not a plan: a fill belongs to no leg")
        if not (one.price > 0 and one.size > 0):
            raise InputError("is not a plan: a fill's price and size must be above 0")
    return plan


def as_json(plan: SavedPlan) -> bytes:
    return msgspec.json.format(msgspec.json.encode(plan), indent=1) + b"\n"


def as_toml(plan: SavedPlan) -> bytes:
    """TOML has no null: what is not known is left out."""
    import tomli_w

    return tomli_w.dumps(_known(msgspec.to_builtins(plan))).encode()


def _known(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _known(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_known(item) for item in value if item is not None]
    return value


def as_csv(plan: SavedPlan) -> bytes:
    """A row a leg, with what is filled and left of it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = "leg venue symbol side size limit not_before filled left average_price note"
    writer.writerow(columns.split())
    for number, (leg, done) in enumerate(zip(plan.legs, progress(plan).legs, strict=True), 1):
        start = "" if leg.not_before_ns is None else _moment(leg.not_before_ns)
        writer.writerow(
            (number, _inert(leg.venue), _inert(leg.symbol), leg.side.value, leg.size, leg.limit,
             start, done.filled, done.left, done.average, _inert(leg.note))
        )  # fmt: skip
    return out.getvalue().encode()


def _inert(text: str) -> str:
    """A text that a spreadsheet would run as a formula stays a text."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def tickets(legs: Sequence[Leg]) -> str:
    """One line a leg, to be pasted or read out: `buy 0.5 BTC on VENUE at 64001 or better`."""
    return "".join(ticket(leg) + "\n" for leg in legs)


def ticket(leg: Leg) -> str:
    at = "at market" if leg.limit is None else f"at {_plain(leg.limit)} or better"
    line = f"{leg.side.value} {_plain(leg.size)} {leg.symbol} on {leg.venue} {at}"
    if leg.not_before_ns is not None:
        line += f", not before {_moment(leg.not_before_ns)}"
    return line + (f" ({leg.note})" if leg.note else "")


def _plain(value: float) -> str:
    """Every digit, without an exponent."""
    text = repr(value)
    return f"{value:.12f}".rstrip("0").rstrip(".") if "e" in text else text.removesuffix(".0")


def _moment(at_ns: int) -> str:
    return f"{utc(at_ns):%Y-%m-%dT%H:%M:%SZ}"
