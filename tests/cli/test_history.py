"""`cockpit history`: what is remembered can be asked, written out, taken in and put away."""

import csv
import io
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cockpit.cli.main import main
from cockpit.core.clock import WallClock
from cockpit.core.units import HOUR_NS, NS_PER_S, hour_floor_ns, utc
from cockpit.history import hot
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder, default_folder
from cockpit.history.rows import Batch, Gap
from cockpit.history.writer_lock import WriterLock
from tests.history.kit import fill_up, marks, paid, sample, small_disk
from tests.support import PATIENCE_S

GOLDEN = Path(__file__).resolve().parents[1] / "captures"
SAMPLES = (
    "venue", "symbol", "at_ns", "live_rate", "predicted_rate", "interval_s", "mark", "index_price",
    "mid", "spread_bps", "oi_base", "bid10_usd", "ask10_usd", "bid25_usd", "ask25_usd", "bid50_usd",
    "ask50_usd", "volume_24h_usd", "premium",
)  # fmt: skip
PROMISED = {
    "samples": SAMPLES,
    "settled": ("venue", "symbol", "paid_at_ns", "rate", "interval_s"),
    "chain": (
        "venue", "at_ns", "height", "block_age_s", "cadence_s", "latency_p50_ms", "latency_p99_ms",
        "gaps", "reconnects",
    ),
    "forecasts": (
        "venue", "symbol", "made_ns", "for_ns", "horizon_s", "model", "value", "p_flip", "p_spike",
        "outcome",
    ),
    "gaps": ("from_ns", "to_ns", "venue", "why"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def start_ns():
    """Two full hours ago: recent enough that nothing is too old."""
    return hour_floor_ns(WallClock().now_ns()) - 2 * HOUR_NS


def write(*batches):
    store = HotStore(Folder(default_folder()))
    for batch in batches:
        store.append(batch)
    store.close()


def answer(capsys, *words):
    """(exit code, document, what was said on stderr) of a command that prints JSON."""
    code = main(["history", *words])
    caught = capsys.readouterr()
    return code, json.loads(caught.out), caught.err


def asked(capsys, sql, *words):
    code, document, _ = answer(capsys, "query", sql, "--json", *words)
    assert code == 0
    return document["rows"]


def refused(capsys, *words):
    """The one sentence of a command that is refused."""
    assert main(["history", *words]) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.count("\n") == 1, caught.err
    assert "Traceback" not in caught.err
    return caught.err


# --- query ------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", PROMISED)
def test_every_view_has_the_columns_that_were_promised_and_is_empty_at_first(capsys, view):
    names = ", ".join(PROMISED[view])
    code, document, _ = answer(capsys, "query", f"SELECT {names} FROM {view}", "--json")
    assert code == 0
    assert document == {
        "columns": list(PROMISED[view]), "rows": [], "truncated": False, "warnings": [],
    }  # fmt: skip


def test_reading_creates_no_file(home, capsys):
    assert main(["history", "status"]) == 0
    assert main(["history", "query", "SELECT * FROM samples"]) == 0
    assert list(home.iterdir()) == []


def test_a_query_says_what_the_rows_say_and_unknown_is_null(capsys, start_ns):
    write(
        Batch(
            samples=(
                sample(start_ns, mark=100.5, oi_base=0.0),
                sample(start_ns + 10 * NS_PER_S, symbol="ETH", mark=5.25),
            )
        )
    )
    rows = asked(capsys, "SELECT symbol, mark, oi_base, bid10_usd FROM samples ORDER BY at_ns")
    assert rows == [["BTC", 100.5, 0.0, None], ["ETH", 5.25, None, None]]


def test_csv_and_a_table_say_the_same(capsys, start_ns):
    write(Batch(settled=(paid(start_ns, 1e-5), paid(start_ns, -2e-5, symbol="ETH"))))
    sql = "SELECT symbol, rate FROM settled ORDER BY symbol"
    assert main(["history", "query", sql, "--csv"]) == 0
    table = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert table == [["symbol", "rate"], ["BTC", "1e-05"], ["ETH", "-2e-05"]]
    assert main(["history", "query", sql]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == table


def test_more_rows_than_asked_for_are_said_and_not_shown(capsys, start_ns):
    write(marks(start_ns, 20))
    code, document, said = answer(
        capsys, "query", "SELECT mark FROM samples ORDER BY at_ns", "--json", "--rows", "3"
    )
    assert code == 4
    assert document["rows"] == [[1.0], [2.0], [3.0]]
    assert document["truncated"] is True
    assert "only the first 3 rows" in said


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM samples",
        "CREATE TABLE t (x INTEGER)",
        "SELECT 1; SELECT 2",
        "COPY (SELECT 1) TO '/tmp/never.csv'",
        "ATTACH '/tmp/never.db'",
        "SET memory_limit = '10GB'",
        "INSTALL httpfs",
        "PRAGMA database_list",
        "",
    ],
)
def test_only_one_select_is_answered(capsys, sql):
    assert "expected one SELECT" in refused(capsys, "query", sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{other}')",
        "SELECT * FROM read_text('{other}')",
        "SELECT * FROM '{other}'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_text('{cold}/../../../../other.csv')",
        "SELECT * FROM read_csv('https://example.org/x.csv')",
        "SELECT * FROM sqlite_scan('{other}', 'x')",
    ],
)
def test_no_file_outside_of_history_can_be_read(home, capsys, start_ns, sql):
    write(marks(start_ns, 1))
    other = home / "other.csv"
    other.write_text("secret\n")
    cold = Folder(default_folder()).cold
    assert "secret" not in refused(capsys, "query", sql.format(other=other, cold=cold))


