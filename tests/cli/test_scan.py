"""`cockpit scan`: one document or one table, and a sentence for every mistake."""

import csv
import io
import json

import pytest

from cockpit.cli.main import main
from cockpit.core.units import HOUR_NS
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.rows import Batch, Settled
from tests.calculators.markets import DEEP_ASKS, DEEP_BIDS, document, market
from tests.e2e.exchange import AT_MOST, exchange, run
from tests.support import AT_NS

KEYS = {
    "symbol", "long_venue", "short_venue", "spread_hourly", "expected_hourly", "realised",
    "sign_share", "half_life_h", "cost_bps", "cost_basis", "net_usd", "net_apr", "breakeven_h",
    "odds", "depth_x", "oi_usd", "volume_24h_usd", "basis_bps", "long_interval_s",
    "short_interval_s", "gate",
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def view(tmp_path):
    """Three venues of deep books without fees: rates of 0, 1e-4 and 3e-4 an hour."""
    markets = [
        market(venue, DEEP_BIDS, DEEP_ASKS, rate=rate, volume_24h_usd=1e8)
        for venue, rate in (("hyperliquid", 0.0), ("dydx", 1e-4), ("lighter", 3e-4))
    ]
    path = tmp_path / "view.json"
    path.write_text(json.dumps(document(*markets)))
    return str(path)


def scan(capfdbinary, *words):
    code = main(["scan", *words])
    return code, capfdbinary.readouterr()


def test_every_pair_comes_once_and_the_best_first(view, capfdbinary):
    code, printed = scan(capfdbinary, "--view", view, "--json", "--usd", "10k", "--hold", "1d")
    answer = json.loads(printed.out)
    assert code == 0
    assert answer.keys() >= {"at_ns", "hold_h", "usd", "markets", "pairs", "warnings"}
    assert (answer["hold_h"], answer["usd"], answer["markets"]) == (24, 10_000.0, 3)
    pairs = answer["pairs"]
    assert [(p["long_venue"], p["short_venue"]) for p in pairs] == [
        ("hyperliquid", "lighter"), ("dydx", "lighter"), ("hyperliquid", "dydx"),
    ]  # fmt: skip
    assert all(pair.keys() >= KEYS for pair in pairs)
    assert pairs[0]["realised"] == {"1d": None, "3d": None, "7d": None, "30d": None}
    assert pairs[0]["spread_hourly"] == pytest.approx(3e-4)
    assert pairs[0]["cost_basis"] == "book"


def test_the_same_as_csv_with_empty_cells_for_what_is_not_known(view, capfdbinary):
    code, printed = scan(capfdbinary, "--view", view, "--csv", "--top", "1")
    rows = list(csv.DictReader(io.StringIO(printed.out.decode())))
    assert code == 0
    assert len(rows) == 1
    assert rows[0].keys() >= (KEYS - {"realised"}) | {"realised_1d", "realised_30d"}
    assert (rows[0]["symbol"], rows[0]["realised_30d"], rows[0]["odds"]) == ("BTC", "", "")


def test_what_was_paid_comes_from_what_the_cockpit_remembers_or_a_folder_that_is_named(
    view, tmp_path, capfdbinary
):
    """A hundred hours of 5e-5 at lighter and of 0 at hyperliquid; no other folder has them."""
    last_ns = AT_NS // HOUR_NS * HOUR_NS
    rows = tuple(
        Settled(venue=venue, symbol="BTC", paid_at_ns=last_ns - hour * HOUR_NS, rate=rate,
                interval_s=3600)
        for venue, rate in (("hyperliquid", 0.0), ("lighter", 5e-5)) for hour in range(100)
    )  # fmt: skip
    store = HotStore(Folder(tmp_path / "kept"))
    store.append(Batch(settled=rows), AT_NS)
    store.close()

    def realised(*words):
        _, printed = scan(capfdbinary, "--view", view, "--json", "--where", "short=lighter", *words)
        best = json.loads(printed.out)["pairs"][0]
        assert best["long_venue"] == "hyperliquid"
        return best["realised"]["1d"]

    assert realised("--history", str(tmp_path / "kept")) == pytest.approx(5e-5)
    assert realised() is None


def test_a_history_that_cannot_be_read_is_said_in_the_document(view, capfdbinary):
    code, printed = scan(capfdbinary, "--view", view, "--json", "--history", view)
    told = json.loads(printed.out)
    assert code == 4
    assert len(told["pairs"]) == 3
    [words] = told["warnings"]
    assert words.startswith(f"history is not used: {view}")


def test_where_keeps_what_was_asked_for(view, capfdbinary):
    _, printed = scan(capfdbinary, "--view", view, "--json", "--where", "long=dydx")
    assert [pair["long_venue"] for pair in json.loads(printed.out)["pairs"]] == ["dydx"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "add --json or --csv"),
        (("--json", "--where", "nett>1"), "--where: 'nett' is not a column"),
        (("--json", "--hold", "90m"), "--hold: '90m': expected whole hours"),
        (("--json", "--usd", "0"), "--usd: 0: expected a size above zero"),
    ],
)
def test_a_mistake_is_one_sentence(view, capfdbinary, words, said):
    code, printed = scan(capfdbinary, "--view", view, *words)
    assert code == 2
    assert said in printed.err.decode()
    assert printed.out == b""


def test_live_it_ranks_surveyed_markets_and_follows_the_books_of_the_best(tmp_path):
    """Two venues of thirty markets each: more than what is watched is ranked, the best by book."""
    venues = ("--venues", "hyperliquid,lighter")
    with exchange(tmp_path, "--markets", "30", *venues) as sim:
        answer = run("scan", "--json", "--endpoints", str(sim.endpoints), *venues, *AT_MOST,
                     home=tmp_path / "home")  # fmt: skip
    found = json.loads(answer.stdout)
    assert answer.returncode in (0, 4), answer.stderr
    assert found["markets"] >= 60
    assert len({pair["symbol"] for pair in found["pairs"]}) > 15
    bases = {pair["cost_basis"] for pair in found["pairs"]}
    assert bases >= {"book", "tier"}
    assert found["pairs"][0]["net_usd"] >= found["pairs"][-1]["net_usd"]


def test_live_only_what_was_asked_for_is_ranked_and_what_nobody_lists_is_said(tmp_path):
    venues = ("--venues", "hyperliquid,lighter")
    with exchange(tmp_path, "--markets", "15", *venues) as sim:
        answer = run("scan", "--json", "--endpoints", str(sim.endpoints), *venues, "--symbols",
                     "btc,NOSUCH", *AT_MOST, home=tmp_path / "home")  # fmt: skip
    found = json.loads(answer.stdout)
    assert [(pair["symbol"], pair["cost_basis"]) for pair in found["pairs"]] == [("BTC", "book")]
    assert any("NOSUCH: no venue lists it" in words for words in found["warnings"])
    assert answer.returncode == 4
