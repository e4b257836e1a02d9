"""A session and its face, joined in memory: thousands of steps of the whole wire, no sockets.

What a driver would do for the session is done here in the plainest way: sends arrive at once,
fetches are answered in order at the next step, a closed or restarted link is opened again after
two seconds. The session runs inside the same pump as live.
"""

from collections import Counter

from cockpit import venues
from cockpit.core.events import BookReset, Event, Reject
from cockpit.core.scenario import load_scenario
from cockpit.sim import load as load_face
from cockpit.sim.server.faults import NO_FAULTS, Faults
from cockpit.sim.server.memory import MemoryConnection, MemoryVenue
from cockpit.sim.world import truth
from cockpit.sim.world.world import World
from cockpit.state.store import MarketStore
from cockpit.venues.contract import (
    Closed,
    Fetch,
    Frame,
    Input,
    Opened,
    Reply,
    Restart,
    Send,
    Tick,
    Wants,
)
from cockpit.wire.pump import Pump

START_NS = 1_760_000_000_000_000_000
STEP_S = 0.1
REOPEN_S = 2.0
TRIES = 3
AGENT = {"user-agent": "cockpit", "accept-encoding": "gzip"}


class Pair:
    """One venue's session against its own face, and the state that comes of it.

    `below` is added to the path of every link: a query, or a part that the face reads. `step_s`
    divides a second: longer steps are for rules that look once a second.
    """

    def __init__(
        self,
        name: str,
        symbols: tuple[str, ...],
        scenario: str,
        seed: int,
        below: str = "",
        step_s: float = STEP_S,
    ) -> None:
        face, module = load_face(name), venues.load(name)
        self.name = name
        self.world = World(seed, [face.PROFILE], symbols, load_scenario(scenario), START_NS)
        self.venue = MemoryVenue(self.world, face)
        self.store = MarketStore([(name, module.SPEC.chain)], symbols)
        self.pump = Pump(module.SPEC, module.Session, Wants(symbols=symbols))
        self.counts: Counter[str] = Counter()
        self.events: list[Event] = []
        self.inputs: list[Input] = []
        self._paths = {link: face.WS_PATHS[link] + below for link in module.SPEC.links}
        self._connections: dict[str, MemoryConnection] = {}
        self._reopen_at = dict.fromkeys(self._paths, 0)
        self._fetches: list[Fetch] = []
        self._step_s = step_s
        self._steps_a_second = round(1 / step_s)
        self._step = 0
        self._settling_s = 0.8 * module.SPEC.quiet_s

    @property
    def at_ns(self) -> int:
        return START_NS + round(self._step * self._step_s * 1e9)

    def run(self, seconds: float, faults: Faults = NO_FAULTS) -> None:
        """That much of the world's time, with these faults."""
        self.venue.faults = faults
        for _ in range(round(seconds / self._step_s)):
            self._step += 1
            self._open_links()
            self.venue.step(self._step_s)
            self._answer()
            self._deliver()
            if self._step % self._steps_a_second == 0:
                self.feed(Tick(at_ns=self.at_ns))

    def settle(self) -> None:
        """Everything that the venue holds back arrives, and what it only tells who asks.

        The world stands still meanwhile, for less time than a healthy link may be silent.
        """
        self.venue.faults = NO_FAULTS
        self.venue.flush()
        self._deliver()
        for _ in range(round(self._settling_s / self._step_s)):
            self._step += 1
            self._open_links()
            self._answer()
            self._deliver()
            if self._step % self._steps_a_second == 0:
                self.feed(Tick(at_ns=self.at_ns))

    def truth(self) -> dict[str, dict[str, object]]:
        """Symbol -> the market as the world has it."""
        return {market["symbol"]: market for market in truth.document(self.world)["markets"]}

    def feed(self, item: Input) -> None:
        self.inputs.append(item)
        for output in list(self.pump.feed(item)):
            if isinstance(output, Send):
                connection = self._connections.get(output.link)
                if connection is not None:
                    connection.receive(output.data)
            elif isinstance(output, Fetch):
                self._fetches.append(output)
            elif isinstance(output, Restart):
                self._close(output.link, f"restart: {output.reason}")
            else:
                self.counts[type(output).__name__] += 1
                if isinstance(output, Reject | BookReset):
                    self.counts[f"{type(output).__name__} {output.reason}"] += 1
                self.events.append(output)
                self.store.apply(output)

    def _open_links(self) -> None:
        for link, path in self._paths.items():
            if link not in self._connections and self._step >= self._reopen_at[link]:
                self._connections[link] = self.venue.connect(path)
                self.feed(Opened(at_ns=self.at_ns, link=link))

    def _close(self, link: str, reason: str) -> None:
        connection = self._connections.pop(link, None)
        if connection is not None:
            self.venue.drop(connection)
            self._reopen_at[link] = self._step + round(REOPEN_S / self._step_s)
            self.feed(Closed(at_ns=self.at_ns, link=link, reason=reason))

    def _deliver(self) -> None:
        for link, connection in list(self._connections.items()):
            for data in connection.pending():
                if self._connections.get(link) is connection:
                    self.feed(Frame(at_ns=self.at_ns, data=data, link=link))
            if connection.closed is not None:
                self._close(link, connection.closed.reason)

    def _answer(self) -> None:
        """A few requests a step, as limits allow; each is tried three times."""
        for fetch in sorted(self._fetches[:], key=lambda f: f.background)[:4]:
            self._fetches.remove(fetch)
            status, body = 0, ""
            for _ in range(TRIES):
                answer = self.venue.http(
                    fetch.method, fetch.path, (fetch.body or "").encode(), AGENT
                )
                if answer is not None:
                    status, body = answer.status, answer.body
                if status == 200:
                    break
            reply = Reply(
                at_ns=self.at_ns, name=fetch.name, status=status, body=body, key=fetch.key
            )
            self.feed(reply)
