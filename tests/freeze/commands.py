"""What the commands print: `decode` of the tapes, `exposure` and every calculator of the views."""

import contextlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cockpit.cli.main import main
from tests.freeze.frozen import Case, line

FAULTS_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "faults"
CALCULATORS = ("slippage", "carry", "stagger", "hedge", "margin", "stress")


def decodes(folder: Path) -> Iterator[Case]:
    """`cockpit decode` of each tape: with the pump, hence with the states of links."""
    for path in sorted((folder / "tapes").rglob("*.jsonl*")):
        name = path.name.removesuffix(".gz").removesuffix(".jsonl")

        def lines(path: Path = path) -> Iterator[bytes]:
            code, out, err = _run(path.parent, "decode", path.name, "--json")
            for number, said in enumerate(out.splitlines()):
                yield line("decode", number, "Line", json.loads(said))
            yield line("decode", 0, "Exit", {"code": code, "stderr": err})

        yield Case(f"decode/{path.parent.name}-{name}", lines)


def save_views(folder: Path) -> None:
    """The saved views of known faults, each with its inputs where it has some."""
    for path in FAULTS_BESIDE.rglob("view.json"):
        shutil.copyfile(path, folder / f"{path.parent.name}.json")
        inputs = path.with_name("input.json")
        if inputs.exists():
            shutil.copyfile(inputs, folder / f"{path.parent.name}.input")


def documents(folder: Path) -> Iterator[Case]:
    views = folder / "views"
    for path in sorted(views.glob("*.json")):

        def lines(path: Path = path) -> Iterator[bytes]:
            for words in _asked_of(path):
                code, out, err = _run(views, *words, "--view", path.name, "--json")
                document = json.loads(out) if out else None
                said = {"code": code, "stderr": err, "stdout": document}
                yield line(" ".join(words), 0, "Document", said)

        yield Case(f"documents/{path.stem}", lines)


def _asked_of(path: Path) -> Iterator[list[str]]:
    """Command lines for one view: its own inputs to all calculators, then questions of ours."""
    view = json.loads(path.read_text())
    yield ["exposure"]
    yield ["exposure", "--account", "lighter:1077"]
    for account in view.get("accounts", ())[:2]:
        yield ["exposure", "--account", f"{account['venue']}:{account['account']}"]
    inputs = path.with_suffix(".input")
    if inputs.exists():
        for name in CALCULATORS:
            yield ["calc", name, "--input", inputs.name]
    for name, questions in _questions(view).items():
        for question in questions:
            pairs = [word for k, v in question.items() for word in ("--set", f"{k}={_typed(v)}")]
            yield ["calc", name, *pairs]


def _questions(view: Any) -> dict[str, list[dict[str, Any]]]:
    markets = view["markets"]
    symbol = markets[0]["symbol"] if markets else "BTC"
    there = [market["venue"] for market in markets if market["symbol"] == symbol]
    one, other = (there * 2)[:2] if there else ("hyperliquid", "dydx")
    others = [m["symbol"] for m in markets if m["symbol"] != symbol]
    price = next((m["mark"] for m in markets if m.get("mark")), None) or 100.0
    size = round(20_000 / price, 6)
    held = [
        {"venue": one, "symbol": symbol, "size": size, "entry": price * 0.98},
        {"venue": other, "symbol": symbol, "size": -size / 2, "entry": price * 1.01},
    ]
    legs = [{"venue": one, "symbol": symbol, "side": "buy", "size": size, "filled": size / 2},
            {"venue": other, "symbol": symbol, "side": "sell", "size": size}]  # fmt: skip
    equity = {"equity_usd": f"{one}=9000" if one == other else f"{one}=9000,{other}=4000"}
    order = {"symbol": symbol, "side": "buy"}
    return {
        "slippage": [
            order | {"size_usd": 25_000},
            order | {"size": size, "haircut": "false"},
            {"symbol": symbol.lower(), "side": "sell", "size_usd": 2_500_000},
            order | {"size_usd": 90000, "venues": one, "daily_volume_usd": 1e9, "y": 0.8},
            order | {"size_usd": 5000, "venues": "nowhere"},
            {"symbol": "NOSUCHCOIN", "side": "buy", "size": 1},
            {"symbol": symbol, "size": 1},
        ],
        "carry": [
            {"symbol": symbol, "notional_usd": 50_000},
            {"symbol": symbol, "long_venue": one, "short_venue": other, "size": size,
             "hold_h": 24, "phi": 0.97, "mean_spread_hourly": 1e-5},
            {"symbol": symbol, "notional_usd": 10000, "hold_h": 3, "phi": 1, "haircut": "false",
             "mean_spread_hourly": 0.0025},
            {"symbol": symbol, "notional_usd": 1e6, "hold_h": 336, "leverage": 3, "gas_usd": 4},
            {"symbol": symbol, "hold_h": 0},
        ],
        "stagger": [
            order | {"size_usd": 200_000},
            order | {"size": size, "horizon_min": 30, "slices": 3, "schedule": "twap", "seed": 5,
                     "jitter": 0.1},
            {"symbol": symbol, "side": "sell", "size_usd": 80000, "schedule": "ladder",
             "slices": 4},
            order | {"size_usd": 300000, "schedule": "front", "slices": "auto",
                     f"max_usd.{one}": 1000, "squeeze_penalty": 5e-4},
            order | {"size_usd": 60000, "risk_aversion": 1e-6, "start": "2025-10-09T12:00",
                     "haircut": "false", "seed": 3},
        ],
        "hedge": [
            {"symbol": symbol, "size": size, "venue": one},
            {"symbol": symbol, "size": -5 * size, "haircut": "false", "band_usd": 500},
            {"book": "true"},
            {"positions": held, "target_carry_usd_per_hour": 1, "hold_h": 12, "phi": 0.5} | equity,
            {"symbol": symbol, "size": size, "hedge_symbol": (others or ["ETH"])[0],
             "correlation": 0.9, "sigma_annual": 0.8, "hedge_sigma_annual": 0.6},
            {"symbol": symbol, "size": size, f"max_usd.{one}": 100, f"delay_s.{other}": 4},
        ],
        "margin": [
            {},
            {"positions": held} | equity,
            {"positions": held, "shock": f"{symbol}=-1"} | equity,
            {"positions": [held[0] | {"size": 100 * size}]} | equity,
            {"positions": "[{"},
        ],
        "stress": [
            {},
            {"positions": held} | equity,
            {"positions": held, "shocks": "gap=-0.2,funding_multiplier=5", "hold_h": 8} | equity,
            {"plan": legs, "scenarios": "gap,half_filled_flip,venue_outage"} | equity,
            {"positions": held, "monte_carlo": "true", "paths": 300, "steps": 24, "seed": 4,
             "scenarios": "calm"} | equity,
            {"scenarios": "nosuchscenario"},
        ],
    }  # fmt: skip


def _typed(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _run(where: Path, *words: str) -> tuple[int, bytes, str]:
    """One command line in this process: exit code, stdout, stderr. No settings are found."""
    written, err = io.BytesIO(), io.StringIO()
    out = io.TextIOWrapper(written, write_through=True)
    before = os.environ.get("COCKPIT_HOME")
    with tempfile.TemporaryDirectory() as home, contextlib.chdir(where):
        os.environ["COCKPIT_HOME"] = home
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = main(words)
        finally:
            del os.environ["COCKPIT_HOME"]
            if before is not None:
                os.environ["COCKPIT_HOME"] = before
        said = err.getvalue().replace(home, "HOME")
    out.flush()
    return code, written.getvalue(), said
