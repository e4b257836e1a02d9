"""The trader's settings: TOML into strict structs, every value with its origin.

Precedence: flag > environment (`COCKPIT_…`) > file > default. An unknown key is an error that names
its path and the nearest known key, because a setting that is silently ignored is a wrong setting.
"""

import contextlib
import os
import tomllib
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec

from cockpit.alerts.rule import Hook, Mute, Rule, effective
from cockpit.alerts.targets import Target, check_targets
from cockpit.alerts.validation import check_hook, check_mute, check_rules, check_tables, completed
from cockpit.core.account import Account, normal_address, short_address
from cockpit.core.assets import AssetRules
from cockpit.core.errors import ConfigError
from cockpit.core.margins import VenueMargin, margin_problem
from cockpit.core.market import Market
from cockpit.core.names import did_you_mean
from cockpit.core.toml import parse_toml
from cockpit.core.typed import parse_flag, parse_list, parse_symbol, parse_venue
from cockpit.core.typed_tree import NotANumberError, read_numbers
from cockpit.core.urls import url_problem
from cockpit.core.validation import explain
from cockpit.history.settings import HistorySettings, history_problem
from cockpit.storage.reading import read_utf8
from cockpit.venues import REGISTRY, account_problem
from cockpit.venues.kit.facts import documented_stacks

Colour = Literal["auto", "truecolor", "256", "16", "none"]
Glyphs = Literal["auto", "braille", "block", "ascii"]
Layout = Literal["auto", "wide", "normal", "narrow"]
AlertTold = Literal["off", "info", "warn", "danger"]
LogLevel = Literal["debug", "info", "warning", "error"]

MAX_HZ = 30.0


class Watch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is watched, and how deep. No venues means every one we know."""

    venues: tuple[str, ...] = tuple(REGISTRY)
    symbols: tuple[str, ...] = ("BTC", "ETH", "SOL")
    depth: int = 20


class Screen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the screen is drawn. `hz` is the paint clock's ceiling, frames a second."""

    hz: float = 10.0
    theme: str = "dark"
    color: Colour = "auto"
    glyphs: Glyphs = "auto"
    mouse: bool = True
    layout: Layout = "auto"


class Venue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One venue's own settings: another host, your own fee tier (fractions of notional), a margin
    table in place of the documented one."""

    rest_url: str | None = None
    ws_urls: dict[str, str] = {}
    taker_fee: float | None = None
    maker_fee: float | None = None
    margin: VenueMargin | None = None


class Follow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[account]]`: a public address to follow, read only, in the venue's own form."""

    venue: str
    address: str
    name: str = ""

    @property
    def account(self) -> Account:
        return Account(self.venue, normal_address(self.address))


class AlertOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[alert_out]`: from which severity on an alert is a toast, a bell, a desktop notification.

    `protocol` is the escape sequence of notifications: iTerm2, kitty and WezTerm read `osc9`,
    urxvt, foot and Ghostty `osc777`.
    """

    toast: AlertTold = "warn"
    bell: AlertTold = "danger"
    notify: AlertTold = "off"
    protocol: Literal["osc9", "osc777"] = "osc9"


class Exposure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[exposure]`: how large a net position of one asset still counts as hedged, in USD."""

    band_usd: float = 1_000.0


class Scan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[scan]`: the size of a leg in USD and the hold at which alerts about the scan look."""

    usd: float = 10_000.0
    hold_h: int = 24


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings. `origins` maps a dotted key to where its value came from.

    `stack` maps a venue to the layers that it runs on; a file changes it venue by venue. `keys`
    maps the id of an action of the screen to its keys; the screen's own table checks it.
    """

    watch: Watch = Watch()
    screen: Screen = Screen()
    venue: dict[str, Venue] = {}
    stack: dict[str, tuple[str, ...]] = msgspec.field(default_factory=documented_stacks)
    keys: dict[str, str] = {}
    account: tuple[Follow, ...] = ()
    alert: tuple[Rule, ...] = ()
    alert_hook: Hook = Hook()
    alert_mute: Mute = Mute()
    alert_out: AlertOut = AlertOut()
    notify: dict[str, Target] = {}
    exposure: Exposure = Exposure()
    scan: Scan = Scan()
    history: HistorySettings = HistorySettings()
    assets: AssetRules = AssetRules()
    log_level: LogLevel = "info"
    origins: dict[str, str] = {}

    @property
    def own_margins(self) -> dict[str, VenueMargin]:
        """The trader's own margin tables, by venue."""
        return {name: own.margin for name, own in self.venue.items() if own.margin}

    @property
    def own_taker_fees(self) -> dict[str, float]:
        """The taker fees of the trader's own tiers, by venue, as fractions of notional."""
        fees = {name: own.taker_fee for name, own in self.venue.items()}
        return {name: fee for name, fee in fees.items() if fee is not None}


