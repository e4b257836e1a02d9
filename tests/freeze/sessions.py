"""What each venue's session says of recordings and of tapes, asked of it directly."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cockpit.venues import REGISTRY, load
from cockpit.venues.contract import (
    Closed,
    Fetch,
    Frame,
    Input,
    Opened,
    Reply,
    Session,
    Tick,
    Wanted,
    Wants,
)
from cockpit.wire.tape import read_tape
from tests.freeze.frozen import Case, line
from tests.support import AT_NS, CAPTURES

VENUES = tuple(REGISTRY)
WATCHED: dict[str, tuple[str, ...]] = {
    "two": ("BTC", "PEPE"),
    "all": (),
    "odd": ("NOSUCHCOIN", "ETH", "xyz:GOLD", "BTC:USDC", "LTC", ""),
}
LISTINGS = {
    "hyperliquid": ("rest_all_perp_metas_trimmed.json", "doc_meta_and_asset_ctxs.json",
                    "rest_meta_2023.json"),
    "dydx": ("rest_perpetual_markets.json",),
    "lighter": ("rest_20260505_orderBookDetails_eth.json", "rest_20260505_orderBooks_eth.json"),
    "bybit": ("rest_2023-08-16_tickers_linear_259_markets.json",
              "rest_2026-06-11_funding_history_and_instrument.jsonl"),
    "paradex": ("rest_202609_markets_3rows_trimmed.json", "rest_202406_markets_btc_perp.json"),
    "orderly": ("rest_20260913_public_info_5rows.json", "rest_20260913_public_futures_5rows.json"),
    "nado": ("rest_20260913_query_symbols_9rows.json",
             "rest_20260913_archive_v2_contracts_9rows.json"),
    "extended": ("rest_20260913_info_markets_9rows.json",),
    "grvt": ("rest_20260913_all_instruments_6.json", "rest_20260928_instrument_nvda.json"),
    "aster": ("rest_20260907_exchangeInfo_12symbols.json",
              "rest_20260907_premiumIndex_all_732.json"),
}  # fmt: skip
"""Recordings that name markets: handed to a session before the others, as its metadata."""
REPLY_NAMES = (
    "instruments", "tickers", "funding_history", "open_interest", "book", "account", "time",
    "funding_payments", "margin_tiers", "margin_rules", "rates", "premium", "funding_info",
    "status", "system", "system_state", "nosuchreply",
)  # fmt: skip
KEYS = ("", "BTC", "BTC-USD", "ETH-USD", "BTCUSDT", "0", "1")
ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\b|dydx1[0-9a-z]{38}\b|(?<=\"account_index\":)\d+")
MAX_ADDRESSES = 3
MAX_REPLIES = 12
MAX_CUT = 40
SECOND_NS = 1_000_000_000


class Run(NamedTuple):
    name: str
    wants: Wants
    inputs: Sequence[Input]


def golden_and_long(folder: Path) -> Iterator[Case]:
    """Each tape of DIR, input by input, into the session of its venue."""
    for path in sorted((folder / "tapes").rglob("*.jsonl*")):
        name = path.name.removesuffix(".gz").removesuffix(".jsonl")

        def runs(path: Path = path) -> Iterator[Run]:
            tape = read_tape(path)
            inputs = list(tape)
            yield Run("tape", tape.header.wants, inputs)
            yield from _tape_runs(tape.header.venue, tape.header.wants, inputs)

        yield _case(f"{path.parent.name}/{name}", read_tape(path).header.venue, runs)


def _tape_runs(venue: str, wants: Wants, inputs: list[Input]) -> Iterator[Run]:
    """The same inputs to one who watches otherwise, and with parts that no venue should send."""
    everything = wants_of(venue, (), wants.accounts)
    stranger = wants_of(venue, ("DOGE", "NOSUCHCOIN"))
    kept = [item for item in inputs if not isinstance(item, Wanted)]
    end_ns = inputs[-1].at_ns
    again = [
        *(Closed(at_ns=end_ns, link=link) for link in _links(venue)),
        *_open(venue, end_ns + SECOND_NS), *inputs[-300:], *_ticks(end_ns + SECOND_NS, 90),
    ]  # fmt: skip
    yield Run("bare frames", Wants(), [i for i in inputs if isinstance(i, Frame)][:2000])
    yield Run("all markets", everything, kept[:4000])
    yield Run("other markets, no account", stranger, kept[:4000])
    yield Run("one frame in five with a wrong digit", wants, _damaged(inputs, _changed, 5))
    yield Run("one frame in seven cut", wants, _damaged(inputs[:3000], _cut, 7))
    yield Run("closed, then the end once more", wants, [*inputs[:3000], *again])


def _damaged(inputs: list[Input], damage: Callable[[str, int], str], one_in: int) -> list[Input]:
    """One frame in so many is damaged; every reply comes damaged first and then whole."""
    damaged: list[Input] = []
    for number, item in enumerate(inputs):
        if number % one_in == 0 and isinstance(item, Frame) and isinstance(item.data, str):
            data = damage(item.data, number)
            damaged.append(Frame(at_ns=item.at_ns, data=data, link=item.link))
        elif isinstance(item, Reply):
            body = damage(item.body, number)
            damaged.append(
                Reply(at_ns=item.at_ns, name=item.name, key=item.key, status=item.status, body=body)
            )
            damaged.append(item)
        else:
            damaged.append(item)
    return damaged


def captured(folder: Path) -> Iterator[Case]:
    """Each recording beside the project, as frames, as replies, whole and cut."""
    asked = json.loads((folder / "asked.json").read_text())
    for venue in VENUES:
        for path in sorted((CAPTURES / venue).rglob("*.json*")):
            name = str(path.relative_to(CAPTURES / venue)).replace("/", "__")

            def runs(path: Path = path, venue: str = venue) -> Iterator[Run]:
                return _capture_runs(venue, path, [tuple(pair) for pair in asked[venue]])

            yield _case(f"captures/{venue}/{name}", venue, runs)


def asked_for() -> dict[str, list[tuple[str, str]]]:
    """Venue -> (name, key) of what its session fetches when nothing goes wrong, once each."""
    found: dict[str, list[tuple[str, str]]] = {}
    for venue in VENUES:
        accounts = _addresses(venue)[:1]
        wants = wants_of(venue, ("BTC", "ETH", "PEPE"), accounts)
        session = load(venue).Session(wants)
        inputs = [*_open(venue), *_listing(venue), *_ticks(AT_NS, 5)]
        fetches = [o for item in inputs for o in session.handle(item) if isinstance(o, Fetch)]
        found[venue] = list(dict.fromkeys((f.name, f.key) for f in fetches))[:40]
    return found


@cache
def wants_of(venue: str, symbols: tuple[str, ...], accounts: tuple[str, ...] = ()) -> Wants:
    """Wants as a tape of the first format says them: that is read whatever becomes of the type."""
    import tempfile

    said = {"symbols": symbols, "accounts": accounts, "depth": 20}
    header = {
        "format": "cockpit-tape/1", "venue": venue, "origin": "docs", "version": "0.1.0",
        "at_ns": AT_NS, "wants": said,
    }  # fmt: skip
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write(json.dumps(header) + "\n")
        file.flush()
        return read_tape(file.name).header.wants


def _case(name: str, venue: str, runs: Callable[[], Iterator[Run]]) -> Case:
    assert venue in REGISTRY

    def lines() -> Iterator[bytes]:
        for run in runs():
            session: Session = load(venue).Session(run.wants)
            for number, item in enumerate(run.inputs):
                try:
                    for output in session.handle(item):
                        yield line(run.name, number, type(output).__name__, output)
                except Exception as error:
                    yield line(run.name, number, "RAISED", repr(error))

    def place(wanted: str, number: int) -> str:
        return next((repr(run.inputs[number]) for run in runs() if run.name == wanted), "")

    return Case(name, lines, place)


def _capture_runs(venue: str, path: Path, asked: list[tuple[str, str]]) -> Iterator[Run]:
    messages = _messages(path)
    accounts = _addresses(venue)
    small = messages[:MAX_CUT]
    for watched, symbols in WATCHED.items():
        wants = wants_of(venue, symbols, accounts if watched == "two" else ())
        yield Run(f"{watched}: frames in a life", wants, _life(venue, messages, wants))
        yield Run(f"{watched}: frames after a listing", wants, [
            *_open(venue), *_listing(venue), *_ticks(AT_NS, 2), *_frames(venue, messages),
            *_ticks(AT_NS + 1000 * SECOND_NS, 65),
        ])  # fmt: skip
    for watched in ("two", "odd"):
        wants = wants_of(venue, WATCHED[watched], accounts if watched == "two" else ())
        for name, key in _replies(asked):
            replies = _answers(messages[:MAX_REPLIES], name, key)
            yield Run(f"{watched}: reply {name} {key!r}", wants, [*_open(venue), *replies])
            yield Run(f"{watched}: reply {name} {key!r} after a listing", wants, [
                *_open(venue), *_listing(venue), *_ticks(AT_NS, 2), *replies[:6],
                *_ticks(AT_NS + 50 * SECOND_NS, 3),
            ])  # fmt: skip
    yield Run("frames of an unopened link", Wants(), _frames(venue, messages))
    yield Run("cut frames", wants_of(venue, WATCHED["two"]), [
        *_open(venue), *_listing(venue),
        *_frames(venue, [_cut(m, n) for n, m in enumerate(small)]),
        *_frames(venue, [_changed(m, n) for n, m in enumerate(small)]),
    ])  # fmt: skip


def _replies(asked: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Every name without a key and with a few, and what a session really asks for."""
    named = [(name, "") for name in REPLY_NAMES]
    keyed = [(name, key) for name in ("funding_history", "book") for key in KEYS[1:]]
    return list(dict.fromkeys([*named, *keyed, *asked]))


