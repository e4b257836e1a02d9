"""What an alert rule says, and the rules that are useful on the first day."""

from fnmatch import fnmatchcase
from typing import Literal

import msgspec

Kind = Literal[
    "funding", "open_interest", "depth_usd", "block_age_s", "trade_pnl",
    "funding_level", "funding_flip", "predicted_flip", "spread", "unpinned", "depth", "oi_jump",
    "basis", "venue", "block_age", "latency", "liquidation", "margin", "net_delta", "carry",
    "orphan", "flip_likely", "spike_likely", "scan",
]  # fmt: skip
Severity = Literal["info", "warn", "danger"]
Side = Literal["over", "under"]

UNITS: dict[str, str] = {
    "funding": "APR as a fraction, below zero where shorts pay",
    "open_interest": "open interest in USD",
    "depth_usd": "USD within 25 bps of mid, both sides (fires below)",
    "block_age_s": "seconds since the newest block",
    "trade_pnl": "USD that a trade has earned since its opening (fires below)",
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
    "orphan": "what nothing hedges of a trade as a fraction of its larger side",
    "flip_likely": "chance of a change of sign within 8 h, where such odds are proven",
    "spike_likely": "chance of a spike within 8 h, where such odds are proven",
    "scan": "USD that a pair leaves over the hold of [scan], passing every gate and not held",
}
"""What `threshold` means for each kind."""

UNIT: dict[str, str] = {
    "funding": "apr_frac", "open_interest": "usd", "depth_usd": "usd", "block_age_s": "s",
    "trade_pnl": "usd",
    **dict.fromkeys(("funding_level", "funding_flip", "predicted_flip", "spread"), "apr_frac"),
    "unpinned": "premium_frac", "depth": "of_median_frac", "oi_jump": "change_frac",
    "basis": "bps", "venue": "s", "block_age": "cadences", "latency": "of_baseline",
    "liquidation": "distance_frac", "margin": "of_equity_frac", "net_delta": "usd",
    "carry": "usd_per_hour", "orphan": "of_larger_side_frac",
    "flip_likely": "chance", "spike_likely": "chance", "scan": "usd",
}  # fmt: skip
"""The unit of an alert's `value` and `threshold`, in one word, for programs."""

FIRES_BELOW = frozenset({"depth", "depth_usd", "liquidation", "carry", "trade_pnl"})
"""Kinds that are about too little, unless a rule says on which side it fires."""
ONE_SIDED = frozenset({"funding_flip", "predicted_flip", "venue", "latency", "scan"})
"""Kinds of which too little is nothing to be told."""
SIGNED = frozenset({"funding", "carry", "trade_pnl"})
"""Kinds whose figure, and so the threshold, may be zero or below."""
OF_TRADES = frozenset({"orphan", "trade_pnl"})
"""Kinds whose subject is a trade, so that a rule may be about some trades alone."""
DISTANCE_STEPS = (0.25, 0.10)
"""Distances to liquidation, fractions of the price, at which a warning of it speaks again: what is
left to act on, whatever the threshold was."""
ALL = ("*",)
LEAST_STEP = 1e-9
"""Between a threshold of zero and where it is over, if the trader names none."""


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[alert]]` in the config.

    Fires when the measured figure reaches `threshold` for `for_s` seconds and clears when it is
    back beyond `clear` (default: 80 % of the way; above it where it fires below). `side` is where
    it fires; the kind says so where the rule does not. While it is on it speaks again, as a danger,
    at each figure of `escalate` (None: for a liquidation at `DISTANCE_STEPS`, as far as they are
    nearer than its threshold). After a firing the same market stays quiet for `cooldown_s`.
    `venues`, `symbols` and `trades` (ids) are shell patterns; what a pattern of `except_venues` or
    `except_symbols` matches is left out again. `to` has patterns of the `[notify]` targets that are
    told; none is the screen alone.
    """

    name: str
    kind: Kind
    threshold: float
    side: Side | None = None
    clear: float | None = None
    escalate: tuple[float, ...] | None = None
    for_s: float = 0.0
    cooldown_s: float = 300.0
    severity: Severity = "warn"
    venues: tuple[str, ...] = ALL
    symbols: tuple[str, ...] = ALL
    except_venues: tuple[str, ...] = ()
    except_symbols: tuple[str, ...] = ()
    trades: tuple[str, ...] = ALL
    to: tuple[str, ...] = ALL
    enabled: bool = True

    @property
    def fires_below(self) -> bool:
        return self.kind in FIRES_BELOW if self.side is None else self.side == "under"

    @property
    def steps(self) -> tuple[float, ...]:
        """The figures at which a firing alert speaks again, the nearest first."""
        if self.escalate is None and self.kind == "liquidation" and self.fires_below:
            return tuple(at for at in DISTANCE_STEPS if at < self.threshold)
        return tuple(sorted(self.escalate or (), reverse=self.fires_below))

    def step(self, value: float) -> int:
        """How many of `steps` the figure has reached."""
        return sum(value <= at if self.fires_below else value >= at for at in self.steps)

    @property
    def cleared_at(self) -> float:
        """The figure at which it is over: apart from the threshold, so that it cannot flap."""
        if self.clear is not None:
            return self.clear
        if self.fires_below:
            # A figure may be below zero, where a multiple would lie on the wrong side.
            return self.threshold + max(0.25 * abs(self.threshold), LEAST_STEP)
        return self.threshold - max(0.2 * abs(self.threshold), LEAST_STEP)

    def covers(self, venue: str | None, symbol: str | None) -> bool:
        """Whether the patterns admit a venue and a symbol; None is a figure about all of them."""
        return _covers(venue, self.venues, self.except_venues) and _covers(
            symbol, self.symbols, self.except_symbols
        )

    def reached(self, value: float) -> bool:
        return value <= self.threshold if self.fires_below else value >= self.threshold

    def is_over(self, value: float) -> bool:
        return value > self.cleared_at if self.fires_below else value < self.cleared_at


class Hook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[alert_hook]`: what to run for each alert, and for how long at most."""

    command: tuple[str, ...] = ()
    timeout_s: float = 5.0


class Mute(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[alert_mute]`: rules by name, venues and symbols by shell pattern, that never speak."""

    rules: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()


