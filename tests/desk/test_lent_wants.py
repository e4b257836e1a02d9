"""Of a live desk, whose books a lease has the venues followed for."""

from cockpit import config
from cockpit.desk.contract import Lease, Watch
from cockpit.desk.live import Engine

VENUES = ("dydx", "lighter")


def engine(*symbols):
    given = {"watch.symbols": symbols, "watch.venues": VENUES}
    return Engine(config.load(None, given, environ={}))


def wanted(desk):
    return {venue: desk._wants_of(venue).symbols for venue in VENUES}


def test_a_lent_market_is_asked_of_its_own_venue_alone():
    desk = engine("BTC")
    desk.post(Lease((("dydx", "WIF"), ("dydx", "BTC"))))
    assert wanted(desk) == {"dydx": ("BTC", "WIF"), "lighter": ("BTC",)}


def test_what_is_watched_meanwhile_is_asked_once_of_all():
    desk = engine("BTC")
    desk.post(Lease((("dydx", "WIF"),)))
    desk.post(Watch(("BTC", "WIF")))
    assert wanted(desk) == dict.fromkeys(VENUES, ("BTC", "WIF"))


def test_where_everything_is_watched_a_lease_asks_for_no_less():
    desk = engine()
    desk.post(Lease((("dydx", "WIF"),)))
    assert wanted(desk) == dict.fromkeys(VENUES, ())