ENVIRONMENT = {
    "COCKPIT_VENUES": "watch.venues",
    "COCKPIT_SYMBOLS": "watch.symbols",
    "COCKPIT_DEPTH": "watch.depth",
    "COCKPIT_HZ": "screen.hz",
    "COCKPIT_THEME": "screen.theme",
    "COCKPIT_COLOR": "screen.color",
    "COCKPIT_GLYPHS": "screen.glyphs",
    "COCKPIT_MOUSE": "screen.mouse",
    "COCKPIT_LOG_LEVEL": "log_level",
}
"""Environment variable -> dotted key. Lists are comma-separated."""


def load(
    path: Path | None,
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Settings from a file (None: defaults only), the environment and flags (dotted keys).

    ConfigError names the file, variable or option, the key, and what was expected.
    """
    environ = os.environ if environ is None else environ
    tree: dict[str, Any] = {}
    origins: dict[str, str] = {}
    if path is not None:
        tree = _as_typed(_read(path), str(path))
        _check(tree, str(path))
        for key, _ in _leaves(tree):
            origins[key] = str(path)
    for variable, key in ENVIRONMENT.items():
        if variable in environ:
            overlay = _as_typed(_nested(key, _from_text(key, environ[variable])), variable)
            _check(overlay, variable)
            _merge(tree, overlay)
            origins[key] = variable
    for key, value in (flags or {}).items():
        if value is not None:
            option = "--" + key.rpartition(".")[2].replace("_", "-")
            overlay = _nested(key, value)
            _check(overlay, option)
            _merge(tree, overlay)
            origins[key] = option
    config = msgspec.convert(tree, Config)
    stack = {**documented_stacks(), **config.stack}
    band_usd = config.exposure.band_usd if "exposure.band_usd" in origins else None
    alert = effective(config.alert, band_usd, config.alert_mute)
    return msgspec.structs.replace(config, origins=origins, stack=stack, alert=alert)


def _read(path: Path) -> dict[str, Any]:
    try:
        tree = parse_toml(read_utf8(path).decode())
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; `cockpit config init` writes one") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text: {error.reason}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from error
    if isinstance(tree.get("keys"), dict):
        # The dot of `view.freeze` nests where the trader did not quote it.
        tree["keys"] = dict(_leaves(tree["keys"]))
    if "alert" in tree:
        tree["alert"] = completed(tree["alert"], str(path))
    return tree


def _as_typed(tree: dict[str, Any], source: str) -> dict[str, Any]:
    """Numbers that were written as text, and names as they are compared."""
    try:
        tree = read_numbers(tree, Config)
    except NotANumberError as error:
        raise ConfigError(f"{source}: {error.place}: {error}") from None
    watch = tree.get("watch")
    if isinstance(watch, dict):
        for key, fold in (("symbols", parse_symbol), ("venues", _venue)):
            names = watch.get(key)
            if isinstance(names, list):
                folded = [fold(name) if isinstance(name, str) else name for name in names]
                watch[key] = list(dict.fromkeys(folded)) if all(map(_is_text, folded)) else folded
    accounts = tree.get("account")
    for account in accounts if isinstance(accounts, list) else ():
        if isinstance(account, dict) and isinstance(account.get("venue"), str):
            account["venue"] = _venue(account["venue"])
    assets = tree.get("assets")
    if isinstance(assets, dict):
        tree["assets"] = {key: _markets(lists) for key, lists in assets.items()}
    return tree


def _markets(lists: Any) -> Any:
    if not isinstance(lists, list):
        return lists
    return [[_market(name) for name in one] if isinstance(one, list) else one for one in lists]


def _market(name: Any) -> Any:
    """VENUE/SYMBOL as both are compared; what is none stays, to be refused."""
    venue, slash, symbol = name.partition("/") if _is_text(name) else (name, "", "")
    return f"{_venue(venue)}/{parse_symbol(symbol)}" if slash else name


def _venue(text: str) -> str:
    return parse_venue(text, REGISTRY)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _check(tree: Mapping[str, Any], source: str) -> None:
    """Types and names of one source, so that an error can name that source."""
    _known_keys(tree, Config, "", source)
    check_tables(tree, AlertOut, source)
    check_targets(tree.get("notify", {}), source)
    try:
        config = msgspec.convert(tree, Config)
    except msgspec.ValidationError as error:
        place, words = explain(error)
        key = place.replace("[...]", "") or "the file"
        raise ConfigError(f"{source}: {key}: {words}") from None
    _bounds(config, source)


def _known_keys(tree: Mapping[str, Any], struct: type, prefix: str, source: str) -> None:
    fields = {f.name: f.type for f in msgspec.structs.fields(struct) if f.name != "origins"}
    for key, value in tree.items():
        if key not in fields:
            raise ConfigError(
                f"{source}: {prefix}{key}: unknown key{did_you_mean(key, fields)}; "
                f"expected one of {', '.join(fields)}"
            )
        words = get_args(fields[key]) if get_origin(fields[key]) is Literal else ()
        if words and isinstance(value, str) and value not in words:
            raise ConfigError(
                f"{source}: {prefix}{key}: is {value!r}{did_you_mean(value, words)}; "
                f"expected one of {', '.join(words)}"
            )
        if not isinstance(value, Mapping):
            continue
        if key == "venue":
            for name, table in value.items():
                if name not in REGISTRY:
                    raise ConfigError(
                        f"{source}: venue.{name}: unknown venue{did_you_mean(name, REGISTRY)}; "
                        f"expected one of {', '.join(REGISTRY)}"
                    )
                if isinstance(table, Mapping):
                    _known_keys(table, Venue, f"venue.{name}.", source)
        elif isinstance(fields[key], type) and issubclass(fields[key], msgspec.Struct):
            _known_keys(value, fields[key], f"{prefix}{key}.", source)


def _bounds(config: Config, source: str) -> None:
    for name in config.watch.venues:
        if name not in REGISTRY:
            raise ConfigError(
                f"{source}: watch.venues: unknown venue {name!r}{did_you_mean(name, REGISTRY)}; "
                f"expected some of {', '.join(REGISTRY)}"
            )
    if not config.watch.venues:
        raise ConfigError(f"{source}: watch.venues: is empty; expected at least one venue")
    for symbol in config.watch.symbols:
        if not symbol or not symbol.isprintable() or " " in symbol:
            raise ConfigError(f"{source}: watch.symbols: {symbol!r} is not a symbol such as BTC")
    if not 1 <= config.watch.depth <= 1000:
        raise ConfigError(f"{source}: watch.depth: is {config.watch.depth}; expected 1 to 1000")
    if not 0.2 <= config.screen.hz <= MAX_HZ:
        raise ConfigError(
            f"{source}: screen.hz: is {config.screen.hz:g}; expected 0.2 to {MAX_HZ:g}"
        )
    if not 0.0 <= config.exposure.band_usd <= 1e12:
        raise ConfigError(
            f"{source}: exposure.band_usd: is {config.exposure.band_usd:g}; expected 0 or more"
        )
    if not 1.0 <= config.scan.usd <= 1e10:
        raise ConfigError(f"{source}: scan.usd: is {config.scan.usd:g}; expected 1 to 10b")
    if not 1 <= config.scan.hold_h <= 8760:
        raise ConfigError(f"{source}: scan.hold_h: is {config.scan.hold_h}; expected 1 to 8760")
    if problem := history_problem(config.history):
        raise ConfigError(f"{source}: history.{problem}")
    for name in config.stack:
        if name not in REGISTRY:
            raise ConfigError(
                f"{source}: stack.{name}: unknown venue{did_you_mean(name, REGISTRY)}; "
                f"expected one of {', '.join(REGISTRY)}"
            )
    for name in chain.from_iterable((*config.assets.same, *config.assets.apart)):
        home = Market.parse(name).venue
        if home not in REGISTRY:
            raise ConfigError(
                f"{source}: assets: {name}: unknown venue{did_you_mean(home, REGISTRY)}; "
                f"expected one of {', '.join(REGISTRY)}"
            )
    check_rules(config.alert, REGISTRY, source)
    check_hook(config.alert_hook, source)
    check_mute(config.alert_mute, config.alert, REGISTRY, source)
    _check_accounts(config.account, source)
    for name, venue in config.venue.items():
        for url in filter(None, (venue.rest_url, *venue.ws_urls.values())):
            problem = url_problem(url)
            if problem:
                raise ConfigError(f"{source}: venue.{name}: {problem}")
        for fee_name in ("taker_fee", "maker_fee"):
            fee = getattr(venue, fee_name)
            if fee is not None and not -0.01 <= fee <= 0.05:
                raise ConfigError(
                    f"{source}: venue.{name}.{fee_name}: is {fee:g}; expected a fraction of "
                    "notional such as 0.00045"
                )
        if venue.margin and (problem := margin_problem(venue.margin)):
            raise ConfigError(f"{source}: venue.{name}.margin.{problem}")


def _check_accounts(follows: tuple[Follow, ...], source: str) -> None:
    for number, follow in enumerate(follows, 1):
        problem = account_problem(follow.account)
        if problem:
            raise ConfigError(f"{source}: account {number}: {problem}")
        if not follow.name.isprintable() or len(follow.name) > 32:
            raise ConfigError(f"{source}: account {number}: name: expected up to 32 characters")
    twice = [follow for follow in follows if [f.account for f in follows].count(follow.account) > 1]
    if twice:
        raise ConfigError(f"{source}: account: {twice[0].account} is there twice")


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _nested(key: str, value: Any) -> dict[str, Any]:
    for part in reversed(key.split(".")):
        value = {part: value}
    nested: dict[str, Any] = value
    return nested


def _merge(tree: dict[str, Any], overlay: Mapping[str, Any]) -> None:
    for key, value in overlay.items():
        if isinstance(value, Mapping) and isinstance(tree.get(key), dict):
            _merge(tree[key], value)
        else:
            tree[key] = value


def _from_text(key: str, text: str) -> Any:
    """An environment variable's text as its key takes it; what it does not stays, to be refused."""
    if key == "watch.venues" and text.strip().lower() == "all":
        return list(REGISTRY)
    with contextlib.suppress(ValueError):
        if key in ("watch.venues", "watch.symbols"):
            return parse_list(text)
        if key == "screen.mouse":
            return parse_flag(text)
    return text


def values(config: Config) -> list[tuple[str, Any, str]]:
    """(dotted key, value, origin) of every setting, for `config show`."""
    tree = msgspec.to_builtins(config)
    tree.pop("origins")
    tree["account"] = [
        {**table, "address": short_address(table["address"])} for table in tree["account"]
    ]
    tree["venue"] = {
        # A tier that costs nothing is said.
        name: {k: v for k, v in table.items() if v or isinstance(v, float)}
        for name, table in tree["venue"].items()
    }
    tree["notify"] = {
        name: {"url": target.shown, "severity": target.severity}
        for name, target in config.notify.items()
    }
    return [(key, value, config.origins.get(key, "default")) for key, value in _leaves(tree)]
