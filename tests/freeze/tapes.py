"""The long tapes: each session against its own face with faults, recorded once into DIR.

The faces are imported only to record: a comparison needs none of them. World and faults have a
fixed seed, but a face names its connections at random: two recordings are not the same bytes.
"""

import random
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tests.freeze.sessions import VENUES, wants_of

if TYPE_CHECKING:
    from cockpit.sim.server.faults import Faults

GOLDEN = Path(__file__).resolve().parents[1] / "captures"
FAULTS_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "faults"
MARKETS = ("BTC", "ETH", "SOL", "DOGE", "PEPE", "HYPE")
BEFORE_THE_HOUR_NS = 1_760_000_280_000_000_000
"""2025-10-09 08:58:00 UTC: funding is settled two minutes into each run."""


def record(folder: Path) -> None:
    """Golden tapes and tapes of known faults are copied, the long ones are made."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("golden", "faults", "long"):
        (folder / name).mkdir(parents=True)
    for path in GOLDEN.glob("*.jsonl"):
        shutil.copyfile(path, folder / "golden" / path.name)
    for path in FAULTS_BESIDE.rglob("*.jsonl"):
        shutil.copyfile(path, folder / "faults" / f"{path.parent.name}-{path.name}")
    for venue in VENUES:
        _record(folder / "long", venue, "calm", 7)
        _record(folder / "long", venue, "worst_together", 11)
        _record(folder / "long", venue, "funding_flip", 23)


def _record(folder: Path, venue: str, scenario: str, seed: int) -> None:
    from cockpit import venues
    from cockpit.sim.world import truth
    from cockpit.venues.contract import Wanted
    from cockpit.wire.pump import Pump
    from cockpit.wire.tape import TapeHeader, TapeWriter
    from tests import pair as pairs

    random.seed(seed)
    pairs.START_NS = BEFORE_THE_HOUR_NS
    pair = pairs.Pair(venue, MARKETS, scenario, seed)
    accounts = tuple(
        a["account"] for a in truth.document(pair.world)["accounts"] if a["venue"] == venue
    )
    module = venues.load(venue)
    if module.SPEC.check_address is None:
        accounts = ()
    wants = wants_of(venue, ("BTC", "PEPE", "DOGE"), accounts)
    more = wants_of(venue, ("ETH", "BTC", "NOSUCHCOIN"), accounts[:1])
    pair.pump = Pump(module.SPEC, module.Session, wants)
    noisy, broken = _faults()
    pair.run(50)
    pair.run(60, noisy)
    pair.feed(Wanted(at_ns=pair.at_ns, wants=more))
    pair.run(45, broken)
    pair.feed(Wanted(at_ns=pair.at_ns, wants=wants))
    pair.run(30)
    pair.run(45, noisy)
    pair.run(20)
    pair.settle()
    header = TapeHeader(
        venue=venue, origin="sim", version="0.1.0", at_ns=BEFORE_THE_HOUR_NS, wants=wants
    )
    writer = TapeWriter(folder / f"{venue}-{scenario}.jsonl.gz", header)
    for item in pair.inputs:
        writer.write(item)
    writer.close()


def _faults() -> "tuple[Faults, Faults]":
    from cockpit.sim.server.faults import Faults

    noisy = Faults(
        drop=0.02, duplicate=0.03, reorder=0.03, corrupt=0.02, truncate=0.02,
        http_429=0.1, http_500=0.1, disconnect_every_s=15,
    )  # fmt: skip
    broken = Faults(
        drop=0.01, duplicate=0.02, reorder=0.02, crossed=0.05, halt_s=4, clock_skew_ms=1500,
        http_hang=0.1, http_500=0.2, disconnect_every_s=12,
    )  # fmt: skip
    return noisy, broken