def _life(venue: str, messages: list[str], wants: Wants) -> list[Input]:
    """Opened, heard, wanted otherwise, closed, opened and heard again, then a long silence."""
    end_ns = AT_NS + len(messages) * SECOND_NS // 10
    again_ns = end_ns + 5 * SECOND_NS
    other = wants_of(venue, ("ETH", "SOL", "DOGE"))
    return [
        *_open(venue), *_ticks(AT_NS, 1), *_frames(venue, messages),
        Wanted(at_ns=end_ns + 1, wants=other), *_frames(venue, messages[-5:], end_ns + 2),
        Wanted(at_ns=end_ns + SECOND_NS, wants=wants),
        *(Closed(at_ns=end_ns + 2 * SECOND_NS, link=name) for name in _links(venue)),
        *_open(venue, again_ns), *_frames(venue, messages[:50], again_ns),
        *_ticks(again_ns + 10 * SECOND_NS, 100),
    ]  # fmt: skip


def _frames(venue: str, messages: list[str], at_ns: int = AT_NS) -> list[Input]:
    """Ten a second on the main link, a tick a second; telemetry links hear the first few too."""
    inputs: list[Input] = []
    for number, message in enumerate(messages):
        now_ns = at_ns + number * SECOND_NS // 10
        inputs.append(Frame(at_ns=now_ns, data=message))
        if number % 10 == 9:
            inputs.append(Tick(at_ns=now_ns + 1))
    others = [link for link in _links(venue) if link != "main"]
    end_ns = at_ns + len(messages) * SECOND_NS // 10
    return inputs + [
        Frame(at_ns=end_ns, data=message, link=link) for link in others for message in messages[:5]
    ]


