"""`backtest carry`: a pair of venues' settlements in, what trading the spread came to out."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from cockpit.backtest.carry_document import CarryDocument, LegDocument
from cockpit.backtest.carry_ledger import Ledger, ledgers
from cockpit.backtest.carry_placebo import placebo
from cockpit.backtest.carry_results import DAY_NS, YEAR_DAYS, Span, result
from cockpit.backtest.carry_signal import Trade, always, trades
from cockpit.backtest.carry_terms import LegTerms, Market, Pair, Rule
from cockpit.backtest.carry_verdict import verdict

Legs = list[tuple[Ledger, Ledger]]


def run(
    pairs: Sequence[Pair],
    rule: Rule,
    warnings: Sequence[str] = (),
    notes: Sequence[str] = (),
    is_history: bool = False,
) -> CarryDocument:
    """The document of cli.md over all pairs together, each with the rule's notional."""
    by_symbol = {pair.symbol: pair for pair in pairs}
    signals = {pair.symbol: trades(pair, rule) for pair in pairs}
    kept = {pair.symbol: [one for one in [always(pair)] if one] for pair in pairs}
    span = _span(pairs, rule)
    legs = _all(signals, by_symbol, rule)
    held = _all(kept, by_symbol, rule)
    once = result([two for of in legs.values() for two in of], span, 1.0)
    holes = list(_holes(signals))
    document = CarryDocument(
        **msgspec.structs.asdict(once),
        at_2x_costs=result([two for of in legs.values() for two in of], span, 2.0),
        always=result([two for of in held.values() for two in of], span, 1.0),
        never=result([], span, 1.0),
        placebo=placebo(signals, by_symbol, rule.notional_usd, once.net_usd),
        legs=[
            document
            for symbol, of in legs.items()
            for document in _legs(by_symbol[symbol], signals[symbol], of, rule)
        ],
        verdict=[],
        warnings=[*warnings, *holes, *_unpriced(pairs)],
        notes=[
            *notes,
            *_priced(pairs),
            *_measures(pairs),
            *_liquidations("the rule", legs),
            *_liquidations("holding always", held),
        ],
        is_incomplete=bool(warnings or (is_history and holes)),
    )
    return msgspec.structs.replace(document, verdict=verdict(document))


def _all(signals: dict[str, list[Trade]], pairs: dict[str, Pair], rule: Rule) -> dict[str, Legs]:
    return {
        symbol: [ledgers(pairs[symbol], trade, rule.notional_usd) for trade in of]
        for symbol, of in signals.items()
    }


def _span(pairs: Sequence[Pair], rule: Rule) -> Span:
    begins = [max(int(pair.first.at_ns[0]), int(pair.second.at_ns[0])) for pair in pairs]
    ends = [min(int(pair.first.at_ns[-1]), int(pair.second.at_ns[-1])) for pair in pairs]
    margins = [
        (pair.first.terms.margin_frac + pair.second.terms.margin_frac) * rule.notional_usd
        for pair in pairs
    ]
    return Span(
        from_ns=min(begins),
        to_ns=max(ends),
        notional_usd=rule.notional_usd * len(pairs),
        margin_usd_years=sum(
            margin_usd * (end - begin) / DAY_NS / YEAR_DAYS
            for margin_usd, begin, end in zip(margins, begins, ends, strict=True)
        ),
    )


def _legs(pair: Pair, signals: Sequence[Trade], legs: Legs, rule: Rule) -> list[LegDocument]:
    at_once = msgspec.structs.replace(
        pair, first=_at_once(pair.first), second=_at_once(pair.second)
    )
    perfect = [ledgers(at_once, trade, rule.notional_usd) for trade in signals]
    return [
        LegDocument(
            venue=market.venue,
            symbol=market.symbol,
            funding_usd=_funding(legs, place),
            price_usd=sum(two[place].price_usd for two in legs) if len(market.price_ns) else None,
            fees_usd=-sum(float(two[place].fee_usd.sum()) for two in legs),
            impact_usd=-sum(float(two[place].impact_usd.sum()) for two in legs),
            missed_usd=_funding(perfect, place) - _funding(legs, place),
            liquidated=sum(two[place].liquidated_ns is not None for two in legs),
            fill_fraction=market.terms.fill_fraction,
            settle_delay_s=market.terms.settle_delay_s,
        )
        for place, market in enumerate((pair.first, pair.second))
    ]


def _funding(legs: Legs, place: int) -> float:
    return sum(float(two[place].funding_usd.sum()) for two in legs)


def _at_once(market: Market) -> Market:
    """The market with every order filled whole at the decision."""
    terms: LegTerms = msgspec.structs.replace(
        market.terms, fill_fraction=1.0, settle_delay_s=0.0, latency_s=0.0
    )
    return msgspec.structs.replace(market, terms=terms, measured=None)


def _holes(signals: dict[str, list[Trade]]) -> Iterator[str]:
    for symbol, of_pair in signals.items():
        holes = sum(trade.why == "hole" for trade in of_pair)
        if holes:
            yield (
                f"{symbol}: {holes} trades ended at holes in the rows, where nobody knows what was "
                "paid; `always` holds through them and its figures are of known hours only"
            )


def _unpriced(pairs: Sequence[Pair]) -> Iterator[str]:
    for pair in pairs:
        if not len(pair.first.price_ns):
            yield (
                f"{pair.symbol}: no prices, so what was unhedged between two fills and every "
                "liquidation is not counted; a basis between the venues is not either"
            )


def _priced(pairs: Sequence[Pair]) -> Iterator[str]:
    """Of how much of the past prices are known, and whether each venue has its own."""
    for pair in pairs:
        first, second = pair.first, pair.second
        if not len(first.price_ns):
            continue
        both = "one price for both venues, so a basis between them is not counted"
        if first.price is not second.price:
            both = "each venue at its own price"
        yield (
            f"{pair.symbol}: {both}; {len(first.price_ns)} prices are known, and the last one "
            "stands until the next"
        )


def _measures(pairs: Sequence[Pair]) -> list[str]:
    """Of how much of the past the fills are those that were recorded."""
    said = []
    for pair in pairs:
        for market in (pair.first, pair.second):
            if market.measured is None:
                continue
            known = int((~np.isnan(market.measured.ask_usd[:, -1])).sum())
            said.append(
                f"{pair.symbol} ({market.venue}): orders walk the depth of {known} recorded hours, "
                "late by the latency and cadence of theirs; a decision in another hour has one of "
                "these, drawn"
                if known
                else f"{pair.symbol} ({market.venue}): no depth was recorded; fills are as stated"
            )
    return said


def _liquidations(who: str, legs: dict[str, Legs]) -> list[str]:
    count = sum(leg.liquidated_ns is not None for of in legs.values() for two in of for leg in two)
    if not count:
        return []
    return [
        f"{who}: {count} legs were liquidated; margin is put up once and not moved between venues"
    ]
