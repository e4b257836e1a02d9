"""A real world of one venue with its demonstration accounts, in memory, for tests of faces."""

import json
from collections.abc import Callable
from typing import Any

from cockpit.core.scenario import Scenario
from cockpit.sim.server.memory import MemoryVenue
from cockpit.sim.world import truth
from cockpit.sim.world.accounts import Account, AccountFill
from cockpit.sim.world.contract import FaceModule, Step
from cockpit.sim.world.world import World

PONGS = ({"channel": "pong"}, {"type": "pong"}, {"type": "ping"})
CARRY = "a carry trader"
"""The owner of the legs of trades over venues."""
START_NS = 1_795_400_000_000_000_000
"""2026-11-23 01:33:20 UTC."""
SYMBOLS = ("BTC", "ETH", "SOL", "HYPE", "DOGE", "PEPE")


class Desk:
    """Steps the world and hears what one connection is told.

    With `ping` the connection is kept alive by it; the pongs are not heard.
    """

    def __init__(self, module: FaceModule, seed: int = 5, ping: Any = None) -> None:
        self._ping = ping
        self.world = World(seed, [module.PROFILE], SYMBOLS, Scenario(name="quiet"), START_NS)
        self.venue = MemoryVenue(self.world, module)
        self.view = self.venue.view
        self.line = self.venue.connect(next(iter(module.WS_PATHS.values())))
        self.heard()

    def say(self, message: Any) -> list[Any]:
        """What is answered at once."""
        self.line.receive(json.dumps(message))
        return self.heard()

    def heard(self) -> list[Any]:
        messages = [json.loads(text) for text in self.line.pending()]
        return [message for message in messages if message not in PONGS]

    def run(self, seconds: float, step_s: float = 0.5) -> list[Step]:
        """The venue's steps; what was said meanwhile waits in the line."""
        steps = []
        for _ in range(round(seconds / step_s)):
            step = self.world.step(step_s)[self.view.name]
            if self._ping is not None:
                self.line.receive(json.dumps(self._ping))
            self.venue.take({self.view.name: step})
            steps.append(step)
        return steps

    def until_fill(
        self, wanted: Callable[[AccountFill], bool] = lambda fill: True
    ) -> tuple[AccountFill, list[Any]]:
        """The first such fill, and all that the connection heard in the step that had it."""
        for _ in range(20_000):
            self.heard()
            for fill in self.run(2.0, step_s=2.0)[0].fills:
                if wanted(fill):
                    return fill, self.heard()
        raise AssertionError("nobody traded so")

    def past_the_hour(self) -> list[Any]:
        """All that the connection hears while the world passes the next full hour."""
        left_s = 3600 - self.world.now_ns // 10**9 % 3600
        self.run(left_s - 1, step_s=(left_s - 1) / 80)
        self.heard()
        self.run(3.0)
        return self.heard()

    def truth(self, address: str) -> dict[str, Any]:
        rows = truth.document(self.world)["accounts"]
        found: dict[str, Any] = next(row for row in rows if row["account"] == address)
        return found

    def accounts(self) -> list[Account]:
        return list(self.view.accounts)
