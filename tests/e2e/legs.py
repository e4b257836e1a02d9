"""The screen with so many legs, to be looked at: `python -m tests.e2e.legs 60 [--stale VENUE]`.

The built-in exchange runs beside it; the legs are typed positions, pairs over its venues with one
leg that is cut, so that there is an orphan. Words after `--` go to the cockpit.
"""

import argparse
import contextlib
import os
import subprocess
import tempfile
from pathlib import Path
from threading import Timer

from tests.e2e.exchange import COCKPIT, exchange

VENUES = ("hyperliquid", "dydx", "lighter", "bybit", "orderly", "nado")
PRICES = {"BTC": 60_000.0, "ETH": 3_000.0, "SOL": 150.0, "DOGE": 0.2, "HYPE": 30.0, "TIA": 5.0}


def positions(count: int) -> str:
    """`positions.toml` of so many legs: long and short of one size, the last short cut."""
    tables = []
    for i in range(count):
        pair, is_short = divmod(i, 2)
        symbol = list(PRICES)[pair % len(PRICES)]
        price = PRICES[symbol] * (1.002 if is_short else 1.0)
        size = 2_000.0 * (1 + pair % 7) / PRICES[symbol] * (1 + pair / 1_000)
        if is_short:
            size = -size * (0.6 if i == count - 1 else 1.0)
        tables.append(
            f'[[position]]\nvenue = "{VENUES[(pair + is_short * 2) % len(VENUES)]}"\n'
            f'account = "desk {pair // len(PRICES)}"\nsymbol = "{symbol}"\n'
            f"size = {size:.6g}\nentry = {price:.6g}\nleverage = 5\n"
        )
    return "\n".join(tables)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("legs", type=int)
    parser.add_argument("--stale", metavar="VENUE", help="is halted after ten seconds")
    parser.add_argument("words", nargs="*")
    asked = parser.parse_args()
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        names = ("--venues", ",".join(VENUES), "--symbols", ",".join(PRICES))
        sim = stack.enter_context(exchange(home, "--seed", "7", *names))
        (home / "config").mkdir()
        (home / "config" / "positions.toml").write_text(positions(asked.legs))
        if asked.stale:
            faults = {"venue": {asked.stale: {"drop": 1.0, "http_hang": 1.0}}}
            halt = Timer(10.0, lambda: sim.tell(faults=faults))
            stack.callback(halt.cancel)
            halt.start()
        command = [*COCKPIT, "--endpoints", str(sim.endpoints), *names, *asked.words]
        env = os.environ | {"COCKPIT_HOME": str(home)}
        subprocess.run(command, env=env)


if __name__ == "__main__":
    main()
