"""Trades on the scenes: pairs that are found, an orphan, a leg whose account is away."""

from cockpit.core.events import AccountFill, Link
from cockpit.core.units import HOUR_NS
from cockpit.portfolio.trades.keeper import Keeper
from cockpit.ui.model.readings import Readings
from tests.support import AT_NS
from tests.ui import held
from tests.ui.scenes import MIDS, live, store_of


def found(scene: Readings) -> Readings:
    """The scene with its pairs found, and POSITIONS standing by trade."""
    Keeper(store_of(scene)).look(scene.now_ns)
    scene.ui.workspace = "positions"
    scene.ui.focus = "positions"
    scene.ui.positions.group = "trade"
    return scene


def fill(scene: Readings, venue: str, address: str, number: str, size: float, price: float) -> None:
    stamp_ns = AT_NS - 5 * HOUR_NS
    store_of(scene).apply(
        AccountFill(
            venue=venue, account=address, symbol="BTC", recv_ns=stamp_ns, venue_ns=stamp_ns,
            fill=number, size=size, price=price, fee=1.5,
        )
    )  # fmt: skip


def pair() -> Readings:
    """Long 0.5 BTC at 63,000 on alphaswap, short 0.5 at 65,000 on bravo; both told their fills."""
    scene = held.hedged()
    fill(scene, "alphaswap", held.ALPHA, "a", 0.5, 63_000.0)
    fill(scene, "bravo", held.BRAVO, "b", -0.5, 65_000.0)
    return found(scene)


def orphan() -> Readings:
    """The short of the pair was cut to 0.2: 0.3 BTC are long and naked."""
    scene = pair()
    held.position(scene, "bravo", held.BRAVO, "BTC", -0.2, entry=65_000.0)
    Keeper(store_of(scene)).look(scene.now_ns)
    return scene


def away() -> Readings:
    """The link of the short's venue is lost."""
    scene = pair()
    store_of(scene).apply(Link(venue="bravo", recv_ns=AT_NS, state="down", reason="gone"))
    return scene


def many(count: int = 60) -> Readings:
    """So many legs: pairs over two venues, each of a size of its own."""
    scene = live()
    pairs = count // 2
    accounts = [("alphaswap", f"0x{i:040x}", "") for i in range(pairs)]
    accounts += [("bravo", f"0x{i:040x}", "") for i in range(pairs)]
    held.follow(scene, *accounts)
    for i in range(pairs):
        symbol = ("BTC", "ETH", "PEPE")[i % 3]
        size = 1.2**i * 100.0 / MIDS[symbol]
        for venue, sign in (("alphaswap", 1), ("bravo", -1)):
            held.position(
                scene, venue, f"0x{i:040x}", symbol, sign * size, entry=MIDS[symbol] * 1.01
            )
    return found(scene)


def three() -> Readings:
    """A pair, and one leg that nothing hedges."""
    scene = held.hedged()
    held.position(scene, "alphaswap", held.ALPHA, "ETH", 2.0, entry=2_500.0)
    return found(scene)
