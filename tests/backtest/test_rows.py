"""Files as they come: gaps, doubles, nonsense, changed intervals, bars."""

import gzip

import numpy as np
import pytest

from cockpit.backtest.intervals import intervals_of
from cockpit.backtest.rows import load
from cockpit.core.errors import InputError

HOUR_MS = 3_600_000
T0 = 473_400 * HOUR_MS


def write(path, lines, header="time_ms,coin,funding_rate,premium"):
    text = "\n".join([header, *lines]) + "\n"
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    return path


def hourly(count, coin="BTC", skip=()):
    return [f"{T0 + i * HOUR_MS},{coin},0.0000125,0.0001" for i in range(count) if i not in skip]


def test_coins_of_a_compressed_file_are_series_in_the_order_of_time(tmp_path):
    lines = [*hourly(30)[::-1], *hourly(20, "eth")]
    loaded = load([write(tmp_path / "venue_x.csv.gz", lines)])
    assert [(one.venue, one.symbol, len(one.at_ns)) for one in loaded.series] == [
        ("venue_x", "BTC", 30),
        ("venue_x", "ETH", 20),
    ]
    assert np.all(np.diff(loaded.series[0].at_ns) > 0)
    assert loaded.series[0].interest_hourly == 1.25e-5


def test_a_missing_hour_does_not_make_its_neighbour_two_hours_long(tmp_path):
    loaded = load([write(tmp_path / "a.csv", hourly(60, skip=(20, *range(40, 45))))])
    assert set(loaded.series[0].interval_s) == {3600.0}


def test_a_change_from_eight_to_four_hours_is_seen_where_it_happens():
    hours = np.concatenate([np.arange(0, 80, 8), np.arange(76, 120, 4)])
    found = intervals_of(hours, np.full(len(hours), np.nan)) / 3600
    assert found[:10].tolist() == [8.0] * 10
    assert set(found[10:]) == {4.0}


def test_a_continuous_rate_sampled_each_hour_is_what_accrues_in_the_hour(tmp_path):
    header = "time_ms,coin,funding_rate,interval_s"
    lines = [f"{T0 + i * HOUR_MS},BTC,0.0008,28800" for i in range(30)]
    (series,) = load([write(tmp_path / "a.csv", lines, header)]).series
    assert set(series.interval_s) == {3600.0}
    np.testing.assert_allclose(series.rate, 0.0001)


def test_times_in_seconds_are_not_taken_for_milliseconds(tmp_path):
    with pytest.raises(InputError, match="no row"):
        load([write(tmp_path / "a.csv", ["1704067200,BTC,0.0001,"])])


def test_what_cannot_be_read_is_left_out_and_named_once(tmp_path):
    lines = [*hourly(30), "soon,BTC,0.1,", f"{T0 + 31 * HOUR_MS},BTC,nan,", f"{T0},,0.1,"]
    loaded = load([write(tmp_path / "a.csv", lines)])
    assert len(loaded.series[0].at_ns) == 30
    (warning,) = loaded.warnings
    assert "3 rows were left out, the first at line 32" in warning


def test_a_row_given_twice_counts_once_and_the_later_wins(tmp_path):
    loaded = load([write(tmp_path / "a.csv", [*hourly(30), f"{T0},BTC,0.0002,"])])
    assert len(loaded.series[0].rate) == 30
    assert loaded.series[0].rate[0] == 0.0002


def test_two_rates_of_one_settlement_are_said(tmp_path):
    loaded = load([write(tmp_path / "a.csv", [*hourly(30), f"{T0},BTC,0.0002,", hourly(1)[0]])])
    assert loaded.warnings == (
        "2 settlements share an hour with another of their market, first BTC (a) at 2024-01-03 "
        "00:00: the last one of the file counts",
    )
    assert load([write(tmp_path / "b.csv", [*hourly(30), *hourly(30)])]).warnings == ()


def test_of_a_bar_only_its_open_is_used(tmp_path):
    header = "time_ms,coin,funding_rate,open,high,low,close,volume"
    lines = [f"{T0 + i * 8 * HOUR_MS},BTC,0.0001,{100 + i},999,1,555,7" for i in range(9)]
    loaded = load([write(tmp_path / "a.csv", lines, header)])
    telemetry = loaded.series[0].telemetry
    assert list(telemetry) == ["mid"]
    assert telemetry["mid"][:2].tolist() == [100.0, 101.0]
    assert "high, low, close, volume" in loaded.notes[0]
    assert loaded.warnings == ()


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.csv", b"time_ms,rate\n1,2\n", "lacks coin, funding_rate"),
        ("a.csv", b"", "lacks time_ms"),
        ("a.csv", b"time_ms,coin,funding_rate\n", "no row"),
        ("a.csv.gz", b"not gzip", "not a readable CSV or gzip"),
        ("a.csv", b"\xff\xfe\x00", "not a readable"),
        ("a.csv", b"time_ms,coin,funding_rate\n1," + b"B" * 200_000 + b",1\n", "not a readable"),
    ],
)
def test_a_file_that_is_not_ours_is_one_sentence(tmp_path, name, text, says):
    (tmp_path / name).write_bytes(text)
    with pytest.raises(InputError, match=says):
        load([tmp_path / name])


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_a_file_as_spreadsheets_write_it_is_read(tmp_path, name):
    lines = ["\ufeffTime_ms, coin,FUNDING_RATE", *(line.rstrip(",") for line in hourly(30)), ""]
    content = "\r\n".join(lines).encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    loaded = load([tmp_path / name])
    assert len(loaded.series[0].rate) == 30
    assert loaded.warnings == ()


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        load([tmp_path / "none.csv"])
