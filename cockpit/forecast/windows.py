"""The last thirty days before each decision: all that a feature may see."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
import numpy as np

from cockpit.forecast.cells import TELEMETRY_H, WINDOW_H, Cells, Floats, Ints


class Windows(msgspec.Struct, frozen=True, kw_only=True):
    """One row a decision, one column an hour, the last column the hour of the decision.

    (rows, WINDOW_H) each, telemetry (rows, TELEMETRY_H); `interest_hourly` and `dampener` are
    (rows,). NaN is missing.
    """

    paid: Floats
    covered: Floats
    premium: Floats | None
    telemetry: Mapping[str, Floats]
    interest_hourly: Floats
    dampener: Floats


def windows_at(cells: Cells, places: Ints) -> Windows:
    """The windows that end at the cells `places`."""

    def view(values: Floats, missing: float, hours: int = WINDOW_H) -> Floats:
        padded = np.concatenate([np.full(hours - 1, missing), values])
        # A copy in C order: sums then add in the same order for one row and for thousands,
        # so that a forecast made live equals the backtest's of that moment.
        return np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(padded, hours)[places])

    return Windows(
        paid=view(cells.paid, 0.0),
        covered=view(cells.covered, 0.0),
        premium=None if cells.premium is None else view(cells.premium, np.nan),
        telemetry={
            name: view(values, np.nan, TELEMETRY_H) for name, values in cells.telemetry.items()
        },
        interest_hourly=np.full(len(places), cells.interest_hourly),
        dampener=np.full(len(places), cells.dampener),
    )


def in_chunks(cells: Cells, places: Ints, rows: int = 1024) -> Iterator[Windows]:
    """Windows of many decisions, some rows at a time: thirty days an hour are 6 kB a column."""
    for start in range(0, len(places), rows):
        yield windows_at(cells, places[start : start + rows])


def latest(markets: Sequence[Cells]) -> Windows:
    """One row a market, each ending at its newest cell; a column some lack is NaN there."""
    names = sorted({name for cells in markets for name in cells.telemetry})
    rows = len(markets)

    def stacked(arrays: Sequence[Floats | None], missing: float, hours: int = WINDOW_H) -> Floats:
        block = np.full((rows, hours), missing)
        for row, values in zip(block, arrays, strict=True):
            if values is not None and len(values):
                kept = values[-hours:]
                row[-len(kept) :] = kept
        return block

    return Windows(
        paid=stacked([cells.paid for cells in markets], 0.0),
        covered=stacked([cells.covered for cells in markets], 0.0),
        premium=stacked([cells.premium for cells in markets], np.nan)
        if any(cells.premium is not None for cells in markets)
        else None,
        telemetry={
            name: stacked([cells.telemetry.get(name) for cells in markets], np.nan, TELEMETRY_H)
            for name in names
        },
        interest_hourly=np.array([cells.interest_hourly for cells in markets]),
        dampener=np.array([cells.dampener for cells in markets]),
    )
