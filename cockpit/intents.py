"""What the trader can ask for, and the desk that answers.

Views know the engine only as a `Desk`: they read its state and post intents to it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from cockpit.core.clock import Clock
from cockpit.state.view import MarketView
from cockpit.venues.contract import VenueSpec

Mode = Literal["LIVE", "DEMO", "REPLAY"]
Severity = Literal["info", "warn", "danger"]


class Watch(msgspec.Struct, frozen=True):
    """Watch these symbols from now on."""

    symbols: tuple[str, ...]


class Quit(msgspec.Struct, frozen=True):
    """Leave; close links and tapes."""


Intent = Watch | Quit


class Notice(msgspec.Struct, frozen=True):
    """Something worth a line in the log pane."""

    at_ns: int
    venue: str
    text: str
    severity: Severity = "info"


class VenueStats(msgspec.Struct, frozen=True, kw_only=True):
    """One venue's wire, counted since the start, as the health screen shows it.

    `bytes` are characters for text frames. `budget_left` is request weight that could be spent
    now, of `budget_burst`; `blocked_s` is how long the venue still refuses us.
    """

    frames: int
    bytes: int
    faults: int
    budget_left: float
    budget_burst: int
    blocked_s: float
    fetches_pending: int
    tape_error: str = ""


class FeedStats(msgspec.Struct, frozen=True, kw_only=True):
    """All venues' wires together: how much arrives, how it is read, whether it is recorded."""

    messages_per_s: float | None
    coalescing: bool
    recording: bool


class Desk(Protocol):
    """What a screen needs: the state, the time, and somebody who listens."""

    @property
    def mode(self) -> Mode: ...
    @property
    def view(self) -> MarketView: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def specs(self) -> Mapping[str, VenueSpec]: ...
    def post(self, intent: Intent) -> None: ...
    def notices(self) -> list[Notice]: ...
    def detail(self) -> str: ...
    def venue_stats(self, name: str) -> VenueStats | None: ...
    def feed_stats(self) -> FeedStats: ...
    def record(self, folder: Path | None) -> str: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...
