"""What an account holds, read through a bad network, equals what the exchange has, to the cent."""

import json

import pytest

from tests.e2e.exchange import FOUR, exchange, run

# One worker, so that the exchange is started and read once.
pytestmark = pytest.mark.xdist_group("exposure e2e")

CENT = 0.005
SYMBOLS = "BTC,ETH,SOL,DOGE,HYPE,PEPE"
FAULTS = {"disconnect_every_s": 6, "drop": 0.02, "duplicate": 0.02, "delay_ms": 150}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """(document, truth) of a paused moment, read while links break and messages are lost."""
    home = tmp_path_factory.mktemp("exposure")
    with exchange(home, "--seed", "7", "--venues", FOUR, "--symbols", SYMBOLS) as sim:
        sim.tell(pause=True, faults=FAULTS)
        accounts = sim.ready["accounts"]
        words = [
            word for venue, names in accounts.items() for a in names
            for word in ("--account", f"{venue}:{a}")
        ]  # fmt: skip
        done = run(
            "exposure", "--json", "--for", "25s", "--endpoints", str(sim.endpoints),
            "--symbols", SYMBOLS, *words, home=home,
        )  # fmt: skip
        assert done.returncode in (0, 4), done.stderr
        yield json.loads(done.stdout), sim.truth()


def test_every_account_is_read_in_spite_of_the_faults(told):
    document, truth = told
    assert len(document["accounts"]) == len(truth["accounts"])
    # An agent's address is no account; everything else was read.
    assert [a["state"] for a in document["accounts"]].count("unknown") == 1
    assert {a["state"] for a in document["accounts"]} <= {"read", "flat", "unknown"}


def test_equity_and_margin_of_every_account_are_the_exchanges_to_the_cent(told):
    document, truth = told
    ours = {(a["venue"], a["account"]): a["pools"] for a in document["accounts"]}
    for account in truth["accounts"]:
        pools = ours[account["venue"], account["account"]]
        equity = sum(pool["equity_usd"] for pool in pools)
        assert equity == pytest.approx(account["equity_usd"], abs=CENT)
        used = sum(pool["used_usd"] for pool in pools)
        assert used == pytest.approx(account["margin_used_usd"], abs=CENT)


def test_size_profit_and_paid_funding_of_every_position_are_the_exchanges_to_the_cent(told):
    document, truth = told
    ours = {(p["venue"], p["account"], p["symbol"]): p for p in document["positions"]}
    count = 0
    for account in truth["accounts"]:
        for real in account["positions"]:
            mine = ours[account["venue"], account["account"], real["symbol"]]
            count += 1
            assert mine["size"] == pytest.approx(real["size"], rel=1e-12)
            assert mine["mark"] == pytest.approx(real["mark"], rel=1e-9)
            assert mine["upnl_usd"] == pytest.approx(real["upnl_usd"], abs=CENT)
            assert mine["funding_paid_usd"] == pytest.approx(real["funding_paid_usd"], abs=CENT)
    assert count == len(document["positions"]) > 10


def test_a_perfectly_hedged_pair_has_no_net(told):
    document, truth = told
    names = [account["account"] for account in truth["accounts"]]
    [shared] = {name for name in names if names.count(name) == 2}
    held = [p for p in document["positions"] if p["account"] == shared]
    assert len(held) == 2
    assert sum(p["size"] for p in held) == 0
    assert abs(held[0]["size"]) > 0.1
