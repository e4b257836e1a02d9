"""What calculators need to know of the trader's settings and of the venues' documents."""

from collections.abc import Mapping

from cockpit.calculators.common.market_data import Fees, Settings
from cockpit.config import Config
from cockpit.venues.contract import VenueSpec


def settings_for(
    config: Config, specs: Mapping[str, VenueSpec], at_ns: int, clock_offset_ns: int = 0
) -> Settings:
    """The calculators' settings at one moment by this machine's clock, which is `clock_offset_ns`
    ahead of the venues'; `specs` of every venue that may be asked about."""
    return Settings(
        now_ns=at_ns - clock_offset_ns,
        clock_offset_ns=clock_offset_ns,
        stacks={venue: frozenset(layers) for venue, layers in config.stack.items()},
        own_fees={name: Fees(own.taker_fee, own.maker_fee) for name, own in config.venue.items()},
        documented_fees={
            name: Fees(spec.taker_fee, spec.maker_fee)
            for name, spec in specs.items()
            if not spec.publishes_fees
        },
        funding_terms={
            name: spec.funding_terms for name, spec in specs.items() if spec.funding_terms
        },
        own_margins=config.own_margins,
    )
