"""What goes wrong on purpose: a plan as data, and a line that applies it to messages.

A corrupted or truncated message is never a valid message with other numbers: it must be noticed.
"""

import random
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from cockpit.core.errors import ConfigError
from cockpit.core.names import did_you_mean
from cockpit.core.toml import parse_toml
from cockpit.sim.world.contract import CloseConnection, Outgoing

HALT_EVERY_S = 30.0
RETRY_AFTER_S = 1


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """Rates are probabilities per message (WebSocket) or per request (HTTP).

    `drop, duplicate, corrupt, truncate`: what they say. `reorder`: swapped with the next message.
    `delay_ms`: how much later messages arrive on average, in order. `disconnect_every_s`: mean
    life of a connection, which ends without a close frame. `halt_s`: once every 30 s the venue
    says nothing for so long, then all of it at once. `http_429, http_500`: answered so;
    `http_hang`: never answered. `crossed`: crossings per market and second. `clock_skew_ms`: how
    far the venue's clock is ahead.
    """

    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    corrupt: float = 0.0
    truncate: float = 0.0
    delay_ms: float = 0.0
    disconnect_every_s: float = 0.0
    halt_s: float = 0.0
    http_429: float = 0.0
    http_500: float = 0.0
    http_hang: float = 0.0
    crossed: float = 0.0
    clock_skew_ms: float = 0.0


NO_FAULTS = Faults()
RATES = ("drop", "duplicate", "reorder", "corrupt", "truncate", "http_429", "http_500", "http_hang")
KEYS = Faults.__struct_fields__
MOST_LETTERS = 2**20
"""Of a plan; what comes behind them is none, and is not read."""


class FaultPlan:
    """Faults for every venue, and what single venues have instead."""

    def __init__(
        self, everywhere: Faults = NO_FAULTS, venues: Mapping[str, Faults] | None = None
    ) -> None:
        self._everywhere = everywhere
        self._venues = dict(venues or {})

    def at(self, venue: str) -> Faults:
        return self._venues.get(venue, self._everywhere)


def read_plan(path: Path, venues: Iterable[str]) -> FaultPlan:
    """A plan from a TOML or JSON file. ConfigError names the file and the key."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(MOST_LETTERS)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text: {error.reason}") from error
    try:
        table = msgspec.json.decode(text) if path.suffix == ".json" else parse_toml(text)
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: {error}") from error
    return parse_plan(table, venues, str(path))


def parse_plan(table: Any, venues: Iterable[str], source: str = "faults") -> FaultPlan:
    """A plan from a decoded table; `[venue.NAME]` changes single keys for one venue.

    ConfigError names the source and the key, and the nearest name.
    """
    if not isinstance(table, Mapping):
        raise ConfigError(f"{source}: expected a table of faults, got {type(table).__name__}.")
    common = {key: value for key, value in table.items() if key != "venue"}
    everywhere = _faults(common, source)
    own = table.get("venue", {})
    if not isinstance(own, Mapping):
        raise ConfigError(f"{source}: 'venue' must hold one table for each venue.")
    known = list(venues)
    plans = {}
    for venue, changes in own.items():
        if venue not in known:
            raise ConfigError(f"{source}: unknown venue {venue!r}{_nearest(venue, known)}")
        if not isinstance(changes, Mapping):
            raise ConfigError(f"{source}: 'venue.{venue}' must be a table of faults.")
        plans[venue] = _faults({**common, **changes}, f"{source}, venue.{venue}")
    return FaultPlan(everywhere, plans)


def _faults(table: Mapping[str, Any], source: str) -> Faults:
    for key, value in table.items():
        if key not in KEYS:
            raise ConfigError(f"{source}: unknown fault {key!r}{_nearest(key, KEYS)}")
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise ConfigError(f"{source}: {key} must be a number, got {value!r}.")
        if key in RATES and not 0 <= value <= 1:
            raise ConfigError(f"{source}: {key} is a probability from 0 to 1, got {value}.")
        if value < 0 and key != "clock_skew_ms":
            raise ConfigError(f"{source}: {key} must not be negative, got {value}.")
    return Faults(**{key: float(value) for key, value in table.items()})


def _nearest(name: str, names: Iterable[str]) -> str:
    return f"{did_you_mean(name, names)}; expected one of {', '.join(names)}"


class FaultLine:
    """Applies message faults to what one connection is sent, in order."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._held: str | bytes | None = None

    def apply(self, faults: Faults, messages: Iterable[Outgoing]) -> list[Outgoing]:
        """What arrives instead. A message held back for a swap follows the next one."""
        arriving: list[Outgoing] = []
        for message in messages:
            if isinstance(message, CloseConnection):
                arriving += [*self.release(), message]
                continue
            if self._rng.random() < faults.drop:
                continue
            damaged = self._damage(faults, message)
            if self._held is None and self._rng.random() < faults.reorder:
                self._held = damaged
                continue
            arriving.append(damaged)
            if self._rng.random() < faults.duplicate:
                arriving.append(damaged)
            arriving += self.release()
        return arriving

    def release(self) -> list[Outgoing]:
        """What is held back for a swap."""
        held, self._held = self._held, None
        return [] if held is None else [held]

    def delay_s(self, faults: Faults) -> float:
        """How much later this time, before order is kept."""
        return faults.delay_ms / 1000 * self._rng.uniform(0.5, 1.5) if faults.delay_ms else 0.0

    def life_s(self, faults: Faults) -> float | None:
        """How long this connection lives; None for ever."""
        if not faults.disconnect_every_s:
            return None
        return self._rng.uniform(0.5, 1.5) * faults.disconnect_every_s

    def http(self, faults: Faults) -> Literal["answer", "429", "500", "hang"]:
        """What becomes of one request."""
        draw = self._rng.random()
        for outcome, rate in (
            ("hang", faults.http_hang),
            ("429", faults.http_429),
            ("500", faults.http_500),
        ):
            if draw < rate:
                return outcome  # type: ignore[return-value]
            draw -= rate
        return "answer"

    def _damage(self, faults: Faults, message: str | bytes) -> str | bytes:
        if self._rng.random() < faults.corrupt:
            return corrupt(message, self._rng)
        if self._rng.random() < faults.truncate and len(message) > 1:
            return message[: self._rng.randrange(1, len(message))]
        return message


def corrupt(message: str | bytes, rng: random.Random) -> str | bytes:
    """The message with bytes that no JSON text can begin or end with, and noise between."""
    if isinstance(message, bytes):
        return b"\xff\xfe" + message[2:]
    cut = rng.randrange(len(message) + 1)
    noise = "".join(chr(rng.randrange(0x20, 0x7F)) for _ in range(3))
    if rng.getrandbits(1):
        return "}" + message[1:cut] + noise + message[cut:]
    return message[:cut] + noise + message[cut + 1 : -1] + "{"
