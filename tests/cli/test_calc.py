"""`cockpit calc`: one JSON document, the exit code, and a sentence for every mistake."""

import json
import sys
from itertools import pairwise

import pytest

from cockpit.calculators import CALCULATORS
from cockpit.cli.main import main
from cockpit.venues import REGISTRY
from tests.calculators.markets import document, market
from tests.e2e.exchange import AT_MOST, exchange, run

ORDER = ("--set", "symbol=BTC", "--set", "side=buy", "--set", "haircut=false")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def view(tmp_path):
    """A snapshot of two venues in a file; more fields go to the second."""

    def write(venue="dydx", **fields):
        path = tmp_path / "view.json"
        path.write_text(json.dumps(document(market("hyperliquid"), market(venue, **fields))))
        return str(path)

    return write


def calc(capfdbinary, *words):
    code = main(["calc", *words, "--json"])
    return code, json.loads(capfdbinary.readouterr().out)


def sets(**inputs):
    return [word for key, value in inputs.items() for word in ("--set", f"{key}={value}")]


def test_an_answer_is_one_document_with_what_went_in_and_what_was_assumed(view, capfdbinary):
    code, answer = calc(capfdbinary, "slippage", "--view", view(), *ORDER, *sets(size=12))
    assert code == 0
    assert answer.keys() >= {"name", "inputs", "result", "plan", "assumptions", "warnings"}
    assert answer["name"] == "slippage"
    assert answer["inputs"]["size"] == 12.0
    assert answer["inputs"]["size_usd"] is None
    assert answer["plan"] is None
    assert answer["result"]["venues"][0].keys() >= {
        "venue", "filled", "unfilled", "vwap", "impact_bps", "slip_bps", "fee_bps", "cost_usd",
        "covered_bps",
    }  # fmt: skip
    assert answer["result"]["split"].keys() >= {
        "legs", "effective_price", "marginal_price", "cost_usd",
    }  # fmt: skip
    assert answer["result"]["best_single"].keys() >= {"venue", "effective_price", "cost_usd"}
    assert "sqrt_impact_bps" in answer["result"]
    assert any("quote_usd" in line for line in answer["assumptions"])


def test_carry_keeps_its_promised_names(view, capfdbinary):
    code, answer = calc(
        capfdbinary, "carry", "--view", view(rate=9e-5),
        *sets(symbol="BTC", long_venue="hyperliquid", short_venue="dydx", size=2, hold_h=24,
              phi=0.97, mean_spread_hourly=1e-5, haircut="false"),
    )  # fmt: skip
    assert code == 0
    assert answer["result"].keys() >= {
        "cost_bps", "cost_usd", "spread_hourly", "expected_funding_usd", "breakeven_h",
        "breakeven_probability", "margin_usd", "return_apr", "gate",
    }  # fmt: skip
    assert answer["result"]["spread_hourly"] == pytest.approx(8e-5)


def test_stagger_keeps_its_promised_names_and_its_legs_add_up(view, capfdbinary):
    code, answer = calc(
        capfdbinary, "stagger", "--view", view(), *ORDER,
        *sets(size=13, horizon_min=30, slices=3, schedule="twap", seed=5, jitter=0.1),
    )  # fmt: skip
    assert code == 0
    result = answer["result"]
    assert result.keys() >= {
        "size_planned", "leftover", "cost_usd", "cost_bps", "fees_usd", "expected_funding_usd",
        "shortfall_sd_usd", "kappa_per_min", "all_now", "by_venue", "squeeze",
    }  # fmt: skip
    assert result["all_now"].keys() >= {"venue", "cost_usd", "cost_bps"}
    assert result["by_venue"][0].keys() >= {"venue", "size", "cost_usd"}
    assert result["squeeze"]["corr"] == {"hyperliquid|dydx": 0.4}
    legs = answer["plan"]["legs"]
    assert legs[0].keys() >= {
        "venue", "symbol", "side", "size", "limit", "not_before_ns", "note",
    }  # fmt: skip
    assert sum(leg["size"] for leg in legs) == result["size_planned"] == 13.0


def test_the_same_question_gets_the_same_answer(view, capfdbinary):
    words = ("stagger", "--view", view(), *ORDER, *sets(size=40, seed=3))
    assert calc(capfdbinary, *words) == calc(capfdbinary, *words)


def test_what_cannot_be_done_is_exit_1_and_names_what_binds(view, capfdbinary):
    code, answer = calc(
        capfdbinary, "stagger", "--view", view(), *ORDER,
        *sets(size=40), *sets(**{"max_usd.dydx": 100, "max_usd.hyperliquid": 300}),
    )  # fmt: skip
    assert code == 1
    assert answer["infeasible"].startswith("max_usd")
    assert answer["result"]["leftover"] > 0


