"""The venue's own Python library works against the built-in exchange by its base URL alone."""

import queue
from collections.abc import Iterator
from typing import Any

import pytest

from cockpit.sim.faces import hyperliquid
from tests.sim.loopback import exchange
from tests.support import PATIENCE_S

pytest.importorskip("hyperliquid.info")
from hyperliquid.info import Info

NOBODY = "0x" + "0" * 40


@pytest.fixture(scope="module")
def info() -> Iterator[Any]:
    with exchange("hyperliquid", hyperliquid, ("BTC", "ETH", "SOL", "PEPE")) as where:
        client = Info(base_url=where["rest_url"])
        yield client
        client.disconnect_websocket()


def test_it_loads_the_markets_of_the_first_dex_and_spot(info: Any) -> None:
    assert info.name_to_asset("BTC") == 0
    assert info.asset_to_sz_decimals[0] == 5
    assert info.name_to_asset("MATIC") == 3
    assert info.name_to_asset("kPEPE") == 4
    assert info.name_to_asset("PURR/USDC") == 10_000


def test_it_reads_funding_open_interest_and_an_empty_account(info: Any) -> None:
    meta, ctxs = info.meta_and_asset_ctxs()
    assert len(meta["universe"]) == len(ctxs) == 5
    assert float(ctxs[0]["openInterest"]) > 0
    assert len(info.funding_history("BTC", 0)) == 500
    assert info.user_state(NOBODY)["assetPositions"] == []


@pytest.mark.parametrize(
    "subscription",
    [
        {"type": "l2Book", "coin": "BTC"},
        {"type": "bbo", "coin": "BTC"},
        {"type": "activeAssetCtx", "coin": "BTC"},
        {"type": "allMids"},
        {"type": "userFills", "user": NOBODY},
    ],
    ids=lambda row: row["type"],
)
def test_it_recognises_the_frames_of_a_subscription_as_its_own(
    info: Any, subscription: dict[str, Any]
) -> None:
    heard: queue.Queue[Any] = queue.Queue()
    info.subscribe(subscription, heard.put)
    assert heard.get(timeout=PATIENCE_S)["channel"] == subscription["type"]


def test_it_follows_a_book(info: Any) -> None:
    heard: queue.Queue[Any] = queue.Queue()
    info.subscribe({"type": "l2Book", "coin": "ETH"}, heard.put)
    times = [heard.get(timeout=PATIENCE_S)["data"]["time"] for _ in range(3)]
    assert times == sorted(times)
    assert times[0] < times[-1]
