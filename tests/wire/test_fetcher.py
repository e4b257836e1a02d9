"""Requests go out within the budget, the trader's first, and every one is answered somehow."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest

from cockpit.core.clock import WallClock
from cockpit.venues.contract import Fetch, Limit, Reply, VenueSpec
from cockpit.wire import fetcher
from cockpit.wire.fetcher import ATTEMPTS, MAX_BODY_BYTES, USER_AGENT, Fetcher
from tests.support import until
from tests.wire.loopback import closed_port
from tests.wire.tiny import SPEC

Handler = Callable[[httpx.Request], Awaitable[httpx.Response]]
INSTRUMENTS = Fetch(name="instruments", path="/v1/instruments")


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries at once: how often is tested here, how long between in the limiter's own tests."""
    monkeypatch.setattr(fetcher, "RETRY_S", 0.001)


class Parts(httpx.AsyncByteStream):
    """A body as it comes over the wire, in small pieces."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._data), 1000):
            yield self._data[start : start + 1000]


class Desk:
    def __init__(self, subject: Fetcher, replies: list[Reply], rejects: list[str]) -> None:
        self.subject = subject
        self.replies = replies
        self.rejects = rejects

    async def ask(self, *fetches: Fetch) -> list[Reply]:
        """The replies to these, in the order in which they came."""
        expected = len(self.replies) + len(fetches)
        for fetch in fetches:
            self.subject.add(fetch)
        await until(lambda: len(self.replies) == expected, "a reply to every fetch")
        return self.replies[-len(fetches) :]


@asynccontextmanager
async def desk(
    handler: Handler | None,
    *,
    spec: VenueSpec = SPEC,
    rest_url: str = "https://tiny.example",
    hosts: Mapping[str, str] | None = None,
) -> AsyncIterator[Desk]:
    replies: list[Reply] = []
    rejects: list[str] = []
    subject = Fetcher(
        spec,
        rest_url,
        WallClock(),
        replies.append,
        rejects.append,
        transport=httpx.MockTransport(handler) if handler else None,
        hosts=hosts,
    )
    task = asyncio.create_task(subject.run())
    try:
        yield Desk(subject, replies, rejects)
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert task.cancelled(), task.exception()


def answers(*responses: httpx.Response | Exception) -> tuple[Handler, list[httpx.Request]]:
    """A venue that gives these answers in turn, the last one for ever."""
    requests: list[httpx.Request] = []

    async def handler(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        answer = responses[min(len(requests), len(responses)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    return handler, requests


async def test_an_answer_comes_back_under_the_name_and_key_of_the_fetch() -> None:
    handler, requests = answers(httpx.Response(200, text='{"a":"é"}'))
    async with desk(handler) as here:
        (reply,) = await here.ask(
            Fetch(name="book", path="/book?s=BTC", method="POST", body='{"n":1}', key="BTC-USD")
        )

    assert (reply.name, reply.key, reply.status, reply.body) == (
        "book", "BTC-USD", 200, '{"a":"é"}',
    )  # fmt: skip
    assert str(requests[0].url) == "https://tiny.example/book?s=BTC"
    assert requests[0].method == "POST"
    assert requests[0].content == b'{"n":1}'
    assert requests[0].headers["user-agent"] == USER_AGENT
    assert requests[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [400, 403, 404, 301])
async def test_a_refusal_that_is_final_is_told_at_once(status: int) -> None:
    handler, requests = answers(
        httpx.Response(status, headers={"Location": "https://evil.example/"}, text="no")
    )
    async with desk(handler) as here:
        (reply,) = await here.ask(INSTRUMENTS)

    assert (reply.status, reply.body) == (status, "no")
    assert len(requests) == 1


@pytest.mark.parametrize("trouble", [httpx.Response(500), httpx.ConnectError("gone")])
async def test_trouble_that_passes_is_not_noticed(trouble: httpx.Response | Exception) -> None:
    handler, requests = answers(trouble, trouble, httpx.Response(200, text="[]"))
    async with desk(handler) as here:
        (reply,) = await here.ask(INSTRUMENTS)

    assert (reply.status, reply.body) == (200, "[]")
    assert len(requests) == 3


@pytest.mark.parametrize(
    ("trouble", "status"),
    [(httpx.Response(503, text="x"), 503), (httpx.ReadTimeout("slow"), 0)],
)
async def test_trouble_that_stays_is_told_after_three_attempts(
    trouble: httpx.Response | Exception, status: int
) -> None:
    handler, requests = answers(trouble)
    async with desk(handler) as here:
        (reply,) = await here.ask(INSTRUMENTS)

    assert reply.status == status
    assert len(requests) == ATTEMPTS


async def test_no_answer_after_an_error_is_no_answer() -> None:
    handler, _ = answers(httpx.Response(500, text="x"), httpx.ConnectError("gone"))
    async with desk(handler) as here:
        (reply,) = await here.ask(INSTRUMENTS)

    assert (reply.status, reply.body) == (0, "")


async def test_too_many_requests_waits_as_long_as_the_venue_says() -> None:
    handler, requests = answers(
        httpx.Response(429, headers={"Retry-After": "0.3"}), httpx.Response(200, text="[]")
    )
    async with desk(handler) as here:
        began = asyncio.get_running_loop().time()
        here.subject.add(INSTRUMENTS)
        await until(lambda: here.subject.blocked_s > 0, "the block")
        assert here.subject.budget_left == 0
        await until(lambda: here.replies, "the reply")
        waited_s = asyncio.get_running_loop().time() - began

    assert here.replies[0].status == 200
    assert len(requests) == 2
    assert waited_s >= 0.3


async def test_a_long_ban_is_told_at_once_and_obeyed() -> None:
    handler, requests = answers(httpx.Response(418, headers={"Retry-After": "120"}, text="ban"))
    async with desk(handler) as here:
        (reply,) = await here.ask(INSTRUMENTS)
        here.subject.add(Fetch(name="book", path="/book"))
        assert (reply.status, reply.body) == (418, "ban")
        assert 100 < here.subject.blocked_s <= 120

    assert len(requests) == 1


async def test_a_ban_while_another_try_is_waited_for_is_told_at_once_too() -> None:
    refused = asyncio.Event()

    async def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == INSTRUMENTS.path:
            refused.set()
            return httpx.Response(429, headers={"Retry-After": "0.05"})
        await refused.wait()
        return httpx.Response(418, headers={"Retry-After": "120"})

    async with desk(handler) as here:
        replies = await here.ask(INSTRUMENTS, Fetch(name="book", path="/book"))
    statuses = {reply.name: reply.status for reply in replies}
    assert statuses == {"instruments": 429, "book": 418}


async def test_a_venue_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetcher, "TIMEOUT_S", 0.05)
    requests: list[httpx.Request] = []

    async def hang(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        await asyncio.Event().wait()
        raise AssertionError

    async with desk(hang) as here:
        (reply,) = await here.ask(INSTRUMENTS)

    assert reply.status == 0
    assert len(requests) == ATTEMPTS


async def test_a_body_that_is_too_large_is_refused_and_said() -> None:
    handler, requests = answers(httpx.Response(200, content=b"x" * (MAX_BODY_BYTES + 1)))
    async with desk(handler) as here:
        (reply,) = await here.ask(INSTRUMENTS)

    assert (reply.status, reply.body) == (0, "")
    assert here.rejects == ["instruments: answer larger than 16 MB"]
    assert len(requests) == 1


async def test_a_small_body_that_unpacks_too_large_is_refused_too() -> None:
    packed = gzip.compress(b" " * (MAX_BODY_BYTES + 1))
    assert len(packed) < 100_000

    async def bomb(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Parts(packed))

    async with desk(bomb) as here:
        (reply,) = await here.ask(INSTRUMENTS)

    assert reply.status == 0
    assert here.rejects == ["instruments: answer larger than 16 MB"]


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "x" * 500])
async def test_a_body_in_an_encoding_that_was_not_asked_for_is_no_answer(encoding: str) -> None:
    """A gigabyte compressed twice is five kilobytes: a second layer is not looked into."""
    packed = gzip.compress(gzip.compress(b" " * MAX_BODY_BYTES))
    assert len(packed) < 5_000

    async def bomb(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Encoding": encoding}, stream=Parts(packed))

    async with desk(bomb) as here:
        (reply,) = await here.ask(INSTRUMENTS)

    assert (reply.status, reply.body) == (0, "")


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress), ("GZIP", gzip.compress), ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]), ("identity", bytes), ("", bytes),
    ],
)  # fmt: skip
async def test_a_packed_body_is_read_whole(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    text = '{"markets":"' + "BTC ETH " * 1000 + '"}'

    async def packed(request: httpx.Request) -> httpx.Response:
        headers = {"Content-Encoding": encoding} if encoding else {}
        return httpx.Response(200, headers=headers, stream=Parts(pack(text.encode())))

    async with desk(packed) as here:
        (reply,) = await here.ask(INSTRUMENTS)

    assert (reply.status, reply.body) == (200, text)


@pytest.mark.parametrize("spoil", [lambda data: data[:-20], lambda data: b"??" + data])
async def test_a_packed_body_without_its_end_or_beginning_is_no_answer(
    spoil: Callable[[bytes], bytes],
) -> None:
    async def torn(request: httpx.Request) -> httpx.Response:
        body = spoil(gzip.compress(b'{"markets":"BTC"}' * 50))
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Parts(body))

    async with desk(torn) as here:
        (reply,) = await here.ask(INSTRUMENTS)

    assert (reply.status, reply.body) == (0, "")


async def test_a_body_that_is_not_utf8_arrives_with_marks() -> None:
    handler, _ = answers(httpx.Response(200, content=b"\xff{}"))
    async with desk(handler) as here:
        (reply,) = await here.ask(INSTRUMENTS)

    assert reply.body == "�{}"


async def test_a_path_cannot_lead_to_another_host() -> None:
    handler, requests = answers(httpx.Response(200))
    async with desk(handler) as here:
        (reply,) = await here.ask(Fetch(name="book", path="@evil.example/book"))

    assert reply.status == 0
    assert requests == []


async def test_a_venue_may_answer_some_questions_at_another_of_its_hosts() -> None:
    handler, requests = answers(httpx.Response(200))
    async with desk(handler, hosts={"chain": "https://chain.example"}) as here:
        await here.ask(Fetch(name="account", path="/info", host="chain"))
        await here.ask(Fetch(name="account", path="/info", host="a stranger"))
        await here.ask(Fetch(name="account", path="/info"))

    named = [str(request.url) for request in requests]
    assert named == ["https://chain.example/info", *["https://tiny.example/info"] * 2]


async def test_a_host_where_nobody_listens_is_no_answer() -> None:
    async with desk(None, rest_url=f"http://127.0.0.1:{closed_port()}") as here:
        (reply,) = await here.ask(INSTRUMENTS)

    assert reply.status == 0


async def test_what_is_under_way_is_not_asked_for_twice() -> None:
    handler, requests = answers(httpx.Response(200, text="[]"))
    async with desk(handler) as here:
        here.subject.add(INSTRUMENTS)
        await here.ask(INSTRUMENTS)
        await here.ask(INSTRUMENTS)

    assert len(requests) == 2


async def test_the_traders_fetches_overtake_history() -> None:
    spec = msgspec.structs.replace(SPEC, weight_per_minute=3000, burst=4)
    handler, requests = answers(httpx.Response(200))
    history = [
        Fetch(name="funding_history", path=f"/history/{n}", background=True) for n in range(10)
    ]
    async with desk(handler, spec=spec) as here:
        await here.ask(*history, INSTRUMENTS)

    assert [request.url.path for request in requests].index("/v1/instruments") == 0


async def test_history_that_hangs_leaves_room_for_the_trader() -> None:
    async def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/history"):
            await asyncio.Event().wait()
        return httpx.Response(200, text="now")

    async with desk(handler) as here:
        for n in range(10):
            here.subject.add(Fetch(name="funding_history", path=f"/history/{n}", background=True))
        here.subject.add(INSTRUMENTS)
        await until(lambda: here.replies, "the trader's reply")

    assert here.replies[0].body == "now"


async def test_the_budget_is_kept() -> None:
    spec = msgspec.structs.replace(SPEC, weight_per_minute=1200, burst=4)
    sent: list[float] = []

    async def handler(request: httpx.Request) -> httpx.Response:
        sent.append(asyncio.get_running_loop().time())
        return httpx.Response(200)

    async with desk(handler, spec=spec) as here:
        await here.ask(*(Fetch(name="book", path=f"/{n}", weight=2) for n in range(5)))

    for index, at_s in enumerate(sent):
        assert 2 * (index + 1) <= 4 + 20 * (at_s - sent[0]) + 0.5


async def test_an_endpoint_whose_own_budget_is_spent_holds_up_no_other() -> None:
    handler, requests = answers(httpx.Response(200, text="{}"))
    spec = msgspec.structs.replace(SPEC, limits={"funding": Limit(1, 0.3)})
    funding = [
        Fetch(name="funding_history", path=f"/f/{n}", key=str(n), bucket="funding")
        for n in range(2)
    ]
    async with desk(handler, spec=spec) as here:
        await here.ask(*funding, INSTRUMENTS)
    assert [request.url.path for request in requests] == ["/f/0", "/v1/instruments", "/f/1"]
