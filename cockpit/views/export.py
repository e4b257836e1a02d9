"""What a pane shows, as rows of raw figures: for a file, for a clipboard.

Columns carry their unit in the name, an unknown figure is None (null in JSON, empty in CSV), and
nothing is rounded: the file says what the pane rounds. A pane without figures gives its lines.
"""

import csv
import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from cockpit.core.units import apr, hourly, utc_stamp
from cockpit.state.view import Field
from cockpit.views.scene import Scene, rate_is_stale
from cockpit.views.text import Line, plain

Value = str | int | float | bool | None
DEPTH = 50
"""Book levels a side, at most."""


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` are as long as `columns`."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Value, ...]]


def table_of(scene: Scene, pane: str, drawn: Sequence[Line]) -> Table:
    """The figures behind a pane; `drawn` are its lines, for panes that are only words."""
    make = _TABLES.get(pane)
    if make is not None:
        return make(scene)
    return Table(("line",), [(plain(line).rstrip(),) for line in drawn])


def as_json(table: Table, pane: str, scene: Scene) -> bytes:
    """One document: what, when, and the rows as objects."""
    document = {
        "pane": pane,
        "at_ns": scene.now_ns,
        "mode": scene.mode,
        "symbol": scene.symbol,
        "rows": [dict(zip(table.columns, row, strict=True)) for row in table.rows],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def as_text(table: Table, delimiter: str = ",") -> str:
    """CSV, or with a tab what spreadsheets take from a clipboard."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_plain_cell(value) for value in row] for row in table.rows)
    return out.getvalue()


def write(folder: Path, pane: str, table: Table, scene: Scene) -> tuple[Path, Path]:
    """Two new files, JSON and CSV, readable by their owner alone. OSError if they cannot be."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem = f"{pane}-{utc_stamp(scene.now_ns)}"
    count = 1
    while (folder / f"{stem}.json").exists() or (folder / f"{stem}.csv").exists():
        count += 1
        stem = f"{pane}-{utc_stamp(scene.now_ns)}-{count}"
    paths = folder / f"{stem}.json", folder / f"{stem}.csv"
    for path, data in zip(
        paths, (as_json(table, pane, scene), as_text(table).encode()), strict=True
    ):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    return paths


def _plain_cell(value: Value) -> Value:
    """Text that a spreadsheet would run as a formula is marked as text: venues write some of it."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t"):
        return "'" + value
    return value


def _funding(scene: Scene) -> Table:
    rows: list[tuple[Value, ...]] = []
    for symbol in scene.symbols:
        for venue in scene.venues:
            market = scene.view.market(venue.name, symbol)
            if market is None or not scene.is_listed(venue.name, symbol):
                continue
            rate = market.rate()
            field: Field = "predicted" if market.predicted else "funding"
            rows.append(
                (
                    symbol, venue.name, rate.kind if rate else None, rate.rate if rate else None,
                    rate.interval_s if rate else None,
                    hourly(rate.rate, rate.interval_s) if rate else None,
                    apr(rate.rate, rate.interval_s) if rate else None,
                    rate.next_ns if rate else None, market.age_s(field, scene.now_ns),
                    rate_is_stale(market, scene.now_ns) if rate else None,
                )
            )  # fmt: skip
    names = "symbol venue kind rate interval_s rate_hourly apr next_ns age_s stale"
    return Table(tuple(names.split()), rows)


def _curves(scene: Scene) -> Table:
    rows: list[tuple[Value, ...]] = []
    for venue in scene.venues:
        market = scene.market(venue.name)
        for row in market.settled.rows() if market else ():
            at_ns = row.venue_ns or row.recv_ns
            rows.append(
                (scene.symbol, venue.name, at_ns, row.rate, row.interval_s,
                 apr(row.rate, row.interval_s))
            )  # fmt: skip
    return Table(("symbol", "venue", "at_ns", "rate", "interval_s", "apr"), rows)


def _depth(scene: Scene) -> Table:
    rows: list[tuple[Value, ...]] = []
    for venue in scene.venues:
        market = scene.market(venue.name)
        if market is None:
            continue
        for side, levels in (("bid", market.book.bids(DEPTH)), ("ask", market.book.asks(DEPTH))):
            rows += [
                (scene.symbol, venue.name, side, price, size, price * size)
                for price, size in levels
            ]
    return Table(("symbol", "venue", "side", "price", "size_base", "size_usd"), rows)


def _interest(scene: Scene) -> Table:
    rows: list[tuple[Value, ...]] = []
    for symbol in scene.symbols:
        for venue in scene.venues:
            market = scene.view.market(venue.name, symbol)
            if market is None or not scene.is_listed(venue.name, symbol):
                continue
            base, mark = market.open_interest, market.mark
            usd = base * mark if base is not None and mark is not None else None
            age = market.age_s("open_interest", scene.now_ns)
            rows.append((symbol, venue.name, base, usd, mark, age))
    return Table(
        ("symbol", "venue", "open_interest_base", "open_interest_usd", "mark", "age_s"), rows
    )


def _health(scene: Scene) -> Table:
    rows: list[tuple[Value, ...]] = []
    for venue in scene.venues:
        chain = venue.chain
        rows.append(
            (
                venue.name, venue.state, venue.reason or None, venue.age_s(scene.now_ns),
                chain.height, chain.block_age_s(scene.now_ns), chain.cadence_s(),
                chain.latency_ms(50), chain.latency_ms(99),
                None if chain.rtt_ns is None else chain.rtt_ns / 1e6,
                chain.gaps, chain.reconnects, chain.rejects, chain.clock_skew_ms(),
            )
        )  # fmt: skip
    names = (
        "venue link reason age_s height block_age_s cadence_s latency_ms_p50 latency_ms_p99 rtt_ms "
        "gaps reconnects rejects clock_skew_ms"
    )
    return Table(tuple(names.split()), rows)


def _log(scene: Scene) -> Table:
    rows = [(note.at_ns, note.venue, note.severity, note.text) for note in scene.notices]
    return Table(("at_ns", "venue", "severity", "text"), rows)


_TABLES: dict[str, Callable[[Scene], Table]] = {
    "funding": _funding,
    "curves": _curves,
    "depth": _depth,
    "interest": _interest,
    "health": _health,
    "log": _log,
}