def test_a_query_that_takes_too_long_ends_with_a_sentence(capsys):
    said = refused(
        capsys, "query", "SELECT count(*) FROM range(1000000000000) a", "--time", "200ms"
    )
    assert "longer than 0.2 s" in said


def test_a_query_that_needs_too_much_memory_ends_with_a_sentence(capsys):
    sql = "SELECT list(range::VARCHAR) FROM range(30000000)"
    assert "more than 20 MB" in refused(capsys, "query", sql, "--memory", "20")


def test_a_column_that_is_not_there_is_named(capsys):
    assert "colour" in refused(capsys, "query", "SELECT colour FROM samples")


def test_values_that_json_has_no_word_for_are_null_or_text(capsys):
    sql = (
        "SELECT 'nan'::DOUBLE, 'inf'::DOUBLE, 0.1, 2::HUGEINT ** 100, [1.5, 'nan'::DOUBLE], "
        "DATE '2026-01-31', NULL"
    )
    (row,) = asked(capsys, sql)
    assert row == [None, None, 0.1, 2.0**100, [1.5, None], "2026-01-31", None]


# --- status -----------------------------------------------------------------------------------


def test_status_says_what_is_kept_and_who_writes(capsys, start_ns):
    write(
        marks(start_ns, 6),
        Batch(
            settled=(paid(start_ns, 1e-5), paid(start_ns + 1, 1e-5), paid(start_ns, 1, symbol="E")),
            gaps=(Gap(from_ns=start_ns, to_ns=start_ns + 5, why="link down"),),
        ),
    )
    lock = WriterLock(Folder(default_folder()), "recorder")
    assert lock.try_take(4711, start_ns)
    code, document, _ = answer(capsys, "status", "--json")
    lock.leave()
    assert code == 0
    assert document["writer"] == {"pid": 4711, "since_ns": start_ns, "role": "recorder"}
    hot = document["hot"]
    assert (hot["from_ns"], hot["to_ns"], hot["rows"]) == (start_ns, start_ns + 50 * NS_PER_S, 6)
    assert hot["bytes"] > 0
    assert document["settled"] == {"rows": 3, "markets": 2, "from_ns": start_ns}
    assert document["gaps"] == 1
    assert document["max_bytes"] == 5_000_000_000


def test_status_of_nothing_is_null_where_nothing_is_known(capsys):
    code, document, _ = answer(capsys, "status", "--json")
    assert code == 0
    nothing = {"from_ns": None, "to_ns": None, "rows": 0, "bytes": 0}
    assert document["writer"] is None
    assert document["hot"] == document["cold"] == document["minute"] == nothing


def test_a_damaged_store_is_a_sentence_and_stays_where_it_is(capsys, start_ns):
    write(marks(start_ns, 3))
    path = Folder(default_folder()).hot
    path.write_bytes(b"nonsense" * 1000)
    assert "hot.sqlite" in refused(capsys, "status")
    assert "hot.sqlite" in refused(capsys, "query", "SELECT * FROM samples")
    assert path.read_bytes() == b"nonsense" * 1000


