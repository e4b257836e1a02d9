"""Realistic traffic for a benchmark: what the built-in exchange's faces send to our sessions."""

from cockpit import venues
from cockpit.core.scenario import load_scenario
from cockpit.sim import FACES
from cockpit.sim import load as load_face
from cockpit.sim.server.memory import MemoryConnection, MemoryVenue
from cockpit.sim.world.assets import DEFAULT_SYMBOLS
from cockpit.sim.world.world import World
from cockpit.venues.contract import (
    Fetch,
    Frame,
    Input,
    Opened,
    Output,
    Reply,
    Send,
    Tick,
    Wants,
)
from cockpit.wire.fetcher import USER_AGENT

START_NS = 1_760_000_000_000_000_000
STEP_S = 0.1
SEED = 7
_HEADERS = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"}
"""Some venues refuse whoever does not say who it is, or how it reads."""


def record(steps: int) -> dict[str, list[Input]]:
    """Venue -> the inputs of its session over `steps` steps of a calm world, in memory."""
    faces = {name: load_face(name) for name in FACES}
    profiles = [face.PROFILE for face in faces.values()]
    world = World(SEED, profiles, DEFAULT_SYMBOLS, load_scenario("calm"), START_NS)
    ends = {name: _End(name, MemoryVenue(world, face)) for name, face in faces.items()}
    for end in ends.values():
        end.open(START_NS)
    for step in range(steps):
        moved = world.step(STEP_S)
        at_ns = START_NS + round((step + 1) * STEP_S * 1e9)
        for end in ends.values():
            end.venue.take(moved)
            end.collect(at_ns)
            if step % 10 == 9:
                end.feed(Tick(at_ns=at_ns))
    return {name: end.inputs for name, end in ends.items()}


class _End:
    """One session and its connections to one face."""

    def __init__(self, name: str, venue: MemoryVenue) -> None:
        module = venues.load(name)
        self.venue = venue
        self.inputs: list[Input] = []
        self._session = module.Session(Wants(symbols=DEFAULT_SYMBOLS))
        self._links = list(module.SPEC.links)
        self._paths = load_face(name).WS_PATHS
        self._connections: dict[str, MemoryConnection] = {}

    def open(self, at_ns: int) -> None:
        for link in self._links:
            self._connections[link] = self.venue.connect(self._paths[link])
            self.feed(Opened(at_ns=at_ns, link=link))
        self.collect(at_ns)

    def collect(self, at_ns: int) -> None:
        for link, connection in self._connections.items():
            for data in connection.pending():
                self.feed(Frame(at_ns=at_ns, data=data, link=link))

    def feed(self, item: Input) -> None:
        self.inputs.append(item)
        for output in self._session.handle(item):
            self._perform(output, item.at_ns)

    def _perform(self, output: Output, at_ns: int) -> None:
        if isinstance(output, Send):
            self._connections[output.link].receive(output.data)
        elif isinstance(output, Fetch) and not output.background:
            body = (output.body or "").encode()
            answer = self.venue.http(output.method, output.path, body, _HEADERS)
            if answer is not None:
                self.feed(
                    Reply(
                        at_ns=at_ns,
                        name=output.name,
                        status=answer.status,
                        body=answer.body,
                        key=output.key,
                    )
                )
