"""Exposure sums of two coins with one name."""

from pathlib import Path

import msgspec
import pytest

from cockpit.core.assets import AssetRules
from cockpit.core.events import AccountState, Position
from cockpit.documents.exposure import exposure_document
from cockpit.documents.saved_portfolio import load_portfolio
from cockpit.documents.saved_view import SnapshotView
from cockpit.documents.snapshot import snapshot
from cockpit.portfolio.positions import read
from cockpit.state.identity import asset_of
from cockpit.state.store import MarketStore
from tests.calculators.risk import btc, view
from tests.support import AT_NS

ACCOUNT = "0x" + "ab" * 20


def position(venue: str, size: float) -> dict[str, object]:
    return {"venue": venue, "account": ACCOUNT, "symbol": "BTC", "size": size, "source": "venue"}


def exposure(at: SnapshotView) -> list[tuple[str, float]]:
    return [(x.symbol, x.net_base) for x in exposure_document(read(at, AT_NS)).assets]


def test_a_long_of_one_coin_does_not_net_a_short_of_the_other() -> None:
    at = view(
        btc("a"), btc("b"), btc("z", mark=0.3, index=0.3),
        positions=[position("a", 2.0), position("b", -0.5), position("z", -1.5)],
    )  # fmt: skip
    assert exposure(at) == [("BTC", 1.5), ("BTC@z", -1.5)]
    at.asset_rules = AssetRules(same=(("a/BTC", "z/BTC"),))
    assert exposure(at) == [("BTC", 0.0)]


def test_a_position_at_a_venue_without_the_market_belongs_to_the_first_asset() -> None:
    elsewhere = {"venue": "cold", "symbol": "BTC", "size": -1.0, "source": "manual"}
    at = view(
        btc("a"), btc("z", mark=0.3, index=0.3), positions=[position("a", 1.0), elsewhere]
    )  # fmt: skip
    assert exposure(at) == [("BTC", 0.0)]


@pytest.mark.parametrize("watched", [["BTC"], ["ETH"]])
def test_coins_of_markets_without_a_price_are_told_apart_by_what_positions_are_marked_at(
    watched,
) -> None:
    """The markets have not said a mark yet, or nobody follows them: the accounts know."""
    at = MarketStore([("a", None), ("z", None)], watched)
    at.follow([("a", ACCOUNT, ""), ("z", ACCOUNT, "")])
    for venue, size, mark in (("a", 2.0, 60_000.0), ("z", -1.5, 0.3)):
        said = {"venue": venue, "account": ACCOUNT, "recv_ns": AT_NS}
        at.apply(AccountState(state="ok", **said))
        at.apply(Position(symbol="BTC", size=size, mark=mark, source="venue", **said))
    assert exposure(at) == [("BTC", 2.0), ("BTC@z", -1.5)]
    assert asset_of(at, "z", "BTC") == ("z",)


def test_two_coins_that_were_saved_are_two_when_they_are_read_back(tmp_path) -> None:
    markets = [btc("a"), btc("b"), btc("z", mark=0.3, index=0.3)]
    held = [position("a", 2.0), position("z", -1.5)]
    at = view(*markets, positions=held)
    documents = {
        "snapshot": snapshot(at, AT_NS, None, []), "exposure": exposure_document(read(at, AT_NS)),
    }  # fmt: skip
    for name, document in documents.items():
        path = tmp_path / name
        path.write_bytes(msgspec.json.encode(document))
        assert assets_of(path) == [("BTC", 2.0), ("BTC@z", -1.5)]
        same = AssetRules(same=(("a/BTC", "z/BTC"),))
        assert assets_of(path, same) == [("BTC", 0.5)]


def test_prices_of_a_document_without_asset_names_tell_the_coins_apart(tmp_path) -> None:
    older = {
        "at_ns": AT_NS,
        "positions": [position("a", 2.0), position("z", -1.5)],
        "markets": [btc("a"), btc("b"), btc("z", mark=0.3, index=0.3)],
    }
    path = tmp_path / "older.json"
    path.write_bytes(msgspec.json.encode(older))
    assert assets_of(path) == [("BTC", 2.0), ("BTC@z", -1.5)]


def assets_of(path: Path, rules: AssetRules | None = None) -> list[tuple[str, float]]:
    document = exposure_document(load_portfolio(path, None, rules))
    return [(asset.symbol, asset.net_base) for asset in document.assets]
