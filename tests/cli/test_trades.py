"""`cockpit trades`: mistakes in a sentence, saved snapshots, rows, the exchange's truth."""

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from cockpit.cli.main import main
from tests.e2e.exchange import exchange, run

CENT = 0.01
VENUES = "hyperliquid,dydx,orderly"
HL = "0x31ca8395cf837de08b24da3f660e77761dfb974b"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], ["--json"]),
        (["export"], ["--format", "koinly", "--json"]),
        (["export", "--format", "koinly", "--json"], ["--json", "--format koinly", "give one"]),
        (["--json", "--format", "csv"], ["--format", "export"]),
        (["--json"], ["no account is followed", "--account"]),
        (["--json", "--account", "1077"], ["--account", "VENUE:ADDRESS"]),
        (["--json", "--view", "/no/such/file"], ["/no/such/file"]),
        (["--json", "--for", "soon"], ["--for"]),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_2(words, says, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    assert main(["trades", *words]) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.count("\n") == 1
    assert all(part in caught.err for part in says), caught.err


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """(document, rows, truth) of a paused moment: the carry trader's accounts."""
    home = tmp_path_factory.mktemp("trades")
    with exchange(home, "--seed", "7", "--venues", VENUES, "--symbols", "ETH,SOL") as sim:
        sim.tell(pause=True)
        truth = sim.truth()
        places = {
            (leg["venue"], leg["account"]) for trade in truth["trades"] for leg in trade["legs"]
        }
        accounts = [word for v, a in sorted(places) for word in ("--account", f"{v}:{a}")]
        common = [
            "--endpoints",
            str(sim.endpoints),
            "--for",
            "30s",
            "--symbols",
            "ETH,SOL",
            *accounts,
        ]
        asked = (("--json",), ("export", "--format", "csv"), ("export", "--json"))
        # Side by side: the longer a world stands still, the older is what its venues say.
        with ThreadPoolExecutor() as threads:
            done, rows, objects = threads.map(
                lambda words: run("trades", *words, *common, home=home), asked
            )
        assert done.returncode in (0, 4), done.stderr
        assert rows.returncode in (0, 4), rows.stderr
        table = list(csv.DictReader(io.StringIO(rows.stdout)))
        assert objects.returncode == rows.returncode
        assert [row["id"] for row in json.loads(objects.stdout)["rows"]] == [
            row["id"].removeprefix("'") for row in table
        ]
        yield json.loads(done.stdout), table, truth


def test_every_pair_is_a_trade_and_its_parts_are_the_exchanges_to_a_cent(told):
    document, _, truth = told
    ours = {trade["symbol"]: trade for trade in document["trades"]}
    theirs = {
        t["name"]: t["pnl_usd"] for t in truth["trades"] if any(leg["size"] for leg in t["legs"])
    }
    assert ours.keys() == theirs.keys() == {"ETH", "SOL"}
    for name, parts in theirs.items():
        for part in ("total", "directional", "basis", "funding", "fees"):
            assert ours[name]["pnl_usd"][part] == pytest.approx(parts[part], abs=CENT), (name, part)
        assert ours[name]["pnl_usd"]["slippage"] is None, "nobody watched the past"
        assert ours[name]["pnl_usd"]["unexplained"] == pytest.approx(0.0, abs=CENT)
        assert ours[name]["orphan_base"] == 0.0


def test_the_document_has_the_promised_fields(told):
    document, _, _ = told
    assert {"trades", "orphans"} <= document.keys()
    trade = document["trades"][0]
    assert {"id", "name", "symbol", "opened_ns", "legs", "net_base", "notional_usd", "pnl_usd",
            "spread_bps", "carry_usd_per_hour", "breakeven", "return_apr", "orphan_base",
            "warnings"} <= trade.keys()  # fmt: skip
    leg = trade["legs"][0]
    assert {"venue", "account", "symbol", "size", "entry", "mark", "funding_paid_usd",
            "funding_accrued_usd", "fees_usd", "liquidation_distance"} <= leg.keys()  # fmt: skip
    assert trade["pnl_usd"].keys() == {
        "total", "directional", "basis", "funding", "accrued", "fees", "slippage", "unexplained"
    }  # fmt: skip
    assert trade["spread_bps"].keys() == {"entry", "now", "exit"}


def test_the_rows_are_the_truths_payments_and_told_fees(told):
    _, table, truth = told
    funding = sum(float(row["usd"]) for row in table if row["kind"] == "funding")
    legs = [leg for trade in truth["trades"] for leg in trade["legs"]]
    assert funding == pytest.approx(sum(leg["funding_paid_usd"] for leg in legs), abs=CENT)
    fees = sum(float(row["usd"]) for row in table if row["kind"] == "fee")
    paid = sum(leg["fees_usd"] for leg in legs if leg["venue"] != "orderly")
    assert fees == pytest.approx(paid, abs=CENT), "of the venues that tell their fills"


def test_a_saved_snapshot_knows_what_is_held_and_nothing_of_what_was_traded(tmp_path, capsys):
    position = {"venue": "hyperliquid", "account": HL, "symbol": "BTC", "size": 0.5, "entry": 90.0}
    other = position | {"venue": "lighter", "account": "7", "size": -0.5, "entry": 91.0}
    market = {
        "native": "BTC",
        "symbol": "BTC",
        "mark": 100.0,
        "index": 100.0,
        "link": "live",
        "age_s": 1.0,
    }
    accounts = [
        {"venue": "hyperliquid", "account": HL, "age_s": 1.0},
        {"venue": "lighter", "account": "7", "age_s": 1.0},
    ]
    snapshot = {
        "at_ns": 1_760_000_000_000_000_000, "positions": [position, other], "accounts": accounts,
        "markets": [market | {"venue": venue} for venue in ("hyperliquid", "lighter")],
    }  # fmt: skip
    file = tmp_path / "view.json"
    file.write_text(json.dumps(snapshot))
    code = main(["trades", "--json", "--view", str(file)])
    document = json.loads(capsys.readouterr().out)
    [trade] = document["trades"]
    assert trade["pnl_usd"]["basis"] == pytest.approx(0.5 * 10 - 0.5 * 9)
    assert trade["pnl_usd"]["funding"] is None
    assert code == 4
    assert any("funding is not known" in words for words in document["warnings"])
    assert main(["trades", "export", "--json", "--view", str(file)]) == 4
    exported = json.loads(capsys.readouterr().out)
    assert exported["rows"] == [], "a snapshot knows of nothing that was traded"
    assert any("does not tell its fills" in words for words in exported["warnings"])


def test_the_profit_of_a_leg_on_nado_is_without_the_funding_that_its_balance_holds(tmp_path):
    """Its balances take funding and fees: read as an entry, both would be counted twice."""
    with exchange(tmp_path, "--seed", "7", "--venues", "dydx,nado", "--symbols", "BTC") as sim:
        sim.tell(pause=True)
        truth = sim.truth()
        [real] = [trade for trade in truth["trades"] if trade["name"] == "BTC"]
        accounts = [
            word
            for leg in real["legs"]
            for word in ("--account", f"{leg['venue']}:{leg['account']}")
        ]
        words = ("--endpoints", str(sim.endpoints), "--for", "30s", "--symbols", "BTC", *accounts)
        done = run("trades", "--json", *words, home=tmp_path)
    assert done.returncode in (0, 4), done.stderr
    [trade] = json.loads(done.stdout)["trades"]
    pnl = trade["pnl_usd"]
    for part in ("total", "directional", "basis", "funding", "fees"):
        assert pnl[part] == pytest.approx(real["pnl_usd"][part], abs=CENT), part
    parts = [pnl[part] for part in ("directional", "basis", "funding", "fees")]
    assert pnl["total"] == pytest.approx(sum(parts) + pnl["unexplained"], abs=1e-6)
    [leg] = [leg for leg in trade["legs"] if leg["venue"] == "nado"]
    [paid] = [leg["funding_paid_usd"] for leg in real["legs"] if leg["venue"] == "nado"]
    assert abs(paid) > 1.0, "funding enough to show"
    assert leg["funding_paid_usd"] == pytest.approx(paid, abs=CENT)
    [held] = [
        position
        for account in truth["accounts"]
        if (account["venue"], account["account"]) == ("nado", leg["account"])
        for position in account["positions"]
    ]
    assert leg["entry"] == pytest.approx(held["entry"], rel=1e-9)
