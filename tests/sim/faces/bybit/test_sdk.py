"""The venue's own Python library works against the built-in exchange by its base URL alone."""

import queue
from collections.abc import Iterator
from typing import Any

import pytest

from cockpit.sim.faces import bybit
from tests.sim.loopback import exchange
from tests.support import PATIENCE_S

unified = pytest.importorskip("pybit.unified_trading")
exceptions = pytest.importorskip("pybit.exceptions")


@pytest.fixture(scope="module")
def where() -> Iterator[dict[str, Any]]:
    with exchange("bybit", bybit, ("BTC", "ETH", "PEPE")) as urls:
        yield urls


@pytest.fixture(scope="module")
def http(where: dict[str, Any]) -> Any:
    client = unified.HTTP()
    client.endpoint = where["rest_url"]
    return client


@pytest.fixture
def socket(where: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(unified, "PUBLIC_WSS", where["ws_urls"]["main"])
    client = unified.WebSocket(testnet=False, channel_type="linear")
    yield client
    client.exit()


def test_it_reads_markets_books_funding_and_open_interest(http: Any) -> None:
    rows = http.get_instruments_info(category="linear")["result"]["list"]
    assert {"BTCUSDT", "1000PEPEUSDT", "BTCPERP"} <= {row["symbol"] for row in rows}
    book = http.get_orderbook(category="linear", symbol="BTCUSDT", limit=5)["result"]
    assert len(book["b"]) == 5
    history = http.get_funding_rate_history(category="linear", symbol="BTCUSDT")["result"]
    assert len(history["list"]) >= 21
    interest = http.get_open_interest(category="linear", symbol="BTCUSDT", intervalTime="1h")
    assert float(interest["result"]["list"][0]["openInterest"]) > 0


def test_it_raises_on_a_start_time_alone(http: Any) -> None:
    with pytest.raises(exceptions.InvalidRequestError):
        http.get_funding_rate_history(category="linear", symbol="BTCUSDT", startTime=1)


def test_it_follows_a_book_level_by_level(socket: Any) -> None:
    """The library hands on one message that it changes with every update."""
    heard: queue.Queue[int] = queue.Queue()
    socket.orderbook_stream(50, "BTCUSDT", lambda message: heard.put(message["data"]["u"]))
    updates = [heard.get(timeout=PATIENCE_S) for _ in range(6)]
    assert updates == list(range(updates[0], updates[0] + 6))


def test_it_merges_the_keys_of_a_ticker(socket: Any) -> None:
    heard: queue.Queue[Any] = queue.Queue()
    socket.ticker_stream("ETHUSDT", heard.put)
    for _ in range(3):
        data = heard.get(timeout=PATIENCE_S)["data"]
        assert {"fundingRate", "markPrice", "singleOpenInterest"} <= set(data)
