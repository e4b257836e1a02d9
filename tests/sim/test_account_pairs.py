"""A session reads the accounts of its own face, through faults, as the exchange has them."""

import pytest

from cockpit import venues
from cockpit.sim import FACES, load
from cockpit.sim.server.faults import Faults
from cockpit.sim.world import truth
from cockpit.venues.contract import Wants
from cockpit.wire.pump import Pump
from tests.pair import Pair

SYMBOLS = ("BTC", "ETH", "SOL", "DOGE", "PEPE", "HYPE")
FAULTS = Faults(
    drop=0.05, duplicate=0.05, reorder=0.05, corrupt=0.03, truncate=0.03,
    http_429=0.1, http_500=0.2, disconnect_every_s=15,
)  # fmt: skip


def accounts_of(pair):
    """Address -> the account as the exchange has it."""
    document = truth.document(pair.world)
    return {a["account"]: a for a in document["accounts"] if a["venue"] == pair.name}


@pytest.mark.parametrize("name", [name for name in FACES if load(name).PROFILE.accounts])
def test_ten_seconds_after_the_faults_every_account_is_right(name):
    pair = Pair(name, SYMBOLS, "calm", 7)
    module = venues.load(name)
    addresses = tuple(accounts_of(pair))
    assert addresses
    pair.pump = Pump(module.SPEC, module.Session, Wants(symbols=("BTC",), accounts=addresses))
    pair.run(5)
    pair.run(40, FAULTS)
    pair.run(10)
    pair.settle()
    books = {book.address: book for book in pair.store.accounts()}
    for address, expected in accounts_of(pair).items():
        book = books[address]
        ours = sorted((p.symbol, round(p.size, 8)) for p in book.positions)
        assert ours == sorted((p["symbol"], round(p["size"], 8)) for p in expected["positions"])
        equity = sum(margin.equity for margin in book.margins)
        assert equity == pytest.approx(expected["equity_usd"], rel=1e-3)
        assert book.status in ("read", "unknown")
        assert book.status == "unknown" or not book.is_stale(pair.at_ns)
