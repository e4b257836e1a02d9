"""Books that are followed because somebody looks at them."""

from cockpit.desk.leases import LEASE_S, Leases

S = 10**9
WIF, SUI = ("dydx", "WIF"), ("bybit", "SUI")


def test_a_market_is_followed_for_half_a_minute_after_it_was_last_asked_for():
    leases = Leases()
    assert leases.take([WIF], 0)
    assert not leases.take([WIF], 20 * S), "it is followed already"
    assert not leases.expire(round((20 + LEASE_S) * S) - 1)
    assert leases.by_venue() == {"dydx": frozenset({"WIF"})}
    assert leases.expire(round((20 + LEASE_S) * S))
    assert leases.by_venue() == {}


def test_what_nobody_asked_for_again_goes_when_others_are_asked_for():
    leases = Leases()
    leases.take([WIF], 0)
    assert leases.take([SUI], 40 * S)
    assert leases.by_venue() == {"bybit": frozenset({"SUI"})}
