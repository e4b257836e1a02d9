"""The market of a position is watched as soon as the position is known."""

import msgspec
import pytest

from cockpit import config
from cockpit.config import Follow
from cockpit.core.events import Instrument, Position
from cockpit.core.units import NS_PER_S
from cockpit.desk.contract import Watch
from cockpit.desk.live import Engine

T0 = 1_760_000_000 * NS_PER_S
V, A = "lighter", "1077"
ETH = Instrument(venue=V, symbol="ETH", recv_ns=T0, native="0", base="ETH", quote="USD")


def desk(*typed, **options):
    """It watches BTC and follows an account; nothing is connected."""
    settings = config.load(None, {"watch.symbols": ("BTC",), "watch.venues": (V,)}, environ={})
    account = (Follow(venue=V, address=A),)
    return Engine(msgspec.structs.replace(settings, account=account), positions=typed, **options)


def position(symbol, **said):
    return Position(**{"venue": V, "recv_ns": T0, "account": A, "size": 1.0, **said}, symbol=symbol)


def typed(symbol, **said):
    return position(symbol, account="mine", source="manual", **said)


def test_a_market_in_which_there_is_a_position_is_watched_and_the_log_says_why():
    live = desk()
    live.take([position("BTC"), position("DOGE")])
    assert list(live.view.symbols()) == ["BTC", "DOGE"]
    assert [n.text for n in live.notices()] == ["DOGE is watched too: there is a position in it"]


def test_a_market_that_the_trader_drops_again_stays_dropped():
    live = desk()
    live.take([position("DOGE")])
    live.post(Watch(("BTC",)))
    live.take([position("DOGE")])
    assert list(live.view.symbols()) == ["BTC"]


def test_who_wants_the_named_markets_alone_gets_no_others():
    live = desk(watches_held=False)
    live.take([position("DOGE")])
    assert list(live.view.symbols()) == ["BTC"]


@pytest.mark.parametrize(
    "mine",
    [
        pytest.param(typed("ETH"), id="typed at the venue"),
        pytest.param(typed("ETH", venue="spot"), id="coins that are owned"),
    ],
)
def test_what_was_typed_is_watched_once_a_followed_venue_lists_it(mine):
    live = desk(mine, typed("DGOE"))
    assert list(live.view.symbols()) == ["BTC"]
    live.take([ETH])
    assert list(live.view.symbols()) == ["BTC", "ETH"]
    assert [notice.venue for notice in live.notices()] == [V]


def test_what_is_shown_knows_the_trader_s_own_tiers():
    settings = msgspec.structs.replace(
        config.load(None, {"watch.venues": (V,)}, environ={}),
        venue={V: config.Venue(taker_fee=0.0001), "bybit": config.Venue(maker_fee=0.0)},
    )
    assert Engine(settings).view.own_taker_fees == {V: 0.0001}
