"""The import directions and the bans, checked on every file, and once at run time."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1] / "cockpit"
MAX_LINES = 400
STDLIB = sys.stdlib_module_names

OURS: dict[str, set[str]] = {
    "core": {"core"},
    "venues": {"core", "venues"},
    "wire": {"core", "venues.contract", "wire"},
    "state": {"core", "state"},
    "analytics": {"core", "analytics"},
    "calculators": {"core", "state", "analytics", "calculators"},
    "alerts": {"core", "state", "analytics", "alerts", "exposures"},
    "tracking": {"core", "state", "analytics", "exposures"},
    "sim": {"core", "sim"},
    "exposures": {"core", "state", "analytics"},
    "saved": {"core", "analytics", "exposures"},
    "documents": {"core", "state", "analytics", "exposures"},
    "snapshots": {"core", "state", "snapshot_shapes"},
    "snapshot_shapes": {"core"},
    "calculating": {"core", "calculators", "config", "venues.contract"},
    "paths": set(),
    "config": {"core", "venues", "alerts"},
    "files": set(),
    "manual": {"core", "venues", "files"},
    "plans": {"core", "files"},
    "background": set(),
    "jobs": {"background", "intents"},
    "alerting": {"core", "state", "alerts", "files"},
    "intents": {"core", "state", "venues.contract", "alerts"},
    "recordings": {"core", "venues", "wire"},
    "engine": {
        "core", "venues", "wire", "state", "config", "intents", "alerts", "alerting", "tracking",
        "jobs",
    },
    "replaying": {
        "core", "wire", "state", "intents", "engine", "recordings", "alerts", "alerting",
        "tracking", "jobs",
    },
    "views": {
        "core", "state", "analytics", "calculators", "alerts", "intents", "config", "paths",
        "calculating", "exposures", "manual", "plans",
        "venues.contract", "views",
    },
}  # fmt: skip
"""Package -> what of ours it may import. `cli`, `bench` and `__main__` may import everything."""

THIRD: dict[str, set[str]] = {
    "core": {"msgspec"},
    "venues": {"msgspec"},
    "wire": {"httpx", "websockets", "msgspec"},
    "state": {"numpy", "msgspec"},
    "analytics": {"numpy"},
    "calculators": {"numpy", "msgspec"},
    "alerts": {"numpy", "msgspec"},
    "sim": {"websockets", "h11", "msgspec", "numpy"},
    "exposures": set(),
    "saved": {"msgspec"},
    "documents": {"msgspec"},
    "snapshots": {"msgspec"},
    "snapshot_shapes": {"msgspec"},
    "calculating": set(),
    "paths": {"platformdirs"},
    "config": {"msgspec"},
    "files": set(),
    "manual": {"msgspec", "tomli_w"},
    "plans": {"msgspec", "tomli_w"},
    "background": set(),
    "jobs": set(),
    "alerting": {"msgspec"},
    "tracking": set(),
    "intents": {"msgspec"},
    "recordings": set(),
    "engine": {"msgspec"},
    "replaying": set(),
    "views": {"textual", "rich", "numpy", "msgspec", "tomli_w"},
}

BANNED_CALLS = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today"}
MAY_ASK_THE_TIME = {"core/clock.py"}

FILES = sorted(path for path in ROOT.rglob("*.py"))


def package_of(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            if node.module == "cockpit":
                yield from (f"cockpit.{alias.name}" for alias in node.names)
            elif node.module.count(".") == 1 and node.module.startswith("cockpit."):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


def allowed(module: str, permitted: set[str]) -> bool:
    inside = module.removeprefix("cockpit.")
    return any(inside == name or inside.startswith(name + ".") for name in permitted)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_imports_only_what_its_package_may(path: Path) -> None:
    package = package_of(path)
    if package in ("cli", "bench", "__main__", "__init__"):
        return
    assert package in OURS, f"{package} has no entry in the import table"
    for module in imports(path):
        top = module.partition(".")[0]
        if top == "cockpit":
            if module == "cockpit.__version__":
                continue
            assert allowed(module, OURS[package]), f"{path.name} may not import {module}"
        elif top not in STDLIB:
            assert top in THIRD[package], f"{path.name} may not import {top}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_ends_before_one_scrolls_for_the_third_time(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_time_and_chance_and_the_terminal_are_asked_in_one_place(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    if package_of(path) in ("sim", "cli") or name in MAY_ASK_THE_TIME:
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in BANNED_CALLS, f"{name}:{node.lineno} calls {called}"
            assert not called.startswith("random."), f"{name}:{node.lineno} calls {called}"
            assert called != "print", f"{name}:{node.lineno} prints"


def test_nobody_outside_a_venues_own_files_asks_which_venue_it_is() -> None:
    names = {"hyperliquid", "dydx", "lighter", "bybit"}
    for path in FILES:
        if package_of(path) in ("venues", "sim", "cli"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare):
                constants = {n.value for n in ast.walk(node) if isinstance(n, ast.Constant)}
                assert not names & constants, f"{path.name}:{node.lineno} asks for a venue by name"


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
