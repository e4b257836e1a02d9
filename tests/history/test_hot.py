"""The hot store: rows once, in one commit, readable without a trace."""

import sqlite3
from contextlib import closing

import pytest

from cockpit.core.events import Instrument
from cockpit.history.errors import HistoryError
from cockpit.history.hot import HotStore, NewerStore
from cockpit.history.hot_read import read_hot
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Batch, ChainSample, ExposureSample, Figures, Forecast, Gap, Sample
from cockpit.history.schema import FIGURES, MIGRATIONS, VERSION, migrate, small_rows
from tests.history.kit import DAY, HOUR_NS, NS_PER_S, Folder, files, marks, modes, paid, sample


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "history")


@pytest.fixture
def store(folder):
    opened = HotStore(folder)
    yield opened
    opened.close()


def found(store, table):
    return store.connection.execute(f"SELECT * FROM {table}").fetchall()


def test_a_moment_of_a_market_is_written_once_and_stays_as_it_was(store):
    assert store.append(Batch(samples=(sample(DAY, mark=1.0),))).samples == 1
    assert store.append(Batch(samples=(sample(DAY, mark=2.0),))).samples == 0
    assert store.append(Batch(samples=(sample(DAY, symbol="ETH", mark=2.0),))).samples == 1
    assert [row[2 + FIGURES.index("mark")] for row in found(store, "samples")] == [1.0, 2.0]


def test_what_is_not_known_is_null_and_zero_is_zero(store):
    store.append(Batch(samples=(sample(DAY, live_rate=0.0, ask10_usd=0.0),)))
    columns = "live_rate, ask10_usd, predicted_rate, bid10_usd, book_age_s"
    row = store.connection.execute(f"SELECT {columns} FROM samples").fetchone()
    assert row == (0.0, 0.0, None, None, None)


@pytest.mark.parametrize("nonsense", [float("nan"), float("inf"), -float("inf"), 1e300])
def test_a_number_that_no_tier_could_hold_is_not_known(store, nonsense):
    store.append(Batch(samples=(sample(DAY, mark=nonsense, bid10_usd=nonsense, mid=nonsense),)))
    assert store.connection.execute("SELECT mark, bid10_usd, mid FROM samples").fetchone() == (
        None,
        None,
        None,
    )


def test_every_table_of_a_tick_is_in_one_commit(store):
    batch = Batch(
        samples=(sample(DAY, mark=1.0),),
        settled=(paid(DAY, 1e-5),),
        chain=(ChainSample(venue="dydx", at_ns=DAY, height=7),),
        exposure=(ExposureSample(venue="dydx", account="main", at_ns=DAY, net_usd=-3.0),),
        forecasts=(
            Forecast(
                venue="dydx", symbol="BTC", made_ns=DAY, for_ns=DAY + HOUR_NS, horizon_s=3600,
                model="har", value=1e-5,
            ),
        ),
        gaps=(Gap(from_ns=DAY, to_ns=DAY + 1, why="link down", venue="dydx"),),
    )  # fmt: skip
    written = store.append(batch)
    assert (written.samples, written.settled, written.chain) == (1, 1, 1)
    assert (written.exposure, written.forecasts, written.gaps) == (1, 1, 1)


def test_a_commit_that_fails_leaves_nothing_of_its_tick(store):
    broken = Sample(venue="bybit", symbol="\ud800", at_ns=DAY, figures=Figures(mark=1.0))
    with pytest.raises(UnicodeEncodeError):
        store.append(Batch(samples=(sample(DAY, mark=1.0), broken)))
    assert found(store, "samples") == []
    assert found(store, "markets") == []
    assert store.append(Batch(samples=(sample(DAY, mark=1.0),))).samples == 1


def test_what_was_forecast_is_joined_later_with_what_came(store):
    said = Forecast(
        venue="dydx", symbol="BTC", made_ns=DAY, for_ns=DAY + HOUR_NS, horizon_s=3600, model="har",
        value=1e-5,
    )  # fmt: skip
    store.append(Batch(forecasts=(said,)))
    came = Forecast(
        venue="dydx", symbol="BTC", made_ns=DAY, for_ns=DAY + HOUR_NS, horizon_s=3600, model="har",
        outcome=2e-5,
    )  # fmt: skip
    store.append(Batch(forecasts=(came,)))
    assert store.connection.execute("SELECT value, outcome FROM forecasts").fetchall() == [
        (1e-5, 2e-5)
    ]


def test_a_gap_that_goes_on_is_one_gap(store):
    store.append(Batch(gaps=(Gap(from_ns=DAY, to_ns=DAY + 5, why="link down"),)))
    store.append(Batch(gaps=(Gap(from_ns=DAY, to_ns=DAY + 9, why="link down"),)))
    assert found(store, "gaps") == [(DAY, DAY + 9, "", "link down")]


def test_reading_leaves_no_file_behind(folder, tmp_path):
    def count(connection):
        return connection.execute("SELECT count(*) FROM samples").fetchone()[0]

    assert read_hot(folder.hot, count, "nothing yet") == "nothing yet"
    assert list(tmp_path.iterdir()) == []
    store = HotStore(folder)
    store.append(marks(DAY, 3))
    assert read_hot(folder.hot, count, None) == 3
    store.close()
    before = files(folder)
    assert read_hot(folder.hot, count, None) == 3
    assert files(folder) == before == {"hot.sqlite"}


