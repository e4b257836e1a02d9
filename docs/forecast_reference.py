"""Learns the reference coefficients again: `python docs/forecast_reference.py FILE.csv.gz`.

FILE has hourly settlements with premiums (`time_ms, coin, funding_rate, premium`). Only figures
that were fitted go into the package, no row of the file.
"""

import sys
from pathlib import Path

import msgspec

from cockpit.backtest.rows import load
from cockpit.forecast.learned import learn_events
from cockpit.forecast.levels import fit_levels
from cockpit.forecast.models import EVENT_COLUMNS
from cockpit.forecast.reference import encode
from cockpit.forecast.training import pooled, rows_of

TARGET = Path(__file__).resolve().parents[1] / "cockpit" / "data" / "forecast_reference.json"


def main(path: Path) -> None:
    series = load([path]).series
    rows = pooled([rows_of(one) for one in series])
    learned = learn_events(rows, "reference", {"ours": EVENT_COLUMNS["ours"]})
    coins = " and ".join(one.symbol for one in series)
    text = encode(
        msgspec.structs.replace(learned, levels=fit_levels(rows)),
        f"hourly settlements and premiums of {coins}, {learned.n} rows of {learned.days:.0f} days",
    )
    TARGET.write_bytes(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
