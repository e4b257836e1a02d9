"""`cockpit history import`: tapes and CSV files into what is remembered, each row once."""

import argparse
import csv
import os
import sqlite3
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

import duckdb
import msgspec

from cockpit.cli import output
from cockpit.cli.options import parse_duration
from cockpit.core.clock import WallClock
from cockpit.core.errors import InputError, TapeError
from cockpit.core.events import Event
from cockpit.core.typed import parse_venue
from cockpit.core.units import HOUR_NS, hour_floor_ns
from cockpit.desk.recordings import find_tapes, open_recording
from cockpit.history.analytic import known_keys
from cockpit.history.csv_rows import CsvFile
from cockpit.history.errors import HistoryError
from cockpit.history.hot import HotStore
from cockpit.history.importer import Imported, Known, import_batches
from cockpit.history.layout import DAY_NS, Folder
from cockpit.history.maintenance import Maintenance, Report
from cockpit.history.manifest import forget_before
from cockpit.history.quarantine import trouble
from cockpit.history.readings import chain_samples, readings
from cockpit.history.rows import Batch, ChainSample
from cockpit.history.sampler import Reading
from cockpit.history.settings import HistorySettings
from cockpit.history.tape import tape_batches
from cockpit.history.writer_lock import WriterLock, refuse_network
from cockpit.state.store import MarketStore
from cockpit.venues import REGISTRY
from cockpit.wire.replay import decode_tape
from cockpit.wire.tape import Tape

T = TypeVar("T")

CSV_ENDINGS = (".csv", ".csv.gz")
IMPORTED = "what was imported until then is kept"
PRUNED = "nothing is lost; try again when that is mended"


class StoreState:
    """A tape's facts in a store of their own."""

    def __init__(self, venue: str, chain: str | None, symbols: tuple[str, ...]) -> None:
        self._store = MarketStore([(venue, chain)], symbols)

    def apply(self, event: Event) -> None:
        self._store.apply(event)

    def readings(self, now_ns: int) -> Iterator[Reading]:
        return readings(self._store, now_ns)

    def chains(self, now_ns: int) -> Iterator[ChainSample]:
        return chain_samples(self._store, now_ns)


def run_import(folder: Folder, settings: HistorySettings, args: argparse.Namespace) -> int:
    """Import each file; one that cannot be read does not keep the others out."""
    interval_s = None
    if args.interval:
        interval_s = round(parse_duration(args.interval, "--interval"))
        if interval_s < 60:
            raise InputError("--interval: expected a funding interval of a minute or more")
    venue = parse_venue(args.venue, REGISTRY).lower() if args.venue else None
    warnings: list[str] = []
    files = _files(args.files, warnings)
    refuse_network(folder.path)
    ignored: set[str] = set()
    count = Imported()
    store = _guarded(folder, IMPORTED, lambda: HotStore(folder))
    try:
        now_ns = WallClock().now_ns()
        forget_before(store, hour_floor_ns(now_ns) - settings.hot_h * HOUR_NS)
        known = Known(
            lambda *span: known_keys(folder, *span), now_ns - settings.minute_days * DAY_NS
        )
        for path in files:
            batches = (
                _csv_batches(path, venue, interval_s, warnings, ignored)
                if path.name.endswith(CSV_ENDINGS)
                else _tape_batches(path, warnings)
            )
            try:
                _guarded(folder, IMPORTED, partial(import_batches, store, batches, known, count))
            except (InputError, TapeError) as error:
                if len(files) == 1 and not warnings:
                    raise
                warnings.append(error.ui_message)
    finally:
        store.close()
    if count.samples_too_old:
        warnings.append(
            f"{count.samples_too_old} samples are older than history.minute_days "
            f"({settings.minute_days} days) and are not kept"
        )
    report = maintain_now(folder, settings)
    if report is not None:
        warnings += report.problems
    if ignored:
        print(f"cockpit: columns not kept: {', '.join(sorted(ignored))}", file=sys.stderr)
    for warning in warnings:
        print(f"cockpit: {warning}", file=sys.stderr)
    if args.json:
        document = {
            **msgspec.to_builtins(count),
            "files": len(files),
            "ignored": sorted(ignored),
            "warnings": warnings,
        }
        output.write_document(document)
    else:
        print(
            f"{count.samples_new} of {count.samples} samples and {count.settled_new} of "
            f"{count.settled} payments were new"
        )
    return 4 if warnings else 0


def maintain_now(folder: Folder, settings: HistorySettings) -> Report | None:
    """One round of maintenance; None if a cockpit or a recorder writes, which does its own."""
    refuse_network(folder.path)
    lock = WriterLock(folder, "cockpit")
    now_ns = WallClock().now_ns()

    def work() -> Report | None:
        if not lock.try_take(os.getpid(), now_ns):
            return None
        store = HotStore(folder)
        try:
            return Maintenance(store, settings, now_ns).run()
        finally:
            store.close()

    try:
        return _guarded(folder, PRUNED, work)
    finally:
        lock.leave()


def _guarded(folder: Folder, until_then: str, work: Callable[[], T]) -> T:
    """A disk that fails is one sentence. Nothing is set aside here: the writer does that."""
    try:
        return work()
    except (sqlite3.Error, OSError) as error:
        found = trouble(error, folder)
        raise HistoryError(
            f"{folder.hot}: {found.cause}; {until_then}",
            detail=repr(error),
        ) from error
    except duckdb.Error as error:
        words = f"{folder.cold}: cannot be written; {until_then}"
        raise HistoryError(words, detail=repr(error)) from error


def _files(given: list[str], warnings: list[str]) -> list[Path]:
    """Those that are there; of the others a sentence each. InputError where none is."""
    files: list[Path] = []
    for text in given:
        try:
            files += _file(text)
        except InputError as error:
            warnings.append(error.ui_message)
    if not files:
        raise InputError("; ".join(warnings))
    return files


def _file(text: str) -> list[Path]:
    if not text.endswith(CSV_ENDINGS):
        return find_tapes([text])
    if not Path(text).is_file():
        raise InputError(f"{text}: no such file")
    return [Path(text)]


def _csv_batches(
    path: Path,
    venue: str | None,
    interval_s: int | None,
    warnings: list[str],
    ignored: set[str],
) -> Iterator[Batch]:
    try:
        source = CsvFile(path, venue, interval_s)
        yield from source.batches()
    except (UnicodeDecodeError, EOFError, zlib.error, csv.Error) as error:
        raise InputError(f"{path}: is not a whole text file: {error}") from None
    except OSError as error:
        # Of this file, not of the store: that is written where these batches go.
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    ignored.update(source.columns.ignored)
    warnings += [f"{path}, line {number}: {reason}" for number, reason in source.first_bad]
    bad = source.bad_lines.total()
    if bad > len(source.first_bad):
        warnings.append(f"{path}: {bad} lines were left out in all")


def _tape_batches(path: Path, warnings: list[str]) -> Iterator[Batch]:
    tape, spec, make_session = open_recording(path)
    symbols = tape.header.wants.symbols
    state = StoreState(spec.name, spec.chain, symbols)
    events = (event for event in decode_tape(tape, spec, make_session) if isinstance(event, Event))
    yield from tape_batches(events, state)
    _damage(path, tape, warnings)


def _damage(path: Path, tape: Tape, warnings: list[str]) -> None:
    if tape.torn:
        warnings.append(f"{path}: the tail is torn and was dropped: {tape.torn}")
    if tape.skipped_total:
        warnings.append(f"{path}: {tape.skipped_total} lines could not be read")
