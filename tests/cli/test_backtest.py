"""`cockpit backtest`: the documents' fields, tables, and one sentence for each mistake."""

import gzip
import json

import numpy as np
import pytest

from cockpit.cli.main import main
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.rows import Batch, Settled
from tests.forecast.markets import market


@pytest.fixture
def files(tmp_path):
    paths = []
    for seed, name in ((1, "a"), (2, "b")):
        series = market(days=66, seed=seed, scale=1e-3)
        lines = [
            f"{at // 1_000_000},BTC,{rate:.12f},{premium:.12f}"
            for at, rate, premium in zip(series.at_ns, series.rate, series.premium, strict=True)
        ]
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join(["time_ms,coin,funding_rate,premium", *lines]))
        paths.append(str(path))
    return paths


def document(capsys, *words, code=0):
    assert main(["backtest", *words, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_the_document_of_forecasts_has_the_promised_fields(capsys, files):
    told = document(capsys, "forecast", files[0])
    assert {"rows", "from_ns", "to_ns", "series", "warnings"} <= told.keys()
    (series,) = told["series"]
    assert (series["symbol"], series["n"], series["interval_s"]) == ("BTC", 66 * 24, 3600)
    for horizon in ("1h", "8h", "24h"):
        models = series["level"][horizon]["models"]
        assert {"last", "mean_24h", "har", "ours"} <= models.keys()
        assert {"r2", "mae_bp_h"} <= models["ours"].keys()
    for event in ("spike", "onset", "flip", "large_dev"):
        table = series["events"][event]
        assert {"n", "base_rate", "models"} <= table.keys()
        names = {"climatology", "history", "last", "har", "reference", "ours"}
        assert names <= table["models"].keys()
        ours = {"auc", "pr_auc", "brier", "bss_climatology", "bss_history", "dm_t", "ci95"}
        assert ours <= table["models"]["ours"].keys()
        steps = series["ablation"][event]
        assert {"funding", "+premium", "+book", "+flow", "+cross", "+chain"} <= steps.keys()
    assert {"ic", "t", "n"} <= series["innovation_ic"]["24h"].keys()


def test_the_document_of_carry_has_the_promised_fields(capsys, files):
    told = document(
        capsys, "carry", *files, "--fill-fraction", "1,0.6", "--settle-delay", "10m,37m",
        "--fee-bps", "2", "--usd", "50k",
    )  # fmt: skip
    results = {
        "trades", "net_usd", "gross_usd", "costs_usd", "apr_on_margin", "sharpe", "sharpe_se",
        "max_drawdown_usd", "turnover", "paid_share", "worst_usd",
    }  # fmt: skip
    for part in (told, told["at_2x_costs"], told["always"], told["never"]):
        assert results <= part.keys()
    assert told["placebo"]["draws"] == 200
    assert 0 < told["placebo"]["p_value"] <= 1
    assert [leg["fill_fraction"] for leg in told["legs"]] == [1.0, 0.6]
    assert [leg["settle_delay_s"] for leg in told["legs"]] == [600.0, 2220.0]
    assert told["trades"] > 0
    assert np.isclose(told["net_usd"], told["gross_usd"] - told["costs_usd"])


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        (("--fee-bps", "0.045%"), ("--fee-bps", "4.5")),
        (("--impact-bps", "2bps,0.03%"), ("--impact-bps", "2,3")),
        (("--margin", "2500bps"), ("--margin", "0.25")),
        (("--usd", "$50,000"), ("--usd", "50000")),
        (("--fill-fraction", "60%"), ("--fill-fraction", ".6")),
    ],
)
def test_figures_mean_here_what_they_mean_everywhere(capsys, files, said, plain):
    """A fee of 0.045 % is 4.5 bps, and no fee of nearly nothing that makes any carry pay."""
    assert document(capsys, "carry", *files, *said) == document(capsys, "carry", *files, *plain)