@pytest.mark.parametrize(
    "fields",
    [
        {"bids": [], "asks": []},
        {"stale": ["book"]},
        {"taker_fee": None, "venue": "elsewhere"},
        {"link": "down", "bids": [], "asks": []},
    ],
)
def test_an_answer_from_stale_or_missing_data_is_exit_4(view, capfdbinary, fields):
    code, answer = calc(capfdbinary, "slippage", "--view", view(**fields), *ORDER, *sets(size=3))
    assert code == 4
    assert answer["warnings"]
    assert answer["result"]["split"]["filled"] == 3.0


def test_a_size_beyond_every_book_is_answered_and_exit_4(view, capfdbinary):
    code, answer = calc(capfdbinary, "slippage", "--view", view(), *ORDER, *sets(size=1000))
    assert code == 4
    assert answer["result"]["split"]["unfilled"] == 1000 - 70
    assert all(row["unfilled"] == 965 for row in answer["result"]["venues"])


def test_inputs_may_come_from_a_file_and_set_wins(view, tmp_path, capfdbinary):
    path = tmp_path / "inputs.json"
    inputs = {"symbol": "BTC", "side": "sell", "size": 3, "taker_fee": {"dydx": 1e-4}}
    path.write_text(json.dumps({**inputs, "haircut": False}))
    code, answer = calc(
        capfdbinary, "slippage", "--view", view(), "--input", str(path), "--set", "size=5"
    )
    assert code == 0
    assert (answer["inputs"]["side"], answer["inputs"]["size"]) == ("sell", 5.0)
    assert answer["inputs"]["taker_fee"] == {"dydx": 1e-4}


def test_the_stacks_of_the_configuration_decide_who_gaps_together(view, tmp_path, capfdbinary):
    path = tmp_path / "config.toml"
    path.write_text('[stack]\nhyperliquid = ["one"]\ndydx = ["one", "two"]\n')
    _, answer = calc(
        capfdbinary,
        "stagger",
        "--view",
        view(),
        "--config",
        str(path),
        *ORDER,
        *sets(size=40, slices=1),
    )
    assert answer["result"]["squeeze"]["corr"] == {"hyperliquid|dydx": 0.7}
    assert "hyperliquid and dydx share one" in answer["warnings"]


