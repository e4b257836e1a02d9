"""`cockpit exposure`: mistakes in a sentence, saved snapshots, the built-in exchange's truth."""

import json

import pytest

from cockpit.cli.main import main
from tests.e2e.exchange import AT_MOST, FOUR, exchange, run

HL = "0x31ca8395cf837de08b24da3f660e77761dfb974b"
DYDX = "dydx1n56z5fhmemtffzkt2eqyf9kuc7ycjfs86mvqy7"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "home"))
    return tmp_path


def config(home, text, name="config.toml"):
    folder = home / "home" / "config"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], ["--json"]),
        (["--json"], ["no account is followed", "--account", "positions.toml"]),
        (["--json", "--account", "1077"], ["--account", "VENUE:ADDRESS"]),
        (["--json", "--account", "lightr:1077"], ["'lightr'", "'lighter'"]),
        (["--json", "--account", "bybit:1077"], ["bybit does not show accounts"]),
        (["--json", "--account", "hyperliquid:0x31ca"], ["expected 40"]),
        (["--json", "--account", f"dydx:{DYDX[:-1]}8"], ["checksum"]),
        (["--json", "--account", f"dydx:{DYDX}/200"], ["0 to 127"]),
        (["--json", "--account", "lighter:me"], ["neither an account index"]),
        (["--json", "--view", "/no/such/file"], ["/no/such/file"]),
        (["--json", "--for", "soon"], ["--for"]),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_2(words, says, capsys):
    assert main(["exposure", *words]) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.count("\n") == 1
    assert all(part in caught.err for part in says), caught.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[account]]\nvenue = 'lighter'\nadress = '1'\n", ["account", "adress"]),
        ("[[account]]\nvenue = 'lighter'\naddress = 'x'\n", ["account 1", "neither"]),
        ("[[account]]\nvenue = 'litter'\naddress = '1'\n", ["account 1", "'lighter'"]),
        (f"[[account]]\nvenue = 'hyperliquid'\naddress = '{HL}'\n" * 2, ["twice", "0x31ca…974b"]),
    ],
)
def test_a_mistake_in_the_config_names_the_account(home, capsys, text, says):
    config(home, text)
    assert main(["exposure", "--json"]) == 2
    err = capsys.readouterr().err
    assert all(part in err for part in says), err
    assert HL not in err


def test_a_typo_among_the_typed_positions_names_file_and_key(home, capsys):
    config(home, "[[position]]\nvenue='bybit'\nsymbol='BTC'\nsise=1\n", "positions.toml")
    assert main(["exposure", "--json"]) == 2
    err = capsys.readouterr().err
    assert "positions.toml: line 4: position 1: sise" in err
    assert "'size'" in err


def test_the_config_is_shown_without_a_whole_address(home, capsys):
    config(home, f"[[account]]\nvenue = 'hyperliquid'\naddress = '{HL}'\nname = 'mine'\n")
    assert main(["config", "show"]) == 0
    shown = capsys.readouterr().out
    assert '"address": "0x31ca' in shown
    assert HL not in shown


# --- a saved snapshot ---------------------------------------------------------------------------


def saved(tmp_path, **changed):
    """A snapshot with two accounts at two venues and a typed position."""

    def row(venue, account, symbol, size, mark, **more):
        return {"venue": venue, "account": account, "symbol": symbol, "size": size, "mark": mark,
                "entry": 90.0, "funding_usd_per_hour": -0.5, "source": "venue"} | more  # fmt: skip

    document = {
        "at_ns": 1_760_000_000_000_000_000, "version": "0", "warnings": [], "markets": [],
        "positions": [
            row("hyperliquid", HL, "BTC", 2.0, 100.0, liquidation=80.0, liquidation_basis="venue"),
            row("dydx", DYDX, "BTC", -1.0, 110.0, pool="0", funding_usd_per_hour=0.75),
            row("bybit", "manual", "ETH", 3.0, 10.0, source="manual", funding_usd_per_hour=None),
        ],
        "accounts": [
            {"venue": "hyperliquid", "account": HL, "pools": [
                {"pool": "", "equity_usd": 50.0, "used_usd": 20.0, "maintenance_usd": 5.0}]},
            {"venue": "dydx", "account": DYDX, "pools": [
                {"pool": "0", "equity_usd": -8.0, "used_usd": 10.0, "maintenance_usd": 2.0}]},
        ],
    } | changed  # fmt: skip
    path = tmp_path / "saved.json"
    path.write_text(json.dumps(document))
    return path


def shown(capsys, *words, code=0):
    assert main(["exposure", "--json", *words]) == code
    return json.loads(capsys.readouterr().out)


