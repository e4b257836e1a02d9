"""What an alert rule says, and the rules that are useful on the first day."""

from fnmatch import fnmatchcase
from typing import Literal

import msgspec

from cockpit.core.errors import ConfigError
from cockpit.core.names import did_you_mean

Kind = Literal[
    "funding_level", "funding_flip", "predicted_flip", "spread", "unpinned", "depth", "oi_jump",
    "basis", "venue", "block_age", "latency", "liquidation", "margin", "net_delta", "carry",
]  # fmt: skip
Severity = Literal["info", "warn", "danger"]

UNITS: dict[str, str] = {
    "funding_level": "APR as a fraction, either sign",
    "funding_flip": "APR as a fraction that the rate must reach on the other side of zero",
    "predicted_flip": "the same, for the venue's own prediction",
    "spread": "APR as a fraction between the dearest and the cheapest venue",
    "unpinned": "premium beyond the edge of its pin, as a fraction",
    "depth": "depth within 25 bps as a fraction of its own median (fires below)",
    "oi_jump": "change of open interest over an hour as a fraction, either sign",
    "basis": "mark against index in bps, either sign",
    "venue": "seconds that a venue is not live",
    "block_age": "age of the newest block in multiples of the chain's cadence",
    "latency": "median latency in multiples of its own baseline",
    "liquidation": "distance to liquidation as a fraction (fires below)",
    "margin": "maintenance margin over equity",
    "net_delta": "net notional of an asset in USD, either sign",
    "carry": "USD an hour of the whole book (fires below)",
}
"""What `threshold` means for each kind."""

FIRES_BELOW = frozenset({"depth", "liquidation", "carry"})


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[alert]]` in the config.

    Fires when the measured figure reaches `threshold` for `for_s` seconds and clears when it is
    back beyond `clear` (default: 80 % of the way; above it where the kind fires below). After a
    firing the same market stays quiet for `cooldown_s`. `venues` and `symbols` are shell patterns.
    """

    name: str
    kind: Kind
    threshold: float
    clear: float | None = None
    for_s: float = 0.0
    cooldown_s: float = 300.0
    severity: Severity = "warn"
    venues: tuple[str, ...] = ("*",)
    symbols: tuple[str, ...] = ("*",)
    enabled: bool = True

    @property
    def fires_below(self) -> bool:
        return self.kind in FIRES_BELOW

    @property
    def cleared_at(self) -> float:
        """The figure at which it is over: apart from the threshold, so that it cannot flap."""
        if self.clear is not None:
            return self.clear
        return self.threshold * (1.25 if self.fires_below else 0.8)

    def covers(self, venue: str | None, symbol: str | None) -> bool:
        """Whether the patterns admit a venue and symbol; what has none is admitted by `*` alone."""
        return _matches(venue, self.venues) and _matches(symbol, self.symbols)

    def reached(self, value: float) -> bool:
        return value <= self.threshold if self.fires_below else value >= self.threshold

    def is_over(self, value: float) -> bool:
        return value > self.cleared_at if self.fires_below else value < self.cleared_at


class Hook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[alert_hook]`: what to run for each alert, and for how long at most."""

    command: tuple[str, ...] = ()
    timeout_s: float = 5.0


def _matches(name: str | None, patterns: tuple[str, ...]) -> bool:
    if name is None:
        return True
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)


HOUR = 3600.0
DEFAULT_RULES: tuple[Rule, ...] = (
    Rule(name="funding above 200 %", kind="funding_level", threshold=2.0, clear=1.5, for_s=60,
         cooldown_s=HOUR),
    Rule(name="funding flipped", kind="funding_flip", threshold=0.05, for_s=20, cooldown_s=HOUR,
         severity="danger"),
    Rule(name="prediction flipped", kind="predicted_flip", threshold=0.05, for_s=60,
         cooldown_s=HOUR),
    Rule(name="venues far apart", kind="spread", threshold=1.5, clear=1.0, for_s=60,
         cooldown_s=HOUR),
    Rule(name="premium off its pin", kind="unpinned", threshold=0.0005, clear=0.0, for_s=300,
         cooldown_s=HOUR, severity="info"),
    Rule(name="depth gone", kind="depth", threshold=0.3, clear=0.6, for_s=15, cooldown_s=900),
    Rule(name="open interest jumped", kind="oi_jump", threshold=0.10, cooldown_s=HOUR),
    Rule(name="mark off the index", kind="basis", threshold=50.0, clear=25.0, for_s=10,
         cooldown_s=900),
    Rule(name="venue not live", kind="venue", threshold=5.0, severity="danger", cooldown_s=60),
    Rule(name="blocks late", kind="block_age", threshold=15.0, clear=4.0, cooldown_s=60),
    Rule(name="messages late", kind="latency", threshold=5.0, clear=2.0, for_s=20, cooldown_s=900),
    Rule(name="liquidation near", kind="liquidation", threshold=0.10, severity="danger",
         cooldown_s=600),
    Rule(name="margin thin", kind="margin", threshold=0.70, severity="danger", cooldown_s=600),
    Rule(name="book not flat", kind="net_delta", threshold=50_000.0, for_s=60, cooldown_s=HOUR),
    Rule(name="book costs money", kind="carry", threshold=-10.0, clear=0.0, for_s=60,
         cooldown_s=HOUR),
)  # fmt: skip
"""What a day of trading should not talk about is below these; what it must not miss is above."""


def check_rules(rules: tuple[Rule, ...], source: str) -> None:
    """ConfigError: a name used twice, an impossible threshold, a clear on the wrong side."""
    seen: set[str] = set()
    for rule in rules:
        where = f"{source}: alert {rule.name!r}"
        if not rule.name.strip():
            raise ConfigError(f"{source}: alert: a rule needs a name")
        if rule.name in seen:
            raise ConfigError(f"{where}: the name is used twice")
        seen.add(rule.name)
        if rule.threshold != rule.threshold or abs(rule.threshold) == float("inf"):
            raise ConfigError(f"{where}: threshold must be a number; it is {UNITS[rule.kind]}")
        if rule.kind != "carry" and rule.threshold <= 0:
            raise ConfigError(f"{where}: threshold must be above 0; it is {UNITS[rule.kind]}")
        if rule.is_over(rule.threshold):
            side = "above" if rule.fires_below else "below"
            raise ConfigError(f"{where}: clear must be {side} the threshold, or it would flap")
        if rule.for_s < 0 or rule.cooldown_s < 0:
            raise ConfigError(f"{where}: for_s and cooldown_s must not be negative")


def with_defaults(own: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The default rules, each replaced by the trader's own of the same name; then the others."""
    mine = {rule.name: rule for rule in own}
    kept = [mine.pop(rule.name, rule) for rule in DEFAULT_RULES]
    return (*kept, *mine.values())


def unknown_kind(kind: str) -> str:
    """The sentence about a kind that does not exist."""
    return f"unknown kind {kind!r}{did_you_mean(kind, UNITS)}; expected one of {', '.join(UNITS)}"
