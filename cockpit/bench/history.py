"""What history costs: starting with a month of it, a curve of it, writing it, the disk, an heir.

The writing is that of fourteen venues of fifty markets; the month is that of four of twenty.
"""

import asyncio
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from cockpit.bench.history_rows import Walk
from cockpit.core.clock import WallClock
from cockpit.core.events import BookSnapshot, Link, OpenInterest, Prices
from cockpit.core.units import HOUR_NS, NS_PER_S, hour_floor_ns
from cockpit.desk.contract import ReadSpan
from cockpit.desk.history_reads import HistoryReads
from cockpit.desk.past_view import frame_of, moment_at
from cockpit.desk.recall import read_recollections, take_over
from cockpit.desk.spans import read_span
from cockpit.history import columnar
from cockpit.history.cold import COLUMNS, ROW_GROUP
from cockpit.history.hot import HotStore
from cockpit.history.layout import DAY_NS, ColdName, Folder
from cockpit.history.maintenance import Maintenance, hot_bytes
from cockpit.history.manifest import cold_files
from cockpit.history.protocol import SeriesQuestion
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Batch, ChainSample, ExposureSample, Sample, Settled
from cockpit.history.service import HistoryService
from cockpit.history.settings import HistorySettings
from cockpit.history.tape import SlotFeed, ViewState
from cockpit.state.store import MarketStore

VENUES, SYMBOLS = 14, 50
MONTH_VENUES, MONTH_SYMBOLS, DAYS = 4, 20, 30
SLOT_S = 10
COMMITS = 60
TICK_S = 0.001
SLOTS = 3600 // SLOT_S
ACCOUNTS = 4
LEVELS = 20
SETTINGS = HistorySettings()
MB = 1e6


def measure(runs: int) -> dict[str, Any]:
    """Section `history` of the document: medians of `runs`, with min and max under `spread`.

    `start_s` is a state begun with a month of settled funding, an hour of curves and every market's
    last row; `look_back_ms` the state of half an hour ago, `look_back_week_ms` that of a week ago
    out of a daily file; `slot_ms` what a slot takes of the loop at once; `series_30d_ms` a
    curve of a month out of daily files, the worker running; `span_30d_ms` all that the screen draws
    of a month of one symbol at four venues, and `span_loop_gap_ms` how late the loop is at worst
    meanwhile; `write_*` a commit of 700 rows;
    `bytes_per_raw_row` an hour of them as Parquet; `small_mb_a_day` settled, chain and exposure;
    `takeover_s` from the kill of the writer to its heir; `open_ms` to open the store for writing
    and to read every market's last row, `open_killed_ms` where its writer was killed before.
    """
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as home:
        at_ns = hour_floor_ns(WallClock().now_ns()) - HOUR_NS
        month = Folder(Path(home) / "month")
        _make_month(month, at_ns)
        found |= _reading(month, at_ns, runs)
        found["slot_ms"] = _slots(at_ns, runs)
        found |= _writing(Folder(Path(home) / "writing"), at_ns, runs)
        found |= _disk(Path(home), at_ns)
        takeover = [_takeover_s(Folder(Path(home) / f"heir{run}")) for run in range(runs)]
        found["takeover_s"] = takeover
        for name, is_killed in (("open_ms", False), ("open_killed_ms", True)):
            folders = [Folder(Path(home) / f"{name}{run}") for run in range(runs)]
            found[name] = [_open_ms(folder, is_killed=is_killed) for folder in folders]
    document: dict[str, Any] = {name: round(statistics.median(v), 4) for name, v in found.items()}
    document["spread"] = {
        name: [round(min(values), 4), round(max(values), 4)] for name, values in found.items()
    }
    return document


