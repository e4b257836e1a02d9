"""Series of two venues, and prices, made into pairs."""

import csv
import gzip
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from cockpit.backtest.carry_terms import LegTerms, Market, Measured, Pair, market_of
from cockpit.core.errors import InputError
from cockpit.forecast.cells import Floats, Ints, Series

Prices = Mapping[str, tuple[Ints, Floats]]


def pairs_of(
    series: Sequence[Series],
    terms: Sequence[LegTerms],
    prices: Prices,
    measured: Mapping[tuple[str, str], Measured] | None = None,
    source: str = "FILE",
) -> list[Pair]:
    """A pair for each asset that both venues have, in the order of the files.

    `measured` by (venue, symbol) are frictions as they were recorded; `source` is the option that
    is to blame where there are not two venues.
    """
    venues = list(dict.fromkeys(one.venue for one in series))
    if len(venues) != 2:
        ask = "give two files" if source == "FILE" else "name two with --venues A,B"
        raise InputError(
            f"{source}: carry needs settlements of two venues, got {len(venues)}: {ask}"
        )
    known = {(one.venue, one.symbol): one for one in series}
    symbols = [
        symbol
        for symbol in dict.fromkeys(one.symbol for one in series)
        if all((venue, symbol) in known for venue in venues)
    ]
    if not symbols:
        raise InputError(f"{source}: {venues[0]} and {venues[1]} have no coin in common")
    recorded = measured or {}
    return [
        Pair(
            symbol=symbol,
            first=_market(known[venues[0], symbol], terms[0], prices, recorded),
            second=_market(known[venues[1], symbol], terms[1], prices, recorded),
        )
        for symbol in symbols
    ]


def load_prices(path: Path) -> Prices:
    """Mid prices by coin from a CSV with `time_ms, coin, mid`; rows without a price left out."""
    opened = gzip.open if path.suffix == ".gz" else open
    found: dict[str, dict[int, float]] = {}
    try:
        with opened(path, "rt", encoding="utf-8", newline="") as text:
            reader = csv.DictReader(text)
            missing = {"time_ms", "coin", "mid"} - set(reader.fieldnames or [])
            if missing:
                raise InputError(
                    f"{path}: the header lacks {', '.join(sorted(missing))}; expected time_ms, "
                    "coin, mid"
                )
            for fields in reader:
                price = _price(fields["mid"])
                if price is not None and (fields["time_ms"] or "").isdigit():
                    of_coin = found.setdefault(fields["coin"].upper(), {})
                    of_coin[int(fields["time_ms"]) * 1_000_000] = price
    except (OSError, EOFError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not a readable CSV or gzip file"
        raise InputError(f"{path}: {reason}") from error
    return {
        coin: (np.array(sorted(prices)), np.array([prices[at] for at in sorted(prices)]))
        for coin, prices in found.items()
    }


def _price(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None


def _market(
    series: Series,
    terms: LegTerms,
    prices: Prices,
    measured: Mapping[tuple[str, str], Measured],
) -> Market:
    nothing = (np.array([], dtype=np.int64), np.array([]))
    market = market_of(series, terms, *prices.get(series.symbol, nothing))
    return msgspec.structs.replace(market, measured=measured.get((series.venue, series.symbol)))
