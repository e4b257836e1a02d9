"""Who hears a reply, and what a closing link takes along."""

from collections.abc import Sequence

import msgspec

from cockpit.core.events import Reject
from cockpit.venues.contract import MAIN, Closed, Fetch, Frame, Opened, Output, Reply, Wants
from cockpit.venues.kit.instruments import ONE, Instruments, Market
from cockpit.venues.kit.polling import Question, Rota, Timing
from cockpit.venues.kit.session import VenueSession
from tests.support import AT_NS, only, reply

NUMBERS = msgspec.json.Decoder(list[int])
OTHER = "blocks"


class Venue(VenueSession):
    """A question of a fixed request, one in turn, and a reply that the session reads itself."""

    def __init__(self) -> None:
        super().__init__("tiny", Wants())
        self.listing = Instruments[Market]()
        self.heard: list[str] = []
        timing = Timing(period_s=60)
        asked = Fetch(name="tickers", path="/tickers")
        tickers = Question("tiny", asked, NUMBERS, timing, self._note)
        margins = Rota("tiny", self._ask, NUMBERS, timing, self._note, hears="margins")
        self.parts = (tickers, margins)
        self.answers = {"book": self._own}

    def on_frame(self, frame: Frame) -> Sequence[Output]:
        return ()

    def follow(self, at_ns: int) -> Sequence[Output]:
        return ()

    def _ask(self, key: str) -> Fetch:
        return Fetch(name="margins", path="/margins", key=key)

    def _note(self, numbers: list[int], reply: Reply) -> Sequence[Output]:
        self.heard.append(f"{reply.name} by a part")
        return ()

    def _own(self, reply: Reply) -> Sequence[Output]:
        self.heard.append(f"{reply.name} by the session")
        return ()


def test_a_reply_goes_to_the_part_that_hears_its_name_or_to_the_sessions_own_reader() -> None:
    venue = Venue()
    for name in ("tickers", "margins", "book"):
        venue.handle(reply(name, [1]))
    assert venue.heard == ["tickers by a part", "margins by a part", "book by the session"]


def test_a_reply_that_nobody_hears_is_a_reject_that_names_it() -> None:
    for name in ("candles", ""):
        (told,) = only(Reject, Venue().handle(reply(name, [1])))
        assert told.reason == f"unknown reply {name}"


def test_what_a_stream_told_of_a_market_is_forgotten_with_the_main_link_alone() -> None:
    venue = Venue()
    market = venue.listing.adopt("BTC-PERP", "BTC", ONE, Market)
    venue.handle(Opened(at_ns=AT_NS))
    market.told_ns["mark"] = AT_NS
    venue.handle(Closed(at_ns=AT_NS, link=OTHER))
    assert market.is_told("mark", AT_NS, within_ns=1)
    venue.handle(Closed(at_ns=AT_NS, link=MAIN))
    assert not market.is_told("mark", AT_NS, within_ns=1)
