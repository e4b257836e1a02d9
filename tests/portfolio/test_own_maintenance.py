"""Positions whose maintenance is not the listing's: old leverage, vaults with their own terms."""

import pytest

from cockpit.calculators.common.positions import read_positions
from cockpit.core.events import AccountState, Instrument, Margin, Position, Prices
from cockpit.core.margins import Tier, VenueMargin, own_mmf
from cockpit.portfolio import positions as exposures
from cockpit.state.store import MarketStore

NOW_NS = 1_790_000_000_000_000_000
ADDRESS = "0x" + "ab" * 20
LISTED = Instrument(
    venue="hyperliquid", recv_ns=NOW_NS, symbol="ETH", native="ETH", base="ETH", quote="USDC",
    max_leverage=25.0, mmf=0.02, margin_tiers=((0.0, 0.02), (100e6, 1 / 30)),
)  # fmt: skip


def store(mmf: float | None) -> MarketStore:
    """The isolated long of the venue's documentation, opened when ETH was listed at 50x."""
    held = MarketStore([("hyperliquid", None)], ["ETH"])
    held.follow([("hyperliquid", ADDRESS, "")])
    said = {"venue": "hyperliquid", "recv_ns": NOW_NS, "account": ADDRESS}
    held.apply_all(
        [
            LISTED,
            AccountState(state="read", **said),
            Margin(equity=13.109482, used=4.967826, **said),
            Position(
                symbol="ETH", size=0.0335, entry=2986.3, mark=100.02765 / 0.0335, upnl=-0.0134,
                leverage=20.0, margin_mode="isolated", isolated_equity=4.967826, mmf=mmf, **said,
            ),
        ]
    )  # fmt: skip
    return held


def test_an_older_position_is_liquidated_by_its_own_leverage_as_the_venue_says() -> None:
    (row,) = exposures.read(store(0.01), NOW_NS).rows
    assert row.liquidation.price == pytest.approx(2866.26936529, rel=1e-6)
    assert row.liquidation.basis == "computed"


def test_a_position_at_the_listings_rate_has_the_listings_tiers() -> None:
    (row,) = exposures.read(store(0.02), NOW_NS).rows
    assert row.leg.tiers is not None
    lower, rates, _ = (column.tolist() for column in row.leg.tiers)
    assert tuple(zip(lower, rates, strict=True)) == LISTED.margin_tiers
    (unsaid,) = exposures.read(store(None), NOW_NS).rows
    assert unsaid.liquidation == row.liquidation


def test_the_calculators_are_given_the_same_rule() -> None:
    ((position, _),) = read_positions(store(0.01))
    assert position.mmf == 0.01
    ((listed, _),) = read_positions(store(0.02))
    assert listed.mmf is None


def test_the_rate_of_a_higher_tier_is_known_to_the_listing() -> None:
    assert own_mmf(1 / 30, LISTED) is None
    assert own_mmf(0.05, LISTED) == 0.05
    assert own_mmf(0.05, None) == 0.05
    assert own_mmf(None, LISTED) is None


def test_a_position_at_bybit_is_liquidated_with_the_fee_of_closing_it() -> None:
    at = {"venue": "bybit", "recv_ns": NOW_NS}
    held = MarketStore([("bybit", None)], ["BTC"])
    held.apply_all(
        [
            Instrument(
                symbol="BTC", native="BTCUSDT", base="BTC", quote="USDT", max_leverage=100.0,
                mmf=0.005, taker_fee=0.00055, **at,
            ),
            Prices(symbol="BTC", mark=60_000.0, index=60_000.0, **at),
        ]
    )  # fmt: skip
    held.set_manual(
        [
            Position(
                account="manual", symbol="BTC", size=1.0, entry=60_000.0, mark=60_000.0,
                margin_mode="isolated", isolated_equity=6_000.0, source="manual", **at,
            )
        ]
    )  # fmt: skip
    (row,) = exposures.read(held, NOW_NS).rows
    # 6,000 + (p - 60,000) = p (0.005 + 0.00055).
    assert row.liquidation.price == pytest.approx(54_000 / (1 - 0.00555))


def long(venue: str, size: float, own: VenueMargin | None = None) -> exposures.Portfolio:
    """A long of BTC at a venue whose listing states neither a fraction nor tiers."""
    at = {"venue": venue, "recv_ns": NOW_NS}
    held = MarketStore([(venue, None)], ["BTC"])
    held.own_margins = {} if own is None else {venue: own}
    listed = Instrument(
        symbol="BTC", native="BTC", base="BTC", quote="USD", max_leverage=40.0, taker_fee=0.0, **at
    )
    held.apply_all([listed, Prices(symbol="BTC", mark=60_000.0, index=60_000.0, **at)])
    held.set_manual(
        [
            Position(
                account="manual", symbol="BTC", size=size, entry=60_000.0, mark=60_000.0,
                margin_mode="isolated", isolated_equity=size * 6_000.0, source="manual", **at,
            )
        ]
    )  # fmt: skip
    return exposures.read(held, NOW_NS)


def liquidation_of(portfolio: exposures.Portfolio) -> float:
    (row,) = portfolio.rows
    assert row.liquidation.price is not None
    return row.liquidation.price


def test_without_stated_tiers_the_documented_ones_hold_by_size_and_that_is_listed() -> None:
    # Documented at Hyperliquid: 1.25 % up to 150 million, 2.5 % of what is above. 300 million lie
    # in the second tier: 5,000 p x 2.5 % less 150 million x 1.25 % = 1,875,000 are kept.
    small, large = long("hyperliquid", 1.0), long("hyperliquid", 5_000.0)
    assert liquidation_of(small) == pytest.approx(54_000 / (1 - 0.0125))
    assert liquidation_of(large) == pytest.approx((54_000 * 5_000 - 1_875_000) / (5_000 * 0.975))
    assert any("documented margin tiers" in each.sentence for each in large.assumptions)


def test_one_documented_fraction_for_every_size_is_said_to_be_the_lowest() -> None:
    portfolio = long("bybit", 1.0)
    assert liquidation_of(portfolio) == pytest.approx(54_000 / (1 - 0.005))
    assert any("larger positions may need more" in each.sentence for each in portfolio.assumptions)


def test_the_traders_own_table_holds_for_exposure_as_for_the_calculators() -> None:
    own = VenueMargin(tiers={"BTC": (Tier(0.0, 0.04, 20.0),)})
    assert liquidation_of(long("bybit", 1.0, own)) == pytest.approx(54_000 / (1 - 0.04))