def _covers(name: str | None, patterns: tuple[str, ...], but_not: tuple[str, ...]) -> bool:
    if name is None or (patterns == ALL and not but_not):
        return True
    return matches(name, patterns) and not matches(name, but_not)


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether one of the shell patterns means the name; capitals do not matter."""
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)


HOUR = 3600.0
DEFAULT_RULES: tuple[Rule, ...] = (
    Rule(name="funding above 200 %", kind="funding_level", threshold=2.0, clear=1.5, for_s=60,
         cooldown_s=HOUR),
    Rule(name="funding flipped", kind="funding_flip", threshold=0.10, clear=0.02, for_s=20,
         cooldown_s=900, severity="danger"),
    Rule(name="prediction flipped", kind="predicted_flip", threshold=0.10, clear=0.02, for_s=60,
         cooldown_s=900),
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
    Rule(name="liquidation near", kind="liquidation", threshold=0.25, cooldown_s=600),
    Rule(name="margin thin", kind="margin", threshold=0.70, severity="danger", cooldown_s=600),
    Rule(name="book not flat", kind="net_delta", threshold=1_000.0, for_s=60, cooldown_s=HOUR),
    Rule(name="flip likely", kind="flip_likely", threshold=0.5, clear=0.35, for_s=120,
         cooldown_s=HOUR),
    Rule(name="spike likely", kind="spike_likely", threshold=0.6, clear=0.45, for_s=120,
         cooldown_s=HOUR),
    Rule(name="leg without its hedge", kind="orphan", threshold=0.05, clear=0.02, for_s=1.0,
         cooldown_s=30, severity="danger"),
    Rule(name="book costs money", kind="carry", threshold=-10.0, clear=0.0, for_s=60,
         cooldown_s=HOUR),
    Rule(name="pair passes every gate", kind="scan", threshold=20.0, clear=5.0, for_s=20,
         cooldown_s=HOUR, enabled=False),
)  # fmt: skip
"""What a day of trading should not talk about is below these; what it must not miss is above. The
rule about the scan sleeps: it has every market of every venue read all the time."""


def with_defaults(own: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The default rules, each replaced by the trader's own of the same name; then the others."""
    mine = {rule.name: rule for rule in own}
    kept = [mine.pop(rule.name, rule) for rule in DEFAULT_RULES]
    return (*kept, *mine.values())


def effective(own: tuple[Rule, ...], band_usd: float | None, mute: Mute) -> tuple[Rule, ...]:
    """The trader's rules, and the default ones that other settings change.

    `band_usd`, where it is set, is the band that the default rule about net delta is held against.
    """
    rules = with_defaults(own)
    mine = {rule.name for rule in own}
    if band_usd is not None:
        rules = tuple(
            msgspec.structs.replace(rule, threshold=max(band_usd, 1.0))
            if rule.kind == "net_delta" and rule.name not in mine
            else rule
            for rule in rules
        )
    rules = tuple(_muted(rule, mute) for rule in rules)
    changed = zip(rules, with_defaults(own), strict=True)
    return tuple(rule for rule, before in changed if rule != before or rule.name in mine)


def _muted(rule: Rule, mute: Mute) -> Rule:
    return msgspec.structs.replace(
        rule,
        enabled=rule.enabled and rule.name not in mute.rules,
        except_venues=(*rule.except_venues, *mute.venues),
        except_symbols=(*rule.except_symbols, *mute.symbols),
    )
