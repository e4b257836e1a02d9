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
        """`VENUE/xyz:GOLD` -> Market. Splits at the first slash; ValueError without one."""
        venue, slash, symbol = text.partition("/")
        if not (slash and venue and symbol):
            raise ValueError(f"{text!r} is not VENUE/SYMBOL")
        return cls(venue, symbol)


class FundingTerms(msgspec.Struct, frozen=True, kw_only=True):
    """A venue's documented funding formula as data; rates are fractions per 8 h unless said.

    rate_8h = cap_8h(premium + clamp(interest_8h - premium, -dampener_8h, +dampener_8h)), scaled
    to the interval and then held within +-`cap`, a fraction per interval. None: no such cap, or
    one that differs by market. While interest - dampener <= premium <= interest + dampener the
    rate is pinned to the interest. `is_continuous`: paid as it accrues, not at stamps.
    """

    interest_8h: float
    dampener_8h: float
    cap_8h: float | None = None
    cap: float | None = None
    is_continuous: bool = False

    @property
    def pin(self) -> tuple[float, float]:
        """The premiums between which the rate does not move."""
        return self.interest_8h - self.dampener_8h, self.interest_8h + self.dampener_8h
