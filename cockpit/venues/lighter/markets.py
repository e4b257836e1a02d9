"""Lighter's markets: numbers on the wire, and the names that the venue gives them."""

from dataclasses import dataclass, field

from cockpit.venues.kit.dedupe import Seen
from cockpit.venues.kit.instruments import ONE, Instruments, Market, Unit
from cockpit.venues.kit.settled import SettledRates
from cockpit.venues.lighter.wire_2025 import guessed_name

LAST_GUESSED_ID = 254
"""Up to here an id is a perp's whatever has been said of it."""
SPOT_IDS = range(2048, 4095)
"""Ids beyond both were given out since September 2026, to perps and spot markets alike: what they
are the venue says, in its listing, its statistics and its positions."""
THOUSANDS = {
    "1000BONK": "BONK",
    "1000FLOKI": "FLOKI",
    "1000PEPE": "PEPE",
    "1000SHIB": "SHIB",
    "1000TOSHI": "TOSHI",
}
"""Markets that count 1000 coins; any other name that begins with 1000 is just a name."""


def symbol_of(name: str) -> str:
    """The cross-venue name of one of the venue's own."""
    return THOUSANDS.get(name, name)


def unit_of(name: str) -> Unit:
    return Unit(price=1000.0) if name in THOUSANDS else ONE


@dataclass(slots=True, eq=False)
class LighterMarket(Market):
    """One market id. `name` is the venue's, empty until it has said one.

    `streamed_ns` is the stamp of the payment that the stream stated last; `settled_rates` are those
    that the history stated. `is_silent`: the last row of its statistics told nothing of it.
    """

    id: int = -1
    name: str = ""
    size_decimals: int | None = None
    streamed_ns: int = 0
    is_silent: bool = False
    fills: Seen = field(default_factory=Seen)

    @property
    def book_key(self) -> str:
        return f"order_book:{self.id}"


class Directory:
    """Every market id that was ever mentioned, and what it is called."""

    def __init__(self, listing: Instruments[LighterMarket]) -> None:
        self._listing = listing
        self._by_text: dict[str, LighterMarket] = {}

    def get(self, text: str, *, is_perp: bool = False) -> LighterMarket | None:
        """The market of a channel (`order_book:1`) or of an id as text, None for what is no perp.

        `is_perp`: the venue gave it as a perp's.
        """
        market = self._by_text.get(text)
        if market is None:
            number = text.rpartition(":")[2]
            # An id has 64 bits.
            is_id = number.isascii() and number.isdigit() and len(number) <= 19
            market_id, markets = int(number) if is_id else -1, self._listing.markets
            is_perp = (is_perp and market_id not in SPOT_IDS) or market_id <= LAST_GUESSED_ID
            if is_id and (is_perp or f"@{market_id}" in markets):
                made = LighterMarket(f"@{market_id}", guessed_name(market_id), id=market_id)
                market = self._by_text[text] = markets.setdefault(made.native, made)
        return market

    def name(self, market: LighterMarket, name: str) -> list[LighterMarket]:
        """The venue says what an id is called; returns the markets that have another symbol now.

        A guess that held the name gives it up.
        """
        symbol, was, changed = symbol_of(name), market.symbol, list[LighterMarket]()
        if name != market.name:
            for other in self._listing.markets.values():
                if other.symbol == symbol and not other.name and other is not market:
                    other.symbol = other.native
                    changed.append(other)
            # What was stated was stated of another name.
            market.name, market.streamed_ns = name, 0
            market.settled_rates = SettledRates()
            self._listing.changed()
        self._listing.adopt(market.native, symbol, unit_of(name), LighterMarket)
        return changed if market.symbol == was else [*changed, market]