def test_a_saved_snapshot_adds_up(tmp_path, capsys):
    document = shown(capsys, "--view", str(saved(tmp_path)))
    assert [p["notional_usd"] for p in document["positions"]] == [200.0, -110.0, 30.0]
    assert document["positions"][0]["liquidation_distance"] == pytest.approx(-0.2)
    assert [p["upnl_usd"] for p in document["positions"]] == [20.0, -20.0, -240.0]
    btc, eth = document["assets"]
    assert (btc["net_base"], btc["net_usd"], btc["gross_usd"]) == (1.0, 90.0, 310.0)
    assert btc["funding_usd_per_hour"] == pytest.approx(0.25)
    assert eth["funding_usd_per_hour"] is None
    venues = {v["venue"]: v for v in document["venues"]}
    assert venues["hyperliquid"]["margin_ratio"] == pytest.approx(0.1)
    assert (venues["dydx"]["equity_usd"], venues["dydx"]["margin_ratio"]) == (-8.0, None)
    assert venues["bybit"]["equity_usd"] is None
    total = document["total"]
    assert (total["net_usd"], total["gross_usd"]) == (120.0, 340.0)
    assert total["funding_usd_per_hour"] is None, "the typed position's rate is not known"
    assert document["nearest_liquidation"]["venue"] == "hyperliquid"


def test_an_account_that_had_not_been_read_leaves_the_whole_equity_unknown(tmp_path, capsys):
    failed = {"venue": "dydx", "account": DYDX, "state": "failed", "age_s": None, "pools": []}
    document = shown(capsys, "--view", str(saved(tmp_path, accounts=[failed])))
    assert document["total"]["equity_usd"] is None


def test_one_account_of_a_saved_snapshot_is_computed_alone(tmp_path, capsys):
    words = ("--view", str(saved(tmp_path)), "--account", f"dydx:{DYDX}")
    document = shown(capsys, *words)
    assert [p["venue"] for p in document["positions"]] == ["dydx"]
    assert document["total"]["funding_usd_per_day"] == pytest.approx(18.0)
    assert document["total"]["equity_usd"] == -8.0


def test_warnings_of_the_snapshot_are_kept_and_exit_4(tmp_path, capsys):
    path = saved(tmp_path, warnings=["dydx: link down"])
    assert shown(capsys, "--view", str(path), code=4)["warnings"] == ["dydx: link down"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"at_ns":1,"positions":[{}]}', '{"at_ns":1,"positions":[3]}', "\xff"]
)
def test_a_file_that_is_no_snapshot_is_a_sentence(tmp_path, capsys, text):
    path = tmp_path / "x.json"
    path.write_text(text, encoding="latin-1")
    assert main(["exposure", "--json", "--view", str(path)]) == 2
    err = capsys.readouterr().err
    assert "is not a saved snapshot" in err
    assert err.count("\n") == 1


def test_an_account_that_the_snapshot_lacks_is_a_sentence(tmp_path, capsys):
    words = ["exposure", "--json", "--view", str(saved(tmp_path)), "--account", "lighter:5"]
    assert main(words) == 2
    assert "has no account lighter:5" in capsys.readouterr().err


# --- the built-in exchange ----------------------------------------------------------------------


