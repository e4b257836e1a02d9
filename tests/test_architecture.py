"""What is really imported when a part runs: the import contracts of `make lint`, at run time."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cockpit.sim import FACES
from cockpit.venues import REGISTRY
from tests.support import PATIENCE_S

ROOT = Path(__file__).resolve().parents[1]

HEADLESS = (
    "cockpit.desk.live", "cockpit.desk.replay", "cockpit.documents.snapshot", "cockpit.state.store",
    "cockpit.wire.driver", "cockpit.cli.snapshot", "cockpit.cli.watch", "cockpit.cli.record",
    "cockpit.cli.decode", "cockpit.cli.calc", "cockpit.cli.check",
    "cockpit.calculators.stagger.calculator",
    "cockpit.sim.world.world", "cockpit.venues.hyperliquid.session", "cockpit.venues.dydx.session",
    "cockpit.venues.lighter.session", "cockpit.venues.bybit.session",
)  # fmt: skip


def test_the_headless_half_runs_without_textual() -> None:
    program = (
        "import importlib, sys\n"
        f"for name in {HEADLESS!r}: importlib.import_module(name)\n"
        "sys.exit('textual' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=PATIENCE_S).returncode == 0


def test_the_exchange_runs_without_any_adapter() -> None:
    program = (
        "import importlib, sys\n"
        "from cockpit.sim import FACES\n"
        "for name in FACES.values(): importlib.import_module(name)\n"
        "sys.exit(any(m.startswith('cockpit.venues') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=PATIENCE_S).returncode == 0


def test_what_is_known_of_venues_beforehand_is_had_without_their_sessions() -> None:
    program = (
        "import sys\n"
        "from cockpit import venues\n"
        "assert len(venues.specs(venues.REGISTRY)) == len(venues.REGISTRY)\n"
        "heavy = ('.session', '.messages', '.mapper', '.accounts')\n"
        "sys.exit(any(m.startswith('cockpit.venues.') and m.endswith(heavy) for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=PATIENCE_S).returncode == 0


@pytest.mark.parametrize("venue", REGISTRY)
def test_only_a_venues_own_folders_and_the_registries_name_it(venue: str) -> None:
    own = (f"cockpit/venues/{venue}/", f"cockpit/sim/faces/{venue}/")
    registries = ("cockpit/venues/__init__.py", "cockpit/sim/__init__.py")
    word = re.compile(rf"\b{venue}\b")
    named = [
        f"{path}:{number}"
        for file in sorted((ROOT / "cockpit").rglob("*"))
        if file.suffix in (".py", ".toml")
        and (path := file.relative_to(ROOT).as_posix())
        and not path.startswith(own)
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if word.search(line)
    ]
    assert [place.partition(":")[0] for place in named] == sorted(registries)


def test_the_import_contracts_list_every_venue_and_every_face() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = config["tool"]["importlinter"]["contracts"]
    listed = [set(contract.get("modules", ())) for contract in contracts]
    assert set(REGISTRY.values()) in listed
    assert set(FACES.values()) in listed
