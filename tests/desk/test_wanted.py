"""What each venue is asked for: the watch list of all, and what is its own."""

import msgspec
import pytest

from cockpit.config import Config, Follow
from cockpit.core.errors import InputError
from cockpit.desk.wanted import Wanted
from cockpit.venues.contract import KeptSpan

VENUES = ("dydx", "lighter")
ADDRESS = "0x" + "ab" * 20
FOLLOW = Follow(venue="lighter", address=ADDRESS)


def wanted(*symbols, follows=()):
    watch = msgspec.structs.replace(Config().watch, symbols=symbols)
    return Wanted(watch, follows, VENUES)


def symbols(of):
    return {venue: of.of(venue).symbols for venue in VENUES}


def test_a_lent_market_is_asked_of_its_own_venue_alone():
    of = wanted("BTC")
    of.lend({"dydx": frozenset({"WIF", "BTC"})})
    assert symbols(of) == {"dydx": ("BTC", "WIF"), "lighter": ("BTC",)}


def test_what_is_watched_meanwhile_is_asked_once_of_all():
    of = wanted("BTC")
    of.lend({"dydx": frozenset({"WIF"})})
    of.watch(("BTC", "WIF"))
    assert symbols(of) == dict.fromkeys(VENUES, ("BTC", "WIF"))


def test_where_everything_is_watched_a_lease_asks_for_no_less():
    of = wanted()
    of.lend({"dydx": frozenset({"WIF"})})
    assert symbols(of) == dict.fromkeys(VENUES, ())


def test_a_survey_ends_with_whoever_asked_for_it_unless_everything_is_watched():
    of = wanted("BTC")
    assert not of.of("dydx").survey
    of.survey(True)
    assert of.of("dydx").survey
    assert of.symbols == ("BTC",)
    of.survey(False)
    assert not of.of("dydx").survey
    of.watch(())
    assert of.of("dydx").survey


def test_an_account_is_asked_of_its_own_venue_and_what_is_kept_is_told_to_it():
    kept = KeptSpan(from_ns=1, to_ns=2)
    of = wanted("BTC", follows=[FOLLOW])
    of.know({"dydx": {"BTC": kept}})
    assert [of.of(venue).accounts for venue in VENUES] == [(), (ADDRESS,)]
    assert [of.of(venue).kept for venue in VENUES] == [{"BTC": kept}, {}]


def test_an_account_of_a_venue_that_is_not_watched_is_followed_nowhere():
    assert wanted("BTC", follows=[Follow(venue="bybit", address="x")]).follows == []


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (Follow(venue="bybit", address=ADDRESS), "bybit is not among the watched venues"),
        (Follow(venue="lighter", address="0x12"), "lighter: "),
        (FOLLOW, "0xabab…abab is followed at lighter already"),
    ],
)
def test_an_account_that_cannot_be_followed_is_refused_and_nothing_changes(new, why):
    of = wanted("BTC", follows=[FOLLOW])
    with pytest.raises(InputError) as refused:
        of.follow_too(new)
    assert refused.value.ui_message.startswith(why)
    assert of.follows == [FOLLOW]
