"""`cockpit calc hedge|margin|stress`: the promised names, exit codes, and sentences."""

import json

import pytest

from cockpit.cli.main import main
from tests.calculators.markets import document
from tests.calculators.risk import btc, held


@pytest.fixture
def view(tmp_path, monkeypatch):
    """A snapshot of two venues in a file."""
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "home"))
    path = tmp_path / "view.json"
    path.write_text(json.dumps(document(btc("hyperliquid"), btc("dydx", 2e-5))))
    return str(path)


PAIR = json.dumps([held("hyperliquid", 10), held("dydx", -10)])
EQUITY = "equity_usd=hyperliquid=100000,dydx=100000"


def calc(capfdbinary, view, name, *pairs):
    sets = [word for pair in pairs for word in ("--set", pair)]
    code = main(["calc", name, "--view", view, *sets, "--json"])
    out, err = capfdbinary.readouterr()
    return code, json.loads(out) if out else None, err.decode()


def test_a_hedge_has_every_promised_name(view, capfdbinary):
    code, answer, _ = calc(
        capfdbinary, view, "hedge", "symbol=BTC", "size=10", "venue=hyperliquid", "haircut=false"
    )
    assert code == 0
    assert answer["result"].keys() >= {
        "delta_before", "delta_after", "carry_before_usd_per_hour", "carry_after_usd_per_hour",
        "cost_usd", "cost_usd_per_hour_held", "delay_risk", "margin_usd", "hedge_ratio",
        "band_half_width", "binding",
    }  # fmt: skip
    risk = answer["result"]["delay_risk"]
    assert risk.keys() >= {"sd_usd", "var99_usd", "es99_usd", "by_venue"}
    for leg in answer["plan"]["legs"]:
        assert leg.keys() >= {"venue", "symbol", "side", "size", "limit", "not_before_ns", "note"}
    assert sum(leg["size"] for leg in answer["plan"]["legs"]) == pytest.approx(10)
    assert answer["result"]["delta_before"] == 10


def test_a_hedge_that_cannot_be_done_is_the_answer_no(view, capfdbinary):
    code, answer, _ = calc(capfdbinary, view, "hedge", "symbol=BTC", "size=500", "haircut=false")
    assert code == 1
    assert "book at" in answer["result"]["binding"]
    assert answer["plan"]["legs"]


def test_margin_has_every_promised_name(view, capfdbinary):
    code, answer, _ = calc(capfdbinary, view, "margin", f"positions={PAIR}", EQUITY)
    assert code == 0
    assert answer["result"].keys() >= {"venues", "legs", "joint_shock", "hours_to_liquidation"}
    assert answer["result"]["venues"][0].keys() >= {
        "venue", "equity_usd", "initial_usd", "maintenance_usd", "margin_ratio", "free_usd",
    }  # fmt: skip
    assert answer["result"]["legs"][0].keys() >= {"venue", "symbol", "liquidation", "distance"}


def test_stress_has_every_promised_name(view, capfdbinary):
    code, answer, _ = calc(
        capfdbinary, view, "stress", f"positions={PAIR}", EQUITY, "scenarios=gap,depeg",
        "monte_carlo=true", "paths=200", "steps=4", "horizon_h=4", "seed=3",
    )  # fmt: skip
    assert code == 0
    assert [row["name"] for row in answer["result"]["scenarios"]] == ["gap", "depeg"]
    assert answer["result"]["scenarios"][0].keys() >= {
        "name", "pnl_usd", "price_usd", "funding_usd", "fees_usd", "slippage_usd",
        "liquidation_usd", "liquidated", "margin_ratio", "max_unhedged_usd", "time_to_flat_s",
    }  # fmt: skip
    futures = answer["result"]["monte_carlo"]
    assert futures.keys() >= {
        "paths", "seed", "mean_usd", "sd_usd", "var95_usd", "var99_usd", "es95_usd", "es99_usd",
        "se", "p_liquidation", "max_unhedged_usd", "histogram",
    }  # fmt: skip
    assert futures["histogram"].keys() == {"edges", "counts"}
    assert futures["p_liquidation"].keys() == {"hyperliquid", "dydx", "any"}


def test_what_is_not_known_is_exit_code_four(view, capfdbinary):
    code, answer, _ = calc(capfdbinary, view, "margin", f"positions={PAIR}")
    assert code == 4
    assert answer["result"]["venues"][0]["margin_ratio"] is None
    assert any("equity" in words for words in answer["warnings"])


@pytest.mark.parametrize(
    ("name", "pair", "words"),
    [
        ("hedge", "size=ten", "size: expected a number"),
        ("margin", "positions=[{]", "positions: expected JSON"),
        ("stress", "scenarios=squeze", "scenarios: there is no scenario 'squeze'"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_two(name, pair, words, view, capfdbinary):
    code, answer, err = calc(capfdbinary, view, name, pair)
    assert code == 2
    assert answer is None
    assert words in err
    assert err.count("\n") == 1
