"""Saved views that once gave a wrong figure, beside the project in `shared/faults`."""

from typing import Any

import msgspec
import pytest

from cockpit import calculators, venues
from cockpit.calculators.common.form import read
from cockpit.calculators.common.result import Result
from cockpit.config import Config
from cockpit.desk.calculator_settings import settings_for
from cockpit.documents.saved_view import view_of
from tests.support import SHARED


def fault(folder: str, calculator: str, /, **inputs: Any) -> Result:
    """The calculator's answer on the folder's view, to its inputs and these; skips without it."""
    place = SHARED / "faults" / folder
    if not place.is_dir():
        pytest.skip(f"{folder} is not beside the project")
    document = msgspec.json.decode((place / "view.json").read_bytes())
    asked = place / "input.json"
    given = msgspec.json.decode(asked.read_bytes()) if asked.exists() else {}
    module = calculators.load(calculator)
    specs = {name: venues.load(name).SPEC for name in venues.REGISTRY}
    settings = settings_for(Config(), specs, document["at_ns"])
    return module.compute(read(module.Inputs, {**given, **inputs}), view_of(document), settings)