def test_a_damaged_cold_file_is_said_and_the_rest_is_answered(capsys, start_ns):
    write(marks(start_ns - 72 * HOUR_NS, 3), marks(start_ns - 48 * HOUR_NS, 5))
    assert main(["history", "prune"]) == 0
    capsys.readouterr()
    damaged = sorted(Folder(default_folder()).cold.glob("*.parquet"))[0]
    damaged.write_bytes(b"PAR1")
    code, document, said = answer(capsys, "query", "SELECT count(*) FROM samples", "--json")
    assert code == 4
    assert document["rows"] == [[5]]
    assert damaged.name in said
    assert damaged.name in document["warnings"][0]


# --- export and import ------------------------------------------------------------------------


def test_an_export_comes_back_as_it_was(home, capsys, start_ns):
    write(marks(start_ns, 30), marks(start_ns, 30, symbol="ETH"))
    target = home / "out.csv"
    begin = utc(start_ns + 100 * NS_PER_S).isoformat()
    words = ["export", "--out", str(target), "--from", begin, "--symbols", "ETH", "--json"]
    code, document, _ = answer(capsys, *words)
    assert (code, document["rows"]) == (0, 20)
    assert target.stat().st_mode & 0o777 == 0o600
    Folder(default_folder()).hot.unlink()
    code, document, _ = answer(capsys, "import", str(target), "--json")
    assert (code, document["samples_new"]) == (0, 20)
    rows = asked(capsys, "SELECT symbol, min(mark), max(mark), count(*) FROM samples GROUP BY 1")
    assert rows == [["ETH", 11.0, 30.0, 20]]


def test_parquet_is_written_where_it_is_asked_for_and_nothing_is_overwritten(
    home, capsys, start_ns
):
    write(Batch(settled=(paid(start_ns, 1e-5),)))
    target = home / "out.parquet"
    words = ["export", "--table", "settled", "--out", str(target)]
    assert main(["history", *words]) == 0
    assert target.read_bytes()[:4] == b"PAR1"
    capsys.readouterr()
    assert "exists and stays" in refused(capsys, *words)
    assert "--format" in refused(capsys, "export", "--out", str(home / "out.xls"))
    assert "--from" in refused(capsys, "export", "--out", str(home / "o.csv"), "--from", "noon")
    assert "not after" in refused(
        capsys, "export", "--out", str(home / "o.csv"), "--from", "2026-01-02", "--to", "2026-01-01"
    )


def test_tapes_are_taken_in_once(capsys):
    code, document, _ = answer(capsys, "import", str(GOLDEN), "--json")
    assert code == 0
    assert document["samples_new"] == document["samples"] > 0
    assert document["settled_new"] > 1000
    code, again, _ = answer(capsys, "import", str(GOLDEN), "--json")
    assert code == 0
    assert (again["samples_new"], again["settled_new"]) == (0, 0)
    assert again["samples"] == document["samples"]


def test_a_tape_of_nothing_and_a_file_that_is_not_there_are_sentences(home, capsys):
    assert "no such tape" in refused(capsys, "import", str(home / "none.jsonl"))
    assert "no such file" in refused(capsys, "import", str(home / "none.csv"))


def test_one_file_that_is_none_does_not_keep_the_others_out(home, capsys):
    bad, good = home / "bad.csv", home / "good.csv"
    bad.write_text("colour\nred\n")
    good.write_text("time_ms,coin,funding_rate\n1704067200000,BTC,0.1\n")
    words = ["import", str(bad), str(good), "--venue", "x", "--interval", "1h", "--json"]
    code, document, said = answer(capsys, *words)
    assert (code, document["settled_new"]) == (4, 1)
    assert "bad.csv" in said
    assert "bad.csv" in refused(capsys, "import", str(bad), "--venue", "x")


def test_files_that_are_not_there_do_not_keep_the_others_out(home, capsys):
    missing = [str(home / name) for name in ("none.csv", "none.jsonl", "nowhere")]
    good = home / "good.csv"
    good.write_text("time_ms,coin,funding_rate\n1704067200000,BTC,0.1\n")
    words = [missing[0], str(good), *missing[1:], "--venue", "x", "--interval", "1h", "--json"]
    code, document, said = answer(capsys, "import", *words)
    assert (code, document["settled_new"], document["files"]) == (4, 1, 1)
    sentences = [f"{missing[0]}: no such file", *(f"{name}: no such tape" for name in missing[1:])]
    assert document["warnings"] == sentences
    assert said.splitlines() == [f"cockpit: {sentence}" for sentence in sentences]
    assert refused(capsys, "import", *missing).count("no such") == 3


