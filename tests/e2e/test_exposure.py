"""What an account holds at any venue that shows accounts, read through a bad network, equals what
the exchange has, to the cent."""

import asyncio
import json

import msgspec
import pytest
from msgspec.structs import replace

from cockpit import config
from cockpit.cli.exposure import is_complete
from cockpit.config import Follow
from cockpit.desk.live import Engine
from cockpit.documents.exposure import exposure_document
from cockpit.documents.schema_account import ExposureDocument
from cockpit.portfolio import positions
from cockpit.wire.endpoints import load_endpoints
from tests.e2e.exchange import Exchange, exchange
from tests.support import until

CENT = 0.005
SYMBOLS = "BTC,ETH,SOL,DOGE,HYPE,PEPE"
TELLS_NO_USED = {"aster"}
TELLS_NO_PAYMENTS = {"aster"}
FAULTS = {"disconnect_every_s": 6, "drop": 0.02, "duplicate": 0.02, "delay_ms": 150}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """(document, truth) of a paused moment, read while links break and messages are lost."""
    home = tmp_path_factory.mktemp("exposure")
    with exchange(home, "--seed", "7", "--symbols", SYMBOLS) as sim:
        sim.tell(pause=True, faults=FAULTS)
        document = asyncio.run(read(sim))
        yield json.loads(msgspec.json.encode(document)), sim.truth()


async def read(sim: Exchange) -> ExposureDocument:
    """What `cockpit exposure` says, once payments are in too: it waits only so long for them."""
    accounts = sim.ready["accounts"]
    watched = {"watch.venues": list(accounts), "watch.symbols": SYMBOLS.split(",")}
    follows = [Follow(venue=venue, address=a) for venue, names in accounts.items() for a in names]
    settings = replace(config.load(None, watched, environ={}), account=tuple(follows))
    engine = Engine(settings, endpoints=load_endpoints(sim.endpoints))

    def is_all_there() -> bool:
        rows = positions.read(engine.view, engine.clock.now_ns()).rows
        return is_complete(engine) and all(
            row.funding_paid_usd is not None or row.leg.venue in TELLS_NO_PAYMENTS for row in rows
        )

    await engine.start()
    try:
        await until(is_all_there, "the whole of every account")
        return exposure_document(positions.read(engine.view, engine.clock.now_ns()))
    finally:
        await engine.stop()


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
        venue, pools = account["venue"], ours[account["venue"], account["account"]]
        equity = sum(pool["equity_usd"] for pool in pools)
        assert equity == pytest.approx(account["equity_usd"], abs=CENT)
        used = [pool["used_usd"] for pool in pools]
        if venue in TELLS_NO_USED:
            assert used == [None]
        elif not (venue == "nado" and len(pools) > 1):
            # What is set apart at Nado is stated by what its position needs, not by what it has.
            assert sum(used) == pytest.approx(account["margin_used_usd"], abs=CENT)


def test_size_profit_and_paid_funding_of_every_position_are_the_exchanges_to_the_cent(told):
    document, truth = told
    ours = {(p["venue"], p["account"], p["symbol"]): p for p in document["positions"]}
    venues = set()
    for account in truth["accounts"]:
        for real in account["positions"]:
            venue = account["venue"]
            mine = ours.pop((venue, account["account"], real["symbol"]))
            venues.add(venue)
            assert mine["size"] == pytest.approx(real["size"], rel=1e-12)
            assert mine["mark"] == pytest.approx(real["mark"], rel=1e-9)
            paid = real["funding_paid_usd"]
            if venue in TELLS_NO_PAYMENTS:
                assert mine["funding_paid_usd"] is None
            else:
                assert mine["funding_paid_usd"] == pytest.approx(paid, abs=CENT)
            assert mine["upnl_usd"] == pytest.approx(real["upnl_usd"], abs=CENT)
    assert not ours
    assert venues == {"hyperliquid", "dydx", "lighter", "orderly", "nado", "aster"}


def test_sums_over_accounts_that_were_read_to_their_end_say_so(told):
    document, _ = told
    assert document["total"]["is_complete"]
    assert all(row["is_complete"] for row in (*document["assets"], *document["venues"]))


def test_a_perfectly_hedged_pair_has_no_net(told):
    document, truth = told
    hedged = [a for a in truth["accounts"] if a["venue"] in ("hyperliquid", "lighter")]
    names = [account["account"] for account in hedged]
    shared = {name for name in names if names.count(name) == 2}
    nets = []
    for name in shared:
        held = [
            p for p in document["positions"]
            if p["account"] == name and p["venue"] in ("hyperliquid", "lighter")
        ]  # fmt: skip
        if len(held) == 2 and held[0]["symbol"] == held[1]["symbol"]:
            assert abs(held[0]["size"]) > 0.1
            nets.append(sum(p["size"] for p in held))
    assert nets == [0]
