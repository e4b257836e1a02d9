"""A face and anything that speaks frames, joined without sockets: thousands of steps a test."""

import random
from collections.abc import Mapping, Sequence

from cockpit.sim.server.faults import NO_FAULTS, FaultLine, Faults
from cockpit.sim.world.contract import CloseConnection, Face, FaceModule, HttpReply, Outgoing, Step
from cockpit.sim.world.world import World


class MemoryConnection:
    """One client. `pending` hands over, once, what has arrived; `closed` is set at its end."""

    def __init__(self, face: Face, line: FaultLine, faults: Faults) -> None:
        self._face = face
        self._line = line
        self._arrived: list[str | bytes] = []
        self.faults = faults
        self.closed: CloseConnection | None = None
        self._take(face.on_open())

    def receive(self, data: str | bytes) -> None:
        """The client says something."""
        if self.closed is None:
            self._take(self._face.on_frame(data))

    def step(self, step: Step) -> None:
        """The world has moved. A flush knows no faults and releases what was held back."""
        if self.closed is not None:
            return
        if step.flush:
            self._arrive(self._line.release())
            self._arrive(self._face.on_step(step))
        else:
            self._take(self._face.on_step(step))

    def pending(self) -> list[str | bytes]:
        arrived, self._arrived = self._arrived, []
        return arrived

    def _take(self, messages: Sequence[Outgoing]) -> None:
        self._arrive(self._line.apply(self.faults, messages))

    def _arrive(self, messages: Sequence[Outgoing]) -> None:
        for message in messages:
            if isinstance(message, CloseConnection):
                self.closed = message
                return
            self._arrived.append(message)


class MemoryVenue:
    """One venue of a world, in memory.

    `step` moves the whole world; where several venues share one, `take` its steps instead.
    """

    def __init__(self, world: World, module: FaceModule, faults: Faults = NO_FAULTS) -> None:
        self.world = world
        self.view = world.venues[module.PROFILE.name]
        self._module = module
        self._rng = random.Random(f"{world.seed}/{self.view.name}/memory")
        self._connections: list[MemoryConnection] = []
        self.faults = faults

    @property
    def faults(self) -> Faults:
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._faults = faults
        self.view.trouble(faults.crossed, faults.clock_skew_ms)
        for connection in self._connections:
            connection.faults = faults

    def connect(self, path: str) -> MemoryConnection:
        """A new client at a path of the venue, query included."""
        face = self._module.Face(self.view, path)
        line = FaultLine(random.Random(self._rng.random()))
        connection = MemoryConnection(face, line, self._faults)
        self._connections.append(connection)
        return connection

    def drop(self, connection: MemoryConnection) -> None:
        """The line breaks."""
        self._connections.remove(connection)
        connection.closed = CloseConnection(1006, "dropped")

    def http(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> HttpReply | None:
        """An answer as the faults have it; None for none."""
        match FaultLine(self._rng).http(self._faults):
            case "hang":
                return None
            case "429":
                return HttpReply(429, "Too many requests", "text/plain")
            case "500":
                return HttpReply(500, "Internal server error", "text/plain")
        return self._module.on_http(self.view, method, target, headers or {}, body)

    def step(self, dt_s: float) -> None:
        self.take(self.world.step(dt_s))

    def flush(self) -> None:
        """What is held back is said: afterwards every client can equal the truth."""
        self.take(self.world.flush())

    def take(self, steps: Mapping[str, Step]) -> None:
        """This venue's part of a step of the world; a venue that stands still says nothing."""
        step = steps.get(self.view.name)
        if step is not None:
            for connection in self._connections:
                connection.step(step)
