"""Hyperliquid perpetuals, with builder-deployed markets."""

from cockpit.core.account import hex_address_problem
from cockpit.core.events import AccountFill, Block, FundingPayment
from cockpit.venues.contract import ACCOUNT_DATA, MARKET_DATA
from cockpit.venues.kit.facts import venue_spec

__all__ = ["SPEC"]

_KINDS = MARKET_DATA | ACCOUNT_DATA | {AccountFill, Block, FundingPayment}
SPEC = venue_spec("cockpit.venues.hyperliquid", _KINDS, hex_address_problem)
