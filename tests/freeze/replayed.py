"""What `snapshot` and `exposure` say of tapes that were replayed into a store."""

import heapq
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from cockpit import venues
from cockpit.documents.exposure import exposure_document
from cockpit.documents.snapshot import snapshot
from cockpit.portfolio.positions import read
from cockpit.state.store import MarketStore
from cockpit.venues.contract import Input
from cockpit.wire.pump import Pump, facts
from cockpit.wire.tape import Tape, read_tape
from tests.freeze.frozen import Case, line
from tests.freeze.sessions import VENUES

SYMBOLS = ("BTC", "PEPE", "DOGE", "ETH")
EVERY_S = 15
KEPT = {"calm": (3, 15), "worst_together": (6,), "funding_flip": (16,)}
"""Which of the documents of each replay are saved as views."""


def cases(folder: Path) -> Iterator[Case]:
    for scenario in KEPT:

        def lines(scenario: str = scenario) -> Iterator[bytes]:
            for number, (taken, exposure) in enumerate(documents(folder, scenario)):
                taken = {k: v for k, v in taken.items() if k != "version"}
                yield line("snapshot", number, "Document", taken)
                yield line("exposure", number, "Document", exposure)

        yield Case(f"documents/replayed-{scenario}", lines, _place)


def save_views(folder: Path) -> None:
    """Snapshots of the replayed tapes, for every command that reads a view."""
    for scenario, kept in KEPT.items():
        for number, (taken, _) in enumerate(documents(folder, scenario)):
            if number in kept:
                path = folder / "views" / f"replayed-{scenario}-{number:02}.json"
                path.write_bytes(msgspec.json.encode(taken))


def documents(folder: Path, scenario: str) -> Iterator[tuple[Any, Any]]:
    """(snapshot, exposure) of all venues together, every fifteen seconds of tape time."""
    tapes = {v: read_tape(folder / "tapes" / "long" / f"{v}-{scenario}.jsonl.gz") for v in VENUES}
    specs = {venue: venues.load(venue).SPEC for venue in tapes}
    store = MarketStore([(v, specs[v].chain) for v in VENUES], SYMBOLS)
    store.follow((v, a, "") for v, tape in tapes.items() for a in tape.header.wants.accounts)
    pumps = {
        v: Pump(specs[v], venues.load(v).Session, tape.header.wants) for v, tape in tapes.items()
    }
    streams = [_timed(number, venue, tapes[venue]) for number, venue in enumerate(tapes)]
    start_ns = min(tape.header.at_ns for tape in tapes.values())
    due_ns = start_ns + EVERY_S * 1_000_000_000
    sample_ns = start_ns
    for at_ns, _, venue, item in heapq.merge(*streams, key=lambda entry: entry[:2]):
        while at_ns >= sample_ns:
            store.sample(sample_ns)
            sample_ns += 1_000_000_000
        if at_ns >= due_ns:
            yield _documents(store, due_ns)
            due_ns += EVERY_S * 1_000_000_000
        store.apply_all(facts(pumps[venue].feed(item)))
    yield _documents(store, due_ns)


def _timed(number: int, venue: str, tape: Tape) -> Iterator[tuple[int, int, str, Input]]:
    return ((item.at_ns, number, venue, item) for item in tape)


def _documents(store: Any, at_ns: int) -> tuple[Any, Any]:
    return (
        msgspec.to_builtins(snapshot(store, at_ns, 20, [])),
        msgspec.to_builtins(exposure_document(read(store, at_ns))),
    )


def _place(run: str, number: int) -> str:
    return f"{run} after {(number + 1) * EVERY_S} s of tape time"
