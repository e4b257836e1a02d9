"""`accounts.toml`: the demonstration accounts of a venue, in the folder of its face.

Each `[[account]]` is an `AccountPlan`, its `holdings` are `HoldingPlan`s and its `acts` are `Act`s,
with the same names, units and signs. Nothing of it is the venue's protocol: the file says who has
what, and the face how the venue tells it.
"""

import tomllib
from importlib import resources

import msgspec

from cockpit.sim.world.accounts import AccountPlan


class _Plans(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    account: tuple[AccountPlan, ...]


def demonstration_accounts(package: str) -> tuple[AccountPlan, ...]:
    """The plans of a face's package, as they stand in its file."""
    text = (resources.files(package) / "accounts.toml").read_text()
    return msgspec.convert(tomllib.loads(text), _Plans).account
