"""Scenarios and shocks: named stories as data.

One file drives both the stress table and the built-in exchange. The keys of a shock are the same
for both; each reads those which mean something to it, and the docstring of `Shock` says which.
A shock that hits single venues names the part that they play, `@largest` or `@short`, or their
names; `cast` puts names in the place of parts.
"""

import tomllib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from cockpit.core.errors import ConfigError, InputError
from cockpit.core.names import did_you_mean
from cockpit.core.toml import parse_toml
from cockpit.core.validation import sentence

ANY = ("*",)
ROLES = ("@largest", "@second", "@third", "@smallest", "@long", "@short")
"""By rank: what is largest is for the user to say. `@long` and `@short` are where the most is held
that way."""


class Shock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens, to whom, and when. Fractions are fractions, never per cent.

    When and to whom (the exchange's clock; stress applies everything at once):
      `at_s` after the start, `for_s` long (None: for good), again every `repeat_s`;
      `symbols` and `venues` are shell patterns; `ramp_s` spreads gap and OI over that long.
      Wherever a venue is named, a role of `ROLES` may stand in its place.
    Prices: `gap` moves the price, everywhere or per venue; `volatility_annual` replaces the
      coin's own; `correlation_one` makes every coin follow the market; `depeg` cuts collateral;
      `frozen` venues show the old price while the others move.
    Funding: `funding_flip` turns the premium to the other side of the neutral zone;
      `funding_multiplier` scales it; `funding_decay_h` is the half-life back to normal;
      `premium_average_jump` is the share of the distance between the interval's running average
      and the instant premium that is closed per minute, so that a live rate averaged over hours
      shows what happens within minutes.
    Liquidity: `depth_fraction` of the resting size stays; `spread_multiplier` scales the spread.
    Open interest: `oi_multiplier`.
    Trouble: `halt_s` stops a venue's sequencer that long; `outage` names venues that are gone;
      `equity_lost` is the share of what lies at a venue that does not come back; `adl_fraction`
      of each position that gains at this moment is closed by the venue.
    Stress only: `settlement_delay_s`, `fill_fraction`, `funding_decay_h`, `depeg`, `frozen`,
      `equity_lost`, `adl_fraction`.
    Exchange only: `premium_average_jump`, `oi_multiplier`, `ramp_s` and the times.
    """

    at_s: float = 0.0
    for_s: float | None = None
    repeat_s: float | None = None
    ramp_s: float = 0.0
    symbols: tuple[str, ...] = ANY
    venues: tuple[str, ...] = ANY
    gap: float | dict[str, float] = 0.0
    volatility_annual: float | None = None
    correlation_one: bool = False
    depeg: float = 0.0
    funding_multiplier: float = 1.0
    funding_flip: bool = False
    funding_decay_h: float | None = None
    premium_average_jump: float = 0.0
    depth_fraction: float = 1.0
    spread_multiplier: float = 1.0
    oi_multiplier: float = 1.0
    halt_s: dict[str, float] = {}
    outage: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    equity_lost: dict[str, float] = {}
    adl_fraction: float = 0.0
    settlement_delay_s: float = 0.0
    fill_fraction: dict[str, float] = {}

    def concerns(self, venue: str, symbol: str) -> bool:
        """Whether a market is meant."""
        return self.concerns_symbol(symbol) and (
            self.venues == ANY or any(fnmatchcase(venue, v) for v in self.venues)
        )

    def concerns_symbol(self, symbol: str) -> bool:
        return self.symbols == ANY or any(fnmatchcase(symbol, p) for p in self.symbols)

    def gap_at(self, venue: str) -> float:
        """The price move at one venue; of patterns that name it the farthest."""
        if not isinstance(self.gap, dict):
            return self.gap
        if venue in self.gap:
            return self.gap[venue]
        return max(
            (g for key, g in self.gap.items() if fnmatchcase(venue, key)), key=abs, default=0.0
        )

    @property
    def has_roles(self) -> bool:
        return any(key in ROLES for keys in self.named_venues.values() for key in keys)

    @property
    def named_venues(self) -> dict[str, tuple[str, ...]]:
        """What stands for venues, by key; of `fill_fraction` also legs."""
        gap = tuple(self.gap) if isinstance(self.gap, dict) else ()
        return {
            "venues": self.venues, "gap": gap, "halt_s": tuple(self.halt_s),
            "outage": self.outage, "frozen": self.frozen, "equity_lost": tuple(self.equity_lost),
            "fill_fraction": tuple(self.fill_fraction),
        }  # fmt: skip

    def phase(self, elapsed_s: float) -> tuple[int, float] | None:
        """(number of the repetition, seconds since it began); None while nothing happens."""
        since = elapsed_s - self.at_s
        if since < 0:
            return None
        turn = 0
        if self.repeat_s:
            turn, since = int(since // self.repeat_s), since % self.repeat_s
        return (turn, since) if self.for_s is None or since < self.for_s else None


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named story: `summary` is one sentence, `shocks` in no particular order."""

    name: str
    summary: str = ""
    shocks: tuple[Shock, ...] = ()


def ranked(venues: Sequence[str]) -> dict[str, str]:
    """The roles by rank of venues, the largest first. The last of two or more is the smallest."""
    roles = dict(zip(ROLES[:3], venues, strict=False))
    return roles | {"@smallest": venues[-1]} if len(venues) > 1 else roles


def cast(scenario: Scenario, roles: Mapping[str, str]) -> Scenario:
    """The scenario with the venues that play its roles, `@role` -> name.

    A role that nobody plays is left out; a halt, an outage or a loss where nobody is long or short
    hits the largest.
    """
    shocks = tuple(_cast(shock, roles) for shock in scenario.shocks)
    return msgspec.structs.replace(scenario, shocks=shocks)


def _cast(shock: Shock, roles: Mapping[str, str]) -> Shock:
    if not shock.has_roles:
        return shock
    hit = {side: roles["@largest"] for side in ("@long", "@short") if "@largest" in roles}
    trouble = {**hit, **roles}
    return msgspec.structs.replace(
        shock,
        venues=_played(shock.venues, roles),
        gap=_shares(shock.gap, roles) if isinstance(shock.gap, dict) else shock.gap,
        halt_s=_shares(shock.halt_s, trouble),
        outage=_played(shock.outage, trouble),
        frozen=_played(shock.frozen, roles),
        equity_lost=_shares(shock.equity_lost, trouble),
        fill_fraction=_shares(shock.fill_fraction, roles),
    )


def _played(keys: Sequence[str], roles: Mapping[str, str]) -> tuple[str, ...]:
    named = (roles.get(key) if key.startswith("@") else key for key in keys)
    return tuple(dict.fromkeys(name for name in named if name is not None))


def _shares(table: Mapping[str, float], roles: Mapping[str, str]) -> dict[str, float]:
    """Of two that turn out to be the same venue the first counts."""
    found: dict[str, float] = {}
    for key, value in table.items():
        name = roles.get(key) if key.startswith("@") else key
        if name is not None:
            found.setdefault(name, value)
    return found


def scenario_names() -> list[str]:
    """The scenarios that come with the program."""
    folder = resources.files("cockpit") / "scenarios"
    return sorted(f.name[: -len(".toml")] for f in folder.iterdir() if f.name.endswith(".toml"))


@cache
def load_scenario(name: str) -> Scenario:
    """A scenario that comes with the program. InputError with the nearest name if unknown."""
    names = scenario_names()
    if name not in names:
        raise InputError(
            f"there is no scenario {name!r}{did_you_mean(name, names)}; "
            f"expected one of {', '.join(names)}"
        )
    text = (resources.files("cockpit") / "scenarios" / f"{name}.toml").read_text()
    return parse_scenario(name, text)


def parse_scenario(name: str, text: str) -> Scenario:
    """A scenario from TOML: `summary` and a list of `[[shock]]` tables. ConfigError if it is not.

    The sentence names the scenario and the key.
    """
    try:
        table = parse_toml(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"scenario {name}: not valid TOML ({error})") from error
    shocks = table.pop("shock", [])
    document: Mapping[str, Any] = {"name": name, **table, "shocks": shocks}
    try:
        scenario = msgspec.convert(document, Scenario)
    except msgspec.ValidationError as error:
        raise ConfigError(f"scenario {name}: {sentence(error)}") from error
    for number, shock in enumerate(scenario.shocks, 1):
        if complaint := shock_problem(shock):
            raise ConfigError(f"scenario {name}, shock {number}: {complaint}")
    return scenario


def shock_problem(shock: Shock) -> str | None:
    """What is out of bounds, in words."""
    for key, names in shock.named_venues.items():
        for role in names:
            if role.startswith("@") and role not in ROLES:
                hint = did_you_mean(role, ROLES)
                return f"{key}: there is no {role!r}{hint}; expected {', '.join(ROLES)}"
    gaps = shock.gap.values() if isinstance(shock.gap, dict) else (shock.gap,)
    if any(gap <= -1.0 for gap in gaps):
        return "gap must be above -1: a price cannot fall below zero"
    for key in ("depth_fraction", "spread_multiplier", "oi_multiplier"):
        if getattr(shock, key) <= 0:
            return f"{key} must be above 0"
    for key in ("at_s", "ramp_s", "premium_average_jump"):
        if getattr(shock, key) < 0:
            return f"{key} must not be negative"
    if not 0 <= shock.premium_average_jump <= 1:
        return "premium_average_jump must be from 0 to 1"
    if any(seconds < 0 for seconds in (*shock.halt_s.values(), shock.settlement_delay_s)):
        return "halt_s and settlement_delay_s must not be negative"
    shares = (*shock.fill_fraction.values(), *shock.equity_lost.values(), shock.depeg)
    if not all(0 <= share <= 1 for share in (*shares, shock.adl_fraction)):
        return "fill_fraction, equity_lost, adl_fraction and depeg must be from 0 to 1"
    if shock.funding_decay_h is not None and shock.funding_decay_h <= 0:
        return "funding_decay_h must be above 0"
    if shock.volatility_annual is not None and shock.volatility_annual < 0:
        return "volatility_annual must not be negative"
    if shock.repeat_s is not None and shock.repeat_s <= 0:
        return "repeat_s must be above 0"
    return None
