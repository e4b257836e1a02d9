"""A venue's HTTP side: `Fetch` in, `Reply` out, within the budget."""

import asyncio
import logging
import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from random import Random
from typing import TYPE_CHECKING

from cockpit import __version__
from cockpit.core.clock import Clock
from cockpit.venues.contract import Fetch, Reply, VenueSpec
from cockpit.wire import tls
from cockpit.wire.body import ACCEPTED, Body, BodyError, BodyTooLargeError
from cockpit.wire.limiter import Limiter
from cockpit.wire.proxy import proxy_for

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

USER_AGENT = f"cockpit/{__version__}"
ATTEMPTS = 3
CONCURRENT = 4
BACKGROUND_CONCURRENT = 2
TIMEOUT_S = 10.0
"""For the whole answer, so that a server which drips bytes cannot hold a place."""
MAX_BODY_BYTES = 16 * 2**20
MAX_HELD_S = 30.0
"""A refusal for longer than this is told to the session at once; the host stays blocked."""
RETRY_S = 0.5

_Key = tuple[str, str, str, str | None, str, str]


class Fetcher:
    """Queues fetches under the venue's budget: the trader's first, history behind.

    A fetch that equals one still under way is not made twice. 429, 418, 5xx and no answer are
    tried up to three times; the `Reply` then has the last status, 0 if there was none. `reply` is
    called with each, `reject` with a reason when an answer was too large to be read.
    """

    def __init__(
        self,
        spec: VenueSpec,
        rest_url: str,
        clock: Clock,
        reply: Callable[[Reply], None],
        reject: Callable[[str], None],
        *,
        hosts: Mapping[str, str] | None = None,
        transport: "httpx.AsyncBaseTransport | None" = None,
        dice: Random | None = None,
    ) -> None:
        self._name = spec.name
        self._rest_url = rest_url.rstrip("/")
        self._hosts = hosts or {}
        self._clock = clock
        self._reply = reply
        self._reject = reject
        self._transport = transport
        self._proxy = proxy_for(self._rest_url, os.environ)
        self._dice = dice or Random()
        self.limiter = Limiter(
            spec.weight_per_minute,
            spec.burst,
            _now_s(),
            ban_statuses=spec.ban_statuses,
            ban_words=spec.ban_words,
        )
        self._buckets = {
            name: Limiter(limit.weight * 60.0 / limit.per_s, limit.weight, _now_s())
            for name, limit in spec.limits.items()
        }
        self._waiting: tuple[deque[Fetch], deque[Fetch]] = (deque(), deque())
        self._under_way: set[_Key] = set()
        self._running = [0, 0]
        self._changed = asyncio.Event()

    @property
    def pending(self) -> int:
        """Fetches queued or under way."""
        return len(self._under_way)

    @property
    def budget_left(self) -> float:
        """Weight that could be spent now."""
        return self.limiter.budget_left(_now_s())

    @property
    def blocked_s(self) -> float:
        """Seconds until the venue hears us again; 0 unless it refused."""
        return self.limiter.blocked_s(_now_s())

    @property
    def is_refusing(self) -> bool:
        """Whether the venue has answered nothing since it last refused."""
        return self.limiter.is_refusing

    def add(self, fetch: Fetch) -> None:
        key = _key(fetch)
        if key in self._under_way:
            return
        self._under_way.add(key)
        self._waiting[fetch.background].append(fetch)
        self._changed.set()

    async def run(self) -> None:
        """Work until cancelled."""
        import httpx

        async with (
            httpx.AsyncClient(
                headers={"User-Agent": USER_AGENT, "Accept-Encoding": ACCEPTED},
                timeout=TIMEOUT_S,
                follow_redirects=False,
                # Proxies are read by `proxy_for`; of the rest (`.netrc`) nothing is for a venue.
                trust_env=False,
                proxy=self._proxy_of_client(),
                verify=tls.context(),
                transport=self._transport,
            ) as client,
            asyncio.TaskGroup() as group,
        ):
            while True:
                fetch = await self._next()
                self._running[fetch.background] += 1
                group.create_task(self._perform(client, fetch))

    def _proxy_of_client(self) -> "httpx.Proxy | None":
        import httpx

        if self._proxy is None or self._proxy.problem or self._transport is not None:
            return None
        is_secure = self._proxy.url.startswith("https:")
        return httpx.Proxy(self._proxy.url, ssl_context=tls.context() if is_secure else None)

    async def _next(self) -> Fetch:
        """The next fetch, as soon as the budget allows it; one that matters more may overtake."""
        while True:
            self._changed.clear()
            queue = self._queue()
            if not queue:
                await self._changed.wait()
                continue
            # The first of each budget: one that is spent holds up no other.
            firsts: dict[str, Fetch] = {}
            for fetch in queue:
                firsts.setdefault(fetch.bucket, fetch)
            waits = [(self._wait_s(fetch), fetch) for fetch in firsts.values()]
            wait_s, fetch = min(waits, key=lambda choice: choice[0])
            if wait_s <= 0:
                self._take(fetch)
                queue.remove(fetch)
                return fetch
            try:
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _wait_s(self, fetch: Fetch) -> float:
        """Seconds until its budget allows it, and until the venue hears us at all."""
        bucket, now_s = self._buckets.get(fetch.bucket), _now_s()
        if bucket is None:
            return self.limiter.wait_s(fetch.weight, now_s, background=fetch.background)
        return max(bucket.wait_s(fetch.weight, now_s), self.limiter.blocked_s(now_s))

    def _take(self, fetch: Fetch) -> None:
        self._buckets.get(fetch.bucket, self.limiter).take(fetch.weight, _now_s())

    def _queue(self) -> deque[Fetch]:
        """The queue whose turn it is; an empty one if nothing may start now."""
        waiting, history = self._waiting
        if sum(self._running) >= CONCURRENT:
            return deque()
        if waiting or self._running[True] >= BACKGROUND_CONCURRENT:
            return waiting
        return history

    async def _perform(self, client: "httpx.AsyncClient", fetch: Fetch) -> None:
        try:
            status, body = await self._attempts(client, fetch)
        finally:
            self._under_way.discard(_key(fetch))
            self._running[fetch.background] -= 1
            self._changed.set()
        at_ns = self._clock.now_ns()
        self._reply(Reply(at_ns=at_ns, name=fetch.name, status=status, body=body, key=fetch.key))

    async def _attempts(self, client: "httpx.AsyncClient", fetch: Fetch) -> tuple[int, str]:
        import httpx

        status, body = 0, ""
        for attempt in range(ATTEMPTS):
            if attempt and not await self._may_retry(fetch, RETRY_S * 2.0**attempt):
                break
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    status, headers, body = await self._request(client, fetch)
            except BodyTooLargeError:
                self._reject(f"{fetch.name}: answer larger than {MAX_BODY_BYTES // 2**20} MB")
                return 0, ""
            except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, BodyError) as error:
                status, body = 0, ""
                log.info("no answer venue=%s name=%s error=%r", self._name, fetch.name, error)
            else:
                if not self._is_refused(fetch, status, headers, body) and status < 500:
                    self.limiter.accepted()
                    break
        return status, body

    async def _may_retry(self, fetch: Fetch, pause_s: float) -> bool:
        """Wait for another try; False if the venue will not hear us soon enough."""
        if self.blocked_s > MAX_HELD_S:
            return False
        await asyncio.sleep(self._dice.uniform(0.0, pause_s))
        while (wait_s := self._wait_s(fetch)) > 0:
            if self.blocked_s > MAX_HELD_S:
                return False
            await asyncio.sleep(wait_s)
        self._take(fetch)
        return True

    def _is_refused(self, fetch: Fetch, status: int, headers: Mapping[str, str], body: str) -> bool:
        block_s = self.limiter.refused(status, headers, body, _now_s(), self._clock.now_ns())
        if block_s is None:
            return False
        log.warning(
            "refused venue=%s name=%s status=%s block_s=%.1f",
            self._name, fetch.name, status, block_s,
        )  # fmt: skip
        return True

    async def _request(
        self, client: "httpx.AsyncClient", fetch: Fetch
    ) -> tuple[int, Mapping[str, str], str]:
        import httpx

        if not fetch.path.startswith("/"):
            raise httpx.InvalidURL(f"{fetch.path!r} does not begin with a slash")
        if self._proxy is not None and self._proxy.problem:
            raise httpx.ProxyError(self._proxy.problem)
        headers = {} if fetch.body is None else {"Content-Type": "application/json"}
        root = self._hosts.get(fetch.host, self._rest_url)
        async with client.stream(
            fetch.method, root + fetch.path, content=fetch.body, headers=headers
        ) as response:
            body = Body(response.headers.get("Content-Encoding", ""), MAX_BODY_BYTES)
            assert isinstance(response.stream, httpx.AsyncByteStream)
            async for chunk in response.stream:
                body.add(chunk)
            lowered = {name.lower(): value for name, value in response.headers.items()}
            return response.status_code, lowered, body.whole().decode("utf-8", "replace")


def _key(fetch: Fetch) -> _Key:
    return fetch.name, fetch.method, fetch.path, fetch.body, fetch.key, fetch.host


def _now_s() -> float:
    return time.monotonic()