SYMBOLS = "BTC,ETH,SOL,DOGE,HYPE,PEPE"
"""Everything that the exchange's accounts hold."""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The document, its snapshot twin and the truth, all of one paused moment."""
    home = tmp_path_factory.mktemp("exchange")
    with exchange(home, "--seed", "7", "--venues", FOUR) as sim:
        accounts = [f"{v}:{a}" for v, names in sim.ready["accounts"].items() for a in names]
        words = [word for account in accounts for word in ("--account", account)]
        folder = home / "config"
        folder.mkdir(exist_ok=True)
        tables = [
            f'[[account]]\nvenue = "{v}"\naddress = "{a}"\n'
            for v, names in sim.ready["accounts"].items()
            for a in names
        ]
        (folder / "config.toml").write_text("".join(tables))
        sim.tell(pause=True)
        # A market that is asked for after the pause is told no figures any more, and ten seconds
        # after it no book is fresh: the snapshot comes first.
        at = ("--json", "--endpoints", str(sim.endpoints), "--symbols", SYMBOLS)
        snap = run("snapshot", *at, "--for", "10s", "--venues", FOUR, home=home)
        done = run("exposure", *at, *AT_MOST, *words, home=home)
        (home / "snapshot.json").write_text(snap.stdout)
        again = run("exposure", "--json", "--view", str(home / "snapshot.json"), home=home)
        logs = "".join(path.read_text() for path in home.rglob("*.log"))
        yield json.loads(done.stdout), json.loads(again.stdout), sim.truth(), logs + done.stderr


def by_key(positions, *names):
    return {tuple(str(p[name]) for name in names): p for p in positions}


def true_positions(truth):
    """(venue, account, symbol, sub-account number) -> the position as the exchange has it."""
    return [
        {**position, "venue": account["venue"], "account": account["account"]}
        for account in truth["accounts"]
        for position in account["positions"]
    ]


def test_every_position_of_the_exchange_is_read_with_its_size_and_entry(told):
    document, _, truth, _ = told
    ours = sorted((p["venue"], p["account"], p["symbol"], p["size"]) for p in document["positions"])
    theirs = sorted(
        (p["venue"], p["account"], p["symbol"], p["size"]) for p in true_positions(truth)
    )
    assert [row[:3] for row in ours] == [row[:3] for row in theirs]
    assert [row[3] for row in ours] == pytest.approx([row[3] for row in theirs])


def test_liquidation_prices_are_the_exchanges_to_a_tenth_of_a_per_cent(told):
    document, _, truth, _ = told
    names = ("venue", "account", "symbol", "size")
    theirs = by_key(true_positions(truth), "venue", "account", "symbol")
    for position in document["positions"]:
        expected = theirs[tuple(position[name] for name in names[:3])]["liquidation"]
        if expected is None:
            assert position["liquidation"] is None
        else:
            assert position["liquidation"] == pytest.approx(expected, rel=1e-3)


def test_what_every_position_was_paid_is_waited_for(told):
    document, _, truth, _ = told
    theirs = by_key(true_positions(truth), "venue", "account", "symbol")
    for position in document["positions"]:
        key = tuple(position[name] for name in ("venue", "account", "symbol"))
        paid = theirs[key]["funding_paid_usd"]
        assert position["funding_paid_usd"] == pytest.approx(paid, abs=0.005), key


def test_equity_of_each_account_is_the_exchanges(told):
    document, _, truth, _ = told
    ours = {
        (a["venue"], a["account"]): sum(p["equity_usd"] for p in a["pools"])
        for a in document["accounts"]
    }
    theirs = {(a["venue"], a["account"]): a["equity_usd"] for a in truth["accounts"]}
    assert ours == pytest.approx(theirs, rel=1e-6)


def test_an_agent_wallet_of_the_exchange_is_named_and_is_not_a_flat_account(told):
    document, _, _, _ = told
    words = [w for w in document["warnings"] if "agent (API) wallet" in w]
    assert len(words) == 1
    assert [a["state"] for a in document["accounts"]].count("unknown") == 1


def test_net_exposure_adds_up_over_venues_and_assets(told):
    document, _, _, _ = told
    total = document["total"]
    for name in ("assets", "venues"):
        rows = document[name]
        assert sum(row["net_usd"] for row in rows) == pytest.approx(total["net_usd"])
        assert sum(row["gross_usd"] for row in rows) == pytest.approx(total["gross_usd"])
    for asset in document["assets"]:
        rows = [p for p in document["positions"] if p["symbol"] == asset["symbol"]]
        hourly = [row["funding_usd_per_hour"] for row in rows]
        expected = None if None in hourly else pytest.approx(sum(hourly))
        assert asset["funding_usd_per_hour"] == expected, asset["symbol"]


def test_a_saved_snapshot_of_the_same_moment_says_the_same(told):
    document, again, _, _ = told
    for name in ("net_usd", "gross_usd", "upnl_usd", "equity_usd"):
        assert again["total"][name] == pytest.approx(document["total"][name])
    assert len(again["positions"]) == len(document["positions"])


def test_no_whole_address_is_logged(told):
    document, _, _, logs = told
    for account in document["accounts"]:
        assert account["account"] not in logs


TYPED = """
[[position]]
venue = "binance"
symbol = "BTC"
size = -0.5
entry = 60000.0

[[position]]
venue = "spot"
symbol = "BTC"
size = 0.5
"""


def test_positions_where_nobody_looks_are_worth_the_index_of_a_venue_that_is_followed(tmp_path):
    config_folder = tmp_path / "config"
    config_folder.mkdir()
    (config_folder / "positions.toml").write_text(TYPED)
    with exchange(tmp_path, "--venues", "hyperliquid", "--symbols", "BTC") as sim:
        sim.tell(pause=True)
        done = run(
            "exposure", "--json", *AT_MOST, "--venues", "hyperliquid",
            "--endpoints", str(sim.endpoints), home=tmp_path,
        )  # fmt: skip
        [market] = [m for m in sim.truth()["markets"] if m["symbol"] == "BTC"]
    assert done.returncode == 4, done.stderr
    document = json.loads(done.stdout)
    short, coins = document["positions"]
    assert short["mark"] == coins["mark"] == pytest.approx(market["index"])
    assert short["upnl_usd"] == pytest.approx(-0.5 * (market["index"] - 60_000.0))
    [btc] = document["assets"]
    assert (btc["net_base"], btc["net_usd"]) == (0.0, 0.0)
    assert (short["funding_usd_per_hour"], coins["funding_usd_per_hour"]) == (None, 0.0)
    assert document["not_counted_as_safe"]["unknown"] == 1, "only the short can be liquidated"
    assert document["warnings"] == [
        "binance/BTC: its venue is not followed: priced at hyperliquid's index, its carry is not "
        "known"
    ]
