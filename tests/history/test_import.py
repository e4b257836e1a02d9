"""Rows from elsewhere: each once, and a tape says what a live run would have written."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core.errors import InputError
from cockpit.core.events import BookReset, BookSnapshot, Funding, Link, OpenInterest, Prices
from cockpit.history.analytic import known_keys
from cockpit.history.csv_rows import CsvFile
from cockpit.history.hot import HotStore
from cockpit.history.importer import Imported, Known, import_batches
from cockpit.history.query import Bounds, query
from cockpit.history.readings import chain_samples, readings
from cockpit.history.rows import Batch
from cockpit.history.sampler import Sampler
from cockpit.history.settings import HistorySettings
from cockpit.history.tape import tape_batches
from cockpit.state.store import MarketStore
from tests.history.kit import DAY, DAY_NS, HOUR_NS, NS_PER_S, Folder, maintain, marks, rows, sample

SHORT = HistorySettings(hot_h=2)


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "history")


def take_in(folder, *batches):
    count = Imported()
    store = HotStore(folder)
    import_batches(store, batches, Known(lambda *span: known_keys(folder, *span)), count)
    store.close()
    return count


def test_importing_twice_writes_once_also_what_is_cold_already(folder):
    batch = marks(DAY, 26 * 60, step_s=60)
    assert take_in(folder, batch).samples_new == 26 * 60
    maintain(folder, DAY + 27 * HOUR_NS, SHORT)
    before = rows(folder)
    for hour in (27, 28):
        again = take_in(folder, batch)
        assert (again.samples, again.samples_new) == (26 * 60, 0)
        maintain(folder, DAY + hour * HOUR_NS, SHORT)
        assert rows(folder) == before


def test_what_is_missing_of_a_cold_day_is_added_to_it(folder):
    take_in(folder, marks(DAY, 60, step_s=60), marks(DAY + 25 * HOUR_NS, 60, step_s=60))
    maintain(folder, DAY + 40 * HOUR_NS, SHORT)
    more = take_in(folder, marks(DAY, 120, step_s=60))
    assert more.samples_new == 60
    expected = [(DAY + i * 60 * NS_PER_S, float(i + 1)) for i in range(120)]
    assert rows(folder, more=f"WHERE at_ns < {DAY + DAY_NS}") == expected
    maintain(folder, DAY + 40 * HOUR_NS, SHORT)
    assert rows(folder, more=f"WHERE at_ns < {DAY + DAY_NS}") == expected


@settings(max_examples=6, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.booleans(), st.booleans()), max_size=6))
def test_however_often_and_whenever_the_same_is_imported(tmp_path_factory, steps):
    folder = Folder(tmp_path_factory.mktemp("import") / "history")
    expected = set()
    take_in(folder)
    for hour, with_maintenance, twice in steps:
        batch = marks(DAY + hour * HOUR_NS, 3, step_s=1800)
        expected |= {row.at_ns for row in batch.samples}
        for _ in range(1 + twice):
            take_in(folder, batch)
        if with_maintenance:
            maintain(folder, DAY + 60 * HOUR_NS, SHORT)
    found = [at_ns for (at_ns,) in rows(folder, "at_ns")]
    assert found == sorted(expected)


# --- tapes ------------------------------------------------------------------------------------


class State:
    def __init__(self):
        self.store = MarketStore([("dydx", None)], ["BTC", "ETH"])

    def apply(self, event):
        self.store.apply(event)

    def readings(self, now_ns):
        return readings(self.store, now_ns)

    def chains(self, now_ns):
        return chain_samples(self.store, now_ns)


def told(second, event, symbol="BTC", **fields):
    return event(venue="dydx", symbol=symbol, recv_ns=DAY + round(second * NS_PER_S), **fields)


def book(second, bid, ask, size=1.0):
    return told(second, BookSnapshot, bids=((bid, size),), asks=((ask, size),))


LIVE = Link(venue="dydx", recv_ns=DAY, state="live")
EVENTS = [
    LIVE,
    book(7, 99.0, 101.0),
    told(8, Prices, mark=100.5),
    told(12, OpenInterest, base=7.0),
    book(17, 99.0, 101.0),
    told(20, Prices, mark=100.75),
    told(21, Funding, kind="settled", rate=1e-5, interval_s=3600, venue_ns=DAY - 5, premium=2e-5),
    book(24, 99.0, 101.0),
    told(25, BookReset, reason="gap"),
    told(31, Prices, mark=100.75),
]


def imported_rows(events):
    batches = list(tape_batches(events, State()))
    return [row for batch in batches for row in batch.samples], batches


def test_a_slot_knows_what_had_arrived_before_it_and_nothing_later():
    rows_found, batches = imported_rows(EVENTS)
    seconds = [(row.at_ns - DAY) // NS_PER_S for row in rows_found]
    assert seconds == [10, 20, 30]
    first, second, third = (row.figures for row in rows_found)
    assert (first.mark, first.oi_base, first.mid) == (100.5, None, 100.0)
    assert (second.mark, second.oi_base) == (100.5, 7.0)
    assert (third.mark, third.mid, third.bid10_usd) == (100.75, None, None)
    assert third.book_age_s == 6
    (paid,) = [row for batch in batches for row in batch.settled]
    assert (paid.paid_at_ns, paid.rate, paid.premium) == (DAY - 5, 1e-5, 2e-5)


def test_depth_is_what_rests_within_the_band_and_how_far_the_book_was_seen():
    levels = told(
        8, BookSnapshot,
        bids=((99.95, 2.0), (99.8, 3.0), (99.4, 10.0)), asks=((100.05, 1.0), (100.2, 4.0)),
    )  # fmt: skip
    (row,), _ = imported_rows([told(1, Prices, mark=1.0), LIVE, levels, told(11, Prices, mark=1.0)])
    figures = row.figures
    # Mid 100: 10 bps reach 99.90 and 100.10, 25 bps 99.75 and 100.25, 50 bps 99.50 and 100.50.
    assert figures.bid10_usd == pytest.approx(199.9)
    assert figures.bid25_usd == pytest.approx(199.9 + 299.4)
    assert figures.bid50_usd == pytest.approx(199.9 + 299.4)
    assert figures.ask25_usd == pytest.approx(100.05 + 400.8)
    assert figures.spread_bps == pytest.approx(10.0)
    assert figures.bid_covered_bps == pytest.approx(60.0)
    assert figures.ask_covered_bps == pytest.approx(20.0)


def test_what_is_stale_is_a_gap_that_keeps_its_age():
    late = [told(second, Prices, index=1.0) for second in range(5, 130, 5)]
    rows_found, _ = imported_rows([LIVE, told(1, Prices, mark=5.0), *late])
    by_second = {(row.at_ns - DAY) // NS_PER_S: row.figures for row in rows_found}
    assert by_second[10].mark == 5.0
    last = by_second[max(by_second)]
    assert last.mark is None
    assert last.mark_age_s > 60


def test_through_a_long_silence_of_the_tape_nothing_is_sampled():
    later = [told(5 * 3600 + second, Prices, mark=2.0) for second in range(0, 30, 2)]
    rows_found, _ = imported_rows([LIVE, told(1, Prices, mark=5.0), *later])
    seconds = [(row.at_ns - DAY) // NS_PER_S for row in rows_found]
    assert all(second <= 1 + 600 or second >= 5 * 3600 for second in seconds)
    assert any(second >= 5 * 3600 for second in seconds)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0.1, 30.0), st.sampled_from(["BTC", "ETH"]),
            st.one_of(st.none(), st.floats(1.0, 1e5)), st.booleans(),
        ),
        max_size=40,
    )
)  # fmt: skip
def test_a_tape_imported_is_what_a_live_run_wrote(tmp_path_factory, moves):
    """The live run asks the sampler at every slot; the tape knows only what arrived and when."""
    second, events = 0.0, [LIVE]
    for wait, symbol, mark, with_book in moves:
        second += wait
        events.append(told(second, Prices, symbol=symbol, mark=mark, index=2.0))
        if with_book:
            events.append(book(second, 99.0, 101.0, size=second + 1))
    end = round(second) + 1
    live, sampler, waiting = State(), Sampler(), list(events)
    written = []
    for slot in range(10, end, 10):
        slot_ns = DAY + slot * NS_PER_S
        while waiting and waiting[0].recv_ns < slot_ns:
            live.apply(waiting.pop(0))
        assert sampler.due_ns(slot_ns) == slot_ns
        batch = Batch(samples=sampler.sample(slot_ns, live.readings(slot_ns)))
        if waiting:
            written.append(batch)
    folder = Folder(tmp_path_factory.mktemp("live") / "history")
    take_in(folder, *written)
    columns = "venue, symbol, at_ns, mark, index_price, mid, bid10_usd, mark_age_s, book_age_s"
    before = rows(folder, columns)
    other = Folder(tmp_path_factory.mktemp("tape") / "history")
    take_in(other, *tape_batches(events, State()))
    assert rows(other, columns) == before
    # What the live run wrote and what its tape says are the same rows: none is new.
    assert take_in(folder, *tape_batches(events, State())).samples_new == 0


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 400), st.sampled_from(["BTC", "ETH"]),
            st.one_of(st.none(), st.floats(1.0, 1e5)),
        ),
        min_size=20, max_size=150,
    ),
    st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)),
    st.integers(1, 6),
)  # fmt: skip
def test_a_query_over_any_span_says_what_the_tape_of_it_says(tmp_path_factory, moves, ends, every):
    """The live run is put away hour by hour while it goes on, as a recorder does over days; its
    tape is taken in at once. Whatever the tier, a span holds the same rows of every table."""
    second, events = 0, [LIVE]
    for wait, symbol, mark in moves:
        second += wait
        if mark is None:
            stamp_ns = DAY + second * NS_PER_S
            events.append(
                told(second, Funding, symbol=symbol, kind="settled", rate=1e-5, interval_s=3600,
                     venue_ns=stamp_ns)
            )  # fmt: skip
        else:
            events.append(told(second, Prices, symbol=symbol, mark=mark))
    live = Folder(tmp_path_factory.mktemp("live") / "history")
    store = HotStore(live)
    for number, batch in enumerate(tape_batches(events, State())):
        now_ns = max((row.at_ns for row in batch.samples), default=DAY)
        store.append(batch, now_ns)
        if number % (every * 40) == every * 40 - 1:
            store.close()
            maintain(live, now_ns, SHORT)
            store = HotStore(live)
    store.close()
    maintain(live, DAY + second * NS_PER_S, SHORT)
    tape = Folder(tmp_path_factory.mktemp("tape") / "history")
    take_in(tape, *tape_batches(events, State()))
    first, last = sorted(DAY + round(end * second) * NS_PER_S for end in ends)
    tables = {
        "samples": "SELECT venue, symbol, at_ns, mark, mark_age_s FROM samples WHERE at_ns",
        "settled": "SELECT venue, symbol, paid_at_ns, rate FROM settled WHERE paid_at_ns",
        "chain": "SELECT venue, at_ns, gaps, reconnects FROM chain WHERE at_ns",
    }
    for name, sql in tables.items():
        asked = f"{sql} BETWEEN {first} AND {last} ORDER BY ALL"
        bounds = Bounds(rows=1_000_000)
        assert query(live, asked, bounds).rows == query(tape, asked, bounds).rows, name


def test_rows_older_than_anything_is_kept_are_counted_and_left_out(folder):
    count = Imported()
    store = HotStore(folder)
    batch = marks(DAY, 10, step_s=60)
    limit_ns = DAY + 4 * 60 * NS_PER_S
    import_batches(store, [batch], Known(lambda *span: set(), limit_ns), count)
    store.close()
    assert (count.samples, count.samples_new, count.samples_too_old) == (10, 6, 4)
    assert len(rows(folder)) == 6


# --- CSV --------------------------------------------------------------------------------------


def csv_file(tmp_path, text, name="in.csv", venue=None, interval_s=None):
    path = tmp_path / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    return CsvFile(path, venue, interval_s)


def only_batch(file):
    (batch,) = file.batches()
    return batch


def test_funding_as_others_publish_it_is_understood(tmp_path):
    text = (
        "time_ms,coin,funding_rate,premium\n"
        "1704067200151,BTC,0.0000617991,0.0009943926\n"
        "1704070800006,BTC,-0.00001,\n"
    )
    file = csv_file(tmp_path, text, "f.csv.gz", venue="hyperliquid")
    first, second = only_batch(file).settled
    assert (first.venue, first.symbol, first.paid_at_ns) == (
        "hyperliquid", "BTC", 1704067200151000000,
    )  # fmt: skip
    assert (first.rate, first.interval_s, first.premium) == (0.0000617991, 3600, 0.0009943926)
    assert (second.rate, second.premium) == (-0.00001, None)


def test_the_interval_is_the_spacing_of_the_rows_of_one_coin(tmp_path):
    lines = [
        f"{1_640_995_200_006 + i * 28_800_000 + i % 5},{coin},0.0001"
        for i in range(6)
        for coin in ("BTC", "ETH")
    ]
    text = "time_ms,coin,funding_rate\n" + "\n".join(lines)
    batch = only_batch(csv_file(tmp_path, text, venue="binance"))
    assert {row.interval_s for row in batch.settled} == {8 * 3600}
    said = only_batch(csv_file(tmp_path, text, venue="binance", interval_s=3600))
    assert {row.interval_s for row in said.settled} == {3600}


def test_samples_by_name_and_an_empty_field_is_not_known(tmp_path):
    text = f"at_ns,venue,symbol,mark,oi_base,interval_s\n{DAY},dydx,BTC,100.5,,3600\n"
    (row,) = only_batch(csv_file(tmp_path, text)).samples
    assert row == sample(DAY, venue="dydx", mark=100.5, interval_s=3600)


def test_a_line_that_cannot_be_used_is_told_and_the_next_is_read(tmp_path):
    text = (
        "time_ms,coin,funding_rate\n"
        "1704067200000,BTC,0.1\n"
        "yesterday,BTC,0.1\n"
        "1704067200000,,0.1\n"
        "1704070800000,BTC,much\n"
        "1704074400000\n"
        "1704078000000,BTC,0.2\n"
    )
    file = csv_file(tmp_path, text, venue="x", interval_s=3600)
    assert [row.rate for row in only_batch(file).settled] == [0.1, 0.2]
    assert file.first_bad == [
        (3, "time is not a whole number"),
        (4, "names no market"),
        (5, "rate is not a number"),
        (6, "has too few fields"),
    ]


@pytest.mark.parametrize(
    ("text", "venue", "words"),
    [
        ("", "x", "expected a header with a time"),
        ("coin,funding_rate\n", "x", "expected a header with a time"),
        ("time_ms,funding_rate\n", "x", "a symbol"),
        ("time_ms,coin,funding_rate\n1,BTC,0\n", None, "--venue"),
        ("time_ms,coin,colour\n", "x", "nothing that is kept"),
        ("time_ms,coin,funding_rate\n1704067200000,BTC,0.1\n", "x", "--interval"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_was_expected(tmp_path, text, venue, words):
    with pytest.raises(InputError, match=words) as refused:
        csv_file(tmp_path, text, venue=venue)
    assert "in.csv" in refused.value.ui_message


def test_a_line_that_was_cut_off_costs_itself_alone(tmp_path):
    """The last line of a copy that was broken off lacks its venue, or its interval."""
    text = (
        "time_ms,coin,funding_rate,interval_s,venue\n"
        "1704067200000,BTC,0.0001,3600,dydx\n"
        "1704070800000,BTC,0.0001,3600\n"
        "1704074400000,BTC,0.0001\n"
    )
    file = csv_file(tmp_path, text)
    assert [row.venue for row in only_batch(file).settled] == ["dydx"]
    assert file.first_bad == [(3, "has too few fields"), (4, "has too few fields")]


def test_nanoseconds_in_a_column_of_milliseconds_are_no_time(tmp_path):
    text = (
        "time_ms,coin,funding_rate,interval_s,venue\n"
        "1704067200000,BTC,0.0001,3600,dydx\n"
        "1704070800000000000,BTC,0.0001,3600,dydx\n"
    )
    file = csv_file(tmp_path, text)
    assert len(only_batch(file).settled) == 1
    assert file.first_bad == [(3, "time is out of bounds")]
