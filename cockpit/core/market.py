"""Names of things that trade."""

import enum

import msgspec


class Side(enum.StrEnum):
    """The taker's side."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return 1 if self is Side.BUY else -1


class Market(msgspec.Struct, frozen=True, order=True, gc=False):
    """One instrument at one venue: the key of everything said about it.

    `symbol` is the cross-venue name (`BTC`), not the venue's own (`BTC-USD`).
    """

    venue: str
    symbol: str

    def __str__(self) -> str:
        return f"{self.venue}/{self.symbol}"

    @classmethod
    def parse(cls, text: str) -> "Market":
        """`hyperliquid/xyz:GOLD` -> Market. Splits at the first slash; ValueError without one."""
        venue, slash, symbol = text.partition("/")
        if not (slash and venue and symbol):
            raise ValueError(f"{text!r} is not VENUE/SYMBOL")
        return cls(venue, symbol)
