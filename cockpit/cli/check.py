"""`cockpit check`: a line for each thing that can be wrong, and what to do about it."""

import argparse
import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cockpit.cli import common, output
from cockpit.cli.findings import Finding
from cockpit.cli.options import parse_duration
from cockpit.core.clock import clock_words
from cockpit.core.errors import ConfigError, InputError
from cockpit.core.units import NS_PER_MS
from cockpit.desk import reach
from cockpit.storage import paths

if TYPE_CHECKING:
    from cockpit.config import Config
    from cockpit.desk.contract import Desk, RunningDesk
    from cockpit.state.view import VenueRead
    from cockpit.wire.endpoints import Endpoint

HELP = "config, theme, keys, terminal, clock and every venue: a line each"
SKEW_LIMIT_MS = 1000.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common.add_live_options(parser)
    common.add_screen_options(parser)
    parser.add_argument(
        "--for", dest="duration", default="5s", metavar="D", help="wait for venues (default 5s)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(args: argparse.Namespace) -> int:
    duration_s = parse_duration(args.duration, "--for")
    findings = list(_findings(args, duration_s))
    if args.json:
        output.write_document({"checks": [finding._asdict() for finding in findings]})
    else:
        width = max(len(finding.name) for finding in findings)
        output.write_lines(
            f"{finding.status:<4}  {finding.name:<{width}}  {finding.detail}"
            + f" -> {finding.advice}" * bool(finding.advice)
            for finding in findings
        )
    return 1 if any(finding.status == "fail" for finding in findings) else 0


def _findings(args: argparse.Namespace, duration_s: float) -> Iterator[Finding]:
    try:
        config = common.load_config(args)
    except ConfigError as error:
        yield Finding("config", "fail", error.ui_message, "mend the file or the option")
        return
    source = paths.config_file()
    exists = args.config or source.exists()
    yield Finding("config", "ok", str(source) if exists else "no file: defaults are used")
    yield _positions()
    yield _keys(config)
    yield _alerts(config)
    yield _notify(config)
    yield _history(config)
    from cockpit.cli.check_screen import screen_findings

    yield from screen_findings(config)
    yield from _venues(args, config, duration_s)
    yield _claims(config.watch.venues)


def _claims(names: Iterable[str]) -> Finding:
    """What of these venues' wires nobody has confirmed, and how it can be."""
    from cockpit.venues.claims import claims

    open_points = {
        name: [claim for claim in claims(name) if claim.standing == "unconfirmed"] for name in names
    }
    counts = ", ".join(f"{name} {len(found)}" for name, found in open_points.items() if found)
    if not counts:
        return Finding("claims", "ok", "every point of these venues' wires has evidence")
    total = sum(map(len, open_points.values()))
    by_traffic = sum(c.proof is not None for found in open_points.values() for c in found)
    detail = f"{total} points of venues' wires are unconfirmed: {counts}"
    advice = f"`cockpit verify` lists them, and holds {by_traffic} of them against live traffic"
    return Finding("claims", "ok", detail, advice)


def _positions() -> Finding:
    path = paths.positions_file()
    try:
        count = len(common.load_positions())
    except ConfigError as error:
        return Finding("positions", "fail", error.ui_message, "mend the file")
    return Finding("positions", "ok", f"{count} typed in {path}" if count else f"none in {path}")


def _keys(config: "Config") -> Finding:
    from cockpit.ui.input.keymap import keymap_of

    try:
        keymap = keymap_of(config)
    except ConfigError as error:
        return Finding("keys", "fail", error.ui_message, "the screen does not start with it")
    keys = [key for action in keymap.actions for key in keymap.keys(action.id)]
    changed = f", {len(config.keys)} of them yours" if config.keys else ""
    return Finding(
        "keys", "ok", f"{len(list(keymap.actions))} actions on {len(keys)} keys{changed}"
    )


def _alerts(config: "Config") -> Finding:
    """The rules of the config, the built-in ones, and those that were made by keys."""
    from cockpit.alerts import own_rules
    from cockpit.alerts.rule import with_defaults
    from cockpit.venues import REGISTRY

    others = with_defaults(config.alert)
    path = paths.rules_file()
    try:
        data = path.read_bytes() if path.exists() else b""
        own = own_rules.parse(data, {rule.name for rule in others}, REGISTRY)
    except (ConfigError, OSError) as error:
        words = error.ui_message if isinstance(error, ConfigError) else f"{path}: {error.strerror}"
        return Finding("alerts", "fail", words, "mend the file; its rules are not used")
    rules = [rule for rule in (*others, *own.rules) if rule.enabled]
    words = f"{len(rules)} rules: " + ", ".join(rule.name for rule in rules)
    if own.problems:
        return Finding("alerts", "warn", f"{own.problems[0]}; {words}", f"mend it in {path}")
    return Finding("alerts", "ok", words)


def _notify(config: "Config") -> Finding:
    """Whether the people to tell can be told, as far as that is known without telling them."""
    from cockpit.alerts import notify
    from cockpit.alerts.send import Order

    if not config.notify:
        return Finding("notify", "ok", "nobody is told outside of the screen")
    if not notify.is_installed():
        return Finding("notify", "fail", notify.NEEDS_EXTRA.removeprefix("notify: "))
    for name, target in config.notify.items():
        try:
            order = Order(url=notify.resolve(target))
            problem = notify.why(asyncio.run(notify.run_send(order)))
        except ConfigError as error:
            problem = error.ui_message
        except (OSError, TimeoutError):
            problem = "the process that sends cannot be run"
        if problem:
            return Finding("notify", "fail", f"{name}: {problem}", "mend [notify] in the config")
    told = [f"{name} from {target.severity} on" for name, target in config.notify.items()]
    advice = "rules that are tried (`:rules`, then F) reach them"
    return Finding("notify", "ok", ", ".join(told), advice)


def _history(config: "Config") -> Finding:
    """How much is kept, and who writes."""
    from cockpit.history.errors import HistoryError
    from cockpit.history.layout import Folder, default_folder
    from cockpit.history.report import status
    from cockpit.history.writer_lock import refuse_network

    folder = Folder(default_folder())
    try:
        found = status(folder, config.history)
        if found.enabled:
            refuse_network(folder.path)
    except HistoryError as error:
        return Finding("history", "fail", error.ui_message, "the screen goes on without it")
    writer = f"process {found.writer.pid} writes" if found.writer else "nobody writes now"
    if not found.enabled:
        writer = "switched off, nothing is written"
    used = f"{found.used_bytes / 1e9:.2f} of {found.max_bytes / 1e9:g} GB in {folder.path}"
    if found.warnings:
        return Finding("history", "warn", f"{used}; {found.warnings[0]}", "history status says all")
    return Finding("history", "ok", f"{used}; {writer}")


def _venues(args: argparse.Namespace, config: "Config", duration_s: float) -> Iterator[Finding]:
    import msgspec

    from cockpit.cli.logs import start_logging
    from cockpit.desk.live import Engine

    # What libraries have to say of a connection belongs into the log, not between the lines.
    start_logging(config.log_level)
    quiet = msgspec.structs.replace(config, notify={})
    endpoints = common.load_endpoint_file(args) or {}
    desk = Engine(quiet, endpoints=endpoints)
    yield _proxies(config, endpoints)
    yield from asyncio.run(_reach(desk, config.watch.symbols, duration_s))


def _proxies(config: "Config", endpoints: "Mapping[str, Endpoint]") -> Finding:
    """Through which proxy of the environment which venues are reached."""
    import os

    from cockpit import venues
    from cockpit.desk.venue_urls import urls_of
    from cockpit.wire.proxy import proxy_for

    through: dict[str, list[str]] = {}
    for name in config.watch.venues:
        if endpoints and name not in endpoints:
            continue
        urls = urls_of(venues.spec(name), config, endpoints)
        found = {proxy_for(url, os.environ) for url in urls}
        for proxy in found:
            if proxy is not None and proxy.problem:
                advice = "set it to a URL such as http://proxy:3128, or unset it"
                return Finding("proxy", "fail", proxy.problem, advice)
            words = f"{proxy.shown} ({proxy.variable})" if proxy else "direct"
            through.setdefault(words, []).append(name)
    if set(through) == {"direct"}:
        return Finding("proxy", "ok", "none: every venue is reached directly")
    parts = [f"{words}: {', '.join(names)}" for words, names in through.items()]
    return Finding("proxy", "ok", "; ".join(parts))


async def _reach(desk: "RunningDesk", wanted: "Sequence[str]", duration_s: float) -> list[Finding]:
    """Connect, wait until every venue has said something or time is over, and judge."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + duration_s
    await desk.start()
    try:
        while loop.time() < deadline and not (
            reach.is_listing(desk.view) and not reach.unreachable(desk.view)
        ):
            await asyncio.sleep(0.05)
        found = [_venue(desk, venue) for venue in desk.view.venues()]
        found.append(_symbols(desk, wanted))
        found.append(_clock(desk))
        return found
    finally:
        await desk.stop()


def _venue(desk: "Desk", venue: "VenueRead") -> Finding:
    name, reason = venue.name, venue.reason or venue.state
    if venue.state != "live":
        return Finding(name, "fail", reason, "check the network, or leave it out with --venues")
    listed = len(desk.view.listed(name))
    if not listed:
        return Finding(name, "fail", "connected, but its markets could not be read", "see the log")
    return Finding(name, "ok", f"{listed} markets")


def _symbols(desk: "Desk", wanted: "Sequence[str]") -> Finding:
    try:
        unlisted = "; ".join(reach.unlisted(desk.view, wanted))
    except InputError as error:
        unlisted = error.ui_message
    if unlisted:
        return Finding("symbols", "fail", unlisted, "mend watch.symbols or --symbols")
    if not reach.is_listing(desk.view):
        return Finding("symbols", "warn", "not every venue has said what it lists", "see above")
    return Finding("symbols", "ok", "each is listed by a venue")


def _clock(desk: "Desk") -> Finding:
    """Latencies below zero are impossible: this machine's clock is behind. What several venues'
    messages all take too long by is how far it is ahead."""
    skews = {
        venue.name: skew
        for venue in desk.view.venues()
        if (skew := venue.chain.clock_skew_ms()) is not None
    }
    if not skews:
        return Finding("clock", "warn", "no venue has told its time yet", "try a longer --for")
    offset_ns = desk.view.clock_offset_ns
    if offset_ns > SKEW_LIMIT_MS * NS_PER_MS:
        words = clock_words(offset_ns)
        return Finding("clock", "fail", words, "synchronise it, for example with chrony")
    name, worst = min(skews.items(), key=lambda item: item[1])
    if worst <= -SKEW_LIMIT_MS:
        detail = f"at least {-worst:.0f} ms behind {name}"
        return Finding("clock", "fail", detail, "synchronise it, for example with chrony")
    if worst < 0:
        return Finding("clock", "warn", f"at least {-worst:.0f} ms behind {name}", "check NTP")
    return Finding("clock", "ok", f"no skew against {', '.join(skews)}")