def test_a_store_that_cannot_be_pruned_is_a_sentence_and_stays_as_it_is(capsys, start_ns):
    write(marks(start_ns, 60))
    store = default_folder() / "hot.sqlite"
    whole = store.read_bytes()
    store.write_bytes(b"no store" * 4096)
    said = refused(capsys, "prune")
    assert f"{store}: damaged; nothing is lost" in said
    assert store.read_bytes() == b"no store" * 4096
    store.write_bytes(whole)
    assert main(["history", "prune"]) == 0


def test_a_store_that_another_program_holds_is_not_pruned_and_says_so(
    capsys, monkeypatch, start_ns
):
    monkeypatch.setattr(hot, "BUSY_MS", 50)
    write(marks(start_ns, 60))
    other = sqlite3.connect(default_folder() / "hot.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert "hot.sqlite: busy; nothing is lost" in refused(capsys, "prune")
    other.close()
    assert main(["history", "prune"]) == 0


def test_prune_and_import_on_a_full_disk_are_sentences_and_lose_nothing(home, capsys, start_ns):
    """A real disk of two megabytes, filled to its last block."""
    with small_disk(home / "home", 2048):
        write(marks(start_ns, 360), marks(start_ns + HOUR_NS, 60))
        filler = home / "home" / "filler"
        fill_up(filler)
        said = refused(capsys, "prune")
        assert "disk full; nothing is lost" in said or "cannot be written; nothing is lost" in said
        said = refused(capsys, "import", str(GOLDEN / "bybit.jsonl"))
        assert "disk full; what was imported until then is kept" in said
        filler.unlink()
        assert main(["history", "prune"]) == 0
        capsys.readouterr()
        assert asked(capsys, "SELECT count(*) FROM samples") == [[420]]


def test_importing_and_pruning_beside_a_writer(home, capsys, start_ns):
    lock = WriterLock(Folder(default_folder()), "recorder")
    Folder(default_folder()).create()
    assert lock.try_take(4711, start_ns)
    assert main(["history", "import", str(GOLDEN / "bybit.jsonl")]) == 0
    assert main(["history", "prune"]) == 1
    assert "another process writes" in capsys.readouterr().err
    lock.leave()
    assert asked(capsys, "SELECT count(*) > 300 FROM settled") == [[True]]


def test_lines_that_cannot_be_used_are_told_and_the_rest_is_taken_in(home, capsys):
    path = home / "funding.csv"
    path.write_text(
        "time_ms,coin,funding_rate,colour\n1704067200000,BTC,0.1,red\n1704067200000,BTC,x,red\n"
    )
    words = ["import", str(path), "--venue", "x", "--interval", "8h", "--json"]
    code, document, said = answer(capsys, *words)
    assert code == 4
    assert document["settled_new"] == 1
    assert document["ignored"] == ["colour"]
    assert "line 3: rate is not a number" in said
    assert asked(capsys, "SELECT interval_s, rate FROM settled") == [[28800, 0.1]]


def test_a_market_is_the_same_one_however_its_names_are_spelled(home, capsys):
    path = home / "funding.csv"
    path.write_text("time_ms,coin,funding_rate\n1704067200000,btcusdt,0.1\n")
    words = ["import", str(path), "--venue", "Bybit", "--interval", "8h", "--json"]
    assert answer(capsys, *words)[1]["settled_new"] == 1
    path.write_text("venue,time_ms,coin,funding_rate\nBYBIT,1704067200000,BTC,0.1\n")
    words = ["import", str(path), "--interval", "8h", "--json"]
    assert answer(capsys, *words)[1]["settled_new"] == 0
    assert asked(capsys, "SELECT venue, symbol FROM settled") == [["bybit", "BTC"]]


@pytest.mark.parametrize(
    ("header", "figure", "words"),
    [
        ("funding_rate", "1.5", "rate is not a fraction between -1 and 1"),
        ("funding_rate", "-1e308", "rate is out of bounds"),
        ("mark", "1e308", "mark is out of bounds"),
        ("interval_s", "inf", "interval_s is out of bounds"),
    ],
)
def test_a_figure_that_none_can_be_costs_its_line(home, capsys, header, figure, words):
    path = home / "figures.csv"
    path.write_text(f"time_ms,coin,{header}\n1704067200000,BTC,{figure}\n")
    words_of = ["import", str(path), "--venue", "x", "--interval", "8h", "--json"]
    code, document, said = answer(capsys, *words_of)
    assert (code, document["settled_new"], document["samples_new"]) == (4, 0, 0)
    assert f"line 2: {words}" in said


def test_a_symbol_with_control_characters_is_no_market(home, capsys):
    path = home / "nul.csv"
    path.write_bytes(b"time_ms,coin,funding_rate\n1704067200000,B\0TC,0.1\n")
    words = ["import", str(path), "--venue", "x", "--interval", "8h", "--json"]
    code, document, said = answer(capsys, *words)
    assert (code, document["settled_new"]) == (4, 0)
    assert "line 2: names no market" in said


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv.gz", b"not compressed"),
        ("a.csv", b"time_ms,coin,funding_rate\n1704067200000," + b"B" * 200_000 + b",0.1\n"),
    ],
)
def test_a_csv_that_is_damaged_is_not_called_a_damaged_store(home, capsys, name, content):
    (home / name).write_bytes(content)
    words = ["import", str(home / name), "--venue", "x", "--interval", "8h"]
    said = refused(capsys, *words)
    assert name in said
    assert "hot.sqlite" not in said


