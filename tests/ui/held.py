"""Positions on the scenes: accounts that are read, an account that went stale, typed positions."""

from cockpit.core.events import AccountState, BookSnapshot, Margin, Position, Prices
from cockpit.core.units import NS_PER_S
from cockpit.ui.model.readings import Readings
from tests.support import AT_NS
from tests.ui.scenes import MIDS, levels, live, store_of

ALPHA, BRAVO = "0x" + "a1" * 20, "0x" + "b2" * 20
"""The accounts that `followed` reads."""


def follow(scene: Readings, *accounts: tuple[str, str, str]) -> None:
    """(venue, address, name) of each, and that it could be read."""
    store = store_of(scene)
    store.follow(accounts)
    for venue, address, _ in accounts:
        state(scene, venue, address)


def state(scene: Readings, venue: str, address: str, at_ns: int = AT_NS, **more: object) -> None:
    said = {"state": "read", **more}
    store_of(scene).apply(AccountState(venue=venue, account=address, recv_ns=at_ns, **said))


def position(
    scene: Readings, venue: str, address: str, symbol: str, size: float, **more: object
) -> None:
    """Stated at the scene's own mark unless `mark` says otherwise."""
    said = {"mark": MIDS.get(symbol), "recv_ns": AT_NS - NS_PER_S, **more}
    store_of(scene).apply(Position(venue=venue, account=address, symbol=symbol, size=size, **said))


def margin(scene: Readings, venue: str, address: str, equity: float | None, **more: float) -> None:
    store_of(scene).apply(
        Margin(venue=venue, account=address, recv_ns=AT_NS - NS_PER_S, equity=equity, **more)
    )


def typed(scene: Readings, venue: str, symbol: str, size: float, **more: object) -> None:
    """One more position of the trader's own."""
    one = Position(
        venue=venue, recv_ns=AT_NS, symbol=symbol, size=size, account="manual", source="manual",
        **more,
    )  # fmt: skip
    store = store_of(scene)
    store.set_manual((*store.manual(), one))


def hedged(paid_h: int = 720) -> Readings:
    """Long 0.5 BTC on alphaswap, short 0.5 on bravo; each with its own margin."""
    scene = live(paid_h=paid_h)
    follow(scene, ("alphaswap", ALPHA, "carry"), ("bravo", BRAVO, ""))
    position(
        scene, "alphaswap", ALPHA, "BTC", 0.5, entry=63_000.0, liquidation=51_200.0,
        funding_paid=-12.5, leverage=10.0,
    )  # fmt: skip
    position(scene, "bravo", BRAVO, "BTC", -0.5, entry=65_000.0, liquidation=83_200.0)
    margin(scene, "alphaswap", ALPHA, 10_000.0, used=3_200.0, maintenance=640.0)
    margin(scene, "bravo", BRAVO, 20_000.0, used=3_200.0, maintenance=1_000.0)
    return scene


def many(count: int = 60) -> Readings:
    """So many positions over three venues and accounts, in three assets and a hundred sizes."""
    scene = live()
    accounts = [("alphaswap", f"0x{i:040x}", "") for i in range(count // 3)]
    follow(scene, *accounts)
    for i in range(count):
        venue, address, _ = accounts[i // 3]
        symbol = ("BTC", "ETH", "PEPE")[i % 3]
        size = (1 if i % 2 else -1) * (100.0 + i) / MIDS[symbol]
        position(scene, venue, address, symbol, size, entry=MIDS[symbol] * 1.01)
    return scene


def old_rates() -> Readings:
    """As hedged, and ten minutes later everything has been told anew but the funding rates."""
    scene = hedged()
    scene.now_ns = later = AT_NS + 600 * NS_PER_S
    for venue, address, size in (("alphaswap", ALPHA, 0.5), ("bravo", BRAVO, -0.5)):
        said = {"venue": venue, "symbol": "BTC", "recv_ns": later}
        mid = MIDS["BTC"]
        store_of(scene).apply(Prices(**said, mark=mid, index=mid))
        store_of(scene).apply(BookSnapshot(**said, bids=levels(mid, -1), asks=levels(mid, 1)))
        position(scene, venue, address, "BTC", size, recv_ns=later)
        state(scene, venue, address, later)
    return scene
