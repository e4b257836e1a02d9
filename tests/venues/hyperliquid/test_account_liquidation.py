"""Our liquidation price against the venue's own, in accounts that were recorded on its mainnet.

Equity equals maintenance there, maintenance being half of what the highest leverage allowed takes.
"""

import pytest

from cockpit.analytics.risk.margin import build_tiers, liquidation_price
from cockpit.core.events import Margin, Position
from tests.support import feed, only, reply
from tests.venues.hyperliquid.accounts import ALICE, following, row, state

CROSS = {
    # A market maker of January 2026 in sixteen coins; all of these stand in one account.
    "BTC short of 2026": ("-1.47472", "140406.61648", 40, "5387394.7801264981"),
    "ETH short of 2026": ("-45.7436", "151232.91596", 25, "172665.4473515121"),
    "XRP short of 2026": ("-92720.0", "197317.432", 20, "85.2742980086"),
    "HYPE short of 2026": ("-149078.45", "3878574.0336500001", 10, "76.4988794996"),
    "SOL long of 2026": ("30390.93", "4398175.3896000003", 20, None),
}
"""size, value, highest leverage, the venue's liquidation price."""
WORTH, KEPT = "8259027.0754620004", "356978.709123"

ALONE = {
    "MON short of 2026": ("-1114261.0", "26961.773417", 5, "9397.472442", "0.0296643783"),
    "MET short of 2026": ("-43463.0", "11878.87253", 3, "4152.025031", "0.316148663"),
    "BTC long of 2026": ("0.00347", "217.17342", 40, "4.135708", "62171.2944953124"),
    "BTC short of 2026": ("-0.00024", "15.042", 40, "0.623304", "64466.2716049383"),
    "ETH long of 2025": ("0.003", "10.8642", 25, "0.418932", "3552.812244898"),
    "ETH long of the documentation": ("0.0335", "100.02765", 50, "4.967826", "2866.26936529"),
    "XYZ100 of a builder": ("0.0004", "10.0296", 20, "0.491266", "24457.2666"),
}
"""size, value, highest leverage, margin used, the venue's liquidation price."""


def mmf(highest_leverage: int) -> float:
    return 1 / (2 * highest_leverage)


@pytest.mark.parametrize("name", CROSS)
def test_a_cross_position_ends_where_the_venue_says(name):
    szi, value, highest, stated = CROSS[name]
    held = row(name.split()[0], szi, positionValue=value, liquidationPx=stated)
    summary = {"accountValue": WORTH}
    whole = state(held, value=WORTH, crossMaintenanceMarginUsed=KEPT) | {
        "crossMarginSummary": summary
    }
    outputs = feed(following(ALICE), reply("account", whole))
    [position], [margin] = only(Position, outputs), only(Margin, outputs)
    others = margin.maintenance - float(value) * mmf(highest)
    tiers = build_tiers([0], [mmf(highest)])
    ours = liquidation_price(margin.cross_equity, position.size, position.mark, tiers, others)
    assert position.liquidation == (None if stated is None else float(stated))
    assert ours == (None if stated is None else pytest.approx(position.liquidation, rel=1e-9))


@pytest.mark.parametrize("name", ALONE)
def test_an_isolated_position_ends_where_the_venue_says(name):
    """What stands behind it is its margin used: its own cash (or debt) and its value."""
    szi, value, highest, used, stated = ALONE[name]
    leverage = {"type": "isolated", "value": 3, "rawUsd": "0.0"}
    held = row(
        "COIN", szi, positionValue=value, liquidationPx=stated, marginUsed=used, leverage=leverage
    )
    [position] = only(Position, feed(following(ALICE), reply("account", state(held))))
    tiers = build_tiers([0], [mmf(highest)])
    ours = liquidation_price(position.isolated_equity, position.size, position.mark, tiers, 0.0)
    assert ours == pytest.approx(position.liquidation, rel=1e-7)


def test_a_position_at_its_whole_worth_has_its_price_above_a_short():
    """One times leverage on a coin of three at most: a sixth of the value must be kept."""
    held = row("HYPE", "-1.95", positionValue="50.26905", liquidationPx="43.89375297")
    whole = state(held, value="49.589238", crossMaintenanceMarginUsed="8.378175") | {
        "crossMarginSummary": {"accountValue": "49.589238"}
    }
    outputs = feed(following(ALICE), reply("account", whole))
    [position], [margin] = only(Position, outputs), only(Margin, outputs)
    ours = liquidation_price(
        margin.cross_equity, position.size, position.mark, build_tiers([0], [mmf(3)]), 0.0
    )
    assert ours == pytest.approx(position.liquidation, rel=1e-9)
