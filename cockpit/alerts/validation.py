"""What is wrong with the alert tables of a config, each in a sentence that says what to write.

The tables are looked at as they were read, before they become structs: a rule of a default one's
name needs to say only what differs, and a wrong type is told in the words of a trader.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from cockpit.alerts.rule import (
    DEFAULT_RULES,
    OF_TRADES,
    ONE_SIDED,
    SIGNED,
    UNITS,
    Hook,
    Mute,
    Rule,
    matches,
    with_defaults,
)
from cockpit.core.errors import ConfigError
from cockpit.core.names import did_you_mean

MOST_HOOK_S = 600.0
_NUMBER, _SECONDS = "a number", "seconds, 0 or more"
_VENUES = "a list of venue names, each in quotes"
_SYMBOLS = 'a list such as ["BTC", "ETH"]'
EXPECTED = {
    "name": "the rule's name, in quotes",
    "kind": f"one of {', '.join(UNITS)}",
    "threshold": _NUMBER,
    "side": "over or under",
    "clear": _NUMBER,
    "escalate": "a list of numbers such as [0.025, 0.01]",
    "for_s": _SECONDS,
    "cooldown_s": _SECONDS,
    "severity": "info, warn or danger",
    "venues": _VENUES,
    "symbols": _SYMBOLS,
    "except_venues": _VENUES,
    "except_symbols": _SYMBOLS,
    "trades": 'a list of ids of trades such as ["btc-1"]',
    "to": 'a list of names of [notify] such as ["phone"]; [] is the screen alone',
    "enabled": "true or false",
}
_HOOK = {
    "command": 'a list such as ["/usr/local/bin/page-me", "--urgent"]: there is no shell',
    "timeout_s": f"seconds, above 0 and at most {MOST_HOOK_S:g}",
}
_TOLD = "off, info, warn or danger"
_OUT = {"toast": _TOLD, "bell": _TOLD, "notify": _TOLD, "protocol": "osc9 or osc777"}
_MUTE = {"rules": 'a list such as ["blocks late"]', "venues": _VENUES, "symbols": _SYMBOLS}

_OF_ALL_VENUES = frozenset({"net_delta", "carry", "orphan", "scan", "trade_pnl"})
_OF_ALL_SYMBOLS = frozenset({"venue", "block_age", "block_age_s", "latency", "margin", "carry"})
_DEFAULTS = {rule.name: rule for rule in DEFAULT_RULES}


def completed(tables: object, source: str) -> list[dict[str, Any]]:
    """`[[alert]]` as it was read, with what a rule leaves open taken from the default rule of its
    name. ConfigError if there is none, or if a key or a type is wrong.
    """
    if not isinstance(tables, list) or not all(isinstance(one, Mapping) for one in tables):
        raise ConfigError(f"{source}: alert: expected tables that begin with [[alert]]")
    return [_completed(table, number, source) for number, table in enumerate(tables, 1)]


def _completed(table: Mapping[str, Any], number: int, source: str) -> dict[str, Any]:
    name = table.get("name")
    where = f"{source}: alert {name!r}" if isinstance(name, str) else f"{source}: alert {number}"
    _types(table, Rule, EXPECTED, where, why=_meaning(table))
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise ConfigError(f"{where}: name: expected {EXPECTED['name']}")
    default = _DEFAULTS.get(name)
    if default is None:
        for key in ("kind", "threshold"):
            if key not in table:
                raise ConfigError(
                    f"{where}: {key}: is missing, and there is no default rule of that name"
                    f"{did_you_mean(name, _DEFAULTS)}; expected {EXPECTED[key]}"
                )
        return dict(table)
    given = dict(table)
    if given.get("kind", default.kind) != default.kind:
        # Another kind has another unit: nothing of the default rule fits it.
        if "threshold" not in given:
            raise ConfigError(f"{where}: threshold: is missing; it is {UNITS[given['kind']]}")
        return given
    base = msgspec.to_builtins(default)
    if "threshold" in given:
        # Where it is over belongs to the threshold that it was made for.
        base["clear"] = None
    return {**base, **given}


def _meaning(table: Mapping[str, Any]) -> str:
    """What the threshold of this rule is, as far as that is known."""
    name = table.get("name")
    default = _DEFAULTS.get(name) if isinstance(name, str) else None
    kind = table.get("kind", default.kind if default else None)
    return f": {UNITS[kind]}" if isinstance(kind, str) and kind in UNITS else ""


def check_tables(tree: Mapping[str, Any], out: type, source: str) -> None:
    """ConfigError about a type in `[alert_hook]`, `[alert_out]` (an `out`) or `[alert_mute]`."""
    for name, struct, expected in (
        ("alert_hook", Hook, _HOOK),
        ("alert_out", out, _OUT),
        ("alert_mute", Mute, _MUTE),
    ):
        table = tree.get(name, {})
        if not isinstance(table, Mapping):
            raise ConfigError(f"{source}: {name}: expected a table that begins with [{name}]")
        _types(table, struct, expected, f"{source}: {name}", dot=".")


def _types(
    table: Mapping[str, Any], struct: type, expected: Mapping[str, str], where: str,
    *, why: str = "", dot: str = ": ",
) -> None:  # fmt: skip
    types = {field.name: field.type for field in msgspec.structs.fields(struct)}
    for key, value in table.items():
        if key not in types:
            raise ConfigError(
                f"{where}{dot}{key}: unknown key{did_you_mean(key, types)}; "
                f"expected one of {', '.join(types)}"
            )
        try:
            msgspec.convert(value, types[key])
        except msgspec.ValidationError:
            hint = did_you_mean(value, UNITS) if key == "kind" and isinstance(value, str) else ""
            words = expected[key] + (why if key in ("threshold", "clear") else "")
            raise ConfigError(f"{where}{dot}{key}: is {value!r}{hint}; expected {words}") from None


def check_rules(rules: tuple[Rule, ...], venues: Collection[str], source: str) -> None:
    """ConfigError: a name used twice, an impossible threshold, a clear on the wrong side, a venue
    that is none of `venues`, a filter that the kind cannot have."""
    seen: set[str] = set()
    for rule in rules:
        where = f"{source}: alert {rule.name!r}"
        if rule.name in seen:
            raise ConfigError(f"{where}: name: is used twice; expected one table a rule")
        seen.add(rule.name)
        _check_figures(rule, where)
        for key in ("venues", "except_venues"):
            _check_venues(getattr(rule, key), venues, f"{where}: {key}")
        plain = Rule(name="", kind=rule.kind, threshold=1.0)
        if rule.kind not in OF_TRADES and rule.trades != plain.trades:
            raise ConfigError(
                f"{where}: trades: a rule of kind {rule.kind} is about no trade; expected no trades"
            )
        about = {"venues": _OF_ALL_VENUES, "symbols": _OF_ALL_SYMBOLS}
        for part, kinds in about.items():
            for key in (part, f"except_{part}"):
                if rule.kind in kinds and getattr(rule, key) != getattr(plain, key):
                    raise ConfigError(
                        f"{where}: {key}: a rule of kind {rule.kind} is about all {part} at once; "
                        f"expected no {key}"
                    )


def _check_figures(rule: Rule, where: str) -> None:
    unit = UNITS[rule.kind]
    for key in ("threshold", "clear"):
        value = getattr(rule, key)
        if value is not None and not math.isfinite(value):
            raise ConfigError(f"{where}: {key}: is {value}; expected a number: {unit}")
    if rule.kind not in SIGNED and rule.threshold <= 0:
        raise ConfigError(
            f"{where}: threshold: is {rule.threshold:g}; expected a number above 0: {unit}"
        )
    if rule.side == "under" and rule.kind in ONE_SIDED:
        raise ConfigError(f"{where}: side: a rule of kind {rule.kind} fires over; expected no side")
    for at in rule.escalate or ():
        if not (math.isfinite(at) and rule.reached(at) and at != rule.threshold):
            side = "below" if rule.fires_below else "above"
            raise ConfigError(
                f"{where}: escalate: has {at:g}; expected numbers {side} the threshold "
                f"{rule.threshold:g}"
            )
    if rule.is_over(rule.threshold) or rule.cleared_at == rule.threshold:
        side = "above" if rule.fires_below else "below"
        raise ConfigError(
            f"{where}: clear: is {rule.cleared_at:g}; expected a number {side} the threshold "
            f"{rule.threshold:g}, or it would flap"
        )
    for key in ("for_s", "cooldown_s"):
        value = getattr(rule, key)
        if not (math.isfinite(value) and value >= 0):
            raise ConfigError(f"{where}: {key}: is {value:g}; expected {_SECONDS}")


def _check_venues(patterns: Iterable[str], venues: Collection[str], where: str) -> None:
    for pattern in patterns:
        if not any(matches(venue, (pattern,)) for venue in venues):
            raise ConfigError(
                f"{where}: unknown venue {pattern!r}{did_you_mean(pattern, venues)}; "
                f"expected some of {', '.join(venues)}"
            )


def check_hook(hook: Hook, source: str) -> None:
    """ConfigError: a command that names no program, a time limit that is none."""
    where = f"{source}: alert_hook"
    if hook.command and not hook.command[0].strip():
        raise ConfigError(f"{where}.command: names no program; expected {_HOOK['command']}")
    if any("\0" in word for word in hook.command):
        raise ConfigError(f"{where}.command: a word contains a NUL character; expected plain text")
    if not 0 < hook.timeout_s <= MOST_HOOK_S:
        raise ConfigError(
            f"{where}.timeout_s: is {hook.timeout_s:g}; expected {_HOOK['timeout_s']}"
        )


def check_mute(mute: Mute, own: tuple[Rule, ...], venues: Collection[str], source: str) -> None:
    """ConfigError: a rule or a venue that does not exist."""
    names = [rule.name for rule in with_defaults(own)]
    for name in mute.rules:
        if name not in names:
            raise ConfigError(
                f"{source}: alert_mute.rules: unknown rule {name!r}{did_you_mean(name, names)}; "
                f"expected some of {', '.join(names)}"
            )
    _check_venues(mute.venues, venues, f"{source}: alert_mute.venues")
    for symbol in mute.symbols:
        if not symbol or not symbol.isprintable() or " " in symbol:
            raise ConfigError(
                f"{source}: alert_mute.symbols: {symbol!r} is not a symbol such as BTC"
            )
