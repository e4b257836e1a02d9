"""The document of carry as a person reads it."""

from cockpit.backtest.carry_document import CarryDocument, Result
from cockpit.backtest.tables import UNKNOWN, figure, remarks, table


def text(document: CarryDocument) -> str:
    """Results side by side, then the legs, then what it shows; `-` is not known."""
    results: list[tuple[str, Result]] = [
        ("rule", document),
        ("rule, 2x costs", document.at_2x_costs),
        ("hold always", document.always),
        ("never", document.never),
    ]
    rows = [
        ["", "trades", "net USD", "gross", "costs", "APR on margin", "Sharpe", "drawdown",
         "turnover", "paid", "worst"],
        *(_row(name, one) for name, one in results),
    ]  # fmt: skip
    legs = [
        ["leg", "funding USD", "price", "fees", "impact", "missed", "fills", "settles after"],
        *(
            [
                f"{leg.symbol} {leg.venue}",
                figure(leg.funding_usd, 0),
                figure(leg.price_usd, 0),
                figure(leg.fees_usd, 0),
                figure(leg.impact_usd, 0),
                figure(leg.missed_usd, 0),
                f"{leg.fill_fraction:.0%}",
                f"{leg.settle_delay_s / 60:g} min",
            ]
            for leg in document.legs
        ),
    ]
    parts = [
        table(rows),
        table(legs),
        "What this shows\n" + "\n".join(f"  {one}" for one in document.verdict if one),
    ]
    parts += remarks(document.warnings, document.notes)
    return "\n\n".join(parts)


def _row(name: str, one: Result) -> list[str]:
    sharpe = UNKNOWN
    if one.sharpe is not None and one.sharpe_se is not None:
        sharpe = f"{one.sharpe:.2f} ±{one.sharpe_se:.2f}"
    return [
        name,
        str(one.trades),
        figure(one.net_usd, 0),
        figure(one.gross_usd, 0),
        figure(one.costs_usd, 0),
        UNKNOWN if one.apr_on_margin is None else f"{one.apr_on_margin:.1%}",
        sharpe,
        figure(one.max_drawdown_usd, 0),
        f"{one.turnover:.0f}x",
        UNKNOWN if one.paid_share is None else f"{one.paid_share:.0%}",
        figure(one.worst_usd, 0),
    ]
