"""Figures of every market at a few moments of the hot store, one look a market and moment.

A market has a row on each minute, whatever else it has, so a grid of whole minutes finds one
wherever somebody looked.
"""

import sqlite3
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cockpit.core.errors import InputError
from cockpit.history.hot_read import read_hot
from cockpit.history.layout import Folder
from cockpit.history.schema import FIGURES

Floats = NDArray[np.float64]


def figures_at(
    folder: Folder, name: str, stamps_ns: Sequence[int]
) -> dict[tuple[str, str], Floats]:
    """(venue, symbol) -> the figure at each stamp, (n,), NaN where none is kept; markets without
    any are not there. Blocks; HistoryError, and InputError for a figure that is not kept."""
    if name not in FIGURES:
        raise InputError(f"history: {name!r} is not kept; expected one of {', '.join(FIGURES)}")

    def read(connection: sqlite3.Connection) -> dict[tuple[str, str], Floats]:
        found: dict[tuple[str, str], Floats] = {}
        places = {at_ns: place for place, at_ns in enumerate(stamps_ns)}
        # A market at a time: only so is each stamp looked up by the key.
        wanted = (
            f"SELECT at_ns, {name} FROM samples WHERE market = ? "
            f"AND at_ns IN ({', '.join('?' * len(places))}) AND {name} IS NOT NULL"
        )
        for number, venue, symbol in connection.execute("SELECT * FROM markets").fetchall():
            rows = connection.execute(wanted, (number, *places)).fetchall()
            if rows:
                values = found[venue, symbol] = np.full(len(stamps_ns), np.nan)
                values[[places[at_ns] for at_ns, _ in rows]] = [value for _, value in rows]
        return found

    none: dict[tuple[str, str], Floats] = {}
    return read_hot(folder.hot, read, none)