def test_without_json_a_table_and_sentences_are_printed(capsys, files):
    assert main(["backtest", "carry", *files]) == 0
    said = capsys.readouterr().out
    assert "hold always" in said
    assert "What this shows" in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["forecast", "none.csv"], "none.csv: No such file"),
        (["carry", "A"], "two venues"),
        (["carry", "A", "B", "--fill-fraction", "1.5"], "--fill-fraction: expected a number from"),
        (["carry", "A", "B", "--settle-delay", "soon"], "--settle-delay"),
        (["carry", "A", "B", "--fee-bps", "1,2,3"], "--fee-bps: expected one value or two"),
        (["forecast", "A", "--interval", "x"], "--interval"),
        (["weather"], "invalid choice"),
        ([], "forecast|carry"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_two(capsys, files, words, says):
    named = [dict(zip("AB", files, strict=True)).get(word, word) for word in words]
    assert main(["backtest", *named]) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert says in caught.err
    assert caught.err.count("\n") == 1


HEADER = b"time_ms,coin,funding_rate\n"
FIRST_MS = 1_704_240_000_000


def settlements(count, step_h=1, first_h=0, rate="0.0000125"):
    lines = [
        f"{FIRST_MS + (first_h + place * step_h) * 3_600_000},BTC,{rate}" for place in range(count)
    ]
    return HEADER + "\n".join(lines).encode() + b"\n"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.csv", b"", "x.csv: the header lacks time_ms"),
        ("x.csv", b"when,what\n1,2\n", "x.csv: the header lacks time_ms, coin, funding_rate"),
        ("x.csv", HEADER, "x.csv: no row with a time in ms, a coin and a rate"),
        ("x.csv", settlements(90, rate="nan"), "x.csv: no row with a time in ms, a coin and a"),
        ("x.csv", settlements(90, rate="12"), "rate between -1 and 1: line 2 has none"),
        ("x.csv", HEADER + b"1704240000,BTC,0.1\n", "x.csv: no row with a time in ms"),
        ("x.csv", HEADER + b"9" * 5000 + b",BTC,0.1\n", "x.csv: no row with a time in ms"),
        ("x.csv", HEADER + b"x" * 200_000 + b"\n", "x.csv: it is not a readable CSV"),
        ("x.csv", bytes(range(256)) * 20, "x.csv: it is not a readable CSV"),
        ("x.csv", settlements(90, first_h=2000), "no coin to trade: BTC: a and x have no time"),
        ("x.csv", settlements(1), "BTC: x has a single settlement"),
        ("x.csv.gz", b"garbage" * 50, "x.csv.gz: it is not a readable CSV or gzip file"),
        ("x.csv.gz", gzip.compress(bytes(range(256)) * 9), "x.csv.gz: it is not a readable CSV"),
        ("x.csv.gz", gzip.compress(settlements(900))[:500], "x.csv.gz: it is not a readable CSV"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_traded_is_one_sentence(capsys, files, tmp_path, name, content, says):
    path = tmp_path / name
    path.write_bytes(content)
    assert main(["backtest", "carry", files[0], str(path)]) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert says in caught.err
    assert caught.err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "lacks"),
    [
        (settlements(1500) + b"nonsense,BTC,1\n", "x.csv: 1 rows were left out"),
        (settlements(1500) + settlements(1)[len(HEADER):], None),
        (settlements(1500) + settlements(3, rate="0.002")[len(HEADER):],
         "3 settlements share an hour with another of their market"),
        (settlements(188, step_h=8, rate="0.0001"), None),
    ],
)  # fmt: skip
def test_rows_left_out_are_said_and_the_code_is_four(capsys, files, tmp_path, content, lacks):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    prices = tmp_path / "prices.csv"
    prices.write_text(f"time_ms,coin,mid\n{FIRST_MS},BTC,100\n")
    words = ("carry", files[0], str(path), "--prices", str(prices))
    told = document(capsys, *words, code=4 if lacks else 0)
    assert told["warnings"] == [] if lacks is None else lacks in told["warnings"][0]


def test_holes_of_a_file_are_said_and_are_no_failure(capsys, files, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(settlements(1500) + settlements(500, first_h=1700)[len(HEADER) :])
    told = document(capsys, "forecast", str(path))
    assert "9.1% of the hours are missing" in told["warnings"][0]
    assert not told["is_incomplete"]


@pytest.fixture
def remembered(tmp_path):
    store = HotStore(Folder(tmp_path))
    for seed, name in ((1, "bybit"), (2, "dydx")):
        series = market(days=66, seed=seed, scale=1e-3)
        store.append(
            Batch(
                settled=tuple(
                    Settled(venue=name, symbol="BTC", paid_at_ns=int(at_ns), rate=float(rate),
                            interval_s=3600, premium=float(premium))
                    for at_ns, rate, premium in zip(
                        series.at_ns, series.rate, series.premium, strict=True
                    )
                )
            )
        )  # fmt: skip
    store.close()
    return str(tmp_path)


def test_what_is_remembered_is_tested_as_files_are(capsys, remembered):
    told = document(capsys, "forecast", "--history", remembered, "--venues", "bybit")
    (series,) = told["series"]
    assert (series["venue"], series["symbol"], series["n"]) == ("bybit", "BTC", 66 * 24)
    assert series["level"]["8h"]["models"]["ours"]["mae_bp_h"] > 0
    carried = document(capsys, "carry", "--history", remembered)
    assert {leg["venue"] for leg in carried["legs"]} == {"bybit", "dydx"}


def test_a_history_with_gaps_is_an_incomplete_answer(capsys, tmp_path):
    series = market(days=66, scale=1e-3)
    store = HotStore(Folder(tmp_path))
    store.append(
        Batch(
            settled=tuple(
                Settled(venue="bybit", symbol="BTC", paid_at_ns=int(at_ns), rate=float(rate),
                        interval_s=3600)
                for place, (at_ns, rate) in enumerate(zip(series.at_ns, series.rate, strict=True))
                if not 700 <= place < 800
            )
        )
    )  # fmt: skip
    store.close()
    told = document(capsys, "forecast", "--history", str(tmp_path), code=4)
    # 100 of 1,584 hours.
    assert "6.3% of the hours are missing" in told["warnings"][0]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["forecast"], "FILE: expected settled funding as CSV, or --history"),
        (["forecast", "x.csv", "--history", "DIR"], "--history: replaces files"),
        (["forecast", "x.csv", "--venues", "dydx"], "--venues: chooses of --history"),
        (["forecast", "--history", "DIR", "--interval", "1h"], "--interval: is of files"),
        (["forecast", "--history", "DIR", "--symbols", "ETH"], "no funding is kept of ETH"),
        (["carry", "--history", "DIR", "--venues", "dydx"], "got 1: name two with --venues"),
    ],
)
def test_a_wrong_choice_of_history_is_one_sentence(capsys, remembered, words, sentence):
    words = [remembered if word == "DIR" else word for word in words]
    assert main(["backtest", *words]) == 2
    assert sentence in capsys.readouterr().err
