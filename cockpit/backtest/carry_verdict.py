"""What a run of carry shows, in plain sentences."""

from cockpit.backtest.carry_document import CarryDocument

SURE_P = 0.05


def verdict(document: CarryDocument) -> list[str]:
    """Whether it paid, at twice the costs too, against holding always, and by its timing."""
    if not document.trades:
        return ["The rule never opened a trade: no spread was worth its costs."]
    return [_paid(document), _rivals(document), _timing(document)]


def _paid(document: CarryDocument) -> str:
    net, double = document.net_usd, document.at_2x_costs.net_usd
    after = f"{document.gross_usd:,.0f} USD of gross less {document.costs_usd:,.0f} of costs"
    if net <= 0:
        return f"It LOST {-net:,.0f} USD: {after}."
    if double <= 0:
        return (
            f"It earned {net:,.0f} USD ({after}), but at twice the costs it lost "
            f"{-double:,.0f}: the result hangs on the costs."
        )
    return f"It earned {net:,.0f} USD ({after}), and {double:,.0f} at twice the costs."


def _rivals(document: CarryDocument) -> str:
    always = document.always.net_usd
    if document.net_usd > max(always, 0.0):
        return f"Holding always came to {always:,.0f} USD and never to 0: the rule beat both."
    better = "holding always" if always > 0 else "never trading"
    return (
        f"Holding always came to {always:,.0f} USD and never to 0: {better} was better than the "
        "rule."
    )


def _timing(document: CarryDocument) -> str:
    placebo = document.placebo
    if placebo.p_value is None or placebo.mean_net_usd is None:
        return ""
    words = (
        f"The same trades at random hours of their weeks made {placebo.mean_net_usd:,.0f} USD on "
        f"average (p {placebo.p_value:.3f} of {placebo.draws} draws)"
    )
    if placebo.p_value <= SURE_P:
        return f"{words}: the hour of entry mattered."
    return f"{words}: the hour of entry is NOT shown to matter."
