"""What is really imported when a part runs: the import contracts of `make lint`, at run time."""

import subprocess
import sys

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
    assert subprocess.run([sys.executable, "-c", program], timeout=60).returncode == 0


def test_the_exchange_runs_without_any_adapter() -> None:
    program = (
        "import importlib, sys\n"
        "from cockpit.sim import FACES\n"
        "for name in FACES.values(): importlib.import_module(name)\n"
        "sys.exit(any(m.startswith('cockpit.venues') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=60).returncode == 0
