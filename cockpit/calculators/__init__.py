"""Calculators: a form and a result, the same for the screen and the command line.

`CALCULATORS` is an explicit list. A module is imported when it is used, so that naming a calculator
costs nothing.
"""

import importlib
from typing import cast

from cockpit.calculators.common.result import Calculator

CALCULATORS: dict[str, str] = {
    "slippage": "cockpit.calculators.slippage",
    "carry": "cockpit.calculators.carry.calculator",
    "stagger": "cockpit.calculators.stagger.calculator",
    "unwind": "cockpit.calculators.unwind.calculator",
    "hedge": "cockpit.calculators.hedge.calculator",
    "margin": "cockpit.calculators.margin",
    "stress": "cockpit.calculators.stress.calculator",
}


def load(name: str) -> Calculator:
    """The module of a calculator. KeyError if there is none of that name."""
    return cast(Calculator, importlib.import_module(CALCULATORS[name]))