def _answers(messages: list[str], name: str, key: str) -> list[Reply]:
    good = [
        Reply(at_ns=AT_NS + n * SECOND_NS, name=name, key=key, status=200, body=message)
        for n, message in enumerate(messages)
    ]
    bad = [
        Reply(at_ns=AT_NS + 30 * SECOND_NS + n, name=name, key=key, status=status, body=body)
        for n, (status, body) in enumerate(
            ((0, ""), (429, "slow down"), (500, messages[0]), (200, ""), (200, "null"),
             (200, messages[0][: len(messages[0]) // 2]))
        )
    ]  # fmt: skip
    return good[:3] + bad + good[3:]


def _open(venue: str, at_ns: int = AT_NS) -> list[Input]:
    return [Opened(at_ns=at_ns, link=link) for link in _links(venue)]


def _links(venue: str) -> tuple[str, ...]:
    return tuple(load(venue).SPEC.links) or ("main",)


def _ticks(at_ns: int, seconds: int) -> list[Input]:
    return [Tick(at_ns=at_ns + n * SECOND_NS) for n in range(1, seconds + 1)]


def _listing(venue: str) -> list[Input]:
    """The venue's recorded lists of markets, as the replies and frames they may come in."""
    bodies = [m for name in LISTINGS[venue] for m in _messages(CAPTURES / venue / name)]
    return [
        Reply(at_ns=AT_NS, name=name, status=200, body=body)
        for body in bodies
        for name in ("instruments", "tickers")
    ]


@cache
def _messages(path: Path) -> list[str]:
    """The messages of a recording, out of the envelope of whoever recorded them."""
    text = path.read_text()
    if path.suffix == ".jsonl":
        return [_unwrapped(row) for row in text.splitlines() if row.strip()]
    value = json.loads(text)
    parts = value if isinstance(value, list) and isinstance(value[0], dict) else []
    return [text, *(json.dumps(part) for part in parts[:20])]


def _unwrapped(row: str) -> str:
    value = json.loads(row)
    for envelope in ("msg", "frame", "raw"):
        inner: Any = value.get(envelope) if isinstance(value, dict) else None
        if isinstance(inner, dict):
            return json.dumps(inner, separators=(",", ":"))
        if isinstance(inner, str):
            return inner
    return row


@cache
def _addresses(venue: str) -> tuple[str, ...]:
    """Public addresses that the venue's recordings speak of, the commonest first."""
    counts: dict[str, int] = {}
    check = load(venue).SPEC.check_address
    for path in sorted((CAPTURES / venue).rglob("*.json*")):
        for address in ADDRESS.findall(path.read_text()):
            counts[address] = counts.get(address, 0) + 1
    named = sorted(counts, key=lambda address: (-counts[address], address))
    return tuple(a for a in named if check is not None and check(a) is None)[:MAX_ADDRESSES]


def _cut(message: str, number: int) -> str:
    return message[: (number * 7919 + 13) % max(1, len(message))]


def _changed(message: str, number: int) -> str:
    """One digit becomes a letter, a sign or another digit: numbers that are none."""
    digits = [at for at, character in enumerate(message) if character.isdigit()]
    if not digits:
        return message
    at = digits[(number * 7919) % len(digits)]
    return message[:at] + "x-9e"[number % 4] + message[at + 1 :]