def _make_month(folder: Folder, at_ns: int) -> None:
    """Thirty daily files, as many days of settled funding, and an hour in the hot store."""
    store = HotStore(folder)
    first_day_ns = at_ns - at_ns % DAY_NS - DAYS * DAY_NS
    figures = ", ".join(
        f"{'random()' if name in ('mark', 'live_rate') else 'NULL'}::{kind} AS {name}"
        for name, kind in COLUMNS[3:]
    )
    database = columnar.connect(256)
    for day in range(DAYS):
        day_ns = first_day_ns + day * DAY_NS
        name = ColdName(tier="raw", from_ns=day_ns, to_ns=day_ns + DAY_NS, generation=day + 1)
        target = columnar.quoted(folder.cold / str(name))
        database.execute(
            "COPY (SELECT printf('venue%02d', v) AS venue, printf('COIN%02d', s) AS symbol, "
            f"{day_ns} + t * {SLOT_S * NS_PER_S} AS at_ns, {figures} FROM range({MONTH_VENUES}) "
            f"a(v), range({MONTH_SYMBOLS}) b(s), range({86400 // SLOT_S}) c(t) "
            f"ORDER BY v, s, t) TO {target} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        )
    database.close()
    Maintenance(store, SETTINGS, at_ns).run()
    walk = Walk(MONTH_VENUES, MONTH_SYMBOLS)
    for slot in range(SLOTS):
        store.append(Batch(samples=walk.samples(at_ns + slot * SLOT_S * NS_PER_S)))
    for hour in range(DAYS * 24):
        store.append(Batch(settled=_hour_of_funding(walk.names, at_ns - hour * HOUR_NS)))
    store.close()


def _hour_of_funding(names: list[tuple[str, str]], at_ns: int) -> tuple[Settled, ...]:
    return tuple(
        Settled(venue=venue, symbol=symbol, paid_at_ns=at_ns, rate=1e-5, interval_s=3600)
        for venue, symbol in names
    )


def _reading(folder: Folder, at_ns: int, runs: int) -> dict[str, list[float]]:
    reader = HistoryReader(folder)
    question = SeriesQuestion(
        venue="venue01",
        symbol="COIN07",
        columns=("live_rate",),
        from_ns=at_ns - DAYS * DAY_NS,
        to_ns=at_ns + HOUR_NS,
    )

    now_ns = at_ns + HOUR_NS
    names = Walk(MONTH_VENUES, MONTH_SYMBOLS).names
    venues = [(venue, None) for venue in dict.fromkeys(venue for venue, _ in names)]
    symbols = list(dict.fromkeys(symbol for _, symbol in names))

    def start() -> None:
        view = MarketStore(venues, symbols)
        kept = take_over(view, read_recollections(folder, now_ns, frozenset(symbols)))
        assert sum(map(len, kept.values())) == MONTH_VENUES * MONTH_SYMBOLS
        market = view.market(*names[0])
        assert market is not None
        assert len(market.settled) >= DAYS * 24 - 1
        assert len(market.live_hourly) >= SLOTS - 1

    frame = frame_of(MarketStore(venues, symbols))
    wanted = ReadSpan("COIN07", DAYS * 24, now_ns)

    def look_back(ago_ns: int) -> None:
        view = moment_at(reader, frame, now_ns - ago_ns)
        assert view is not None

    def span() -> None:
        found = read_span(reader, wanted, tuple(venue for venue, _ in venues))
        assert len(found.open_interest) == MONTH_VENUES

    def series() -> None:
        assert len(reader.series(question).at_ns) > (DAYS - 1) * 86400 // SLOT_S

    first_ms = _seconds(series) * 1e3
    found = {
        "start_s": [_seconds(start) for _ in range(runs)],
        "look_back_ms": [_seconds(partial(look_back, HOUR_NS // 2)) * 1e3 for _ in range(runs)],
        "series_30d_first_ms": [first_ms],
        "series_30d_ms": [_seconds(series) * 1e3 for _ in range(runs)],
        "look_back_week_ms": [_seconds(partial(look_back, 7 * DAY_NS)) * 1e3 for _ in range(runs)],
        "span_30d_ms": [_seconds(span) * 1e3 for _ in range(runs)],
        "span_loop_gap_ms": [asyncio.run(_loop_gap_ms(folder, wanted)) for _ in range(runs)],
    }
    reader.close()
    return found


async def _loop_gap_ms(folder: Folder, wanted: ReadSpan) -> float:
    """How late a loop that ticks every millisecond is at worst, while a span is read beside it."""
    reads = HistoryReads(folder)
    venues = tuple(f"venue{v:02}" for v in range(MONTH_VENUES))
    read = partial(read_span, wanted=wanted, venues=venues)
    await asyncio.wrap_future(reads.submit(read))
    asked, worst_s, before_s = reads.submit(read), 0.0, time.perf_counter()
    while not asked.done():
        await asyncio.sleep(TICK_S)
        now_s = time.perf_counter()
        worst_s, before_s = max(worst_s, now_s - before_s - TICK_S), now_s
    reads.close()
    return worst_s * 1e3


def _slots(at_ns: int, runs: int) -> list[float]:
    """A slot of one of all venues, with books of twenty levels a side: no more is done at once."""
    names = Walk(VENUES, SYMBOLS).names
    venues = [(venue, None) for venue in dict.fromkeys(venue for venue, _ in names)]
    view = MarketStore(venues, list(dict.fromkeys(symbol for _, symbol in names)))
    took = []
    for run in range(runs):
        slot_ns = at_ns + run * SLOT_S * NS_PER_S
        view.apply_all(Link(venue=venue, recv_ns=slot_ns, state="live") for venue, _ in venues)
        for venue, symbol in names:
            levels = [0.01 * (i + 1 + run) for i in range(LEVELS)]
            book = BookSnapshot(
                venue=venue,
                symbol=symbol,
                recv_ns=slot_ns,
                bids=tuple((100.0 - step, 1.0) for step in levels),
                asks=tuple((100.0 + step, 1.0) for step in levels),
            )
            prices = Prices(venue=venue, symbol=symbol, recv_ns=slot_ns, mark=100.0, index=100.0)
            interest = OpenInterest(venue=venue, symbol=symbol, recv_ns=slot_ns, base=1.0)
            view.apply_all([book, prices, interest])
        feed = SlotFeed(ViewState(view, names[0][0]))
        list(feed.before(slot_ns))
        took.append(_seconds(partial(_drain, feed, slot_ns + SLOT_S * NS_PER_S)) * 1e3)
    return took


def _drain(feed: SlotFeed, at_ns: int) -> None:
    assert sum(len(batch.samples) for batch in feed.before(at_ns)) == SYMBOLS


def _writing(folder: Folder, at_ns: int, runs: int) -> dict[str, list[float]]:
    """Commits of one tick of all markets; memory is what the service adds to this process."""
    walk = Walk(VENUES, SYMBOLS)
    found: dict[str, list[float]] = {"write_ms": [], "write_p99_ms": [], "write_cpu_frac": []}
    slots = [walk.samples(at_ns + i * SLOT_S * NS_PER_S) for i in range(COMMITS)]
    before_mb = _resident_mb()
    store = HotStore(folder)
    for run in range(runs):
        took, cpu_s = [], 0.0
        for samples in slots:
            batch = Batch(samples=_later(samples, run * HOUR_NS))
            began_s = time.process_time()
            took.append(_seconds(partial(store.append, batch)) * 1e3)
            cpu_s += time.process_time() - began_s
        found["write_ms"].append(statistics.median(took))
        found["write_p99_ms"].append(statistics.quantiles(took, n=100)[-1])
        found["write_cpu_frac"].append(cpu_s / COMMITS / SLOT_S)
    store.close()
    service = HistoryService(folder, HistorySettings(), WallClock())
    service.start()
    for samples in slots:
        service.offer(Batch(samples=samples))
    service.stop()
    found["write_memory_mb"] = [_resident_mb() - before_mb]
    return found


def _later(samples: tuple[Sample, ...], by_ns: int) -> tuple[Sample, ...]:
    return tuple(
        Sample(venue=row.venue, symbol=row.symbol, at_ns=row.at_ns + by_ns, figures=row.figures)
        for row in samples
    )


def _disk(home: Path, at_ns: int) -> dict[str, list[float]]:
    raw = HotStore(Folder(home / "raw"))
    walk = Walk(VENUES, SYMBOLS)
    for slot in range(SLOTS):
        raw.append(Batch(samples=walk.samples(at_ns + slot * SLOT_S * NS_PER_S)))
    hot = hot_bytes(raw) / (SLOTS * VENUES * SYMBOLS)
    helper_s = _seconds(lambda: Maintenance(raw, SETTINGS, at_ns + 2 * HOUR_NS).run())
    (file,) = cold_files(raw.connection)
    raw.close()
    small = HotStore(Folder(home / "small"))
    empty = hot_bytes(small)
    for hour in range(24):
        small.append(Batch(settled=_hour_of_funding(walk.names, at_ns + hour * HOUR_NS)))
    for minute in range(24 * 60):
        small.append(_machinery(at_ns + minute * 60 * NS_PER_S))
    size = hot_bytes(small) - empty
    small.close()
    return {
        "bytes_per_hot_row": [hot],
        "bytes_per_raw_row": [file.size / file.rows],
        "seal_hour_s": [helper_s],
        "small_mb_a_day": [size / MB],
    }


def _machinery(at_ns: int) -> Batch:
    """A minute's row of every chain and of some accounts."""
    return Batch(
        chain=tuple(
            ChainSample(
                venue=f"venue{v:02}", at_ns=at_ns, height=at_ns // NS_PER_S, block_age_s=0.317 * v,
                cadence_s=1.0017, latency_p50_ms=81.25 + v, latency_p99_ms=203.75, gaps=v,
                reconnects=v, stage="posted",
            )
            for v in range(VENUES)
        ),
        exposure=tuple(
            ExposureSample(
                venue=f"venue{a:02}", account=f"0x12…{a:04}", at_ns=at_ns, net_usd=1234.5 + a,
                gross_usd=98765.4, carry_usd_per_hour=1.25, equity_usd=54321.0,
                margin_used_usd=4321.0, margin_ratio=0.125,
            )
            for a in range(ACCOUNTS)
        ),
    )  # fmt: skip


def _writer(folder: Folder) -> "subprocess.Popen[bytes]":
    """Another process that writes."""
    numbers = (str(VENUES), str(SYMBOLS))
    writer = subprocess.Popen(
        [sys.executable, "-m", "cockpit.bench.history_writer", str(folder.path), *numbers],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert writer.stdout is not None
    writer.stdout.readline()
    return writer


def _open_ms(folder: Folder, *, is_killed: bool) -> float:
    """After a writer that ended well, or was killed with its last commits still in the WAL."""
    writer = _writer(folder)
    assert writer.stdout is not None
    writer.stdout.readline()
    if is_killed:
        writer.kill()
    writer.communicate()
    began_s = time.perf_counter()
    store = HotStore(folder)
    rows = HistoryReader(folder).last_samples()
    took_ms = (time.perf_counter() - began_s) * 1e3
    store.close()
    assert len(rows) == VENUES * SYMBOLS
    return took_ms


def _takeover_s(folder: Folder) -> float:
    writer = _writer(folder)
    heir = HistoryService(folder, HistorySettings(), WallClock())
    heir.start()
    _await(heir, "following")
    began_s = time.monotonic()
    writer.kill()
    writer.communicate()
    _await(heir, "writing")
    took_s = time.monotonic() - began_s
    heir.stop()
    return took_s


def _await(service: HistoryService, standing: str) -> None:
    while service.status.standing != standing:
        time.sleep(0.005)


def _seconds(work: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s


def _resident_mb() -> float:
    """What this process has in memory now; where the system does not say, the most it ever had."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return pages * resource.getpagesize() / MB
