"""What every calculator is, and what it answers."""

from typing import Any, NamedTuple, Protocol

import msgspec

from cockpit.calculators.common.market_data import Settings
from cockpit.core.assumptions import Assumption
from cockpit.core.plan import Plan
from cockpit.state.view import MarketView

Cell = str | float | int | None


class Column(NamedTuple):
    """A column's name and the unit of its cells, for the screen to format.

    Units: `""` (text), `base`, `usd`, `price`, `bps`, `frac` (shown in per cent), `h`, `ns` (a
    time), `count`, and `pay` (hours of the carry that is earned now).
    """

    name: str
    unit: str = ""


class Table(NamedTuple):
    """Rows for the screen; a cell is None where the number is not known.

    The first texts tell rows apart; the first `fixed` columns are always in sight.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    fixed: int = 1


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """An answer: `values` is the calculator's own struct, whose fields are the JSON `result`.

    `infeasible` names the constraint that binds when what was asked for cannot be done, None when
    it can. `is_incomplete` says that something stale or missing went into it; `warnings` say what.
    """

    values: Any
    plan: Plan | None = None
    assumptions: tuple[Assumption, ...] = ()
    warnings: tuple[str, ...] = ()
    infeasible: str | None = None
    is_incomplete: bool = False

    @property
    def assumed(self) -> tuple[str, ...]:
        """A sentence for each assumption."""
        return tuple(each.sentence for each in self.assumptions)


class Calculator(Protocol):
    """A calculator's module. `Inputs` is a frozen struct whose fields `form` can show and read."""

    TITLE: str
    HELP: str
    Inputs: type[msgspec.Struct]

    @staticmethod
    def compute(inputs: Any, view: MarketView, settings: Settings) -> Result:
        """The answer. FieldError if a field does not fit the view; the same in, the same out."""
        ...

    @staticmethod
    def rows(result: Result) -> Table: ...

    @staticmethod
    def verdict(result: Result) -> str:
        """One sentence that a trader could say aloud."""
        ...


def document(name: str, inputs: msgspec.Struct, result: Result) -> dict[str, Any]:
    """The JSON document of an answer, ready to encode; a number that is not known is null."""
    return {
        "name": name,
        "inputs": inputs,
        "result": result.values,
        "plan": result.plan,
        "infeasible": result.infeasible,
        "assumptions": result.assumed,
        "warnings": result.warnings,
    }
