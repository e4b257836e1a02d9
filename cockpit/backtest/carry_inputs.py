"""Series of two venues, with the prices of both, made into pairs."""

from collections.abc import Mapping, Sequence

import msgspec

from cockpit.backtest.carry_prices import Prices, PriceSeries
from cockpit.backtest.carry_terms import LegTerms, Market, Measured, Pair, market_of
from cockpit.core.errors import InputError
from cockpit.forecast.cells import Series

MOST_NAMED = 3


class Paired(msgspec.Struct, frozen=True, kw_only=True):
    """The pairs, and a sentence about each coin that makes none."""

    pairs: list[Pair]
    left_out: list[str]


def pairs_of(
    series: Sequence[Series],
    terms: Sequence[LegTerms],
    prices: Prices,
    measured: Mapping[tuple[str, str], Measured] | None = None,
    source: str = "FILE",
) -> Paired:
    """A pair for each asset that both venues have at one time, in the order of the files.

    `measured` by (venue, symbol) are frictions as they were recorded; `source` is the option that
    is to blame where there are not two venues. InputError where no pair is left.
    """
    venues = list(dict.fromkeys(one.venue for one in series))
    if len(venues) != 2:
        ask = "give two files" if source == "FILE" else "name two with --venues A,B"
        raise InputError(
            f"{source}: carry needs settlements of two venues, got {len(venues)}: {ask}"
        )
    first, second = venues
    known = {(one.venue, one.symbol): one for one in series}
    recorded = measured or {}
    found = Paired(pairs=[], left_out=[])
    for symbol in dict.fromkeys(one.symbol for one in series):
        one, other = (known.get((venue, symbol)) for venue in venues)
        if one is None or other is None:
            found.left_out.append(f"{symbol}: only {second if one is None else first} has it")
        elif len(one.at_ns) < 2 or len(other.at_ns) < 2:
            few = first if len(one.at_ns) < 2 else second
            found.left_out.append(f"{symbol}: {few} has a single settlement")
        elif one.at_ns[-1] <= other.at_ns[0] or other.at_ns[-1] <= one.at_ns[0]:
            found.left_out.append(f"{symbol}: {first} and {second} have no time in common")
        else:
            price, other_price = prices.of(symbol, (first, second))
            pair = Pair(
                symbol=symbol,
                first=_market(one, terms[0], price, recorded),
                second=_market(other, terms[1], other_price, recorded),
            )
            found.pairs.append(pair)
    if not found.pairs:
        raise InputError(f"{source}: no coin to trade: {'; '.join(found.left_out[:MOST_NAMED])}")
    return found


def _market(
    series: Series,
    terms: LegTerms,
    price: PriceSeries,
    measured: Mapping[tuple[str, str], Measured],
) -> Market:
    market = market_of(series, terms, *price)
    return msgspec.structs.replace(market, measured=measured.get((series.venue, series.symbol)))
