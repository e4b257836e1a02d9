"""Several venues of one world, each spoken to by its own session, in memory: one desk's state."""

from collections.abc import Sequence
from typing import Any

from cockpit import venues
from cockpit.core.clock import ManualClock
from cockpit.core.events import Event
from cockpit.core.scenario import load_scenario
from cockpit.desk.trades import DeskTrades
from cockpit.sim import load as load_face
from cockpit.sim.server.memory import MemoryConnection, MemoryVenue
from cockpit.sim.world import truth
from cockpit.sim.world.contract import Step
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

STEP_S = 0.5
REOPEN_STEPS = 6
SETTLING_STEPS = 12
"""Longer than any figure that is shown is polled after."""
AGENT = {"user-agent": "cockpit", "accept-encoding": "gzip"}


class Line:
    """One venue: its face, its session, and what is on its way between them."""

    def __init__(self, floor: "Floor", name: str, accounts: tuple[str, ...]) -> None:
        face, module = load_face(name), venues.load(name)
        wants = Wants(symbols=tuple(floor.symbols), accounts=accounts)
        self.name = name
        self._floor = floor
        self._venue = MemoryVenue(floor.world, face)
        self._pump = Pump(module.SPEC, module.Session, wants)
        self._paths = {link: face.WS_PATHS[link] for link in module.SPEC.links}
        self._connections: dict[str, MemoryConnection] = {}
        self._reopen_at = dict.fromkeys(self._paths, 0)
        self._fetches: list[Fetch] = []
        self._steps = 0

    def step(self, steps: dict[str, Step], *, is_tick: bool) -> None:
        """What a step of the world brings, and what the session makes of it."""
        self._steps += 1
        for link, path in self._paths.items():
            if link not in self._connections and self._steps >= self._reopen_at[link]:
                self._connections[link] = self._venue.connect(path)
                self._feed(Opened(at_ns=self._floor.now_ns, link=link))
        self._venue.take(steps)
        self.deliver()
        if is_tick:
            self._feed(Tick(at_ns=self._floor.now_ns))

    def deliver(self) -> None:
        """Answers of questions that were asked, then what the links have brought."""
        for fetch in sorted(self._fetches, key=lambda one: one.background)[:4]:
            self._fetches.remove(fetch)
            answer = self._venue.http(fetch.method, fetch.path, (fetch.body or "").encode(), AGENT)
            status, body = (answer.status, answer.body) if answer else (0, "")
            self._feed(
                Reply(
                    at_ns=self._floor.now_ns, name=fetch.name, status=status, body=body,
                    key=fetch.key,
                )
            )  # fmt: skip
        for link, connection in list(self._connections.items()):
            for data in connection.pending():
                self._feed(Frame(at_ns=self._floor.now_ns, data=data, link=link))

    def cut(self) -> None:
        """Every link is lost; they open again after some seconds."""
        for link, connection in list(self._connections.items()):
            del self._connections[link]
            self._venue.drop(connection)
            self._reopen_at[link] = self._steps + REOPEN_STEPS
            self._feed(Closed(at_ns=self._floor.now_ns, link=link, reason="cut"))

    def _feed(self, item: Input) -> None:
        events: list[Event] = []
        for output in list(self._pump.feed(item)):
            if isinstance(output, Send):
                connection = self._connections.get(output.link)
                if connection is not None:
                    connection.receive(output.data)
            elif isinstance(output, Fetch):
                self._fetches.append(output)
            elif not isinstance(output, Restart):
                events.append(output)
        self._floor.take(events)


class Floor:
    """The world, a line to each venue, and the desk's state and trades."""

    def __init__(
        self, names: Sequence[str], symbols: Sequence[str], start_ns: int, owner: str, seed: int = 7
    ) -> None:
        faces = [load_face(name) for name in names]
        self.symbols = tuple(symbols)
        self.world = World(
            seed, [face.PROFILE for face in faces], symbols, load_scenario("calm"), start_ns
        )
        chains = [(name, venues.load(name).SPEC.chain) for name in names]
        self.view = MarketStore(chains, symbols)
        self.clock = ManualClock(start_ns)
        accounts = {face.PROFILE.name: face.PROFILE.address(owner) for face in faces}
        self.view.follow((name, address.lower(), "") for name, address in accounts.items())
        self.trades = DeskTrades(self.view, self.clock, None, lambda notice: None)
        self.lines = {name: Line(self, name, (accounts[name],)) for name in names}
        self._steps = 0

    @property
    def now_ns(self) -> int:
        return self.world.now_ns

    def take(self, events: list[Event]) -> None:
        self.clock.advance_to(self.now_ns)
        self.view.apply_all(events)
        self.trades.heard(events)

    def run(self, seconds: float) -> None:
        """So much of the world's time. What holds a fill is sent whole, prices first."""
        for _ in range(round(seconds / STEP_S)):
            self._steps += 1
            steps = self.world.step(STEP_S)
            is_tick = self._steps % round(1 / STEP_S) == 0
            if any(step.fills for step in steps.values()):
                self._hurry()
            for line in self.lines.values():
                line.step(steps, is_tick=is_tick)
            if is_tick:
                self.clock.advance_to(self.now_ns)
                self.trades.look()

    def _hurry(self) -> None:
        """The market at a fill is stated before the fill, as far as each venue states it at all."""
        flushed = self.world.flush()
        for line in self.lines.values():
            line.step(flushed, is_tick=False)

    def settle(self) -> None:
        """The world stands still until everything that it holds back has arrived."""
        flushed = self.world.flush()
        for line in self.lines.values():
            line.step(flushed, is_tick=False)
        for _ in range(SETTLING_STEPS):
            idle = self.world.idle(STEP_S)
            for line in self.lines.values():
                line.step(idle, is_tick=True)
        self.clock.advance_to(self.now_ns)
        self.trades.look()

    def truth(self) -> dict[str, dict[str, Any]]:
        """Name of a trade -> what it came to."""
        return {row["name"]: row for row in truth.document(self.world)["trades"]}
