"""Scenes to draw: three small venues with known figures, in every state a trader meets."""

from functools import cache

from cockpit.calculators.saved_plans import SavedPlan
from cockpit.core.events import (
    Block,
    BookSnapshot,
    Funding,
    Instrument,
    Link,
    LinkState,
    OpenInterest,
    Prices,
    Reject,
)
from cockpit.core.market import FundingTerms
from cockpit.core.units import HOUR_NS, NS_PER_S, hour_floor_ns
from cockpit.desk.contract import Notice
from cockpit.state.store import MarketStore
from cockpit.ui.model.readings import Readings
from cockpit.venues.contract import VenueFacts, VenueSpec
from tests.support import AT_NS, flat_fees

VENUES = ("alphaswap", "bravo", "charliedex")
SYMBOLS = ("BTC", "ETH", "PEPE")
MIDS = {"BTC": 64_000.0, "ETH": 2_500.0, "PEPE": 0.00001}
TICKS = {"BTC": 1.0, "ETH": 0.1, "PEPE": 1e-10}
FOREIGN = (
    "狗狗币", "🐕\u200d🦺INU", "VERYLONGCOINNAME2049", "A\x1b[31mB\tC", "\u202eCTB", "e\u0301a",
)  # fmt: skip
MIDS |= dict.fromkeys(FOREIGN, 1.0)
TICKS |= dict.fromkeys(FOREIGN, 0.001)
RATES = {"alphaswap": 0.0000125, "bravo": -0.00005, "charliedex": 0.0001}
"""Live rates per hour (alphaswap, bravo) and per eight hours (charliedex)."""
INTERVALS_S = {"alphaswap": 3600, "bravo": 3600, "charliedex": 28_800}
TAKER_FEES = {"alphaswap": 0.00045, "bravo": 0.0002, "charliedex": 0.00055}
OPEN_INTEREST_USD = {"alphaswap": 900e6, "bravo": 400e6, "charliedex": 200e6}


def spec(name: str) -> VenueSpec:
    return VenueSpec(
        name=name,
        title=name.title(),
        short=name[:3],
        links={},
        rest_url="https://localhost",
        chain=f"{name}-chain" if name != "charliedex" else None,
        kinds=frozenset(),
        weight_per_minute=60,
        burst=10,
        docs=(),
        publishes_fees=name == "bravo",
        facts=VenueFacts(colour=VENUES.index(name) + 1, fees=flat_fees(TAKER_FEES[name])),
        funding_terms=FundingTerms(interest_8h=0.0001, dampener_8h=0.0005),
    )


def levels(mid: float, side: int, count: int = 40, step_bps: float = 2.0, usd: float = 50_000.0):
    """`count` levels of `usd` each, the first `step_bps` from mid; side +1 asks, -1 bids."""
    prices = [mid * (1 + side * step_bps * 1e-4 * i) for i in range(1, count + 1)]
    return tuple((price, usd / price) for price in prices)


def bare(symbols: tuple[str, ...] = SYMBOLS, venues: tuple[str, ...] = VENUES) -> Readings:
    """Nothing was said by anybody yet."""
    store = MarketStore(((name, spec(name).chain) for name in venues), symbols)
    return Readings(
        view=store, specs={n: spec(n) for n in venues}, mode="DEMO", glyphs="braille", now_ns=AT_NS
    )


def store_of(scene: Readings) -> MarketStore:
    assert isinstance(scene.view, MarketStore)
    return scene.view


def link(
    scene: Readings, venue: str, state: LinkState, reason: str = "", at_ns: int = AT_NS
) -> None:
    store_of(scene).apply(Link(venue=venue, recv_ns=at_ns, state=state, reason=reason))