def test_a_reader_sees_one_moment_while_rows_come_in(folder, store):
    store.append(marks(DAY, 3))

    def twice(connection):
        first = connection.execute("SELECT count(*) FROM samples").fetchone()[0]
        store.append(marks(DAY + HOUR_NS, 5))
        return first, connection.execute("SELECT count(*) FROM samples").fetchone()[0]

    assert read_hot(folder.hot, twice, None) == (3, 3)
    assert len(found(store, "samples")) == 8


def test_a_writer_that_begins_while_a_closed_store_is_read_is_noticed(folder):
    store = HotStore(folder)
    store.append(marks(DAY, 3))
    store.close()
    opened = []

    def read(connection):
        if not opened:
            opened.append(HotStore(folder))
            opened[0].append(marks(DAY + HOUR_NS, 4))
        return connection.execute("SELECT count(*) FROM samples").fetchone()[0]

    assert read_hot(folder.hot, read, None) == 7
    opened[0].close()


def test_nobody_else_may_read_the_files(folder):
    store = HotStore(folder)
    store.append(marks(DAY, 3))
    assert modes(folder.path) == {0o600}
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert folder.cold.stat().st_mode & 0o777 == 0o700
    store.close()


def test_a_store_of_a_later_version_is_not_touched(folder):
    HotStore(folder).close()
    connection = sqlite3.connect(folder.hot)
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    before = folder.hot.read_bytes()
    with pytest.raises(NewerStore, match="later version"):
        HotStore(folder)
    with pytest.raises(HistoryError, match="update the program"):
        read_hot(folder.hot, lambda connection: None, None)
    assert folder.hot.read_bytes() == before


def test_an_older_store_is_brought_up_to_date_or_stays_as_it_was():
    first = ("CREATE TABLE a (x INTEGER)", "INSERT INTO a VALUES (1)")
    second = ("ALTER TABLE a ADD COLUMN y INTEGER",)
    broken = ("UPDATE a SET y = 2", "NO SUCH STATEMENT")
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection, (first,))
    migrate(connection, (first, second))
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, (first, second, broken))
    assert connection.execute("SELECT * FROM a").fetchall() == [(1, None)]
    assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    migrate(connection, (first,))
    assert connection.execute("PRAGMA user_version").fetchone() == (2,)


def listed(at_ns, **fields):
    return Instrument(
        venue="dydx", symbol="BTC", recv_ns=at_ns, native="BTC-USD", base="BTC", quote="USD",
        tick=1.0, taker_fee=5e-4, initial_tiers=((0.0, 0.02),), **fields,
    )  # fmt: skip


def test_a_market_is_kept_as_it_was_last_listed_and_since_when(store, folder):
    """What is said again at every start is not written again; an older word changes nothing."""
    first, same, changed = listed(DAY), listed(DAY + 5), listed(DAY + 9, status="paused")
    for row in (first, same):
        store.append(Batch(listings=(row,)))
        assert HistoryReader(folder).listings() == {("dydx", "BTC"): first}
    for row in (changed, first):
        store.append(Batch(listings=(row,)))
        assert HistoryReader(folder).listings() == {("dydx", "BTC"): changed}


def test_a_listing_that_another_version_wrote_is_not_known(store, folder):
    store.append(Batch(listings=(listed(DAY),)))
    store.connection.execute('UPDATE listings SET instrument = \'{"type":"instrument"}\'')
    assert HistoryReader(folder).listings() == {}


def test_a_store_from_before_listings_were_kept_is_read_without_them(folder):
    folder.create()
    connection = sqlite3.connect(folder.hot, isolation_level=None)
    migrate(connection, MIGRATIONS[:2])
    connection.close()
    assert HistoryReader(folder).listings() == {}
    with closing(HotStore(folder)) as store:
        store.append(Batch(listings=(listed(DAY),)))
    assert len(HistoryReader(folder).listings()) == 1


def test_the_figures_of_a_book_are_kept_to_one_part_in_8192(store):
    # 13 binary digits: the kept number is within half a step, 2**-14 of the value at most.
    usd = [1_234_567.891, 0.123456789, 60.04, 987.65e9]
    store.append(
        Batch(samples=tuple(sample(DAY + i * NS_PER_S, bid25_usd=x) for i, x in enumerate(usd)))
    )
    kept = [row[0] for row in store.connection.execute("SELECT bid25_usd FROM samples")]
    assert all(abs(a / b - 1) <= 2**-13 for a, b in zip(kept, usd, strict=True))


def test_a_store_from_before_events_were_kept_is_read_without_them(folder):
    folder.create()
    connection = sqlite3.connect(folder.hot, isolation_level=None)
    migrate(connection, MIGRATIONS[:1])
    connection.execute(
        "INSERT INTO forecasts VALUES ('v', 'BTC', 1, 2, 3, 'mean', 0.5, NULL, NULL, NULL)"
    )
    connection.close()
    (said,) = HistoryReader(folder).forecasts(0, 10, 10)
    assert (said.value, said.flipped, said.low) == (0.5, None, None)
    (row,) = read_hot(folder.hot, lambda store: list(small_rows(store, "forecasts")), [])
    assert row == ("v", "BTC", 1, 2, 3, "mean", 0.5, *(None,) * 11)
    HotStore(folder).close()
    assert HistoryReader(folder).forecasts(0, 10, 10) == [said]
