"""At which prices a pair is traded: those recorded with each venue's rows, else one of the coin."""

import csv
import gzip
import math
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from cockpit.backtest.rows import FIRST_NS, LAST_NS
from cockpit.core.errors import InputError
from cockpit.forecast.cells import HOUR_NS, Floats, Ints, Series, hour_of
from cockpit.history.reader import Hourly
from cockpit.storage.reading import csv_lines

Key = tuple[str, str]
PriceSeries = tuple[Ints, Floats]
"""When each price was known, ascending, and the prices in quote per base; (n,) each."""

STATED: Final = ("mid", "mark", "index_price")
"""Of a venue's prices the one nearest to what is traded."""

NOTHING: Final[PriceSeries] = (np.empty(0, dtype=np.int64), np.empty(0))


class Prices(msgspec.Struct, frozen=True, kw_only=True):
    """`recorded` by (venue, symbol), `stated` by coin: for those that were not recorded."""

    recorded: Mapping[Key, PriceSeries] = {}
    stated: Mapping[str, PriceSeries] = {}

    def of(self, symbol: str, venues: tuple[str, str]) -> tuple[PriceSeries, PriceSeries]:
        """Both legs' prices. Where each venue has its own, only hours that both know: a price of
        now beside one of yesterday would be a basis that never was. With one venue's alone, or a
        coin's, both legs have the same."""
        own = [self.recorded.get((venue, symbol)) for venue in venues]
        first, second = own
        if first is not None and second is not None:
            return _common(first, second)
        one = first or second or self.stated.get(symbol, NOTHING)
        return one, one


def prices_in(series: Sequence[Series]) -> dict[Key, PriceSeries]:
    """Of rows that came with prices."""
    found = {}
    for one in series:
        price = _nearest(one.telemetry, len(one.at_ns))
        if not np.isnan(price).all():
            known = ~np.isnan(price)
            found[one.venue, one.symbol] = one.at_ns[known], price[known]
    return found


def prices_of(hourly: Mapping[Key, Hourly]) -> dict[Key, PriceSeries]:
    """Of the hours that history sampled."""
    found = {}
    for key, of in hourly.items():
        price = _nearest(of.values, len(of.hours))
        if key[1] and not np.isnan(price).all():
            known = ~np.isnan(price)
            found[key] = of.hours[known] * HOUR_NS, price[known]
    return found


def _nearest(columns: Mapping[str, Floats], count: int) -> Floats:
    price = np.full(count, np.nan)
    for name in STATED:
        if name in columns:
            stated = np.where(columns[name] > 0, columns[name], np.nan)
            price = np.where(np.isnan(price), stated, price)
    return price


def _common(first: PriceSeries, second: PriceSeries) -> tuple[PriceSeries, PriceSeries]:
    """The prices of hours that both know, known when the later of them is."""
    _, mine, other = np.intersect1d(
        hour_of(first[0]), hour_of(second[0]), assume_unique=True, return_indices=True
    )
    at_ns = np.maximum(first[0][mine], second[0][other])
    return (at_ns, first[1][mine]), (at_ns, second[1][other])


def load_prices(path: Path) -> dict[str, PriceSeries]:
    """Mid prices by coin from a CSV with `time_ms, coin, mid`; rows without a price left out.
    InputError where the file is not one of prices."""
    opened = gzip.open if path.suffix == ".gz" else open
    found: dict[str, dict[int, float]] = {}
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(csv_lines(text))
            missing = {"time_ms", "coin", "mid"} - set(reader.fieldnames or [])
            if missing:
                raise InputError(
                    f"{path}: the header lacks {', '.join(sorted(missing))}; expected time_ms, "
                    "coin, mid"
                )
            for fields in reader:
                at_ns, price = _at_ns(fields["time_ms"]), _price(fields["mid"])
                if at_ns is not None and price is not None:
                    found.setdefault((fields["coin"] or "").upper(), {})[at_ns] = price
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as error:
        reason = getattr(error, "strerror", None) or "it is not a readable CSV or gzip file"
        raise InputError(f"{path}: {reason}") from error
    if not found:
        raise InputError(f"{path}: no row with a price to read; expected time_ms, coin, mid")
    return {
        coin: (np.array(sorted(prices)), np.array([prices[at] for at in sorted(prices)]))
        for coin, prices in found.items()
    }


def _at_ns(text: str | None) -> int | None:
    try:
        at_ns = int(text or "") * 1_000_000
    except ValueError:
        return None
    return at_ns if FIRST_NS < at_ns < LAST_NS else None


def _price(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None
