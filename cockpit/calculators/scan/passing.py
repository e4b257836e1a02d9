"""What of a ranking the rest of the desk is told: the pairs that pass every gate."""

import numpy as np

from cockpit.calculators.scan.ranked import NOTHING, RankedPairs
from cockpit.state.passing import Passing, PassingPair


def passing_of(pairs: RankedPairs, at_ns: int) -> Passing:
    """Best first. `at_ns` is the desk's time of it."""
    found = []
    for place in np.flatnonzero(pairs.gate == NOTHING).tolist():
        net = pairs.value(place, "net_usd")
        if net is not None:
            long, short = pairs.venues_of(place)
            found.append(
                PassingPair(
                    symbol=pairs.symbol_of(place), long_venue=long, short_venue=short, net_usd=net
                )
            )
    return Passing(
        at_ns=at_ns,
        usd=pairs.inputs.usd,
        hold_h=pairs.inputs.hold_h,
        pairs=tuple(found),
        symbols=tuple(pairs.symbol_of(place) for place in pairs.best.tolist()),
    )