def test_prune_keeps_what_the_settings_say(home, capsys, start_ns):
    config = home / "config.toml"
    config.write_text("[history]\nhot_h = 2\nraw_days = 1\nminute_days = 3\n")
    day_ns = 24 * HOUR_NS
    old_ns = start_ns - start_ns % day_ns - 10 * day_ns
    write(marks(old_ns, 60), marks(old_ns + 8 * day_ns, 60), marks(start_ns, 60))
    code, document, _ = answer(capsys, "--config", str(config), "prune", "--json")
    assert code == 0
    assert document["dropped_days"] == 1
    assert document["rolled_up_days"] == 1
    # Ten minutes of ten-second rows leave ten; the hours of today stay whole.
    rows = asked(capsys, f"SELECT at_ns < {start_ns}, count(*) FROM samples GROUP BY 1 ORDER BY 1")
    assert rows == [[False, 60], [True, 10]]


def test_settings_that_cannot_be_are_refused_by_name(home, capsys):
    config = home / "config.toml"
    config.write_text("[history]\nmax_gb = -1\n")
    said = refused(capsys, "--config", str(config), "status")
    assert "history.max_gb: is -1" in said


def test_help_and_status_load_nothing_heavy():
    program = (
        "import sys; from cockpit.cli.main import main; main(['history', 'query', '--help']); "
        "main(['history', 'status']); "
        "sys.exit(any(name in sys.modules for name in ('duckdb', 'textual', 'httpx')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stdout


def test_a_store_in_use_by_a_writer_can_be_asked(capsys, start_ns):
    store = HotStore(Folder(default_folder()))
    store.append(marks(start_ns, 4))
    assert asked(capsys, "SELECT count(*) FROM samples") == [[4]]
    store.append(marks(start_ns + HOUR_NS, 3))
    assert asked(capsys, "SELECT count(*) FROM samples") == [[7]]
    store.close()


def test_the_questions_of_the_handbook_are_answered(capsys, start_ns):
    """Each on rows of which the answer is known by hand."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "manual" / "history.md").read_text()
    questions = [part.partition("```")[0] for part in page.split("```sql\n")[1:]]
    minutes = [start_ns + minute * 60 * NS_PER_S for minute in range(2)]
    write(
        Batch(
            samples=tuple(
                sample(at_ns, venue=venue, symbol=symbol, mark=mark, oi_base=oi, bid10_usd=512.0,
                       ask10_usd=256.0)
                for at_ns, oi in zip(minutes, (100.0, 150.0), strict=True)
                for venue, mark in (("hyperliquid", 100.1), ("dydx", 100.0))
                for symbol in ("ETH", "BTC")
            ),
            settled=(paid(start_ns, 1e-5), paid(start_ns - HOUR_NS, 3e-5)),
            gaps=(Gap(from_ns=start_ns, to_ns=start_ns + 90 * NS_PER_S, why="not running"),),
        )
    )  # fmt: skip
    funding, interest, depth, basis, gaps = (asked(capsys, sql) for sql in questions)
    # Twice an hour apart, 2e-5 an hour on average, 8760 hours a year.
    assert funding == [["bybit", "BTC", pytest.approx(0.1752), 2]]
    assert {tuple(row[2:]) for row in interest} == {(100.0, 150.0)}
    assert len(interest) == 4
    assert {row[2] for row in depth} == {768.0}
    # 0.1 on 100 is 10 bps.
    assert [row[1] for row in basis] == [pytest.approx(10.0)] * 2
    assert [row[1:] for row in gaps] == [[90.0, None, "not running"]]