def test_a_fee_of_the_configuration_stands_in_for_one_that_the_view_lacks(
    view, tmp_path, capfdbinary
):
    path = tmp_path / "config.toml"
    path.write_text("[venue.dydx]\ntaker_fee = 0.0003\n")
    code, answer = calc(
        capfdbinary, "slippage", "--view", view(taker_fee=None), "--config", str(path), *ORDER,
        *sets(size=3),
    )  # fmt: skip
    assert code == 0
    assert answer["result"]["venues"][1]["fee_bps"] == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["slippge"], "'slippage'"),
        ([], "NAME"),
        (["slippage"], "symbol: is needed"),
        (["slippage", *ORDER], "size: expected either"),
        (["slippage", *ORDER, *sets(size=0)], "size: expected a number above 0"),
        (["slippage", *ORDER, *sets(size=-2)], "size: expected a number above 0"),
        (["slippage", *ORDER, *sets(size="nan")], "size: expected a number above 0"),
        (["slippage", *ORDER, *sets(size="many")], "size: expected a number above 0"),
        (["slippage", *ORDER, *sets(sze=1)], "'size'"),
        (["slippage", *ORDER, *sets(size=1, symbol="BTCC")], "symbol: 'BTCC'"),
        (["slippage", *ORDER, *sets(size=1, venues="dydy")], "'dydx'"),
        (["slippage", *ORDER, "--set", "size"], "KEY=VALUE"),
        (["slippage", *ORDER, "--input", "/no/such/file"], "/no/such/file"),
        (["carry", *sets(symbol="BTC", long_venue="dydx", short_venue="dydx")], "short_venue"),
        (["stagger", *ORDER, *sets(size=1, horizon_min=0.01)], "horizon_min"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_field_and_exit_2(view, words, says, capsys):
    assert main(["calc", *words, "--json", "--view", view()]) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.count("\n") == 1
    assert says in caught.err


def test_a_view_that_is_no_snapshot_is_one_sentence_and_exit_2(tmp_path, capsys):
    path = tmp_path / "v.json"
    path.write_text('{"format":"cockpit-tape/1"}')
    assert main(["calc", "slippage", *ORDER, *sets(size=1), "--json", "--view", str(path)]) == 2
    err = capsys.readouterr().err
    assert str(path) in err
    assert err.count("\n") == 1


def test_inputs_that_are_no_object_are_refused(tmp_path, view, capsys):
    path = tmp_path / "inputs.json"
    path.write_text("[1]")
    words = ["calc", "slippage", "--json", "--view", view(), "--input", str(path)]
    assert main(words) == 2
    assert "expected an object" in capsys.readouterr().err


def test_json_is_the_only_format_and_is_asked_for(view, capsys):
    assert main(["calc", "slippage", "--view", view(), *ORDER, *sets(size=1)]) == 2
    assert "--json" in capsys.readouterr().err


def test_legs_are_closed_together_from_the_positions_of_an_exposure_document(view, capfdbinary):
    row = {"symbol": "BTC", "account": "0xab", "upnl_usd": 1.0, "age_s": 2.0, "leverage": 5.0}
    held = [
        {"venue": "hyperliquid", "size": 6.0, "entry": 90.0, "adl_quantile": None, **row},
        {"venue": "dydx", "size": -6.0, "mark": 100.0, "liquidation": 150.0, **row},
    ]
    words = sets(positions=json.dumps(held), slices=3, haircut="false", sigma=1)
    code, answer = calc(capfdbinary, "unwind", "--view", view(), *words)
    assert code == 0
    result, legs = answer["result"], answer["plan"]["legs"]
    assert {part["venue"]: part["size"] for part in result["legs"]} == {
        "hyperliquid": 6.0, "dydx": 6.0,
    }  # fmt: skip
    assert result["max_unhedged"] == 2.0
    assert sum(leg["size"] * (1 if leg["side"] == "buy" else -1) for leg in legs) == 0.0
    # Three rounds of 2 within the touch, 0.025 from a mid of 99.975 on either side.
    assert result["cost_usd"] == pytest.approx(6 * 0.025 * 2)


@pytest.mark.parametrize("name", CALCULATORS)
def test_the_help_of_a_calculator_lists_its_inputs(name, capsys, monkeypatch):
    # The parser of a calculator is made from the words of the command line itself.
    monkeypatch.setattr(sys, "argv", ["cockpit", "calc", name, "--help"])
    assert main(sys.argv[1:]) == 0
    said = capsys.readouterr().out
    assert "inputs (--set KEY=VALUE)" in said
    assert f"{name}: " in said
    lines = [line.strip() for line in said.split("inputs (--set KEY=VALUE):")[1].splitlines()]
    for above, line in pairwise(lines):
        assert not above.endswith(f"  {line}") or not line, f"{line!r} is said twice"


def test_without_a_view_the_question_is_asked_of_the_venues_themselves(tmp_path):
    with exchange(tmp_path, "--seed", "5", "--symbols", "BTC") as sim:
        done = run(
            "calc", "slippage", "--json", "--endpoints", str(sim.endpoints), *AT_MOST,
            "--set", "symbol=BTC", "--set", "side=buy", "--set", "size=0.5", home=tmp_path,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert len(answer["result"]["venues"]) == len(REGISTRY)
    assert answer["result"]["split"]["unfilled"] == 0.0
    assert any("no history of depth" in line for line in answer["assumptions"])


def test_inputs_are_taken_as_people_and_programs_write_them(view, capfdbinary):
    plain = sets(symbol="BTC", side="buy", size_usd=10_000, haircut="false", venues="dydx")
    other = sets(symbol="btcusdt", side="LONG", size_usd="$10k", haircut="no", venues='["dYdX"]')
    path = view()
    assert calc(capfdbinary, "slippage", "--view", path, *other) == calc(
        capfdbinary, "slippage", "--view", path, *plain
    )


def test_one_fee_is_for_every_venue_of_the_view(view, capfdbinary):
    words = ("slippage", "--view", view(), *ORDER, *sets(size=1, taker_fee="3bps"))
    _, answer = calc(capfdbinary, *words)
    assert answer["inputs"]["taker_fee"] == {"hyperliquid": 0.0003, "dydx": 0.0003}
    assert [row["fee_bps"] for row in answer["result"]["venues"]] == [pytest.approx(3.0)] * 2


def test_a_symbol_inside_positions_is_folded_like_any_other(view, capfdbinary):
    held = '[{{"venue":"{0}","symbol":"{1}","size":"{2}"}}]'
    path = view()
    answers = [
        calc(capfdbinary, "margin", "--view", path, *sets(positions=text, equity_usd=equity))
        for text, equity in (
            (held.format("hyperliquid", "BTC", "1"), "hyperliquid=6000"),
            (held.format("HL", "btc-perp", "1."), "hl:6k"),
        )
    ]
    assert answers[0] == answers[1]
    assert answers[0][1]["result"]["legs"][0]["maintenance_usd"] is not None


def test_inputs_nested_without_end_are_one_sentence(view, tmp_path, capsys):
    inputs = tmp_path / "inputs.json"
    inputs.write_text("[" * 100_000)
    assert main(["calc", "slippage", "--json", "--view", view(), "--input", str(inputs)]) == 2
    error = capsys.readouterr().err
    assert f"--input {inputs}: is not JSON" in error
    assert error.count("\n") == 1