def speak(scene: Readings, venue: str, symbol: str, at_ns: int = AT_NS, count: int = 40) -> None:
    """Everything a venue can say about a market, at one moment."""
    store, mid = store_of(scene), MIDS[symbol]
    said = {"venue": venue, "recv_ns": at_ns, "symbol": symbol}
    interval_s = INTERVALS_S[venue]
    next_ns = hour_floor_ns(at_ns) + HOUR_NS
    store.apply(
        Instrument(
            **said, native=symbol, base=symbol, quote="USD", tick=TICKS[symbol], lot=0.0001,
            taker_fee=TAKER_FEES[venue], funding_interval_s=interval_s,
        )
    )  # fmt: skip
    store.apply(BookSnapshot(**said, bids=levels(mid, -1, count), asks=levels(mid, 1, count)))
    premium = 0.0003 if venue == "alphaswap" else None
    store.apply(
        Funding(
            **said, kind="live", rate=RATES[venue], interval_s=interval_s, next_ns=next_ns,
            premium=premium,
        )
    )  # fmt: skip
    store.apply(Prices(**said, mark=mid, index=mid * 0.9998))
    store.apply(OpenInterest(**said, base=OPEN_INTEREST_USD[venue] / mid))


def paid(
    scene: Readings, venue: str, symbol: str, hours: int = 720, leave_out: tuple[int, ...] = ()
):
    """Settled payments up to the last full hour; `leave_out` are hours ago without one."""
    store_of(scene).apply_all(payments(venue, symbol, hours, leave_out))


@cache
def payments(
    venue: str, symbol: str, hours: int, leave_out: tuple[int, ...]
) -> tuple[Funding, ...]:
    """Hundreds of scenes are told the same month."""
    interval_h = INTERVALS_S[venue] // 3600
    last = hour_floor_ns(AT_NS)
    return tuple(
        Funding(
            venue=venue, recv_ns=AT_NS, venue_ns=last - ago * HOUR_NS, symbol=symbol,
            kind="settled", rate=RATES[venue] * (1.0 if ago < 24 else 0.5 + 0.5 * (ago % 5)),
            interval_s=INTERVALS_S[venue],
        )
        for ago in range(hours, -1, -1)
        if not ago % interval_h and ago not in leave_out
    )  # fmt: skip


def live(symbols: tuple[str, ...] = SYMBOLS, paid_h: int = 720) -> Readings:
    """Every venue is live and has just said everything, of the first symbol what it paid."""
    scene = bare(symbols)
    for venue in VENUES:
        link(scene, venue, "live", at_ns=AT_NS - 60 * NS_PER_S)
        for symbol in symbols:
            speak(scene, venue, symbol, AT_NS - NS_PER_S // 2)
        for i in range(5):
            at_ns = AT_NS - (5 - i) * NS_PER_S
            store_of(scene).apply(
                Block(venue=venue, recv_ns=at_ns, chain="c", height=100 + i, block_ns=at_ns)
            )
        paid(scene, venue, symbols[0], paid_h)
    scene.notices = [Notice(AT_NS, "bravo", "main link live")]
    return scene


def stale() -> Readings:
    """As live, and then ten minutes of silence from everybody."""
    scene = live()
    scene.now_ns = AT_NS + 600 * NS_PER_S
    return scene


def down() -> Readings:
    """As live, but the second venue is gone and the first one talked nonsense."""
    scene = live()
    link(scene, "bravo", "down", "connection refused")
    store_of(scene).apply(
        Reject(venue="alphaswap", recv_ns=AT_NS, reason="price is \x1b[31mNaN", data="{}")
    )
    return scene


def foreign() -> Readings:
    """Coins whose names are wide, joined, long, written from the right, or made to do harm."""
    scene = bare(FOREIGN)
    for venue in VENUES:
        link(scene, venue, "live", at_ns=AT_NS - 60 * NS_PER_S)
        for name in FOREIGN:
            speak(scene, venue, name, AT_NS - NS_PER_S // 2)
    return scene


STATES = {"empty": bare, "live": live, "stale": stale, "down": down, "foreign": foreign}


def keep(scene: Readings, plan: SavedPlan) -> None:
    """The desk keeps this plan alone, and it is open."""
    scene.ui.plans.take((plan,))
    scene.ui.plans.open(plan.name)
